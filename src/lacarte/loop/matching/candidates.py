"""From records to the arrays of the matching engine: which offers could serve which needs, at what cost.

What is impossible is left out; what is possible costs seconds of travel or their equivalent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.geography import haversine_metres, travel_seconds
from lacarte.engines.matching import Problem
from lacarte.loop.matching.inputs import Inputs
from lacarte.loop.matching.ordering import ranked
from lacarte.loop.matching.queries import OpenNeeds, Supply

#: Changes with anything here that changes what a run decides.
RULES_VERSION = "2026-11.2"
#: Equivalents in seconds: of a language that is not spoken, and of a unit of price.
LANGUAGE_MISFIT_SECONDS = 1800
SECONDS_PER_MINOR_UNIT = 0.2
PRICE_CAP_SECONDS = 3600
#: A need or an offer without coordinates: neither near nor far.
UNKNOWN_TRAVEL_SECONDS = 1800


@dataclass(frozen=True)
class Candidates:
    """The engine's problem, and the parts of each candidate's cost (``int32[m]`` seconds) to explain it by."""

    problem: Problem
    travel: npt.NDArray[np.int32]
    language: npt.NDArray[np.int32]
    price: npt.NDArray[np.int32]


def build(inputs: Inputs) -> Candidates:
    """Join ``n`` needs with ``k`` offers at places of the same service type and within reach."""
    needs, supply, refused = inputs.needs, inputs.supply, inputs.refused
    pairs = [_of_type(needs, supply, kind) for kind in np.unique(needs.service_type)]
    need, offer, travel, language, price = (
        np.concatenate([pair[part] for pair in pairs]) if pairs else np.zeros(0, dtype=np.int64)
        for part in range(5)
    )
    classes, order = ranked(inputs)
    kept = np.lexsort((offer, need))
    kept = kept[~np.isin(need[kept] * len(supply.ids) + offer[kept], refused)]
    need, offer, travel, language, price = (part[kept] for part in (need, offer, travel, language, price))
    start = np.zeros(len(needs) + 1, dtype=np.int64)
    np.cumsum(np.bincount(need, minlength=len(needs)), out=start[1:])
    problem = Problem(
        candidate_start=start,
        candidate_offer=offer.astype(np.int32),
        candidate_cost=(travel + language + price).astype(np.int32),
        capacity=supply.free.astype(np.int32),
        priority_class=classes,
        order=order,
        need_place=np.column_stack((needs.longitude, needs.latitude)),
        offer_place=np.column_stack((supply.longitude, supply.latitude)),
    )
    return Candidates(problem, travel.astype(np.int32), language.astype(np.int32), price.astype(np.int32))


def _of_type(needs: OpenNeeds, supply: Supply, kind: int) -> tuple[npt.NDArray[np.int64], ...]:
    """All possible pairs of one service type: need, offer, and the three parts of the cost."""
    wanted = np.flatnonzero(needs.service_type == kind)
    offered = np.flatnonzero(supply.service_type == kind)
    metres = haversine_metres(
        needs.longitude[wanted, None],
        needs.latitude[wanted, None],
        supply.longitude[None, offered],
        supply.latitude[None, offered],
    )
    known = ~np.isnan(metres)
    near = ~known | (metres <= supply.reach_metres[None, offered])
    allowed = supply.serves(needs.region[wanted], offered)
    row, column = np.nonzero(near & allowed)
    far = metres[row, column]
    travel = np.where(np.isnan(far), UNKNOWN_TRAVEL_SECONDS, travel_seconds(np.nan_to_num(far)))
    need, offer = wanted[row], offered[column]
    spoken = (needs.language[need] & supply.languages[offer]) > 0
    understood = spoken | (needs.language[need] == 0) | (supply.languages[offer] == 0)
    price = np.minimum(supply.price_minor[offer] * SECONDS_PER_MINOR_UNIT, PRICE_CAP_SECONDS)
    return (
        need,
        offer,
        np.rint(travel).astype(np.int64),
        np.where(understood, 0, LANGUAGE_MISFIT_SECONDS).astype(np.int64),
        np.rint(price).astype(np.int64),
    )
