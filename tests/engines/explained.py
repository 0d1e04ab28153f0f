"""Problems to explain: written down, drawn, changed a little, and a city of 10,000."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import strategies as st

from lacarte.engines.matching import Problem, Result, solve
from lacarte.engines.matching.explanation.counterfactuals import Possible
from lacarte.engines.matching.explanation.explain import Explanations, explain

Rows = list[list[tuple[int, int]]]


def csr(rows: Rows) -> tuple[list[int], list[int], list[int]]:
    """Where each row starts, and the offers and costs of all."""
    flat = [pair for row in rows for pair in row]
    return np.cumsum([0, *map(len, rows)]).tolist(), [o for o, _ in flat], [c for _, c in flat]


def problem(rows: Rows, capacity: list[int], classes: list[int], order: list[int] | None = None) -> Problem:
    """Needs with their (offer, cost), what offers can take, who is how urgent, and the order within a class."""
    start, offer, cost = csr(rows)
    return Problem(
        np.array(start), np.array(offer, dtype=np.int32), np.array(cost, dtype=np.int32),
        np.array(capacity, dtype=np.int32), np.array(classes, dtype=np.uint8),
        np.array(order or [0] * len(rows), dtype=np.int32),
    )  # fmt: skip


def possible(rows: Rows, days: list[int] | None = None) -> Possible:
    """What could be added to each need: (offer, cost), and on which day."""
    start, offer, cost = (np.array(values, dtype=np.int64) for values in csr(rows))
    return Possible(start, offer, cost, None if days is None else np.array(days, dtype=np.int32))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Problem, Possible, Possible]:
    """Problems with duplicates, ties, offers without places, needs without candidates; and what may be added."""
    k = draw(st.integers(1, 4))
    pair = st.tuples(st.integers(0, k - 1), st.integers(0, draw(st.sampled_from([0, 3, 9]))))
    rows = draw(st.lists(st.lists(pair, max_size=4), max_size=7))
    n = len(rows)
    capacity = draw(st.lists(st.integers(0, 2), min_size=k, max_size=k))
    classes = draw(st.lists(st.sampled_from([0, 1, 7]), min_size=n, max_size=n))
    order = draw(st.lists(st.integers(0, draw(st.sampled_from([0, 2]))), min_size=n, max_size=n))
    beyond = draw(st.lists(st.lists(pair, max_size=2), min_size=n, max_size=n))
    later = draw(st.lists(st.lists(pair, max_size=2), min_size=n, max_size=n))
    days = draw(st.lists(st.integers(0, 9), min_size=sum(map(len, later)), max_size=sum(map(len, later))))
    return problem(rows, capacity, classes, order), possible(beyond), possible(later, days)


def with_row(p: Problem, need: int, extra: tuple[int, int]) -> Problem:
    """The same with one more candidate, ``(offer, cost)``, of a need."""
    rows = [
        list(zip(p.candidate_offer[a:b].tolist(), p.candidate_cost[a:b].tolist(), strict=True))
        for a, b in zip(p.candidate_start[:-1], p.candidate_start[1:], strict=True)
    ]
    rows[need].append(extra)
    return problem(rows, p.capacity.tolist(), p.priority_class.tolist(), p.order.tolist())


def with_places(p: Problem, offer: int, more: int) -> Problem:
    """The same with ``more`` places at an offer."""
    capacity = p.capacity.copy()
    capacity[offer] += more
    return replace(p, capacity=capacity)


def with_rank(p: Problem, need: int, priority_class: int, order: int) -> Problem:
    """The same with a need of another class and order."""
    classes, orders = p.priority_class.copy(), p.order.copy()
    classes[need], orders[need] = priority_class, order
    return replace(p, priority_class=classes, order=orders)


def unserved(result: Result) -> list[int]:
    """The needs without a place."""
    return np.flatnonzero(result.assignment < 0).tolist()


@cache
def city() -> tuple[Problem, Possible, Possible, Result, Explanations]:
    """10,000 needs in forty towns; supply is elsewhere; nearest eight offers, the next three just beyond."""
    draw = np.random.default_rng(7)
    n, k = 10_000, 600
    middle = draw.random((40, 2)) * 8
    need = middle[draw.integers(0, 40, n)] + draw.normal(0, 0.06, (n, 2))
    offer = middle[draw.choice(40, k, p=draw.dirichlet(np.full(40, 4)))] + draw.normal(0, 0.09, (k, 2))
    kind = draw.integers(0, 3, n)
    seconds = (np.linalg.norm(need[:, None] - offer[None], axis=2) * 6000).astype(np.int64)
    seconds[(kind[:, None] != np.arange(k)[None] % 3)] += 10**6
    near = np.argsort(seconds, axis=1, kind="stable")[:, :11]
    cost = np.take_along_axis(seconds, near, axis=1)
    start = np.zeros(n + 1, dtype=np.int64)
    allowed = cost[:, :8] < draw.lognormal(6.6, 0.4, n)[:, None]
    np.cumsum(allowed.sum(axis=1), out=start[1:])
    size = draw.pareto(1.6, k) + 0.2
    classes = draw.choice(4, n, p=[0.05, 0.15, 0.3, 0.5]).astype(np.uint8)
    p = Problem(
        start, near[:, :8][allowed].astype(np.int32), cost[:, :8][allowed].astype(np.int32),
        np.rint(size * 0.9 * n / size.sum()).astype(np.int32), classes,
        draw.integers(0, 50, n).astype(np.int32),
    )  # fmt: skip
    more = np.arange(n + 1) * 3
    beyond = Possible(more, near[:, 8:].ravel(), cost[:, 8:].ravel())
    later = Possible(np.arange(n + 1), draw.integers(0, k, n), draw.integers(0, 900, n), draw.integers(1, 30, n))
    result = solve(p)
    return p, beyond, later, result, explain(p, result, beyond, later)
