"""The plane that distances are measured on, and the curve that brings neighbours together."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.geography import haversine_metres, middle, project
from lacarte.engines.geography.curve import hilbert_order


def test_the_curve_steps_from_neighbour_to_neighbour() -> None:
    x, y = (part.ravel() for part in np.meshgrid(np.arange(32.0), np.arange(32.0)))
    order = hilbert_order(x, y)
    assert sorted(order.tolist()) == list(range(32 * 32))
    assert (np.abs(np.diff(x[order])) + np.abs(np.diff(y[order])) == 1).all()


def test_unknown_places_come_last_and_ties_as_given() -> None:
    assert hilbert_order([5, np.nan, 0, np.inf, 5], [5, 1, 0, 0, 5]).tolist() == [2, 0, 4, 1, 3]
    assert hilbert_order([], []).tolist() == []
    assert hilbert_order([3, 3], [1, 1]).tolist() == [0, 1]


@given(st.floats(-180, 180), st.floats(-60, 60), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_distances_on_the_plane_are_those_on_the_ground(x: float, y: float, east: float, north: float) -> None:
    longitude, latitude = [x, (x + east + 180) % 360 - 180], [y, y + north]
    a, b = project(longitude, latitude)
    far = haversine_metres(longitude[0], latitude[0], longitude[1], latitude[1])
    assert math.hypot(a[1] - a[0], b[1] - b[0]) == pytest.approx(far, rel=0.01, abs=0.01)


def test_the_middle_is_between_also_across_the_date_line() -> None:
    assert abs(middle([179.0, -179.0], [10, 20])[0]) == pytest.approx(180)
    assert middle([np.nan, 3.0], [1.0, np.nan]) == (0.0, 0.0)
    x, y = project([1.0, np.nan], [np.nan, 2.0])
    assert np.isnan(x).all() and np.isnan(y).all()
    with pytest.raises(ValueError, match=r"latitude\[1\] = 91.0 is not between"):
        project([0, 0], [0, 91])
