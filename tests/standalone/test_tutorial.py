"""The tutorial's commands and Python run as they stand, and give the figures that it names."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from tests.docs.running import DATA, ROOT, Checkout, commands

PAGE = ROOT / "docs" / "tutorial" / "matching-without-a-database.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def _run(blocks: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Run blocks one after another, in a copy of the checkout."""
    monkeypatch.chdir(Checkout.copied_to(folder).root)
    names: dict[str, object] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    return names


@pytest.mark.once
def test_every_command_runs_and_gives_the_figures_of_the_page(tmp_path: Path) -> None:
    checkout = Checkout.copied_to(tmp_path)
    said = [checkout.run(words) for words in commands(PAGE)]
    matched = [
        re.match(r"(\d+) of 400 needs matched, (?:balanced by region, )?proved optimal", line) for line in said
    ]
    told = json.loads((checkout.root / ".lacarte" / "matched" / "summary.json").read_text(encoding="utf-8"))
    most_urgent = told["classes"]["0"]
    greedy = sum(one["greedy_by_class"] for one in told["classes"].values())
    figures = [int(n) for n in re.findall(r"\*\*(\d+)\*\*", PAGE.read_text("utf-8"))]
    assert figures == [
        told["served"],
        most_urgent["first_come_first_served"],
        most_urgent["served"],
        most_urgent["greedy_by_class"],
        greedy,
        int(matched[3][1]),
        *_balanced(checkout.root / ".lacarte" / "balanced"),
        *(int(n) for n in re.findall(r"(\d+) of 240 needs placed, (\d+) at their first", said[6])[0]),
        len((checkout.root / ".lacarte" / "chosen" / "unserved.csv").read_text("utf-8").splitlines()) - 1,
    ]
    assert [bool(one) for one in matched] == [True, True, False, True, True, False, False, False]
    assert all("holds" in said[at] for at in (2, 5, 7))
    for line in re.findall(r"^(?:id|K\d),.*", PAGE.read_text("utf-8"), re.MULTILINE):
        assert line in (checkout.root / "docs/tutorial/choices/offers.csv").read_text("utf-8")
    with (checkout.root / ".lacarte" / "bordered" / "unserved.csv").open(encoding="utf-8", newline="") as file:
        assert "agreement" in {row["reason"] for row in csv.DictReader(file)}


def _balanced(folder: Path) -> list[int]:
    """Percent and minutes that the page names."""
    told = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    balance, shares = told["balance"], told["balance"]["classes"]["3"]
    percents = [round(100 * shares[name]) for name in ("worst_before", "worst_after", "limit")]
    return [*percents, told["served"], round((balance["cost_after"] - balance["cost_before"]) / 60)]


def test_the_python_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = [block for block in BLOCKS if "shared/data" not in block]
    assert len(own) == 3
    _run(own, tmp_path, monkeypatch)


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not here")
def test_san_francisco(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = _run([BLOCKS[0], BLOCKS[-1]], tmp_path, monkeypatch)
    city = names["city"]
    assert city.inputs.rejects == ()
    assert sum(city.result.served_by_class.values()) > 100
