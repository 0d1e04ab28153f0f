"""What would change it: for each unserved need, changes that would serve it in every optimum.

Four kinds, each exact (see :class:`~lacarte.engines.matching.explanation.worth.Worth`):

* *another offer* (farther, at another hour, in another language, on a later day): the caller says which candidates
  are just outside the rules; one helps if it leads to a free place or to a holder who gives way.
* *one more place* at an offer: helps the one need that the place would go to.
* *more places* at the need's cheapest candidate: as many as needs at least as urgent wait in its zone (itself
  included) are enough. Proof: let X be the other needs at least as urgent, w of them unserved, v of these in the
  need's own zone. For a set T of offers let f(T) be the places of T + the needs of X not confined to T; the least
  f(T) is how many of X can be served, |X| - w (König, Rado). With v + 1 more places at its candidate, the need can
  be left out only if a T that confines it has the least f(T). But T contains the candidate, so its f(T) is now at
  least |X| - w + v + 1, while the other zones of that level together have f = |X| - w + v, as before.
* *a more urgent class*, or a lower order in the same class: before the least urgent holder in reach.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.checking import whole_numbers
from lacarte.engines.compiling import kernel
from lacarte.engines.matching.explanation.exchange import Ints, Offers, Scale
from lacarte.engines.matching.explanation.worth import FAR, Worth
from lacarte.engines.matching.explanation.zones import Zones
from lacarte.engines.matching.problem import Problem

#: No order is given.
NO_ORDER = -(2**31)


@dataclass(frozen=True, eq=False)
class Possible:
    """Candidates that the rules leave out, in CSR form like the problem's own; ``offer`` counts the same offers.

    ``day`` (whole days from now, say) makes them later ones: the soonest comes first, then the cheapest.
    Raises ``ValueError`` naming array and index.
    """

    start: Ints  # [n + 1]
    offer: Offers  # [x]
    cost: Offers  # [x], >= 0
    day: Offers | None = None  # [x]

    def __post_init__(self) -> None:
        for name, kind in (("start", np.int64), ("offer", np.int32), ("cost", np.int32), ("day", np.int32)):
            given = getattr(self, name)
            if given is not None:
                object.__setattr__(self, name, whole_numbers(name, given, kind))
        if len(self.start) == 0 or self.start[0] != 0 or (np.diff(self.start) < 0).any():
            raise ValueError("start must begin with 0 and never go down")
        for name in ("offer", "cost", "day"):
            given = getattr(self, name)
            if given is not None and len(given) != self.start[-1]:
                raise ValueError(f"{name} has {len(given)} entries, start calls for {self.start[-1]}")
        if (self.cost < 0).any():
            raise ValueError(f"cost[{int(np.argmax(self.cost < 0))}] is negative")

    @property
    def days(self) -> Offers:
        """``int32[x]``: the days, all 0 where none are given."""
        return np.zeros_like(self.cost) if self.day is None else self.day

    def check(self, problem: Problem) -> None:
        """Raise ``ValueError`` where this does not fit the problem."""
        n, k = len(problem.priority_class), len(problem.capacity)
        if len(self.start) != n + 1:
            raise ValueError(f"start has {len(self.start)} entries, {n} needs call for {n + 1}")
        wrong = (self.offer < 0) | (self.offer >= k)
        if wrong.any():
            at = int(np.argmax(wrong))
            raise ValueError(f"offer[{at}] = {self.offer[at]} is not one of the {k} offers")


@dataclass(frozen=True, eq=False)
class Changes:
    """For each of ``n`` needs the least change of each kind that would serve it; -1 where there is none.

    Each holds by itself, with everything else as it is, in every optimum of the changed problem.
    """

    reach: Ints  # entry of the first Possible: the cheapest that helps
    later: Ints  # entry of the second Possible: the soonest that helps
    one_place_at: Ints  # offer where one more place would serve it: where it does so at least cost
    places_at: Ints  # its cheapest candidate
    places: Ints  # so many more places there are enough; 0 where there is no candidate
    priority_class: Ints  # the least urgent class that would do, with the same order
    order: Ints  # the last order in the same class that would do, rounded down to the grain; NO_ORDER for none


def changes(
    problem: Problem, pair: Ints, nearest: Ints, scale: Scale, worth: Worth, zones: Zones,
    beyond: Possible | None = None, later: Possible | None = None, grain: int = 10,
) -> Changes:  # fmt: skip
    """What would serve each unserved need; -1 everywhere for the served.

    ``nearest[n]`` is the cheapest candidate pair of an unserved need. ``grain``: orders are given in multiples of
    it, so that no single holder's can be read off. Raises ``ValueError`` where ``beyond`` or ``later`` do not fit.
    """
    n, unserved = len(pair), np.flatnonzero(pair < 0)
    one_place_at = _won(n, worth)
    at = np.full(n, -1, dtype=np.int64)
    some = unserved[zones.ahead[unserved] > 0]
    at[some] = problem.candidate_offer[nearest[some]]
    priority_class, order = _more_urgent(problem, pair, unserved, worth, grain)
    return Changes(
        _possible(n, beyond, problem, unserved, scale, worth),
        _possible(n, later, problem, unserved, scale, worth),
        one_place_at, at, zones.ahead, priority_class, order,
    )  # fmt: skip


def _won(n: int, worth: Worth) -> Ints:
    """The offer where one more place would go to each need for certain; the one of greatest gain."""
    won = np.full(n, -1, dtype=np.int64)
    sure = np.flatnonzero((worth.winner >= 0) & ~worth.contested)
    sure = sure[np.lexsort((-sure, worth.gain[sure]))]  # the greatest gain, then the first offer, is written last
    won[worth.winner[sure]] = sure
    return won


def _possible(
    n: int, extra: Possible | None, problem: Problem, unserved: Ints, scale: Scale, worth: Worth
) -> Ints:
    """The nearest entry of ``extra`` that serves each need."""
    best = np.full(n, -1, dtype=np.int64)
    if extra is None:
        return best
    extra.check(problem)
    need = np.repeat(np.arange(n), np.diff(extra.start))
    is_unserved = np.zeros(n, dtype=bool)
    is_unserved[unserved] = True
    entry = np.flatnonzero(is_unserved[need])
    entry = entry[worth.admits(extra.offer[entry], extra.cost[entry], scale.weight[need[entry]])]
    entry = entry[np.lexsort((-entry, -extra.cost[entry].astype(np.int64), -extra.days[entry].astype(np.int64)))]
    best[need[entry]] = entry  # the soonest and cheapest is written last
    return best


def _more_urgent(problem: Problem, pair: Ints, unserved: Ints, worth: Worth, grain: int) -> tuple[Ints, Ints]:
    """The least urgent class, and the last order in the own class, before the least urgent holder in reach.

    Neither is said where that holder is the only one of the class at the offer: it would be known whose it is.
    """
    n = len(problem.priority_class)
    raised, moved = np.full(n, -1, dtype=np.int64), np.full(n, NO_ORDER, dtype=np.int64)
    last, wins = np.full(len(unserved), -1, dtype=np.int64), np.zeros(len(unserved), dtype=np.int64)
    _last_in_reach.at_size(n)(
        problem.candidate_start, problem.candidate_offer, problem.candidate_cost, unserved, worth.hold,
        worth.marginal, worth.rest, last, wins,
    )  # fmt: skip
    some = np.flatnonzero(last >= 0)
    some = some[_in_company(problem, pair)[last[some]]]
    i, h, as_urgent = unserved[some], last[some], wins[some]
    # Before the last one in reach; where the need is nearer than that one, as urgent is enough.
    mine, theirs = problem.order[i].astype(np.int64), problem.order[h].astype(np.int64) - 1 + as_urgent
    held = problem.priority_class[h].astype(np.int64)
    raised[i] = np.where(mine <= theirs, held, held - 1)
    order = theirs // grain * grain
    fits = (held == problem.priority_class[i]) & (order >= int(problem.order.min(initial=0)))
    moved[i[fits]] = order[fits]
    return raised, moved


def _in_company(problem: Problem, pair: Ints) -> npt.NDArray[np.bool_]:
    """``bool[n]``: served where somebody else of the same class is served too."""
    served = np.flatnonzero(pair >= 0)
    classes = int(problem.priority_class.max(initial=0)) + 1
    key = problem.candidate_offer[pair[served]].astype(np.int64) * classes + problem.priority_class[served]
    company = np.zeros(len(pair), dtype=bool)
    company[served] = np.bincount(key)[key] >= 2
    return company


@kernel
def _last_in_reach(
    first: Ints, offer: Offers, cost: Offers, unserved: Ints, hold: Ints, marginal: Ints, rest: Ints,
    last: Ints, wins: Ints,
) -> None:  # fmt: skip
    """The least urgent holder that each unserved need reaches, -1 for nobody.

    ``wins`` is 1 where the need, were it as urgent, would take that place for being nearer.
    """
    for u in range(len(unserved)):
        least = FAR
        for t in range(first[unserved[u]], first[unserved[u] + 1]):
            j = offer[t]
            if hold[j] < least:
                least, last[u], wins[u] = hold[j], marginal[j], 0
            if hold[j] == least and last[u] >= 0 and cost[t] + rest[j] < 0:
                wins[u] = 1
