"""Tours of crews: every stop once, windows kept where they can be, never worse than going to the nearest."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.geography import haversine_metres, travel_seconds
from lacarte.engines.routing import Stops, Tour, tour, tour_along
from lacarte.engines.routing.tour import _nearest

INF = np.inf
HOUR = 3600.0


def stops_at(points: list[tuple[float, float]], windows: dict[int, tuple[float, float]] | None = None) -> Stops:
    """The first point is the start; a tenth of a degree is some 10 km. Visits take ten minutes."""
    x, y = np.array(points, dtype=float).T
    metres = haversine_metres(122 + x[:, None] / 10, 30 + y[:, None] / 10, 122 + x / 10, 30 + y / 10)
    n = len(points) - 1
    opens, closes = np.full(n, -INF), np.full(n, INF)
    for stop, (first, last) in (windows or {}).items():
        opens[stop], closes[stop] = first, last
    return Stops(travel_seconds(metres), np.full(n, 600.0), opens, closes)


coordinate = st.floats(-1, 1, allow_nan=False).map(lambda value: round(value, 3))


@st.composite
def problems(draw: st.DrawFn, most: int = 12, windows: int = 4) -> Stops:
    points = draw(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=most + 1))
    n = len(points) - 1
    chosen = draw(st.lists(st.integers(0, n - 1), max_size=windows, unique=True)) if n else []
    hours = [(draw(st.floats(0, 3)), draw(st.floats(0, 1))) for _ in chosen]
    said = {stop: (first * HOUR, (first + wide) * HOUR) for stop, (first, wide) in zip(chosen, hours, strict=True)}
    return stops_at(points, said)


@given(problems())
def test_every_stop_is_visited_once_and_what_is_late_is_said(stops: Stops) -> None:
    found = tour(stops)
    assert sorted(found.order) == list(range(len(stops)))
    late = [stop for stop, begin in zip(found.order, found.begins, strict=True) if not begin <= stops.closes[stop]]
    assert sorted(late) == list(found.missed)
    early = [stop for stop, begin in zip(found.order, found.begins, strict=True) if begin < stops.opens[stop]]
    assert not early, "who is early waits"
    assert found == tour(stops), "the same again"


@given(problems())
def test_it_is_never_worse_than_going_to_the_nearest(stops: Stops) -> None:
    assert stops.cost(tour(stops).order) <= stops.cost(_nearest(stops))


@settings(max_examples=60)
@given(problems(most=6, windows=6))
def test_as_many_windows_are_kept_as_can_be(stops: Stops) -> None:
    fewest = min(stops.cost(order)[0] for order in permutations(range(len(stops))))
    assert len(tour(stops).missed) == fewest


@settings(max_examples=40)
@given(problems(most=6, windows=0))
def test_of_a_few_stops_it_is_nearly_the_shortest(stops: Stops) -> None:
    shortest = min(stops.on_the_way(order) for order in permutations(range(len(stops))))
    assert tour(stops).travel <= shortest * 1.15 + 1e-6


def test_stops_on_a_line_are_visited_along_it() -> None:
    stops = stops_at([(0, 0), (0.6, 0), (0.2, 0), (0.8, 0), (0.4, 0)])
    assert tour(stops).order == (1, 3, 0, 2)


def test_a_booked_time_is_kept_though_the_way_is_longer() -> None:
    line = [(0, 0), (0.1, 0), (0.2, 0), (0.9, 0)]
    assert tour(stops_at(line)).order == (0, 1, 2)
    there = tour(stops_at(line, {2: (0, 0.9 * HOUR)}))
    assert there.order[0] == 2
    assert there.missed == ()


def test_a_time_that_cannot_be_kept_is_said_and_visited_all_the_same() -> None:
    found = tour(stops_at([(0, 0), (0.9, 0), (0.1, 0)], {0: (0, 60.0)}))
    assert found.missed == (0,)
    assert sorted(found.order) == [0, 1]


def test_more_windows_than_are_tried_in_every_order() -> None:
    n = 15
    stops = stops_at(
        [(0, 0), *((at / n, 0.0) for at in range(n))], {at: (at * HOUR, (at + 1) * HOUR) for at in range(n)}
    )
    found = tour(stops)
    assert found.missed == ()
    assert found.order == tuple(range(n))


@given(problems(), st.data())
def test_an_order_that_is_given_stays(stops: Stops, data: st.DataObject) -> None:
    given_order = data.draw(st.permutations(range(len(stops)))) if len(stops) else []
    first = given_order[: data.draw(st.integers(0, len(stops)))]
    found = tour_along(stops, first)
    assert sorted(found.order) == list(range(len(stops)))
    assert [stop for stop in found.order if stop in first] == list(first)


def test_nothing_to_visit() -> None:
    assert tour(stops_at([(0, 0)])) == Tour((), (), (), 0.0)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"travel": np.zeros((2, 2))}, "shape"),
        ({"visits": np.array([-1.0, 0.0])}, "not negative"),
        ({"travel": np.array([[0, 1, 2], [1, 0, 3], [2, 9, 0.0]])}, "symmetric"),
        ({"opens": np.array([5.0, 0.0]), "closes": np.array([4.0, 9.0])}, "stop 0 closes"),
        ({"closes": np.array([np.nan, 1.0])}, "stop 0 closes"),
    ],
)
def test_what_is_no_problem_is_refused(changed: dict[str, np.ndarray], words: str) -> None:
    stops = stops_at([(0, 0), (0.1, 0), (0.2, 0)])
    whole = {name: getattr(stops, name) for name in ("travel", "visits", "opens", "closes")}
    with pytest.raises(ValueError, match=words):
        Stops(**whole | changed)
    with pytest.raises(ValueError, match="twice"):
        tour_along(stops, [0, 0])
