"""The decisions, reasons, prices and shortages of a run, as records."""

from __future__ import annotations

from typing import Any

import numpy as np

from lacarte.engines.matching import Result
from lacarte.loop.matching.candidates import Candidates
from lacarte.loop.matching.explaining import explanations
from lacarte.loop.matching.inputs import Inputs
from lacarte.loop.matching.models import Match, MatchingRun, Price, Shortage, Unserved

_BATCH = 1000


def keep_decisions(run: MatchingRun, inputs: Inputs, candidates: Candidates, result: Result) -> None:
    """Write down what ``run`` decided for each need and why; over all needs also the prices and what is missing.

    A run over urgent needs only would price capacity as if nobody else were there.
    """
    reasons = explanations(inputs, candidates, result)
    matches = _matches(run, inputs, candidates, result, reasons)
    Match.objects.bulk_create(matches, batch_size=_BATCH)
    Unserved.objects.bulk_create(_unserved(run, inputs, candidates, result, reasons), batch_size=_BATCH)
    if run.kind != MatchingRun.Kind.URGENT:
        Price.objects.bulk_create(_prices(run, inputs, result), batch_size=_BATCH)
        Shortage.objects.bulk_create(_shortages(run, inputs, candidates, result), batch_size=_BATCH)


def _matches(
    run: MatchingRun,
    inputs: Inputs,
    candidates: Candidates,
    result: Result,
    reasons: list[dict[str, Any]],
) -> list[Match]:
    problem, matches = candidates.problem, []
    for i in np.flatnonzero(result.assignment >= 0).tolist():
        first, last = int(problem.candidate_start[i]), int(problem.candidate_start[i + 1])
        chosen = int(result.assignment[i])
        at = first + int(np.flatnonzero(problem.candidate_offer[first:last] == chosen)[0])
        matches.append(
            Match(
                run=run,
                need_id=inputs.needs.ids[i],
                offer_at_place_id=inputs.supply.ids[chosen],
                priority_class=int(problem.priority_class[i]),
                order=int(problem.order[i]),
                cost=int(problem.candidate_cost[at]),
                parts={
                    "travel": int(candidates.travel[at]),
                    "language": int(candidates.language[at]),
                    "price": int(candidates.price[at]),
                },
                choices=int((problem.capacity[problem.candidate_offer[first:last]] > 0).sum()),
                explanation=reasons[i],
            )
        )
    return matches


def _unserved(
    run: MatchingRun,
    inputs: Inputs,
    candidates: Candidates,
    result: Result,
    reasons: list[dict[str, Any]],
) -> list[Unserved]:
    problem = candidates.problem
    return [
        Unserved(
            run=run,
            need_id=inputs.needs.ids[i],
            priority_class=int(problem.priority_class[i]),
            order=int(problem.order[i]),
            explanation=reasons[i],
        )
        for i in np.flatnonzero(result.assignment < 0).tolist()
    ]


def _prices(run: MatchingRun, inputs: Inputs, result: Result) -> list[Price]:
    """Split each price into steps gained for people (``engines.matching.Result``) and seconds saved."""
    rows = []
    for j in np.flatnonzero(result.price > 0).tolist():
        price = int(result.price[j])
        steps = round(price / result.step)
        rows.append(
            Price(
                run=run,
                offer_at_place_id=inputs.supply.ids[j],
                price=price,
                people=1.0 if steps else 0.0,
                seconds=price - steps * result.step,
            )
        )
    return rows


def _shortages(run: MatchingRun, inputs: Inputs, candidates: Candidates, result: Result) -> list[Shortage]:
    """Count the needs that found nothing: in reach of an offer or not, by service type and region."""
    reached = np.diff(candidates.problem.candidate_start) > 0
    counts: dict[tuple[int, int], list[int]] = {}
    for i in np.flatnonzero(result.assignment < 0).tolist():
        found = counts.setdefault((int(inputs.needs.service_type[i]), int(inputs.needs.region[i])), [0, 0])
        found[0 if reached[i] else 1] += 1
    return [
        Shortage(run=run, service_type_id=kind, region_id=region, full=full, out_of_reach=out)
        for (kind, region), (full, out) in counts.items()
    ]
