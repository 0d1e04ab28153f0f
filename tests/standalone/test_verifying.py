"""What is checked is worked out anew: a changed folder does not hold, a broken one is one clear line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lacarte import standalone
from lacarte.engines.matching.certify import evaluate
from lacarte.standalone import FaultError, match, run, save, verify
from lacarte.standalone.folder import SUMMARY
from lacarte.standalone.writing import TABLES
from tests.standalone.files import files, rows, table
from tests.standalone.matched import SUPPLY, crowd, matched_in


def test_a_folder_that_nobody_touched_holds(tmp_path: Path) -> None:
    agreed = table(tmp_path / "agreed.csv", [{"supplier_region": "North", "beneficiary_region": "South"}])
    (tmp_path / "rules.toml").write_text('version = "x"\nmost = 1\n')
    more = {"agreements": agreed, "rules": tmp_path / "rules.toml"}
    said, out = matched_in(tmp_path, seed="drand 1", language="zh-hans", tolerance=0.0, **more)
    assert verify(out, **said, **more).result.gap == 0


def _swap(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], Path]:
    """A match that nobody touched."""
    return matched_in(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize("name", [*TABLES])
def test_every_change_of_a_table_is_found(name: str, whole: tuple[dict[str, Path], Path], tmp_path: Path) -> None:
    said, out = whole
    shutil.copytree(out, tmp_path / "out")
    text = (tmp_path / "out" / name).read_text(encoding="utf-8")
    (tmp_path / "out" / name).write_text(text + "\n", encoding="utf-8")
    with pytest.raises(FaultError, match=name):
        verify(tmp_path / "out", **said)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (SUMMARY, '"gap": 0', '"gap": 1'),
        (SUMMARY, '"bound": ', '"bound": 1'),
        (SUMMARY, '"served": ', '"served": 1'),
        (SUMMARY, '"proof": "', '"proof": "0'),
        (SUMMARY, '"fingerprint": "', '"fingerprint": "0'),
        (SUMMARY, '"rounds": 1', '"rounds": "one"'),
        (SUMMARY, "{", "["),
        ("assignment.csv", "n", "m"),
        ("prices.csv", "price", "cost"),
        ("prices.csv", ",14,14,", "\no1\n"),
        (SUMMARY, '"needs": {', '"needs": "", "more": {'),
    ],
)
def test_other_forgeries_are_found_too(
    name: str, old: str, new: str, whole: tuple[dict[str, Path], Path], tmp_path: Path
) -> None:
    said, out = whole
    shutil.copytree(out, tmp_path / "out")
    _swap(tmp_path / "out" / name, old, new)
    with pytest.raises(FaultError):
        verify(tmp_path / "out", **said)


def test_somebody_given_the_place_of_another_is_found(whole: tuple[dict[str, Path], Path], tmp_path: Path) -> None:
    said, out = whole
    shutil.copytree(out, tmp_path / "out")
    waiting, served = rows(out / "unserved.csv")[0]["need"], rows(out / "assignment.csv")[0]["need"]
    _swap(tmp_path / "out" / "assignment.csv", f"\n{served},", f"\n{waiting},")
    with pytest.raises(FaultError):
        verify(tmp_path / "out", **said)


def test_other_files_or_rules_are_found(whole: tuple[dict[str, Path], Path], tmp_path: Path) -> None:
    said, out = whole
    other = tmp_path / "needs.csv"
    other.write_text(said["needs"].read_text() + "\n")
    with pytest.raises(FaultError, match="is not the file of needs"):
        verify(out, needs=other, offers=said["offers"])
    (tmp_path / "rules.toml").write_text("")
    with pytest.raises(FaultError, match=r"is not the file of rules"):
        verify(out, **said, rules=tmp_path / "rules.toml")


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    said = files(tmp_path, [{}], [{}])
    with pytest.raises(FaultError, match=r"summary.json cannot be read"):
        verify(tmp_path, **said)


# --- a forger who knows the program


@pytest.mark.parametrize(
    "lie",
    [
        {"cost": lambda cost: cost // 10},
        {"step": lambda step: step * 2},
        {"objective": lambda objective: objective - 1},
        {"bound": lambda bound: bound - 1},
        {"gap": lambda gap: gap + 1},
    ],
)
def test_no_number_of_a_forger_is_believed(lie: dict, tmp_path: Path) -> None:  # type: ignore[type-arg]
    said = files(tmp_path, crowd(), SUPPLY)
    found = match(standalone.read(**said))
    ((name, wrong),) = lie.items()
    forged = replace(found.result, **{name: wrong(getattr(found.result, name))})
    save(replace(found, result=forged), tmp_path / "out", "en")
    with pytest.raises(FaultError, match=f"{name} is not what follows"):
        verify(tmp_path / "out", **said)


def test_a_finished_match_cannot_be_called_stopped(tmp_path: Path) -> None:
    said = files(tmp_path, crowd(), SUPPLY)
    save(replace(match(standalone.read(**said)), stopped=True), tmp_path / "out", "en")
    with pytest.raises(FaultError, match="stopped_early is not what follows"):
        verify(tmp_path / "out", **said)


def test_a_worse_match_cannot_be_called_finished(tmp_path: Path) -> None:
    said = files(tmp_path, crowd(), SUPPLY)
    best = match(standalone.read(**said))
    nobody = np.full(60, -1, dtype=np.int32)
    cost, objective = evaluate(best.problem, nobody)
    worse = replace(
        best.result, assignment=nobody, cost=cost, objective=objective, gap=objective - best.result.bound,
        served_by_class={},
    )  # fmt: skip
    again = run.completed(best.inputs, run.Solved(best.found, worse, 1, worse.gap), 0.9, lambda _: None)
    assert again.stopped
    save(again, tmp_path / "honest", "en")
    assert verify(tmp_path / "honest", **said).stopped
    save(replace(again, stopped=False), tmp_path / "out", "en")
    with pytest.raises(FaultError, match="stopped_early is not what follows"):
        verify(tmp_path / "out", **said)


def test_the_name_of_the_solver_is_its_own_word(tmp_path: Path) -> None:
    said = files(tmp_path, crowd(), SUPPLY)
    found = match(standalone.read(**said))
    save(replace(found, result=replace(found.result, solver="an oracle")), tmp_path / "out", "en")
    assert verify(tmp_path / "out", **said).result.cost == found.result.cost
    assert "Solver, by its own word" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_rounds_that_never_were_are_found(whole: tuple[dict[str, Path], Path], tmp_path: Path) -> None:
    said, out = whole
    shutil.copytree(out, tmp_path / "out")
    _swap(tmp_path / "out" / SUMMARY, '"rounds": 1', '"rounds": 900')
    with pytest.raises(FaultError, match="there was no round 900"):
        verify(tmp_path / "out", **said)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (SUMMARY, '"step": ', '"step": 1' + "0" * 40),
        (SUMMARY, '"step": ', '"step": 1' + "0" * 5000),
        (SUMMARY, "{", "[" * 100_000),
        (SUMMARY, '"solver": "', r'"solver": "\ud800'),
        (SUMMARY, '"seed": "', r'"seed": "\ud800'),
        (SUMMARY, '"seed": ', '"oath": "true", "seed": '),
        (SUMMARY, '"stopped_early": false', '"stopped_early": 0'),
        (SUMMARY, '"files": {', r'"files": {"a\nb": 1, '),
        ("prices.csv", ",14,14,", ",14,14," + "9" * 5000),
        ("prices.csv", ",14,14,", ",14,14,\u0667"),
        ("assignment.csv", "\nn", '\n"n'),
        ("assignment.csv", ",o", '\n"' + "x" * 200_000),
        ("prices.csv", "\no1", '\n"o1'),
    ],
)
def test_a_broken_folder_is_one_clear_line(
    name: str, old: str, new: str, whole: tuple[dict[str, Path], Path], tmp_path: Path
) -> None:
    said, out = whole
    shutil.copytree(out, tmp_path / "out")
    _swap(tmp_path / "out" / name, old, new)
    with pytest.raises(FaultError) as told:
        verify(tmp_path / "out", **said)
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 600


@pytest.mark.parametrize("name", [*TABLES])
def test_a_table_that_is_missing_or_a_folder(
    name: str, whole: tuple[dict[str, Path], Path], tmp_path: Path
) -> None:
    said, out = whole
    shutil.copytree(out, tmp_path / "out")
    (tmp_path / "out" / name).unlink()
    with pytest.raises(FaultError, match=name):
        verify(tmp_path / "out", **said)
    (tmp_path / "out" / name).mkdir()
    with pytest.raises(FaultError, match=name):
        verify(tmp_path / "out", **said)
