"""What is just outside the rules of a run, for those who got nothing: offers a little too far, and later days."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.candidates import build as engine
from lacarte.engines.matching.candidates.build import EVER, Needs, Offers
from lacarte.engines.matching.explanation.counterfactuals import Possible
from lacarte.loop.matching.candidates import Candidates
from lacarte.loop.matching.queries import Ints

#: How much farther than an offer reaches is just out of its reach.
JUST_BEYOND = 1.5

Table = TypeVar("Table", Needs, Offers)


def just_beyond(candidates: Candidates, unserved: Ints) -> Possible:
    """Offers that do not quite reach the needs ``unserved``."""
    found = candidates.found
    wider = replace(found.offers, reach=found.offers.reach * JUST_BEYOND)
    pairs = engine.candidates(_some(found.needs, unserved), wider, found.rules).problem
    need, offer = unserved[pairs.rows], pairs.candidate_offer.astype(np.int64)
    metres = np.hypot(found.needs.x[need] - found.offers.x[offer], found.needs.y[need] - found.offers.y[offer])
    return _possible(candidates, need, offer, pairs.candidate_cost, metres > found.offers.reach[offer])


def on_later_days(candidates: Candidates, unserved: Ints) -> Possible:
    """Offers within reach of the needs ``unserved`` whose free places begin after the run's horizon."""
    found = candidates.found
    later = np.flatnonzero(found.offers.first > 0)
    patient = _some(found.needs, unserved)
    patient = replace(patient, deadline=np.full(len(unserved), EVER, dtype=np.int32))
    pairs = engine.candidates(patient, _some(found.offers, later), found.rules).problem
    need, offer = unserved[pairs.rows], later[pairs.candidate_offer]
    possible = _possible(candidates, need, offer, pairs.candidate_cost, np.ones(len(need), dtype=bool))
    return replace(possible, day=found.offers.first[possible.offer])


def _some(table: Table, rows: Ints) -> Table:
    """Some rows of a table, in which each offer serves one type."""
    names = (field.name for field in fields(table) if field.name != "type_start")
    return type(table)(**{name: getattr(table, name)[rows] for name in names})


def _possible(
    candidates: Candidates, need: Ints, offer: Ints, cost: Any, wanted: npt.NDArray[np.bool_]
) -> Possible:
    """The ``wanted`` pairs that were not refused."""
    problem = candidates.problem
    wanted = wanted & ~np.isin(need * len(problem.capacity) + offer, candidates.refused)
    need, offer, cost = need[wanted], offer[wanted], cost[wanted]
    start = np.zeros(len(problem.priority_class) + 1, dtype=np.int64)
    np.cumsum(np.bincount(need, minlength=len(start) - 1), out=start[1:])
    return Possible(start, offer.astype(np.int32), cost)
