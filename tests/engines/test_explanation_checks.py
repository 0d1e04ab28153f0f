"""The checker of explanations notices what is not true; what cannot be explained is refused by name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lacarte.engines.matching import solve
from lacarte.engines.matching.explanation.check import Fault, check
from lacarte.engines.matching.explanation.explain import Zone, explain
from tests.engines.explained import possible, problem


@pytest.mark.parametrize(
    ("part", "array", "says"),
    [
        ("cards", "surcharge", "the surcharge"),
        ("cards", "rank", "the rank"),
        ("cards", "gain", "the gain"),
        ("zones", "places", "places"),
        ("zones", "waiting", "wait in zone"),
        ("zones", "level", "confined|wait"),
        ("zones", "ahead", "how many wait"),
        ("changes", "priority_class", "would not serve"),
        ("changes", "one_place_at", "would not serve"),
        ("changes", "places", "would not serve"),
    ],
)
def test_the_checker_notices_what_is_not_true(part: str, array: str, says: str) -> None:
    p = problem([[(0, 5), (1, 2)], [(0, 3)], [(0, 9)], [(0, 4)], []], [1, 0], [0, 1, 1, 2, 2], [0, 20, 30, 0, 0])
    result = solve(p)
    told = explain(p, result)
    assert check(p, result, told) == []
    wrong = getattr(getattr(told, part), array).copy()
    wrong += {"priority_class": 1, "level": -1, "places": -1}.get(array, 1)
    if array == "one_place_at":
        wrong[:] = [-1, -1, 0, -1, -1]
    false = replace(told, **{part: replace(getattr(told, part), **{array: wrong})})
    assert any(fault for fault in check(p, result, false) if says_it(fault, says))


def says_it(fault: Fault, says: str) -> bool:
    return any(word in fault.what for word in says.split("|"))


def test_the_checker_notices_a_zone_that_is_not_full_or_not_closed() -> None:
    p = problem([[(0, 1)], [(0, 2)], [(1, 1)]], [1, 2], [0, 0, 0])
    result = solve(p)
    told = explain(p, result)
    wide = replace(told.zones, offer=np.array([0, 1]), end=np.array([2]))
    assert any("free place" in fault.what for fault in check(p, result, replace(told, zones=wide)))
    p = problem([[(0, 1), (1, 1)], [(1, 1)], [(0, 2)]], [1, 1], [0, 0, 1])
    result = solve(p)
    told = explain(p, result)
    assert told.of(2).zone == Zone((0, 1), 2, 3, 1)
    half = replace(told.zones, offer=np.array([0]), end=np.array([1]), places=np.array([1]))
    faults = check(p, result, replace(told, zones=half))
    assert any("held by need 0, less urgent or free to go elsewhere" in fault.what for fault in faults)


def test_results_that_are_not_optimal_are_refused() -> None:
    p = problem([[(0, 1)], [(0, 1)]], [1], [1, 0])
    best = solve(p)
    wrong = replace(best, assignment=np.array([0, -1], dtype=np.int32))
    with pytest.raises(ValueError, match=r"not optimal"):
        explain(p, wrong)
    with pytest.raises(ValueError, match=r"need 1 is unserved and could have a place at offer 0"):
        explain(p, replace(wrong, gap=9))
    with pytest.raises(ValueError, match=r"offer 0 serves 2 needs and has 1 places"):
        explain(p, replace(best, assignment=np.array([0, 0], dtype=np.int32)))
    with pytest.raises(ValueError, match=r"assignment\[0\] = 3 is not among the candidates"):
        explain(p, replace(best, assignment=np.array([3, 0], dtype=np.int32)))
    with pytest.raises(ValueError, match=r"price\[0\] is negative"):
        explain(p, replace(best, price=np.array([-1])))
    with pytest.raises(ValueError, match=r"price\[0\] is larger"):
        explain(p, replace(best, price=np.array([2**62])))
    two = problem([[(0, 1), (1, 5)]], [1, 1], [0])
    with pytest.raises(ValueError, match=r"price\[1\] is not 0"):
        explain(two, replace(solve(two), price=np.array([0, 2])))
    with pytest.raises(ValueError, match="would rather be elsewhere"):
        explain(two, replace(solve(two), assignment=np.array([1], dtype=np.int32)))


def test_what_does_not_fit_is_named() -> None:
    p = problem([[(0, 1)]], [1], [0])
    result = solve(p)
    with pytest.raises(ValueError, match=r"offer\[0\] = 4 is not one of the 1 offers"):
        explain(p, solve(p), possible([[(4, 1)]]))
    with pytest.raises(ValueError, match="start has 1 entries"):
        explain(p, result, possible([]))
    with pytest.raises(ValueError, match=r"later.day is missing"):
        explain(p, result, later=possible([[(0, 1)]]))
    with pytest.raises(ValueError, match=r"cost\[0\] is negative"):
        possible([[(0, -1)]])
    with pytest.raises(ValueError, match=r"cost\[0\] = 1099511627776 does not fit int32"):
        possible([[(0, 2**40)]])
    with pytest.raises(ValueError, match=r"parts\['travel'\] has 2 entries"):
        explain(p, result, parts={"travel": np.array([1, 2])})
    with pytest.raises(ValueError, match="grain is 0"):
        explain(p, result, grain=0)
    with pytest.raises(ValueError, match="need 1 is not one of the 1 needs"):
        explain(p, result).of(1)
