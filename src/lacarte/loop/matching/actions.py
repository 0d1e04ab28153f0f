"""One run of the matching engine over the records."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

import numpy as np
from django.db import transaction

from lacarte.engines.matching import Result, solve
from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.loop.matching.candidates import Candidates, build
from lacarte.loop.matching.events import MatchingRunEnded
from lacarte.loop.matching.models import Match, MatchingRun, Price, Refusal, Shortage
from lacarte.loop.matching.queries import Languages, OpenNeeds, Supply, open_needs, refused, supply
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.actions import weigh

_BATCH = 1000


def _silent(text: str) -> None:
    """Nobody watches."""


def match(progress: Callable[[str], None] = _silent) -> MatchingRun:
    """Weigh what waits, join it with what is free, keep the decisions and the prices, and say that it is done.

    Orders are placed by the orders stage, which listens for the event; so a decision that somebody
    overtook (the need was withdrawn, the last unit went elsewhere) is dropped there and tried again next time.
    """
    began = time.monotonic()
    progress("weighing needs")
    weigh(Need.objects.filter(state=Need.State.OPEN).select_related("service_type", "region"))
    languages = Languages()
    needs = open_needs(languages)
    offers = supply(languages)
    progress(f"{len(needs)} needs, {len(offers.ids)} offers")
    candidates = build(needs, offers, refused(needs, offers))
    progress(f"solving, {candidates.problem.candidate_offer.size} possible pairs")
    result = solve(candidates.problem)
    run = _keep(needs, offers, candidates, result, time.monotonic() - began)
    progress(f"{run.matched} matched")
    return run


def refuse(need: UUID, offer_at_place: UUID) -> None:
    """Note that an offer did not do what it was asked for, so that the next runs look for another."""
    Refusal.objects.update_or_create(need_id=need, offer_at_place_id=offer_at_place, defaults={"at": clock.now()})


@transaction.atomic
def _keep(needs: OpenNeeds, offers: Supply, candidates: Candidates, result: Result, seconds: float) -> MatchingRun:
    run = MatchingRun.objects.create(
        needs=len(needs),
        candidates=int(candidates.problem.candidate_offer.size),
        matched=int((result.assignment >= 0).sum()),
        served_by_class={str(k): int(n) for k, n in _by_class(needs, result).items()},
        cost=int(result.cost),
        gap=float(result.gap),
        seconds=seconds,
    )
    # Nobody asks what an earlier run would have paid; its decisions stay, for they explain orders.
    Price.objects.exclude(run=run).delete()
    Shortage.objects.exclude(run=run).delete()
    Match.objects.bulk_create(_matches(run, needs, offers, candidates, result), batch_size=_BATCH)
    Price.objects.bulk_create(_prices(run, offers, result), batch_size=_BATCH)
    Shortage.objects.bulk_create(_shortages(run, needs, candidates, result), batch_size=_BATCH)
    publish(MatchingRunEnded(run=run.pk, needs=run.needs, matched=run.matched), stream=run.pk)
    return run


def _by_class(needs: OpenNeeds, result: Result) -> dict[int, int]:
    classes, counts = np.unique(needs.priority_class[result.assignment >= 0], return_counts=True)
    return dict(zip(classes.tolist(), counts.tolist(), strict=True))


def _matches(
    run: MatchingRun, needs: OpenNeeds, offers: Supply, candidates: Candidates, result: Result
) -> list[Match]:
    problem, matches = candidates.problem, []
    for i in np.flatnonzero(result.assignment >= 0).tolist():
        first, last = int(problem.candidate_start[i]), int(problem.candidate_start[i + 1])
        chosen = int(result.assignment[i])
        at = first + int(np.flatnonzero(problem.candidate_offer[first:last] == chosen)[0])
        matches.append(
            Match(
                run=run,
                need_id=needs.ids[i],
                offer_at_place_id=offers.ids[chosen],
                cost=int(problem.candidate_cost[at]),
                parts={
                    "travel": int(candidates.travel[at]),
                    "language": int(candidates.language[at]),
                    "price": int(candidates.price[at]),
                },
                choices=int((problem.capacity[problem.candidate_offer[first:last]] > 0).sum()),
            )
        )
    return matches


def _prices(run: MatchingRun, offers: Supply, result: Result) -> list[Price]:
    """Split each price into class steps gained for people (``engines.matching.Result``) and seconds saved."""
    rows = []
    for j in np.flatnonzero(result.price > 0).tolist():
        price = int(result.price[j])
        steps = round(price / result.step)
        rows.append(
            Price(
                run=run,
                offer_at_place_id=offers.ids[j],
                price=price,
                people=1.0 if steps else 0.0,
                seconds=price - steps * result.step,
            )
        )
    return rows


def _shortages(run: MatchingRun, needs: OpenNeeds, candidates: Candidates, result: Result) -> list[Shortage]:
    """Count the needs that found nothing: in reach of an offer or not, by service type and region."""
    reached = np.diff(candidates.problem.candidate_start) > 0
    counts: dict[tuple[int, int], list[int]] = {}
    for i in np.flatnonzero(result.assignment < 0).tolist():
        found = counts.setdefault((int(needs.service_type[i]), int(needs.region[i])), [0, 0])
        found[0 if reached[i] else 1] += 1
    return [
        Shortage(run=run, service_type_id=kind, region_id=region, full=full, out_of_reach=out)
        for (kind, region), (full, out) in counts.items()
    ]
