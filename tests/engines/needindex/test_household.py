"""One household: an open fact is an interval, one row scores as among many, and as in the measure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.needindex import priority_class
from lacarte.engines.needindex.changes import changes
from lacarte.engines.needindex.household import by_dimension, scores
from lacarte.engines.needindex.multidimensional import CANNOT_SAY, NOT_POOR, POOR, measure

NAN = np.nan
cells = st.sampled_from([0.0, 1.0, NAN])


def test_one_deprived_indicator_is_enough_and_none_is_known_only_where_all_are() -> None:
    indicators = [[1, NAN, 0], [0, NAN, 0], [0, 0, 1], [NAN, NAN, NAN]]
    found = by_dimension(indicators, [0, 0, 1], 3)
    assert np.array_equal(found, [[1, 0, NAN], [NAN, 0, NAN], [0, 1, NAN], [NAN, NAN, NAN]], equal_nan=True)


def test_what_is_not_known_makes_an_interval_and_does_not_make_poor() -> None:
    found = scores([[1, 1, 0], [1, NAN, 0], [0, NAN, 0], [NAN, NAN, NAN]], [0.25, 0.15, 0.6], 0.4)
    assert found.score.low == pytest.approx([0.4, 0.25, 0, 0])
    assert found.score.high == pytest.approx([0.4, 0.4, 0.15, 1])
    assert found.poor.tolist() == [POOR, CANNOT_SAY, NOT_POOR, CANNOT_SAY]


@settings(max_examples=50)
@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=30))
def test_a_row_alone_scores_as_among_others_and_as_in_the_measure(rows: list[tuple[float, ...]]) -> None:
    weights, cutoff = [0.4, 0.3, 0.2, 0.1], 0.5
    together = scores(rows, weights, cutoff)
    measured = measure(rows, weights, cutoff)
    for i, row in enumerate(rows):
        alone = scores([row], weights, cutoff)
        assert (alone.score.low[0], alone.score.high[0]) == (together.score.low[i], together.score.high[i])
        assert alone.poor[0] == together.poor[i] == measured.poor[i]
    assert together.score.low == pytest.approx(measured.score.low)
    assert together.score.high == pytest.approx(measured.score.high)


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match="outside 0 to 0"):
        by_dimension([[1.0]], [1], 1)
    with pytest.raises(ValueError, match="cut-off is 0"):
        scores([[1.0]], [1.0], 0)


def test_a_cut_off_other_than_the_usual_lifts_by_itself() -> None:
    assert priority_class([2, 2], [0.4, 0.39], 0.4).tolist() == [1, 2]


def test_changes_count_classes_and_pairs_that_swap() -> None:
    found = changes([1, 2, 2], [0.5, 0.6, 0.4], [1, 2, 1], [0.5, 0.6, 0.7], seed=1)
    assert (found.needs, found.earlier, found.later, found.pairs, found.looked_at) == (3, 1, 0, 3, 3)
    assert found.swap == pytest.approx(2 / 3)
    drawn = changes([1] * 50, np.linspace(0, 1, 50), [1] * 50, np.linspace(1, 0, 50), seed=1, most_pairs=100)
    assert drawn.looked_at == 100
    assert drawn.swap > 0.8
