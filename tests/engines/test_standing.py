"""A standing match: after every change it is what solving the whole problem anew would give."""

from __future__ import annotations

import copy
import random
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.compiling import Kernel, available
from lacarte.engines.matching import Problem, solve
from lacarte.engines.matching.standing import holders, places
from lacarte.engines.matching.standing.match import Arrive, Change, Promise, SetCapacity, Standing, Withdraw

Row = list[tuple[int, int]]
LARGEST = 60

pytestmark = pytest.mark.filterwarnings("error")  # an overflow, in plain Python, is a warning


@dataclass
class City:
    """What happened so far, from which the whole problem can be written down at any time."""

    rows: list[Row]
    classes: list[int]
    orders: list[int]
    capacity: list[int]
    gone: set[int] = field(default_factory=set)

    def problem(self) -> Problem:
        rows = [[] if i in self.gone else row for i, row in enumerate(self.rows)]
        flat = [pair for row in rows for pair in row]
        return Problem(
            candidate_start=np.cumsum([0, *map(len, rows)]),
            candidate_offer=np.array([o for o, _ in flat], dtype=np.int32),
            candidate_cost=np.array([c for _, c in flat], dtype=np.int32),
            capacity=np.array(self.capacity, dtype=np.int32),
            priority_class=np.array(self.classes, dtype=np.uint8),
            order=np.array(self.orders, dtype=np.int32),
        )

    def apply(self, change: Change) -> None:
        match change:
            case Arrive():
                self.rows.append(list(zip(change.offers, change.costs, strict=True)))
                self.classes.append(change.priority_class)
                self.orders.append(change.order)
            case Withdraw():
                self.gone.add(change.need)
            case SetCapacity():
                self.capacity[change.offer] = change.units


def rows(k: int) -> st.SearchStrategy[Row]:
    return st.lists(st.tuples(st.integers(0, k - 1), st.integers(0, LARGEST)), max_size=4)


@st.composite
def cities(draw: st.DrawFn) -> City:
    k = draw(st.integers(1, 5))
    given_rows = [[(0, LARGEST)], *draw(st.lists(rows(k), max_size=8))]  # so that every cost is allowed later
    n = len(given_rows)
    classes = draw(st.lists(st.sampled_from([0, 1, 3]), min_size=n, max_size=n))
    orders = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    return City(given_rows, classes, orders, draw(st.lists(st.integers(0, 3), min_size=k, max_size=k)))


def change(data: st.DataObject, city: City) -> Change:
    living = [i for i in range(len(city.rows)) if i not in city.gone]
    kind = data.draw(st.sampled_from(["arrive", "arrive", "withdraw", "capacity"]))
    if kind == "withdraw" and living:
        return Withdraw(data.draw(st.sampled_from(living)))
    if kind == "capacity":
        return SetCapacity(data.draw(st.integers(0, len(city.capacity) - 1)), data.draw(st.integers(0, 4)))
    row = data.draw(rows(len(city.capacity)))
    return Arrive([o for o, _ in row], [c for _, c in row], data.draw(st.sampled_from([0, 1, 2, 3])), 0)


def served(city: City, assignment: np.ndarray) -> tuple[dict[int, int], int]:
    """People served in each class, and at what cost; everybody's offer is one of hers, and has a place for her."""
    load = np.bincount(assignment[assignment >= 0], minlength=len(city.capacity))
    assert (load <= city.capacity).all()
    counts: dict[int, int] = {}
    cost = 0
    for i, offer in enumerate(assignment.tolist()):
        if offer >= 0:
            assert i not in city.gone
            counts[city.classes[i]] = counts.get(city.classes[i], 0) + 1
            cost += min(c for o, c in city.rows[i] if o == offer)
    return counts, cost


def check_holders(standing: Standing) -> None:
    """Who is above somebody in a tree is nearer to leaving; nobody's key is above what it has to be."""
    m = standing._market
    seen: list[int] = []
    for j in range(len(m.root)):
        todo = [(int(m.root[j]), -1)]
        while todo:
            i, above = todo.pop()
            if i >= 0:
                assert places.offer_of(m, i) == j
                assert m.up[i] == above
                assert above < 0 or m.key[above] <= m.key[i]
                seen.append(i)
                todo += [(int(m.left[i]), i), (int(m.right[i]), i)]
    assert sorted(seen) == [i for i in range(len(standing)) if places.offer_of(m, i) >= 0]
    kept = m.key.copy()
    for i in seen:
        holders.leave(m, places.offer_of(m, i), i)
        places.settle_in(m, i)
        assert kept[i] <= m.key[i]


@settings(max_examples=150, deadline=None)
@given(cities(), st.data())
def test_every_change_leads_to_the_optimum_of_the_whole_problem(city: City, data: st.DataObject) -> None:
    standing = Standing(city.problem(), solve(city.problem()))
    for _ in range(data.draw(st.integers(1, 8))):
        one = change(data, city)
        before = standing.assignment
        city.apply(one)
        moved = standing.update([one])
        after = standing.assignment
        before = np.concatenate([before, np.full(len(after) - len(before), -1)])
        assert set(np.flatnonzero(before != after).tolist()) <= set(moved)
        anew = solve(city.problem())
        assert served(city, after) == (anew.served_by_class, anew.cost)
        assert standing.gap == standing.certificate().gap == 0
        check_holders(copy.deepcopy(standing))


