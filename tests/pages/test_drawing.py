"""Charts and maps say what their tables say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.pages.design.chart import PLOT, columns
from lacarte.pages.design.map import _limits, _step, region_map
from tests.city import build


def test_the_tallest_column_fills_the_plot() -> None:
    drawn = columns("t", ["a", "b"], ("x", [1, 4]), ("y", [2, 0]), words="w")
    assert {column.words: float(column.height) for column in drawn.columns} == {
        "a, x: 1": PLOT / 4,
        "b, x: 4": PLOT,
        "a, y: 2": PLOT / 2,
        "b, y: 0": 0,
    }


def test_an_empty_chart_is_drawn() -> None:
    assert columns("t", [], ("x", []), words="w").columns == []
    assert [column.height for column in columns("t", ["a"], ("x", [0]), words="w").columns] == ["0.0"]


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="x: 1 values for 2 labels"):
        columns("t", ["a", "b"], ("x", [1]), words="w")


@given(st.lists(st.integers(0, 500), min_size=1, max_size=60))
def test_more_is_never_shaded_lighter_and_nothing_is_its_own_shade(values: list[int]) -> None:
    limits = _limits([float(value) for value in values])
    shades = {value: _step(float(value), limits) for value in values}
    assert all(0 <= shade <= 4 for shade in shades.values())
    assert all((value == 0) == (shade == 0) for value, shade in shades.items())
    ordered = [shades[value] for value in sorted(values)]
    assert ordered == sorted(ordered)


@pytest.mark.django_db
def test_the_map_has_north_up_and_its_points_inside() -> None:
    city = build()
    drawn = region_map(
        "t", [city.west, city.east], {city.west.number: 3}, words="w", points=[(122.05, 28.05, "p")]
    )
    assert [shape.step for shape in drawn.shapes] == [1, 0]
    west, east = (shape.path for shape in drawn.shapes)
    assert "West: 3" in drawn.shapes[0].words
    assert float(west[1:].split(",")[0]) < float(east[1:].split(",")[0])
    assert 0 < float(drawn.points[0].x) < drawn.width / 2
    assert 0 < float(drawn.points[0].y) < drawn.height


@pytest.mark.django_db
def test_a_map_without_boundaries_draws_nothing() -> None:
    assert region_map("t", [], words="w").shapes == ()
