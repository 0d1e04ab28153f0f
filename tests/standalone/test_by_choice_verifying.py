"""A folder of a match by choice is checked without believing it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lacarte.standalone import FaultError
from lacarte.standalone.by_choice import Placed, match, read, save, verify
from lacarte.standalone.by_choice import run as runs
from lacarte.standalone.by_choice.writing import TABLES
from tests.standalone.placed import CHILDREN, SCHOOLS, files, got, placed_in


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files, and the match of them in ``out``."""
    folder = tmp_path_factory.mktemp("whole")
    placed_in(folder, CHILDREN, SCHOOLS, seed="a pulse")
    return folder


@pytest.mark.parametrize("name", TABLES)
def test_every_change_of_a_table_is_found(name: str, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole / "out", tmp_path / "out")
    text = (tmp_path / "out" / name).read_text(encoding="utf-8")
    (tmp_path / "out" / name).write_text(text + "\n", encoding="utf-8")
    with pytest.raises(FaultError, match=name):
        verify(tmp_path / "out", whole / "needs.csv", whole / "offers.csv")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"served": 3', '"served": 4', "served is not what follows"),
        ('"mode": "by-choice"', '"mode": "other"', "was made without --by-choice"),
        ('"seed": "a pulse"', '"seed": "another"', "not what follows|does not hold"),
        ('"choices": {', '"choices": {"9": 0, ', "choices is not what follows"),
        ('"seconds": {', '"oath": 1, "seconds": {', "no less and no more"),
        ('"files": {', '"files": {"rules": {}, ', "was made with --rules"),
        ('"language": "en"', '"language": "fr"', "language cannot be"),
        ("{", "[", "is not what lacarte wrote"),
    ],
)
def test_a_changed_summary_is_found(old: str, new: str, says: str, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole / "out", tmp_path / "out")
    text = (tmp_path / "out" / "summary.json").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "out" / "summary.json").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FaultError, match=says):
        verify(tmp_path / "out", whole / "needs.csv", whole / "offers.csv")


def forged(folder: Path, assignment: list[int], needs: list[Any], offers: list[Any]) -> None:
    """A folder in which all but the placement is worked out honestly."""
    inputs = read(**files(folder, needs, offers))
    honest = match(inputs).placement
    choice = [-1 if at < 0 else inputs.listed[inputs.start[i] : inputs.start[i + 1]].tolist().index(at)
              for i, at in enumerate(assignment)]  # fmt: skip
    placement = replace(honest, assignment=np.array(assignment, np.int32), choice=np.array(choice, np.int32))
    save(Placed(inputs, placement), folder / "out", "en")


@pytest.mark.parametrize(
    ("assignment", "says"),
    [
        ([0, 0, -1, -1, 1], "cai would rather have north and has a better claim there"),
        ([-1, 0, 0, -1, -1], "ann would rather have south and has a better claim there"),
        ([0, 0, 0, -1, 1], "north has more people than places"),
    ],
)
def test_a_claim_that_was_passed_over_is_named(assignment: list[int], says: str, tmp_path: Path) -> None:
    forged(tmp_path, assignment, CHILDREN, SCHOOLS)
    with pytest.raises(FaultError, match=says):
        verify(tmp_path / "out", tmp_path / "needs.csv", tmp_path / "offers.csv")


def test_a_placement_that_suits_the_offers_better_than_people_is_found(tmp_path: Path) -> None:
    children = [{"id": "a", "choices": "x;y", "zone": "Y"}, {"id": "b", "choices": "y;x", "zone": "X"}]
    schools = [{"id": one, "capacity": 1, "zone": one, "priority": "same zone"} for one in "xy"]
    assert got(placed_in(tmp_path, children, schools)) == {"a": ("x", "1"), "b": ("y", "1")}
    forged(tmp_path, [1, 0], children, schools)
    with pytest.raises(FaultError, match="a could have a choice they like more"):
        verify(tmp_path / "out", tmp_path / "needs.csv", tmp_path / "offers.csv")


def test_an_engine_that_errs_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = read(**files(tmp_path, CHILDREN, SCHOOLS))
    wrong = replace(match(inputs).placement, assignment=np.array([0, 0, -1, -1, 1], np.int32))
    monkeypatch.setattr(runs, "deferred_acceptance", lambda _: wrong)
    with pytest.raises(FaultError, match="cai would rather have north"):
        match(inputs)
