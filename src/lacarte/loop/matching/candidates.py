"""From records to the arrays of the matching engine: which offers could serve which needs, at what cost.

What is impossible is left out; what is possible costs seconds of travel or their equivalent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lacarte.engines.geography import middle, project
from lacarte.engines.matching import Problem
from lacarte.engines.matching.candidates import build as engine
from lacarte.engines.matching.candidates.build import EVER, Needs, Offers, Reason, Rules
from lacarte.loop.matching.areas import Kinds, kinds
from lacarte.loop.matching.inputs import Inputs
from lacarte.loop.matching.ordering import ranked
from lacarte.loop.matching.queries import HORIZON, Floats, Ints, OpenNeeds, Supply, city_of

#: Changes with anything here that changes what a run decides.
RULES_VERSION = "2026-11.5"
#: Equivalents in seconds: of a language that is not spoken, and of a unit of price.
LANGUAGE_MISFIT_SECONDS = 1800
SECONDS_PER_MINOR_UNIT = 0.2
PRICE_CAP_SECONDS = 3600
#: A price that nobody says is neither free nor the dearest.
UNKNOWN_PRICE_SECONDS = 1800
#: A need or an offer without coordinates: neither near nor far.
UNKNOWN_TRAVEL_SECONDS = 1800
#: A run looks at about so many pairs at first, and at no fewer and no more offers for one need than these.
PAIRS = 10_000_000
FEWEST_OFFERS, MOST_OFFERS = 32, 1000
#: The offers that would do are not to be tried again: beside the engine's own reasons (``Reason``, in lower case).
REFUSED = "refused"


@dataclass(frozen=True, eq=False)
class Candidates:
    """The engine's candidates without the pairs that were refused, and each need's rank inside its class.

    ``rank`` (``int32[n]``) stays what it is when another order is used inside classes.
    """

    found: engine.Candidates
    refused: Ints  # pairs as need * k + offer, sorted
    rank: npt.NDArray[np.int32]
    outside: npt.NDArray[np.bool_]  # who offers their service does so to the people of other regions alone

    @property
    def problem(self) -> Problem:
        """What is to be solved."""
        return self.found.problem

    @property
    def parts(self) -> Mapping[str, npt.NDArray[np.int32]]:
        """What the cost of each candidate is made of: ``int32[m]`` seconds each, adding up to the cost."""
        parts = self.found.parts(slice(None))
        return {"travel": parts.travel, "language": parts.language, "price": parts.offer}

    @property
    def reason(self) -> list[str]:
        """Why nobody with free places can serve each need; empty where somebody can."""
        problem, reason = self.problem, self.found.reason
        reason = np.where(self.outside & (reason == Reason.TYPE), np.uint8(Reason.REACH), reason)
        count = np.diff(problem.candidate_start)
        has_room = np.zeros(len(reason), dtype=bool)
        has_room[problem.rows[problem.capacity[problem.candidate_offer] > 0]] = True
        lost = (reason == Reason.NONE) & ~has_room
        lost |= np.isin(reason, (Reason.NONE, Reason.CAPACITY)) & (count == 0)
        names = [Reason(code).name.lower() if code else "" for code in range(max(Reason) + 1)]
        return [REFUSED if gone else names[code] for gone, code in zip(lost, reason.tolist(), strict=True)]

    def widened(self, price: Ints) -> Candidates:
        """With the pairs that were left out but would improve a result at these prices; itself if there are none.

        Itself is a proof that the result is optimal among all pairs: fewer pairs are refused for any need than
        the engine looks for, so that they cannot hide a better one.
        """
        wider = _without(engine.widen(self.found, price), self.refused)
        if len(wider.problem.candidate_offer) == len(self.problem.candidate_offer):
            return self
        return replace(self, found=wider)


def build(inputs: Inputs) -> Candidates:
    """Join ``n`` needs with ``k`` offers at places of the same service type, for their region and within reach."""
    classes, order = ranked(inputs)
    around, joined = middle(*_all_places(inputs)), kinds(inputs.needs, inputs.supply)
    found = engine.candidates(
        _needs(inputs.needs, joined, classes, order, around),
        _offers(inputs.supply, joined, around),
        _rules(inputs, joined),
    )
    return Candidates(_without(found, inputs.refused), inputs.refused, order, joined.outside)


def _needs(
    needs: OpenNeeds,
    joined: Kinds,
    classes: npt.NDArray[np.uint8],
    order: npt.NDArray[np.int32],
    around: tuple[float, float],
) -> Needs:
    x, y = project(*_places(needs), around)
    return Needs(
        service_type=joined.of_needs,
        x=x,
        y=y,
        priority_class=classes,
        order=order,
        languages=needs.language.astype(np.uint64),
        deadline=np.full(len(needs), HORIZON.days - 1, dtype=np.int32),
        region=city_of(needs.region),
    )


def _offers(supply: Supply, joined: Kinds, around: tuple[float, float]) -> Offers:
    x, y = project(*_places(supply), around)
    price = np.minimum(supply.price_minor * SECONDS_PER_MINOR_UNIT, PRICE_CAP_SECONDS)
    price = np.where(np.isnan(price), UNKNOWN_PRICE_SECONDS, price)
    return Offers(
        service_type=joined.of_offers,
        type_start=joined.start,
        capacity=np.minimum(supply.free, 2**31 - 1).astype(np.int32),
        x=x,
        y=y,
        reach=supply.reach_metres,
        languages=supply.languages.astype(np.uint64),
        first=supply.day.astype(np.int32),
        last=np.full(len(supply.ids), EVER, dtype=np.int32),
        region=city_of(supply.region),
        cost=np.rint(price).astype(np.int32),
    )


def _rules(inputs: Inputs, joined: Kinds) -> Rules:
    """Small runs look at every pair; large ones at as many as fit, and then at those that prices call for."""
    _, refusals = np.unique(inputs.refused // max(len(inputs.supply.ids), 1), return_counts=True)
    least = max(FEWEST_OFFERS, int(refusals.max(initial=0)) + 1)
    fits = min(max(PAIRS // max(len(inputs.needs), 1), least), MOST_OFFERS)
    return Rules(
        language_misfit=LANGUAGE_MISFIT_SECONDS,
        unknown_travel=UNKNOWN_TRAVEL_SECONDS,
        most=fits,
        most_full=fits,
        agreements=joined.agreements,
        version=RULES_VERSION,
    )


def _without(found: engine.Candidates, refused: Ints) -> engine.Candidates:
    """The candidates without some pairs."""
    problem = found.problem
    rows = problem.rows
    kept = ~np.isin(rows * len(problem.capacity) + problem.candidate_offer, refused)
    if kept.all():
        return found
    start = np.zeros_like(problem.candidate_start)
    np.cumsum(np.bincount(rows[kept], minlength=len(start) - 1), out=start[1:])
    left = replace(
        problem,
        candidate_start=start,
        candidate_offer=problem.candidate_offer[kept],
        candidate_cost=problem.candidate_cost[kept],
    )
    return replace(found, problem=left, travel=found.travel[kept], misfit=found.misfit[kept])


def _all_places(inputs: Inputs) -> tuple[Floats, Floats]:
    ours, theirs = _places(inputs.needs), _places(inputs.supply)
    return np.concatenate([ours[0], theirs[0]]), np.concatenate([ours[1], theirs[1]])


def _places(table: OpenNeeds | Supply) -> tuple[Floats, Floats]:
    """Degrees; a place that is nowhere on Earth is not known."""
    with np.errstate(invalid="ignore"):
        real = (np.abs(table.longitude) <= 360) & (np.abs(table.latitude) <= 90)
    return np.where(real, table.longitude, np.nan), np.where(real, table.latitude, np.nan)