@settings(max_examples=80, deadline=None)
@given(cities(), st.data(), st.integers(0, 9), st.integers(1, 3))
def test_a_quicker_standing_match_serves_as_many_and_knows_its_gap(
    city: City, data: st.DataObject, epsilon: int, most: int
) -> None:
    standing = Standing(city.problem(), solve(city.problem()), epsilon=epsilon, most=most)
    for _ in range(data.draw(st.integers(1, 8))):
        one = change(data, city)
        city.apply(one)
        standing.update([one])
        anew, published = solve(city.problem()), standing.gap
        counts, cost = served(city, standing.assignment)
        proved = standing.certificate().gap
        assert counts == anew.served_by_class
        assert cost - anew.cost <= proved <= published
        check_holders(copy.deepcopy(standing))


@settings(max_examples=80, deadline=None)
@given(cities(), st.data())
def test_who_was_promised_a_place_never_loses_it_to_somebody_as_urgent(city: City, data: st.DataObject) -> None:
    standing = Standing(city.problem(), solve(city.problem()))
    promised = [i for i in range(len(city.rows)) if standing.offer_of(i) >= 0]
    standing.update([Promise(i) for i in promised])
    least_urgent = max((city.classes[i] for i in promised), default=0)
    for _ in range(data.draw(st.integers(1, 5))):
        row = data.draw(rows(len(city.capacity)))
        newcomer = Arrive([o for o, _ in row], [c for _, c in row], least_urgent, -5)
        standing.update([newcomer])
        assert all(standing.offer_of(i) >= 0 for i in promised)
        assert standing.certificate().gap == 0
        check_holders(copy.deepcopy(standing))


def line(promise: bool) -> Standing:
    """Two offers with one place each; need 0 holds the first and could use the second at a cost."""
    city = City([[(0, 10), (1, 11)], [(1, LARGEST)]], [1, 1], [0, 0], [1, 1])
    standing = Standing(city.problem(), solve(city.problem()))
    standing.update([Withdraw(1)])
    if promise:
        standing.update([Promise(0)])
    return standing


def test_a_promised_place_is_changed_to_serve_somebody_but_not_to_save_cost() -> None:
    free, firm = line(promise=False), line(promise=True)
    only_cheaper = Arrive([0, 1], [0, LARGEST - 1], 1)  # would save 59 if need 0 moved on
    assert free.update([only_cheaper]) and free.offer_of(0) == 1
    firm.update([only_cheaper])
    assert firm.offer_of(0) == 0 and firm.offer_of(2) == 1
    firm = line(promise=True)
    firm.update([Arrive([0], [0], 1)])  # has nowhere else to go
    assert firm.offer_of(0) == 1 and firm.offer_of(2) == 0


def test_somebody_more_urgent_displaces_one_who_was_promised() -> None:
    standing = line(promise=True)
    standing.update([SetCapacity(1, 0), Arrive([0], [5], 0)])
    assert standing.offer_of(0) == -1 and standing.offer_of(2) == 0


def test_errors_name_what_cannot_be() -> None:
    city = City([[(0, LARGEST)]], [1], [0], [1])
    standing = Standing(city.problem(), solve(city.problem()))
    for wrong, says in [
        (Arrive([1], [0], 0), "an offer that is not one of 1"),
        (Arrive([0], [LARGEST + 1], 0), "cost outside 0..60"),
        (Arrive([0], [], 0), "1 offers and 0 costs"),
        (Withdraw(7), "no need 7"),
        (SetCapacity(3, 1), "no offer 3"),
        (SetCapacity(0, -1), "-1 units"),
        (SetCapacity(0, 3.7), "units holds float64"),  # type: ignore[arg-type]
        (Arrive([0], [0.9], 0), "costs holds float64"),  # type: ignore[list-item]
        (Arrive([0], [0], -1), r"priority_class\[0\] = -1 does not fit uint8"),
        (Arrive([0], [0], 300), r"priority_class\[0\] = 300 does not fit uint8"),
        (Arrive([0], [0], 0, -(2**40)), r"order\[0\] = -1099511627776 does not fit int32"),
    ]:
        with pytest.raises(ValueError, match=says):
            standing.update([wrong])
    standing.update([Withdraw(0)])
    with pytest.raises(ValueError, match="was withdrawn"):
        standing.update([Withdraw(0)])
    assert standing.certificate().gap == 0
    with pytest.raises(TypeError, match="'nonsense' is no change"):
        standing.update(["nonsense"])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="no need 9"):
        standing.offer_of(9)
    with pytest.raises(ValueError, match="another length"):
        Standing(City([], [], [], [1]).problem(), solve(city.problem()))


def test_without_any_offer_nobody_has_one() -> None:
    city = City([[]], [1], [0], [])
    standing = Standing(city.problem(), solve(city.problem()))
    standing.update([Arrive([], [], 0)])
    assert standing.assignment.tolist() == [-1, -1]
    assert standing.certificate().gap == 0


@pytest.mark.skipif(not available(), reason="numba is not installed")
def test_compiled_and_plain_code_follow_the_same_changes_to_the_same_match(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = random.Random(7)

    def row() -> Row:
        return [(draw.randrange(30), draw.randrange(LARGEST)) for _ in range(6)]

    city = City([[(0, LARGEST)], *(row() for _ in range(300))], [1] * 301, [0] * 301, [7] * 30)
    told: list[Change] = []
    for step in range(200):
        newcomer = row()
        told += [
            Arrive([o for o, _ in newcomer], [c for _, c in newcomer], draw.randrange(3)),
            Withdraw(step),
            SetCapacity(draw.randrange(30), draw.randrange(12)),
        ]
    problem = city.problem()
    plain, compiled = (Standing(problem, solve(problem), epsilon=1, most=20) for _ in range(2))
    plain.update(told)
    monkeypatch.setattr(Kernel, "at_size", lambda kernel, n: kernel.compiled)
    compiled.update(told)
    assert (plain.assignment == compiled.assignment).all()
    assert (plain.price == compiled.price).all()
    assert plain.certificate() == compiled.certificate()
