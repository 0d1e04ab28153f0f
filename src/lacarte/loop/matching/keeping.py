"""The decisions, reasons, prices and shortages of a run, as records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lacarte.engines.matching import Problem, Result
from lacarte.engines.matching.capacity.growth import people_and_cost, where_next
from lacarte.engines.matching.explanation.explain import Explanations
from lacarte.loop.matching.candidates import Candidates
from lacarte.loop.matching.explaining import explained, kept
from lacarte.loop.matching.inputs import Inputs
from lacarte.loop.matching.models import Match, MatchingRun, NextUnit, Price, Shortage, Unserved

#: How many units more a planner is advised about.
NEXT_UNITS = 50
_BATCH = 1000


def keep_decisions(run: MatchingRun, inputs: Inputs, candidates: Candidates, result: Result) -> None:
    """Write down what ``run`` decided for each need and why; over all needs also the prices and what is missing.

    A run over urgent needs only would price capacity as if nobody else were there.
    """
    told = explained(candidates, result)
    Match.objects.bulk_create(_matches(run, inputs, candidates, told), batch_size=_BATCH)
    Unserved.objects.bulk_create(_unserved(run, inputs, candidates, told), batch_size=_BATCH)
    if run.kind != MatchingRun.Kind.URGENT:
        Price.objects.bulk_create(_prices(run, inputs, candidates.problem, result), batch_size=_BATCH)
        NextUnit.objects.bulk_create(_next_units(run, inputs, candidates.problem, result), batch_size=_BATCH)
        Shortage.objects.bulk_create(_shortages(run, inputs, candidates, result), batch_size=_BATCH)


def _matches(run: MatchingRun, inputs: Inputs, candidates: Candidates, told: Explanations) -> Iterator[Match]:
    problem, notes = candidates.problem, _notes(inputs, candidates)
    for i in np.flatnonzero(told.cards.pair >= 0).tolist():
        at = int(told.cards.pair[i])
        reached = problem.candidate_offer[problem.candidate_start[i] : problem.candidate_start[i + 1]]
        yield Match(
            run=run,
            need_id=inputs.needs.ids[i],
            offer_at_place_id=inputs.supply.ids[int(problem.candidate_offer[at])],
            priority_class=int(problem.priority_class[i]),
            promoted=bool(problem.priority_class[i] < inputs.needs.priority_class[i]),
            order=int(candidates.rank[i]),
            cost=int(problem.candidate_cost[at]),
            parts={name: int(values[at]) for name, values in told.parts.items()},
            choices=int((problem.capacity[reached] > 0).sum()),
            explanation=kept(told.of(i), inputs.supply.ids, **notes[i]),
        )


def _unserved(run: MatchingRun, inputs: Inputs, candidates: Candidates, told: Explanations) -> Iterator[Unserved]:
    reason, notes = candidates.reason, _notes(inputs, candidates)
    for i in np.flatnonzero(told.cards.pair < 0).tolist():
        yield Unserved(
            run=run,
            need_id=inputs.needs.ids[i],
            priority_class=int(told.problem.priority_class[i]),
            promoted=bool(told.problem.priority_class[i] < inputs.needs.priority_class[i]),
            order=int(candidates.rank[i]),
            explanation=kept(told.of(i), inputs.supply.ids, reason=reason[i], **notes[i]),
        )


def _notes(inputs: Inputs, candidates: Candidates) -> list[dict[str, bool]]:
    """What to tell about each need beside the engine's explanation."""
    return [{"more": more, "balanced": inputs.balanced} for more in candidates.found.truncated.tolist()]


def _prices(run: MatchingRun, inputs: Inputs, problem: Problem, result: Result) -> Iterator[Price]:
    """Split each price into the one person more who is served, if any, and travel saved."""
    levels, seconds = people_and_cost(result.price, result.step)
    class_of_level = np.zeros(problem.levels + 1, dtype=np.int64)
    class_of_level[problem.level] = problem.priority_class
    for j in np.flatnonzero(result.price > 0).tolist():
        serves = int(levels[j]) > 0
        yield Price(
            run=run,
            offer_at_place_id=inputs.supply.ids[j],
            price=int(result.price[j]),
            people=1.0 if serves else 0.0,
            priority_class=int(class_of_level[problem.levels - int(levels[j])]) if serves else None,
            seconds=int(seconds[j]),
        )


def _next_units(run: MatchingRun, inputs: Inputs, problem: Problem, result: Result) -> Iterator[NextUnit]:
    """Where the next units of capacity relieve most, each with what it brings after those before it."""
    growth = where_next(problem, result, NEXT_UNITS)
    if not growth.complete:
        raise KeyboardInterrupt  # it ends well by itself, but whoever asked wants the run to end
    for rank, offer in enumerate(growth.offer.tolist(), start=1):
        kind = int(growth.priority_class[rank - 1])
        yield NextUnit(
            run=run,
            rank=rank,
            offer_at_place_id=inputs.supply.ids[offer],
            priority_class=kind if kind >= 0 else None,
            seconds=int(growth.cost_saved[rank - 1]),
        )


def _shortages(run: MatchingRun, inputs: Inputs, candidates: Candidates, result: Result) -> list[Shortage]:
    """Count the needs that found nothing: in reach of an offer or not and why, by service type and region."""
    reached, reason = np.diff(candidates.problem.candidate_start) > 0, candidates.reason
    found: dict[tuple[int, int], Shortage] = {}
    for i in np.flatnonzero(result.assignment < 0).tolist():
        where = int(inputs.needs.service_type[i]), int(inputs.needs.region[i])
        short = found.setdefault(where, Shortage(run=run, service_type_id=where[0], region_id=where[1]))
        if reached[i]:
            short.full += 1
        else:
            short.out_of_reach += 1
            short.reasons[reason[i]] = short.reasons.get(reason[i], 0) + 1
    return list(found.values())
