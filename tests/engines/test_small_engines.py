"""Need index, geography and text."""

from __future__ import annotations

import numpy as np
import pytest

from lacarte.engines.geography import haversine_metres, travel_seconds
from lacarte.engines.needindex import index, priority_class
from lacarte.engines.text import language


def test_the_index_is_the_sum_of_its_parts_and_shows_its_uncertainty() -> None:
    result = index({"a": [1.0, np.nan], "b": [0.5, 0.0]}, {"a": 0.6, "b": 0.4})
    assert result.total.tolist() == pytest.approx([0.8, 0.3])
    assert np.allclose(result.total, sum(result.contributions.values()))
    assert (result.total_low[1], result.total_high[1]) == pytest.approx((0.0, 0.6))


@pytest.mark.parametrize(
    ("parts", "weights", "says"),
    [
        ({"a": [2.0]}, {"a": 1.0}, r"a\[0\] = 2.0"),
        ({"a": [1.0]}, {"a": 0.5}, "sum to 1"),
        ({"a": [1]}, {}, "parts"),
    ],
)
def test_a_wrong_part_or_weight_is_named(parts: dict, weights: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        index(parts, weights)


def test_the_vulnerable_go_one_class_earlier_but_never_into_class_0() -> None:
    assert priority_class([0, 1, 2, 3, 2], [0.9, 0.9, 0.9, 0.1, np.nan]).tolist() == [0, 1, 1, 3, 2]


def test_distances() -> None:
    assert haversine_metres(0, 0, 0, 1) == pytest.approx(111_195, rel=1e-4)
    assert np.isnan(haversine_metres(np.nan, 0, 0, 0))
    assert (np.diff(travel_seconds([0, 100, 1000, 9000])) > 0).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please mend the lift", "en"),
        ("请修电梯", "zh-hans"),
        ("请修 Harbour Tower 的电梯，已经坏了三天", "zh-hans"),
        ("12345", "und"),
        ("", "und"),
        ("エレベーターをなおしてください", "ja"),
    ],
)
def test_language_by_script(text: str, expected: str) -> None:
    assert language(text) == expected
