"""How much better the worst region could do: a bound proved by who can make room for whom."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lacarte.engines.compiling import kernel
from lacarte.engines.matching.problem import Problem

__all__ = ["exchange_regions"]

Array = npt.NDArray[Any]


class Graph(NamedTuple):
    """Who holds what, and who of the class at hand is left over."""

    start: Array  # int64[n + 1]
    offer: Array  # int32[m]
    holder_start: Array  # int64[k + 1]
    holder: Array  # int64[served]
    left_start: Array  # int64[regions + 1]
    left: Array  # int64[unserved of the class]
    gives: Array  # bool[n], served in the class
    region: Array  # int64[n]


def exchange_regions(
    problem: Problem, assignment: Array, region: Array, regions: int, at: int, which: int
) -> Array:
    """``bool[regions]``: ``at``, and every region that could lose a place of class ``which`` to it by exchanges.

    These regions together cannot have more people of the class served than they have: an exchange that changed
    it would lead out of them, and a base of a matroid without such an exchange is best (research/matching.md,
    section 1). So none of their balances has a better worst rate than their common rate.
    """
    n, k = len(problem.priority_class), len(problem.capacity)
    served, mine = assignment >= 0, problem.priority_class == which
    left = np.flatnonzero(~served & mine)
    left = left[np.argsort(region[left], kind="stable")]
    holder = np.flatnonzero(served)
    holder = holder[np.argsort(assignment[holder], kind="stable")]
    graph = Graph(
        start=problem.candidate_start,
        offer=problem.candidate_offer,
        holder_start=np.searchsorted(assignment[holder], np.arange(k + 1)),
        holder=holder,
        left_start=np.searchsorted(region[left], np.arange(regions + 1)),
        left=left,
        gives=served & mine,
        region=region,
    )
    reached = np.zeros(regions, dtype=bool)
    reached[at] = True
    asked = np.zeros(k, dtype=bool)
    reach.at_size(n)(graph, at, reached, asked, np.empty(regions, dtype=np.int64), np.empty(k, dtype=np.int64))
    return reached


@kernel
def ask(graph: Any, need: int, asked: Array, offers: Array, count: int) -> int:
    """Put the offers of ``need`` that nobody has asked yet on the stack; returns its height."""
    for at in range(graph.start[need], graph.start[need + 1]):
        j = graph.offer[at]
        if not asked[j]:
            asked[j] = True
            offers[count] = j
            count += 1
    return count


@kernel
def reach(graph: Any, first: int, reached: Array, asked: Array, regions: Array, offers: Array) -> None:
    """Follow exchanges from region ``first``; ``regions`` and ``offers`` are stacks of those still to visit."""
    regions[0] = first
    waiting, open_offers = 1, 0
    while waiting > 0 or open_offers > 0:
        if waiting > 0:
            waiting -= 1
            g = regions[waiting]
            for at in range(graph.left_start[g], graph.left_start[g + 1]):
                open_offers = ask(graph, graph.left[at], asked, offers, open_offers)
            continue
        open_offers -= 1
        j = offers[open_offers]
        for at in range(graph.holder_start[j], graph.holder_start[j + 1]):
            need = graph.holder[at]
            open_offers = ask(graph, need, asked, offers, open_offers)
            g = graph.region[need]
            if graph.gives[need] and not reached[g]:
                reached[g] = True
                regions[waiting] = g
                waiting += 1
