"""A run over San Francisco's requests does little work: what a run costs is counted, not timed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lacarte.engines.matching import Problem, Result, solve
from lacarte.engines.matching.capacity import growth as capacity
from lacarte.engines.matching.capacity.chains import Standing
from lacarte.loop.matching import actions
from lacarte.loop.matching.actions import compute
from lacarte.loop.matching.models import MatchingRun, NextUnit
from lacarte.standards.imports import import_places, import_requests

DATA = Path(__file__).parents[3] / "shared" / "data" / "sf"


class Counted(np.ndarray):  # type: ignore[type-arg]
    """Numbers that are counted as they are looked at."""

    looks = 0

    def __getitem__(self, at: Any) -> Any:
        Counted.looks += 1
        return super().__getitem__(at)


@pytest.mark.django_db
@pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside this checkout")
def test_the_next_units_of_san_francisco_look_at_few_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    standing = capacity.standing
    solved: list[Problem] = []
    Counted.looks = 0

    def counted_standing(problem: Problem, result: Result, chains: int) -> Standing:
        match = standing(problem, result, chains)
        return replace(match, column_need=match.column_need.view(Counted))

    def counted_solve(problem: Problem) -> Result:
        solved.append(problem)
        return solve(problem)

    monkeypatch.setattr(capacity, "standing", counted_standing)
    monkeypatch.setattr(actions, "solve", counted_solve)
    import_places(DATA / "neighbourhoods.geojson", city="San Francisco")
    import_requests(DATA / "requests.csv")
    run = compute(MatchingRun.Kind.BY_HAND)
    units = NextUnit.objects.filter(run=run).count()
    assert (len(solved), units > 10) == (1, True), "one optimum, and advice from it without another"
    assert Counted.looks > 0
    assert Counted.looks < 2 * units * run.candidates, "a unit is placed without looking twice at every pair"
