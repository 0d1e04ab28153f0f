"""Groups are served as evenly as possible, that costs nobody a place, and what it costs is told and checked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lacarte import standalone
from lacarte.standalone import FaultError, match, save, verify
from lacarte.standalone.stopping import Stopping
from lacarte.standalone.words import BALANCED, LANGUAGES
from tests.standalone.files import files, rows

#: Forty in the North, beside the only offer, and forty in the South, farther away.
PEOPLE = [
    {"region": where, "ward": where[0], "latitude": f"{latitude + at / 1e5:.5f}", "priority_class": 1}
    for where, latitude in (("North", 23.10), ("South", 23.12))
    for at in range(40)
]
PLACES = [{"capacity": 40}]


@pytest.fixture(scope="module")
def even(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Path], Path]:
    """The files, and a balanced match of them."""
    folder = tmp_path_factory.mktemp("even")
    said = files(folder, PEOPLE, PLACES)
    save(match(standalone.read(**said, balance="Region "), tolerance=0), folder / "out", "en")
    return said, folder / "out"


def summary(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return told


def test_the_worst_region_gains_nobody_loses_and_the_cost_is_told(even: tuple[dict[str, Path], Path]) -> None:
    said, out = even
    before = match(standalone.read(**said), tolerance=0)
    told = summary(out)
    assert told["balance"] == {
        "column": "region",
        "rounds": 1,
        "classes": {"1": {"worst_before": 0.0, "worst_after": 0.5, "limit": 0.5}},
        "limit_over_all_pairs": True,
        "cost_before": before.result.cost,
        "cost_after": told["cost"],
    }
    assert told["served"] == int((before.result.assignment >= 0).sum()) == 40
    assert told["cost"] > before.result.cost
    assert told["classes"]["1"]["greedy_by_class"] == 40
    region = {row["id"]: row["region"] for row in rows(said["needs"])}
    assert sum(region[row["need"]] == "South" for row in rows(out / "assignment.csv")) == 20
    assert all(BALANCED["en"].format(group="region") in row["words"] for row in rows(out / "unserved.csv"))


def test_it_holds_and_says_so(even: tuple[dict[str, Path], Path]) -> None:
    said, out = even
    held = verify(out, **said)
    assert held.balance is not None
    assert (held.result.gap, held.unbalanced) == (0, False)
    assert held.in_a_line() == (
        "40 of 80 needs matched, balanced by region, proved optimal for those whom that puts first."
    )
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "Whom it puts first is not proved by prices" in page
    assert "No match is better" not in page


def _changed(out: Path, folder: Path, old: str, new: str) -> Path:
    shutil.copytree(out, folder / "out")
    text = (folder / "out" / "summary.json").read_text(encoding="utf-8")
    assert old in text
    (folder / "out" / "summary.json").write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder / "out"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"worst_before": 0.0', '"worst_before": 0.1'),
        ('"worst_after": 0.5', '"worst_after": 0.6'),
        ('"limit": 0.5', '"limit": 0.9'),
        ('"limit_over_all_pairs": true', '"limit_over_all_pairs": 1'),
        ('"cost_before": ', '"cost_before": 1'),
        ('"column": "region"', '"column": "service_type"'),
        ('"column": "region"', '"column": 7'),
        ('"rounds": 1,\n    "classes"', '"rounds": 0,\n    "classes"'),
        ('"balance": {', '"balance": null, "more": {'),
        ('"balance": {', '"balance": [], "more": {'),
    ],
)
def test_a_forged_balance_is_found(old: str, new: str, even: tuple[dict[str, Path], Path], tmp_path: Path) -> None:
    said, out = even
    with pytest.raises(FaultError):
        verify(_changed(out, tmp_path, old, new), **said)


def test_whom_it_serves_inside_a_region_cannot_be_chosen(tmp_path: Path) -> None:
    """A forger prefers one of the North to another, and has the rest worked out honestly."""
    said = files(tmp_path, PEOPLE, PLACES)
    with pytest.MonkeyPatch.context() as patched:
        from lacarte.standalone import run

        honest = run.balanced

        def favoured(found, group, solve):  # type: ignore[no-untyped-def]
            found, balance = honest(found, group, solve)
            order = found.problem.order
            one, other = np.flatnonzero(order[:40] == 0)[0], np.flatnonzero(order[:40] == 1)[0]
            order[[one, other]] = order[[other, one]]
            return found, balance

        patched.setattr(run, "balanced", favoured)
        save(match(standalone.read(**said, balance="region")), tmp_path / "out", "en")
    with pytest.raises(FaultError, match="fingerprint is not what follows"):
        verify(tmp_path / "out", **said)


def test_any_column_of_the_file_can_be_balanced(tmp_path: Path) -> None:
    said = files(tmp_path, PEOPLE, PLACES)
    for language in LANGUAGES:
        save(match(standalone.read(**said, balance="ward")), tmp_path / language, language)
        verify(tmp_path / language, **said)
        page = (tmp_path / language / "report.html").read_text(encoding="utf-8")
        assert "“ward”" in page
        assert page.count("50%") > 2
    assert summary(tmp_path / "en")["balance"]["classes"]["1"]["worst_after"] == 0.5


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ("district", r"needs.csv lacks the column district, whose groups were to be balanced"),
        ("reach", "'reach' holds no groups that could be balanced; name a column such as region"),
        ("a\nb", r"'a\\nb' holds no groups"),
    ],
)
def test_a_column_without_groups_is_refused(column: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(FaultError, match=says):
        standalone.read(**files(tmp_path, PEOPLE, PLACES), balance=column)


def test_a_worst_share_of_few_people_is_not_on_the_page(tmp_path: Path) -> None:
    few = [{**one, "region": "East", "latitude": "23.16", "reach": 1} for one in PEOPLE[:3]]
    said = files(tmp_path, [*PEOPLE, *few], [{"capacity": 60}])
    save(match(standalone.read(**said, balance="region")), tmp_path / "out", "en")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "As evenly as possible, by region" in page
    assert "fewer than ten people" in page
    assert "Worst region, now" not in page


def test_ctrl_c_while_balancing_gives_the_match_that_is_not_balanced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = files(tmp_path, PEOPLE, PLACES)
    hear = Stopping.progress

    def press(self: Stopping, what: str, epsilon: float) -> None:
        if press.balancing:  # type: ignore[attr-defined]
            self._hear(2, None)
        hear(self, what, epsilon)

    def watch(line: str) -> None:
        press.balancing |= line.startswith("balancing")  # type: ignore[attr-defined]

    press.balancing = False  # type: ignore[attr-defined]
    from lacarte.standalone import run

    solve = run.solve
    monkeypatch.setattr(Stopping, "progress", press)
    monkeypatch.setattr(run, "solve", lambda problem, **how: solve(problem, solver="auction", **how))
    found = match(standalone.read(**said, balance="region"), tolerance=0, say=watch)
    assert found.unbalanced
    assert "stopped before it was balanced" in found.in_a_line()
    save(found, tmp_path / "out", "en")
    assert summary(tmp_path / "out")["balance"] is None
    assert not verify(tmp_path / "out", **said).stopped
