"""The solvers that a city might pick instead, each called as its documentation says, on the same problem.

Each takes a :class:`Problem` and returns the offer of each need or -1. Peers are no dependencies:
``pip install highspy pot pylmcf scipy``. Where a peer knows nothing of need and offer, going unserved is an arc,
a column or a row of its own at the problem's penalty, so that all solve the same problem to the same optimum.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines.geography.curve import hilbert_order
from lacarte.engines.matching import Problem, solve

Assignment = npt.NDArray[Any]


class NoAnswerError(Exception):
    """The peer ended without an assignment; the message says why."""


def ours(p: Problem) -> Assignment:
    """``solve`` as it comes: two threads, a gap of at most a millionth of the cost."""
    return solve(p).assignment


def ours_exact(p: Problem) -> Assignment:
    """``solve`` until the gap is 0."""
    return solve(p, tolerance=0).assignment


def ortools_flow(p: Problem) -> Assignment:
    """OR-Tools' SimpleMinCostFlow with needs and offers numbered as they were given."""
    from ortools.graph.python import min_cost_flow

    tails, heads, capacities, costs, supplies = _network(p)
    network = min_cost_flow.SimpleMinCostFlow()
    arcs = network.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    network.set_nodes_supplies(np.arange(len(supplies), dtype=np.int32), supplies)
    if (status := network.solve()) != network.OPTIMAL:
        raise NoAnswerError(f"status {status}")
    return _chosen(p, network.flows(arcs[: len(p.candidate_offer)]) > 0)


def ortools_flow_sorted(p: Problem) -> Assignment:
    """The same with needs and offers renumbered along a curve first, which the user would have to know."""
    need, offer = _order(p.need_place, len(p.priority_class)), _order(p.offer_place, len(p.capacity))
    rank = np.empty_like(offer)
    rank[offer] = np.arange(len(offer))
    length = np.diff(p.candidate_start)[need]
    start = np.concatenate([[0], np.cumsum(length)])
    arc = np.repeat(p.candidate_start[need] - start[:-1], length) + np.arange(start[-1])
    renumbered = replace(
        p,
        candidate_start=start,
        candidate_offer=rank[p.candidate_offer[arc]],
        candidate_cost=p.candidate_cost[arc],
        capacity=p.capacity[offer],
        priority_class=p.priority_class[need],
        order=p.order[need],
        need_place=None,
        offer_place=None,
    )
    found = ortools_flow(renumbered)
    assignment = np.empty_like(found)
    assignment[need] = np.where(found >= 0, offer[found], -1)
    return assignment


def lemon(p: Problem) -> Assignment:
    """LEMON's network simplex, through pylmcf."""
    import pylmcf

    tails, heads, capacities, costs, supplies = _network(p)
    rows = np.lexsort((heads, tails))  # pylmcf wants arcs sorted
    graph = pylmcf.Graph(len(supplies), tails[rows], heads[rows])
    graph.set_node_supply(supplies)
    graph.set_edge_capacities(capacities[rows])
    graph.set_edge_costs(costs[rows])
    graph.solve()
    used = np.empty(len(rows), dtype=bool)
    used[rows] = np.asarray(graph.result()) > 0
    return _chosen(p, used[: len(p.candidate_offer)])


def highs(p: Problem) -> Assignment:
    """HiGHS on the linear program by the simplex method, which is what it chooses by itself."""
    return _highs(p, "simplex")


def highs_interior_point(p: Problem) -> Assignment:
    """HiGHS on the linear program by interior point, with crossover."""
    return _highs(p, "ipm")


def pot_emd(p: Problem) -> Assignment:
    """POT's exact optimal transport: a dense matrix, a row for idle places, a column for the unserved."""
    import ot

    n, k = len(p.priority_class), len(p.capacity)
    dear = 2.0 * float(p.penalty.max(initial=0)) + p.largest_cost
    cost = np.full((n + 1, k + 1), dear)
    np.minimum.at(cost, (p.rows, p.candidate_offer), p.candidate_cost)
    cost[:n, k], cost[n] = p.penalty, 0.0
    places = np.minimum(p.capacity, n).astype(float)
    plan = ot.emd(np.append(np.ones(n), places.sum()), np.append(places, float(n)), cost, numItermax=10**9)
    offer = plan[:n].argmax(axis=1)
    return np.where(offer == k, -1, offer)


def scipy_sparse(p: Problem) -> Assignment:
    """SciPy's sparse matching: a column for each place, and one for each need to go unserved."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    n, first = len(p.priority_class), _first_place(p)
    arcs = _cheapest_of_doubles(p)
    times = np.diff(first)[p.candidate_offer[arcs]]
    before = np.concatenate([[0], np.cumsum(times)])
    column = np.repeat(first[p.candidate_offer[arcs]] - before[:-1], times) + np.arange(before[-1])
    rows = np.concatenate([np.repeat(p.rows[arcs], times), np.arange(n)])
    columns = np.concatenate([column, first[-1] + np.arange(n)])
    weights = np.concatenate([np.repeat(p.candidate_cost[arcs], times), p.penalty]) + 1.0  # 0 would be no arc
    matrix = csr_array((weights, (rows, columns)), shape=(n, int(first[-1]) + n))
    row, place = min_weight_full_bipartite_matching(matrix)
    return _offer_of_place(p, first, row, place)


def scipy_dense(p: Problem) -> Assignment:
    """SciPy's linear_sum_assignment: a column for each place; what a pair saves against going unserved."""
    from scipy.optimize import linear_sum_assignment

    n, first, arcs = len(p.priority_class), _first_place(p), _cheapest_of_doubles(p)
    saves = np.zeros((n, len(p.capacity)))
    saves[p.rows[arcs], p.candidate_offer[arcs]] = p.penalty[p.rows[arcs]] - p.candidate_cost[arcs]
    row, place = linear_sum_assignment(np.repeat(saves, np.diff(first), axis=1), maximize=True)
    assignment = _offer_of_place(p, first, row, place)
    given = assignment >= 0
    assignment[given] = np.where(saves[given.nonzero()[0], assignment[given]] > 0, assignment[given], -1)
    return assignment


