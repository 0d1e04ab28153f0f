"""What is promised of candidates, in words: what is kept, why nobody can serve, which input is refused."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from lacarte.engines.matching import solve
from lacarte.engines.matching.candidates.build import Needs, Offers, Reason, Rules, candidates, widen
from tests.engines.candidate_rules import expected, pairs_of
from tests.engines.towns import line, line_of_offers, use


@pytest.fixture(params=["tables", "grid"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways to look, the grid in plain Python."""
    use(request.param, monkeypatch)
    return str(request.param)


def test_full_offers_crowd_nobody_out(path: str) -> None:
    needs, offers = line([0]), line_of_offers([1, 2, 3, 500], [0, 0, 0, 1])
    found = candidates(needs, offers, Rules(most=1, most_full=2))
    assert found.problem.candidate_offer.tolist() == [0, 1, 3]
    assert found.reason.tolist() == [Reason.NONE] and not found.truncated.any()
    assert solve(found.problem).assignment.tolist() == [3]


def test_capacity_that_only_truncated_needs_can_use_is_not_stranded(path: str) -> None:
    # Everybody's nearest offer has one place; all four can be served, but only if the far ones keep somebody.
    needs, offers = line([0, 1, 2, 3]), line_of_offers([0, 900, 901, 902], [1, 1, 1, 1])
    alone = candidates(needs, offers, Rules(most=1, needs_a_unit=0.0))
    assert solve(alone.problem).served_by_class == {0: 1}
    found = candidates(needs, offers, Rules(most=1, needs_a_unit=4.0))
    assert solve(found.problem).served_by_class == {0: 4}
    assert found.truncated.all()


def test_huge_capacities_do_not_make_everybody_a_candidate_of_everything(path: str) -> None:
    needs, offers = line(list(range(60))), line_of_offers(list(range(30)), [2**31 - 1] * 30)
    found = candidates(needs, offers, Rules(most=2, needs_a_unit=2.0))
    assert len(found.travel) <= 60 * 2 + 2 * 60 + 30


@pytest.mark.parametrize(
    ("offer", "need", "rules", "reason"),
    [
        ({"region": [2]}, {"region": [1]}, {}, Reason.AGREEMENT),
        ({"region": [2]}, {"region": [1]}, {"agreements": np.array([[1, 2, 0, 9]])}, Reason.AGREEMENT),
        ({"region": [2]}, {"region": [1]}, {"agreements": np.array([[2, 1, 1, 9]])}, Reason.AGREEMENT),
        ({"region": [2]}, {"region": [1]}, {"agreements": np.array([[2, 1, 0, 9]])}, Reason.NONE),
        ({"required": [3]}, {"eligible": [1]}, {}, Reason.ELIGIBILITY),
        ({"household": [3]}, {"household": [4]}, {}, Reason.HOUSEHOLD),
        ({"modes": [1]}, {"modes": [2]}, {}, Reason.MODE),
        ({"modes": [1]}, {"modes": [2]}, {"mode_misfit": 60}, Reason.NONE),
        ({"languages": [1]}, {"languages": [2]}, {"language_misfit": None}, Reason.LANGUAGE),
        ({"languages": [1]}, {"languages": [2]}, {}, Reason.NONE),
        ({"first": [5]}, {"deadline": [4]}, {}, Reason.DEADLINE),
        ({"last": [5]}, {"earliest": [6]}, {}, Reason.DEADLINE),
        ({}, {"earliest": [6], "deadline": [5]}, {}, Reason.DEADLINE),
        ({"reach": [99]}, {}, {}, Reason.REACH),
        ({"reach": [100]}, {}, {}, Reason.NONE),
        ({}, {"reach": [99]}, {}, Reason.REACH),
        ({"reach": [99], "modes": [4]}, {}, {"remote_modes": 4}, Reason.NONE),
        ({"capacity": [0]}, {}, {}, Reason.CAPACITY),
        ({"capacity": [0]}, {}, {"most_full": 0}, Reason.CAPACITY),
        ({"service_type": [8]}, {}, {}, Reason.TYPE),
    ],
)
def test_why_nobody_can_serve_a_need(path: str, offer: dict, need: dict, rules: dict, reason: Reason) -> None:
    needs = Needs(**{"service_type": [0], "x": [0.0], "y": [0.0]} | need)
    offers = Offers(**{"service_type": [0], "capacity": [1], "x": [100.0], "y": [0.0]} | offer)
    found = candidates(needs, offers, Rules(**rules))
    assert found.counts == {reason: 1}
    assert len(found.travel) == (reason == Reason.NONE or (reason == Reason.CAPACITY and "most_full" not in rules))


