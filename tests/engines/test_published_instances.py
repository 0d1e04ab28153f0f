"""Instances from the literature, to their published optimum; and instances drawn as NETGEN draws them.

OR-Library's ``assign100`` (Beasley, Linear programming on Cray supercomputers, JORS 41, 1990) is in
``tests/data``. Dantzig's transportation problem (Linear Programming and Extensions, 1963, chapter 3.3) is the
first model of the GAMS library, which gives its optimum.

The files of the published NETGEN problems were not to be had. Those here are drawn by our own generator after the
description in Klingman, Napier and Stutz, Management Science 20 (1974), at the sizes of their problems 1 to 15;
their optimum is not published, so two other solvers have to agree on it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from lacarte.engines import compiling
from lacarte.engines.matching import Problem, Result, certify, solve

Ints = npt.NDArray[np.int64]
DATA = Path(__file__).parents[1] / "data"
SOLVERS = ["flow", "auction"]


@pytest.fixture(autouse=True)
def _compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiling, "COMPILE_FROM", 0)


def transport(supply: Ints, demand: Ints, source: Ints, sink: Ints, cost: Ints) -> Problem:
    """Each unit supplied is a need, all of one class, and each sink an offer; arcs are sorted by source."""
    degree = np.bincount(source, minlength=len(supply))
    first = np.cumsum(degree) - degree
    unit = np.repeat(np.arange(len(supply)), supply)
    arc = np.concatenate([np.arange(first[s], first[s] + degree[s]) for s in unit])
    return Problem(
        candidate_start=np.concatenate([[0], np.cumsum(degree[unit])]),
        candidate_offer=sink[arc],
        candidate_cost=cost[arc],
        capacity=demand,
        priority_class=np.zeros(len(unit), dtype=np.uint8),
    )


def dense(cost: Ints, supply: Ints, demand: Ints) -> Problem:
    """Every source may send to every sink."""
    source, sink = np.indices(cost.shape)
    return transport(supply, demand, source.ravel(), sink.ravel(), cost.ravel())


def proved(p: Problem, solver: str) -> Result:
    """The result; refuses one that leaves anybody out or is not proved."""
    result = solve(p, solver=solver, tolerance=0)  # type: ignore[arg-type]
    assert (result.assignment >= 0).all()
    assert certify(p, result).gap == 0
    return result


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_published_optimum_of_assign100(solver: str) -> None:
    n, *cost = (int(number) for number in (DATA / "assign100.txt").read_text().split())
    ones = np.ones(n, dtype=np.int64)
    assert proved(dense(np.array(cost).reshape(n, n), ones, ones), solver).cost == 305


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_published_optimum_of_dantzigs_transportation_problem(solver: str) -> None:
    # Hundreds of miles from New York, Chicago and Topeka to Seattle and San Diego, which have 50 cases too many.
    miles = np.array([[25, 25], [17, 18], [18, 14]])
    ordered = proved(dense(miles, supply=np.array([325, 300, 275]), demand=np.array([350, 600])), solver)
    # 90 dollars for a thousand miles, in thousands of dollars.
    assert ordered.cost * 90 / 10 / 1000 == 153.675


def netgen(sources: int, sinks: int, arcs: int, supply: int, seed: int) -> tuple[Ints, ...]:
    """Supply, demand, and source, sink, cost of the arcs, drawn as NETGEN does; costs 1 to 100.

    Each source ships to a few sinks that take what it has (the skeleton, so that all can be shipped); other arcs
    are drawn until there are enough. Source, sink and cost are sorted by source.
    """
    draw = np.random.default_rng(seed)
    has = 1 + draw.multinomial(supply - sources, np.full(sources, 1 / sources))
    wants = np.zeros(sinks, dtype=np.int64)
    pairs: set[tuple[int, int]] = set()
    matched = draw.permutation(sinks)
    for s in range(sources):
        few = draw.choice(sinks, min(2, int(has[s])), replace=False) if supply > sources else matched[[s]]
        few = np.union1d(few, matched[[s % sinks]])
        wants[few] += draw.multinomial(has[s], np.full(len(few), 1 / len(few)))
        pairs.update((s, int(t)) for t in few)
    while len(pairs) < arcs:
        pairs.add((int(draw.integers(sources)), int(draw.integers(sinks))))
    source, sink = np.array(sorted(pairs)).T
    return has, wants, source, sink, draw.integers(1, 101, len(source))


#: Problems 11 to 15 of the paper are assignments; 1 to 10 transportation, here with fewer units each.
SIZES = [(200, 200, arcs, 200) for arcs in (1500, 2250, 3000, 3750, 4500)]
SIZES += [(100, 100, arcs, 5000) for arcs in (1300, 1500, 2000, 2200, 2900)]
SIZES += [(150, 150, arcs, 5000) for arcs in (3150, 4500, 5155, 6075, 6300)]


@pytest.mark.parametrize(("sources", "sinks", "arcs", "supply"), SIZES)
def test_both_solvers_agree_on_what_netgen_would_draw(sources: int, sinks: int, arcs: int, supply: int) -> None:
    p = transport(*netgen(sources, sinks, arcs, supply, seed=13502460))
    assert proved(p, "flow").cost == proved(p, "auction").cost


@pytest.mark.parametrize(("sources", "sinks", "arcs", "supply"), SIZES)
def test_a_network_simplex_that_is_not_ours_agrees(sources: int, sinks: int, arcs: int, supply: int) -> None:
    networkx = pytest.importorskip("networkx")
    drawn = netgen(sources, sinks, arcs, supply, seed=7)
    has, wants, source, sink, cost = (values.tolist() for values in drawn)
    graph = networkx.DiGraph()
    graph.add_nodes_from((("source", s), {"demand": -units}) for s, units in enumerate(has))
    graph.add_nodes_from((("sink", t), {"demand": units}) for t, units in enumerate(wants))
    for s, t, c in zip(source, sink, cost, strict=True):
        graph.add_edge(("source", s), ("sink", t), weight=c)
    assert proved(transport(*drawn), "auction").cost == networkx.min_cost_flow_cost(graph)
