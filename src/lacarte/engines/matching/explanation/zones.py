"""Scarcity zones: why somebody got nothing, in numbers that anybody can check.

From an unserved need, go to each of its offers, from there to everything that the holders could have instead, and
so on. In an optimum all of these offers are full, every holder is at least as urgent as the need, and none of them
could go anywhere else: a Hall violator. The union of these sets over all unserved needs of a level or above, split
into parts that have nothing to do with one another, are the zones of that level. A zone of a less urgent level
contains those of the more urgent levels that it touches, so all zones form a forest, and there are few of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.explanation.exchange import Exchange, Ints, Offers, Scale
from lacarte.engines.matching.explanation.worth import Worth
from lacarte.engines.matching.problem import Problem

#: Rows of the forest of offers: the union-find link; of each root its newest zone, the list of its outermost
#: zones, its places and how many wait in it.
ROOT, TOP, HEAD, TAIL, PLACES, COUNT = range(6)


@dataclass(frozen=True, eq=False)
class Zones:
    """``z`` zones, each inside ``parent``.

    The needs confined to a zone (of ``level`` or more urgent, all candidates in it) are ``places + waiting``: its
    places are full of such needs, and ``waiting`` more have nothing. ``of_need`` is the smallest zone of each
    unserved need (-1 for the served and those without candidates), ``ahead`` how many needs at least as urgent
    wait in it, the need itself included (0 as before).
    """

    parent: Ints  # [z], -1 for the outermost
    level: Ints  # [z], the problem's level (0 is the most urgent)
    places: Ints  # [z]
    waiting: Ints  # [z]
    begin: Ints  # [z], its offers are offer[begin:end]
    end: Ints  # [z]
    offer: Ints  # offers in zones, those of each zone beside one another
    of_need: Ints  # [n]
    ahead: Ints  # [n]

    def offers(self, zone: int) -> Ints:
        """The offers of one zone."""
        return self.offer[self.begin[zone] : self.end[zone]]

    def confined(self, zone: int) -> int:
        """How many needs can go nowhere else."""
        return int(self.places[zone] + self.waiting[zone])


def zones(problem: Problem, pair: Ints, scale: Scale, graph: Exchange, worth: Worth) -> Zones:
    """All zones of a match.

    ``pair[n]`` is the candidate pair that serves each need, or -1. Raises ``ValueError``, naming need and offer,
    where the match is not the best there is for the levels, since then some zone is not closed.
    """
    _check_closed(pair, scale, graph, worth)
    n, k = len(pair), len(problem.capacity)
    waiting = np.flatnonzero((pair < 0) & (np.diff(problem.candidate_start) > 0))
    waiting = waiting[np.argsort(-scale.weight[waiting], kind="stable")]
    pulled = np.flatnonzero(worth.pull > 0)
    pulled = pulled[np.argsort(-worth.pull[pulled], kind="stable")]
    room = 2 * k + 1
    parent, weight = np.full(room, -1, dtype=np.int64), np.zeros(room, dtype=np.int64)
    places, short = np.zeros(room, dtype=np.int64), np.zeros(room, dtype=np.int64)
    home, of_need = np.full(k, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    ahead = np.zeros(n, dtype=np.int64)
    forest = np.full((6, k), -1, dtype=np.int64)
    forest[ROOT], forest[PLACES], forest[COUNT] = np.arange(k), problem.capacity, 0
    found = _grow.at_size(n)(
        problem.candidate_start, problem.candidate_offer, graph.start, graph.target, waiting, scale.weight, pulled,
        worth.pull, forest, np.full(room, -1, dtype=np.int64), parent, weight, places, short, home, of_need, ahead,
    )  # fmt: skip
    parent, weight, places, short = parent[:found], weight[:found], places[:found], short[:found]
    begin, end, offer = _lay_out(parent, home)
    return Zones(parent, problem.levels - weight, places, short, begin, end, offer, of_need, ahead)


def _check_closed(pair: Ints, scale: Scale, graph: Exchange, worth: Worth) -> None:
    """Refuse a match in which an unserved need reaches a free place or a less urgent holder."""
    wrong = (worth.pull > 0) & (worth.hold < worth.pull)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ValueError(
            f"assignment: need {worth.winner[at]} is unserved and could have a place at offer {at} by exchanges; "
            "the result is not optimal"
        )


def _lay_out(parent: Ints, home: Ints) -> tuple[Ints, Ints, Ints]:
    """Give each zone a slice that holds the slices of the zones in it; parents come after their children."""
    own = np.bincount(home[home >= 0], minlength=len(parent)).astype(np.int64)
    size = own.copy()
    for z, above in enumerate(parent.tolist()):
        if above >= 0:
            size[above] += size[z]
    begin, used, total = np.zeros(len(parent), dtype=np.int64), own.copy(), 0
    for z in range(len(parent) - 1, -1, -1):
        above = int(parent[z])
        if above < 0:
            begin[z], total = total, total + int(size[z])
        else:
            begin[z] = begin[above] + used[above]
            used[above] += size[z]
    inside = np.flatnonzero(home >= 0)
    return begin, begin + size, inside[np.argsort(begin[home[inside]], kind="stable")] if len(inside) else inside


@kernel
def _grow(
    first: Ints, offer: Offers, start: Ints, target: Offers, waiting: Ints, need_weight: Ints, pulled: Ints,
    pull: Ints, forest: Ints, sibling: Ints, parent: Ints, weight: Ints, places: Ints, short: Ints,
    home: Ints, of_need: Ints, ahead: Ints,
) -> int:  # fmt: skip
    """Join offers from the most urgent level down and write a zone whenever a part has changed."""
    found, a, b = 0, 0, 0
    while b < len(waiting):
        level = need_weight[waiting[b]]
        old_a, old_b = a, b
        while a < len(pulled) and pull[pulled[a]] >= level:
            j = pulled[a]
            forest[TOP, _root(forest, j)] = -1
            for e in range(start[j], start[j + 1]):
                _join(forest, sibling, j, target[e])
            a += 1
        while b < len(waiting) and need_weight[waiting[b]] == level:
            i = waiting[b]
            root = _root(forest, offer[first[i]])
            for t in range(first[i] + 1, first[i + 1]):
                if forest[ROOT, offer[t]] != root:  # mostly they are one already
                    _join(forest, sibling, root, offer[t])
                    root = _root(forest, root)
            forest[COUNT, root] += 1
            b += 1
        for u in range(old_b, b):
            i = waiting[u]
            root = _root(forest, offer[first[i]])
            if forest[TOP, root] < 0:
                _write(forest, sibling, root, found, parent)
                weight[found], places[found], short[found] = level, forest[PLACES, root], forest[COUNT, root]
                found += 1
            of_need[i], ahead[i] = forest[TOP, root], forest[COUNT, root]
        for u in range(old_a, a):
            home[pulled[u]] = forest[TOP, _root(forest, pulled[u])]
    return found


@kernel
def _root(forest: Ints, j: int) -> int:
    """The offer that stands for the part that ``j`` is in."""
    while forest[ROOT, j] != j:
        forest[ROOT, j] = forest[ROOT, forest[ROOT, j]]
        j = forest[ROOT, j]
    return j


@kernel
def _join(forest: Ints, sibling: Ints, one: int, other: int) -> None:
    """Make two parts one; its zones so far hang in one list."""
    a, b = _root(forest, one), _root(forest, other)
    if a == b:
        return
    if a > b:
        a, b = b, a
    forest[ROOT, b] = a
    forest[TOP, a] = -1
    forest[PLACES, a] += forest[PLACES, b]
    forest[COUNT, a] += forest[COUNT, b]
    if forest[HEAD, b] >= 0:
        if forest[HEAD, a] < 0:
            forest[HEAD, a] = forest[HEAD, b]
        else:
            sibling[forest[TAIL, a]] = forest[HEAD, b]
        forest[TAIL, a] = forest[TAIL, b]


@kernel
def _write(forest: Ints, sibling: Ints, root: int, zone: int, parent: Ints) -> None:
    """A new zone, around the zones that its part has had so far."""
    z = forest[HEAD, root]
    while z >= 0:
        parent[z] = zone
        z = sibling[z]
    forest[TOP, root], forest[HEAD, root], forest[TAIL, root] = zone, zone, zone