def test_the_reason_is_that_of_the_offer_that_came_farthest(path: str) -> None:
    needs = line([0], languages=np.array([1]), modes=np.array([1]), reach=np.array([50.0]))
    offers = line_of_offers([1, 100, 2], [1, 1, 1], modes=np.array([2, 1, 1]), languages=np.array([1, 1, 2]))
    assert candidates(needs, offers, Rules(language_misfit=None)).reason.tolist() == [Reason.REACH]


def test_one_coordinate_is_no_place(path: str) -> None:
    needs = Needs([0], [0.0], [math.nan], reach=[10.0])
    offers = line_of_offers([90_000, 5], [1, 1], cost=np.array([3, 4]))
    found = candidates(needs, offers, Rules(unknown_travel=500))
    assert found.problem.candidate_offer.tolist() == [0, 1]
    assert found.problem.candidate_cost.tolist() == [503, 504]
    assert candidates(needs, offers, Rules(unknown_place_fits=False)).counts == {Reason.REACH: 1}


def test_nobody_and_nothing(path: str) -> None:
    none, nothing = Needs(np.zeros(0, dtype=int)), Offers(np.zeros(0, dtype=int), np.zeros(0, dtype=int))
    for needs, offers in ((none, nothing), (none, line_of_offers([0], [1])), (line([0, 1]), nothing)):
        found = candidates(needs, offers)
        assert len(found.travel) == 0 and found.reason.tolist() == [Reason.TYPE] * len(needs)
        assert widen(found, np.zeros(len(offers), dtype=np.int64)) is found
    with pytest.raises(ValueError, match="price has the shape"):
        widen(found, np.zeros(3, dtype=np.int64))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: line([0, math.inf]), r"x\[1\] = inf is not between"),
        (lambda: line([0, 2e8]), r"x\[1\] = 200000000.0 is not between"),
        (lambda: line([0], reach=[-1.0]), r"reach\[0\] = -1.0 is not between"),
        (lambda: line([0], reach=[math.nan]), r"reach\[0\] = nan is not a number"),
        (lambda: line([0], languages=[-1]), r"languages\[0\] = -1 is not between"),
        (lambda: line([0], priority_class=[256]), r"priority_class\[0\] = 256"),
        (lambda: line([0], priority_class=[0.5]), "priority_class holds float64"),
        (lambda: line([0], region=[1, 2]), r"region has the shape \(2,\)"),
        (lambda: Needs([-1]), r"service_type\[0\] = -1"),
        (lambda: line_of_offers([0], [-1]), r"capacity\[0\] = -1"),
        (lambda: line_of_offers([0], [2**31]), r"capacity\[0\] = 2147483648"),
        (lambda: line_of_offers([0, 0], [1, 1], first=[0, 3], last=[9, 2]), r"first\[1\] = 3 is later than last"),
        (lambda: line_of_offers([0, 0], [1, 1], type_start=[0, 3, 2]), r"type_start\[2\] = 2 goes down"),
        (lambda: line_of_offers([0, 0], [1, 1], type_start=[0, 1, 3]), "type_start must go from 0 to the 2"),
        (lambda: Rules(language_misfit=-5), "language_misfit is -5"),
        (lambda: Rules(most=0), "most is 0"),
        (lambda: Rules(agreements=np.array([[1, 2, 5, 3]])), r"agreements\[0\] = 5 is a first type after"),
        (lambda: Rules(agreements=np.array([1, 2])), "agreements has the shape"),
    ],
)
def test_errors_name_the_column_and_the_row(make: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        make()


def test_costs_that_no_array_holds_are_refused(path: str) -> None:
    offers = line_of_offers([0], [1], cost=[2**31 - 1])
    with pytest.raises(ValueError, match="a candidate could cost"):
        candidates(line([0]), offers)
    with pytest.raises(ValueError, match="a candidate could cost"):
        candidates(line([0]), line_of_offers([0], [1], first=[10**6]), Rules(wait_per_bucket=10**6))


def test_far_corners_of_the_earth_are_no_trouble(path: str) -> None:
    needs, offers = line([-1e8, 0, 1e8]), line_of_offers([1e8, *range(40)], [1] * 41)
    found = candidates(needs, offers, Rules(most=2))
    assert pairs_of(found) == expected(needs, offers, Rules(most=2))
