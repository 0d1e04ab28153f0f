"""Whoever adds and subtracts all that planners are told of people who wait finds nobody.

The attack is a linear program over all that the pages tell at once: totals, life areas, districts, services.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.disclosure import SMALLEST
from lacarte.loop.planning.inside import Part, parts_of
from lacarte.loop.planning.layout import ALL, OTHERS, Layout, lay_out

Where = tuple[str, str, int]  # district, life area, service
#: Services of three life areas, by number.
AREAS = {1: "a", 2: "a", 3: "a", 4: "b", 5: "b", 6: "c"}
DISTRICTS = "wxyz"


class Attacker:
    """Knows sums of numbers that are not negative, and that some are at least one."""

    def __init__(self, cells: Iterable[Where]) -> None:
        self.at = {cell: i for i, cell in enumerate(cells)}
        self.sums: list[np.ndarray] = []
        self.totals: list[int] = []
        self.somebody: list[np.ndarray] = []

    def row(self, cells: Iterable[Where]) -> np.ndarray:
        row = np.zeros(len(self.at))
        row[[self.at[cell] for cell in cells]] = 1
        return row

    def told(self, cells: Iterable[Where], total: int) -> None:
        self.sums.append(self.row(cells))
        self.totals.append(total)

    def listed(self, cells: Iterable[Where]) -> None:
        self.somebody.append(self.row(cells))

    def between(self, cells: Iterable[Where]) -> tuple[float, float]:
        optimize = pytest.importorskip("scipy.optimize")
        aim, ends = self.row(cells), []
        for sign in (1, -1):
            found = optimize.linprog(
                sign * aim,
                A_eq=np.array(self.sums) if self.sums else None,
                b_eq=self.totals or None,
                A_ub=-np.array(self.somebody) if self.somebody else None,
                b_ub=-np.ones(len(self.somebody)) if self.somebody else None,
                bounds=(0, None),
            )
            assert found.status in (0, 3), "what is told fits together"
            ends.append(sign * found.fun if found.status == 0 else sign * -np.inf)
        return ends[0], ends[1]


def of(people: dict[Where, int], district: str, area: str, layout: Layout) -> list[Where]:
    areas = {ALL: set(AREAS.values()), OTHERS: set(layout.joined)}.get(area, {area})
    return [cell for cell in people if district in (ALL, cell[0]) and cell[1] in areas]


def told(people: dict[Where, int]) -> tuple[Layout, dict[str, list[Part]]]:
    """Everything that planners are told of ``people``."""
    sums: Counter[tuple[str, str]] = Counter()
    for (district, area, _), n in people.items():
        sums[district, area] += n
    layout = lay_out(sums)
    inside = {
        code: parts_of(layout, code, {(d, s): n for (d, a, s), n in people.items() if a == code and n})
        for code in layout.areas
    }
    return layout, inside


def reader_of(people: dict[Where, int], layout: Layout, inside: dict[str, list[Part]]) -> Attacker:
    """Who has read everything."""
    reader = Attacker(people)
    for (district, area), known in layout.told.items():
        cells = of(people, district, area, layout)
        if known:
            reader.told(cells, sum(people[cell] for cell in cells))
        elif any(people[cell] for cell in cells):
            reader.listed(cells)
    for code, parts in inside.items():
        listed: set[Where] = set()
        for part in parts:
            cells = [c for c in people if c[1] == code and c[0] in part.of_districts and part.service in (0, c[2])]
            listed.update(cells)
            if part.told:
                reader.told(cells, sum(people[cell] for cell in cells))
            else:
                reader.listed(cells)
        for cell in people:
            if cell[1] == code and cell not in listed:
                reader.told([cell], 0)
    return reader


def assert_nobody_is_found(people: dict[Where, int]) -> None:
    layout, inside = told(people)
    reader = reader_of(people, layout, inside)
    sums = [of(people, d, a, layout) for d in (ALL, *DISTRICTS) for a in (ALL, *set(AREAS.values()))]
    sums += [[cell for cell in people if cell[2] == service] for service in AREAS]
    for cells in [[cell] for cell in people] + sums:
        n = sum(people[cell] for cell in cells)
        if not 0 < n < SMALLEST:
            continue
        low, high = reader.between(cells)
        assert high - low >= SMALLEST - 1e-6, (people, cells, n, low, high)


some_people = st.lists(
    st.one_of(st.just(0), st.integers(0, 12), st.integers(0, 80)), min_size=24, max_size=24
).map(lambda counts: dict(zip(((d, AREAS[s], s) for d in DISTRICTS for s in AREAS), counts, strict=True)))


@settings(deadline=None, max_examples=150)
@given(people=some_people)
def test_no_group_of_few_is_known_to_within_less_than_ten(people: dict[Where, int]) -> None:
    assert_nobody_is_found(people)


def test_the_attack_finds_what_a_page_would_give_away() -> None:
    """The check above can fail: five of a life area, told beside the district's other services."""
    people = {(d, AREAS[s], s): 20 for d in DISTRICTS for s in AREAS} | {("w", "a", 1): 5}
    reader = reader_of(people, *told(people))
    cell = [("w", "a", 1)]
    assert reader.between(cell)[1] >= 10
    for service in (2, 3):
        reader.told([("w", "a", service)], 20)
    assert reader.between(cell) == (5, 5)


def test_what_can_be_told_is_told() -> None:
    """Services by district where all are many; where one is few, the others of the city all the same."""
    many = {(d, AREAS[s], s): 10 + s for d in DISTRICTS for s in AREAS}
    assert all(part.told and part.district for parts in told(many)[1].values() for part in parts)
    layout, inside = told(many | {("w", "b", 5): 3})
    assert layout.number("w", "b") == 10 + 4 + 3
    assert all(part.told for part in inside["a"] + inside["c"])
    hidden = [(part.district, part.service) for part in inside["b"] if not part.told]
    assert ("w", 5) in hidden
    assert 1 < len(hidden) < len(inside["b"])
