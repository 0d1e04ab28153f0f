"""Cells of the Earth: whatever is near is in a cell around."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.geography import CELL_DEGREES, NOWHERE, cells, cells_around, haversine_metres

longitudes = st.floats(-180, 180)
latitudes = st.floats(-89, 89)
#: A cell's height on the ground, less what rounding may take.
NEAR_METRES = 220.0


@given(longitudes, latitudes, st.floats(0, 1), st.floats(0, 2 * np.pi))
def test_what_is_within_a_cells_height_is_in_a_cell_around(x: float, y: float, part: float, turn: float) -> None:
    north = y + part * CELL_DEGREES * np.sin(turn) * 0.999
    east = (x + part * CELL_DEGREES * np.cos(turn) * 0.98 / np.cos(np.radians(y)) + 180) % 360 - 180
    near = haversine_metres(x, y, east, north) <= NEAR_METRES
    assert not near or int(cells([east], [north])[0]) in cells_around(x, y)


@given(longitudes, latitudes)
def test_a_point_has_few_cells_around_and_its_own_among_them(x: float, y: float) -> None:
    around = cells_around(x, y)
    assert int(cells([x], [y])[0]) in around
    assert len(around) == len(set(around)) <= 9


def test_different_places_have_different_cells() -> None:
    far = np.random.default_rng(1).uniform((-180, -80), (180, 80), (10_000, 2))
    assert len(set(cells(far[:, 0], far[:, 1]).tolist())) > 9_990


def test_nowhere_is_no_cell() -> None:
    assert cells([np.nan, 122.0, 0.0], [28.0, np.nan, 0.0]).tolist()[:2] == [NOWHERE, NOWHERE]
    assert cells([0.0], [0.0])[0] != NOWHERE
    assert cells_around(np.nan, 28.0) == []


def test_what_are_no_degrees_is_refused() -> None:
    with pytest.raises(ValueError, match="latitude"):
        cells([0.0], [90.1])
