"""Tables for planners: small numbers are hidden, and nobody who adds and subtracts finds one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from lacarte.engines.disclosure import HIDDEN, SMALLEST, Reason, Table, hide, hide_row
from lacarte.engines.disclosure.circuits import Network

some_counts = arrays(
    np.int64,
    array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=5),
    elements=st.one_of(st.integers(0, 12), st.integers(0, 200)),
)


def reckoned(table: Table, least: int) -> tuple[np.ndarray, np.ndarray]:
    """The narrowest interval of each hidden number, by linear programming over all tables that fit."""
    optimize = pytest.importorskip("scipy.optimize")
    rows, columns = table.shown.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    sums = np.zeros((rows + columns, rows * columns))
    for i in range(rows):
        sums[i, number[i, :-1]], sums[i, number[i, -1]] = 1, -1
    for j in range(columns):
        sums[rows + j, number[:-1, j]], sums[rows + j, number[-1, j]] = 1, -1
    limits = [(least, None) if shown == HIDDEN else (shown, shown) for shown in table.shown.ravel().tolist()]
    low, high = np.zeros(number.shape), np.zeros(number.shape)
    for at in np.flatnonzero(table.hidden):
        for sign, into in ((1, low), (-1, high)):
            aim = np.zeros(rows * columns)
            aim[at] = sign
            found = optimize.linprog(aim, A_eq=sums, b_eq=np.zeros(len(sums)), bounds=limits)
            into.flat[at] = sign * found.fun if found.status == 0 else sign * -np.inf
    return low, high


@settings(deadline=None, max_examples=150)
@given(counts=some_counts)
def test_no_hidden_number_can_be_reckoned_to_within_less_than_ten(counts: np.ndarray) -> None:
    """Even by somebody who knows that no hidden number is 0."""
    table = hide(counts)
    low, high = reckoned(table, 1)
    assert np.all((high - low)[table.hidden] >= SMALLEST - 1e-6)


@settings(deadline=None, max_examples=150)
@given(counts=some_counts)
def test_what_is_small_is_hidden_and_what_is_shown_is_right(counts: np.ndarray) -> None:
    table = hide(counts)
    full = np.pad(counts, ((0, 1), (0, 1)))
    full[:, -1] = full.sum(axis=1)
    full[-1] = full.sum(axis=0)
    small = (full > 0) & (full < SMALLEST)
    assert np.array_equal(table.reason == Reason.SMALL, small)
    assert np.array_equal(table.shown, np.where(table.hidden, HIDDEN, full))
    assert not table.hidden[full == 0].any()
    assert table.hidden.any() == small.any()
    again = hide(counts)
    assert np.array_equal(table.shown, again.shown)
    assert np.array_equal(table.protects, again.protects)


@settings(deadline=None, max_examples=60)
@given(counts=some_counts)
def test_whatever_more_is_hidden_protects_the_small_number_that_it_names(counts: np.ndarray) -> None:
    table = hide(counts)
    named = table.protects.ravel()
    reason = table.reason.ravel()
    assert np.array_equal(named >= 0, reason != Reason.SHOWN)
    assert np.all(reason[named[named >= 0]] == Reason.SMALL)
    small = np.flatnonzero(reason == Reason.SMALL)
    assert np.array_equal(named[small], small)


def test_without_the_second_number_the_small_one_is_found_by_subtraction() -> None:
    """The check above can fail: of a row that shows all but one number, the linear program finds that one."""
    table = hide([[12, 3, 40], [25, 18, 30], [19, 50, 61]])
    assert table.hidden.sum() > 1
    only_small = Table(
        np.where(
            table.reason == Reason.SMALL,
            HIDDEN,
            np.array([[12, 3, 40, 55], [25, 18, 30, 73], [19, 50, 61, 130], [56, 71, 131, 258]]),
        ),
        np.where(table.reason == Reason.SMALL, table.reason, 0),
        table.protects,
    )
    low, high = reckoned(only_small, 1)
    assert low[0, 1] == high[0, 1] == 3


def test_the_cheapest_circuit_through_a_small_total() -> None:
    """Seven people in row 1: its total and first number rise by ten, those of row 2 fall by ten.

    That costs 3 + 20 + 50 = 73; by the totals of the columns it would be 3 + 23 + 57, by column 2 4 + 30 + 50.
    """
    counts = np.array([[3, 4, 7], [20, 30, 50], [23, 34, 57]])
    way = Network(counts, 10).cheapest((0, 2), counts.astype(float))
    assert way is not None
    assert (way.cost, set(way.cells)) == (73, {(0, 0), (1, 0), (1, 2)})
    only = np.full(counts.shape, np.inf)
    only[1, :2] = only[0, :2] = 0
    assert Network(counts, 10).cheapest((0, 0), only) is None, "nobody in the row can be ten fewer"


def test_one_circuit_of_four_is_enough_and_the_cheapest_is_taken() -> None:
    table = hide([[12, 3, 40], [25, 18, 30], [9, 50, 61]])
    assert table.shown.tolist() == [[-1, -1, 40, 55], [25, 18, 30, 73], [-1, -1, 61, 120], [46, 71, 131, 248]]
    assert table.reason[[0, 0, 2, 2], [0, 1, 0, 1]].tolist() == [2, 1, 1, 2]


@settings(max_examples=300)
@given(counts=st.lists(st.one_of(st.integers(0, 12), st.integers(0, 200)), min_size=1, max_size=8))
def test_of_a_list_with_its_total_nothing_hidden_can_be_reckoned(counts: list[int]) -> None:
    """Where the total is shown, what is hidden has a known sum: each may be 1, or all but 1 for each other."""
    table = hide_row(counts)
    hidden = table.hidden[0, :-1]
    here = np.array(counts)
    small = (here > 0) & (here < SMALLEST)
    assert not (small & ~hidden).any()
    assert table.hidden[0, -1] or sum(counts) == 0 or sum(counts) >= SMALLEST
    if hidden.any() and not table.hidden[0, -1]:
        assert here[hidden].sum() - hidden.sum() >= SMALLEST
    named = table.protects[0][table.hidden[0]]
    assert np.all(table.reason[0][named] == Reason.SMALL)


def test_a_list_with_a_total_hides_two() -> None:
    assert hide_row([3, 12, 40, 0]).shown.tolist() == [[-1, -1, 40, 0, 55]]
    assert hide_row([3, 12, 40, 0]).protects.tolist() == [[0, 0, -1, -1, -1]]
    assert hide_row([11, 12, 40]).shown.tolist() == [[11, 12, 40, 63]]
    assert hide_row([0, 0, 4]).shown.tolist() == [[0, 0, -1, -1]], "a total of four is a small number too"


@pytest.mark.parametrize(
    ("counts", "smallest", "says"),
    [
        ([[1.5]], 10, "whole"),
        ([[-1]], 10, "from 0"),
        ([1, 2], 10, "rows and columns"),
        ([[1]], 0, "smallest is 0"),
    ],
)
def test_what_makes_no_table_of_counts_is_refused(counts: list, smallest: int, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        hide(counts, smallest)
