"""A sample of a matching problem, whose prices a large auction starts from.

Where an offer has many places, a part of the people and the same part of the places lead to nearly the same
prices, in a part of the time. Needs are numbered along a curve, so every so-manieth of them is a fair sample of
each neighbourhood.
"""

from __future__ import annotations

import numpy as np

from lacarte.engines.compiling import in_blocks
from lacarte.engines.matching.auction import row_kernels as kernels
from lacarte.engines.matching.auction.graph import Graph, Ints

#: So many needs an offer tell its price; where that is more than one need in ``DENSEST``, a sample costs more than
#: it saves, and where it is less than one in ``SPARSEST``, its prices are too rough (both measured).
NEEDS_AN_OFFER = 10
DENSEST = 4
SPARSEST = 16
#: Which of each so many is taken differs, as in a hash: who comes in turns in the input is not left out by turns.
SCATTER = 2654435761


def how_sparse(needs: int, offers: int) -> int:
    """Each so-manieth need is enough; 1 where all are needed."""
    every = needs // (NEEDS_AN_OFFER * offers)
    return min(every, SPARSEST) if every >= DENSEST else 1


def sampled(graph: Graph, every: int) -> tuple[Ints, Graph]:
    """Which needs are in the sample, and the graph of it.

    An offer has its part of the places, rounded so that the sum over neighbours is right; where there is room for
    all who could come, there is in the sample too.
    """
    n = len(graph.need)
    among = np.arange(n // every) * every
    pick = among + (among * SCATTER >> 16) % every
    first = np.zeros(len(pick) + 1, dtype=np.int64)
    np.cumsum(np.diff(graph.first)[pick], out=first[1:])
    arc = np.empty(first[-1], dtype=graph.arc.dtype)
    bounds = np.searchsorted(pick, graph.bounds).tolist()
    work = kernels.pick_rows.at_size(n)
    in_blocks(lambda low, high: work(low, high, pick, graph.first, graph.arc, first, arc), bounds, graph.threads)
    room = np.diff(np.cumsum(graph.room) // every, prepend=0)
    room[graph.ample] = graph.room[graph.ample]
    return pick, Graph(
        graph.need[pick], graph.offer, first, arc, room, graph.ample, bounds, graph.boundary[pick], graph.threads
    )