@dataclass(frozen=True)
class Solver:
    """What to call, and roughly how many GB it needs where that does not grow with the arcs alone."""

    call: Callable[[Problem], Assignment]
    memory: Callable[[Problem], float] = lambda p: 0.0


SOLVERS: dict[str, Solver] = {
    "lacarte": Solver(ours),
    "lacarte, gap 0": Solver(ours_exact),
    "OR-Tools flow": Solver(ortools_flow),
    "OR-Tools flow, sorted": Solver(ortools_flow_sorted),
    "LEMON simplex": Solver(lemon),
    "HiGHS simplex": Solver(highs),
    "HiGHS interior point": Solver(highs_interior_point),
    "POT emd": Solver(pot_emd, lambda p: 5 * 8e-9 * len(p.priority_class) * len(p.capacity)),
    "SciPy sparse": Solver(scipy_sparse, lambda p: 60e-9 * _expanded(p)),
    "SciPy dense": Solver(
        scipy_dense, lambda p: 8e-9 * len(p.priority_class) * (2.0 * _first_place(p)[-1] + len(p.capacity))
    ),
}


def _network(
    p: Problem,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Assignment, Assignment, Assignment]:
    """Tails, heads, capacities, costs, and supplies of the nodes: needs, then offers, then one sink."""
    n, k, m = len(p.priority_class), len(p.capacity), len(p.candidate_offer)
    tails = np.concatenate([p.rows, n + np.arange(k), np.arange(n)]).astype(np.int32)
    heads = np.concatenate([n + p.candidate_offer, np.full(k + n, n + k)]).astype(np.int32)
    capacities = np.concatenate([np.ones(m), p.capacity, np.ones(n)]).astype(np.int64)
    costs = np.concatenate([p.candidate_cost, np.zeros(k), p.penalty]).astype(np.int64)
    supplies = np.zeros(n + k + 1, dtype=np.int64)
    supplies[:n], supplies[n + k] = 1, -n
    return tails, heads, capacities, costs, supplies


def _highs(p: Problem, method: str) -> Assignment:
    import highspy

    n, k, m = len(p.priority_class), len(p.capacity), len(p.candidate_offer)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = m, n + k
    model.col_cost_ = p.candidate_cost - p.penalty[p.rows].astype(float)
    model.col_lower_, model.col_upper_ = np.zeros(m), np.ones(m)
    model.row_lower_ = np.full(n + k, -highspy.kHighsInf)
    model.row_upper_ = np.concatenate([np.ones(n), p.capacity.astype(float)])
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = 2 * np.arange(m + 1)
    model.a_matrix_.index_ = np.column_stack([p.rows, n + p.candidate_offer]).ravel()
    model.a_matrix_.value_ = np.ones(2 * m)
    program = highspy.Highs()
    program.setOptionValue("output_flag", False)
    program.setOptionValue("solver", method)
    program.passModel(model)
    program.run()
    if program.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise NoAnswerError(program.modelStatusToString(program.getModelStatus()))
    share = np.asarray(program.getSolution().col_value)
    if (np.abs(share - np.rint(share)) > 1e-6).any():
        raise NoAnswerError("needs are cut in parts")
    return _chosen(p, share > 0.5)


def _order(place: npt.NDArray[np.float64] | None, count: int) -> Assignment:
    return np.arange(count) if place is None else hilbert_order(place[:, 0], place[:, 1])


def _chosen(p: Problem, used: npt.NDArray[np.bool_]) -> Assignment:
    """The offer of each need whose candidate is ``used: bool[m]``."""
    assignment = np.full(len(p.priority_class), -1, dtype=np.int64)
    assignment[p.rows[used]] = p.candidate_offer[used]
    return assignment


def _first_place(p: Problem) -> Assignment:
    """``int64[k + 1]``: where each offer's places begin when each has a number; none more than could be used."""
    could_come = np.bincount(p.candidate_offer, minlength=len(p.capacity))
    return np.concatenate([[0], np.cumsum(np.minimum(p.capacity, could_come))])


def _expanded(p: Problem) -> float:
    """How many pairs of need and place there are."""
    return float(np.diff(_first_place(p))[p.candidate_offer].sum(dtype=np.float64))


def _cheapest_of_doubles(p: Problem) -> Assignment:
    """The arcs less those whose pair is there more cheaply."""
    key = p.rows * len(p.capacity) + p.candidate_offer
    in_order = np.lexsort((p.candidate_cost, key))
    return np.sort(in_order[np.unique(key[in_order], return_index=True)[1]])


def _offer_of_place(p: Problem, first: Assignment, row: Assignment, place: Assignment) -> Assignment:
    assignment = np.full(len(p.priority_class), -1, dtype=np.int64)
    served = place < first[-1]
    assignment[row[served]] = np.searchsorted(first, place[served], side="right") - 1
    return assignment
