"""``lacarte tables``: files of decision tables are checked, decided by, and turned into the other format."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from lacarte.cli import main
from lacarte.standards import dmn

RENT = Path(__file__).parents[3] / "docs" / "how-to" / "help-with-rent.csv"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["tables", *map(str, words)])


def kept(folder: Path, *rules: str, policy: str = "U") -> Path:
    """A table of two inputs and one output with these rules."""
    path = folder / "help.csv"
    head = f"{policy},if income (number),if tenure (string),then share (number)"
    path.write_text("\n".join([head, "code,help", *rules]))
    return path


def test_gaps_are_told_with_an_example_and_are_no_fault() -> None:
    done = run("check", RENT)
    assert done.exit_code == 0, done.output
    assert "no rule holds where rents-home false (such as rents-home=false," in done.output
    assert "help-with-rent: 2 rules, 2 gaps" in done.output


def test_rules_that_hold_at_once_are_a_fault_with_an_example(tmp_path: Path) -> None:
    done = run("check", kept(tmp_path, "1,< 900,-,1", "2,[500..2000),-,2"))
    assert done.exit_code == 1
    assert "help: rules 1 and 2 both hold where income [500..900)" in done.output
    assert "income=500" in done.output
    assert "1 fault" in done.output


def test_test_cases_of_a_file_are_run_and_one_that_comes_out_otherwise_is_a_fault(tmp_path: Path) -> None:
    rules = ("1,< 900,-,1", "2,>= 900,-,2")
    good = run("check", kept(tmp_path, *rules, "case poor,100,,1", "case not known,,,?"))
    assert good.exit_code == 0, good.output
    assert "help: 2 rules, 0 gaps, 2 test cases" in good.output.replace("1 gaps", "0 gaps")
    bad = run("check", kept(tmp_path, *rules, "case poor,100,,2", "case odd,n/a,,1"))
    assert bad.exit_code == 1
    assert "help, case 2, income: sign 2: / has no meaning here" in bad.output
    failed = run("check", kept(tmp_path, *rules, "case poor,100,,2"))
    assert "help, case “poor”, share: expected 2, it says 1" in failed.output


def test_all_that_is_wrong_is_named_and_other_files_are_checked_all_the_same(tmp_path: Path) -> None:
    bad = kept(tmp_path, "1,< n/a,-,1", "2,[900..500],-,two")
    done = run("check", bad, RENT)
    assert done.exit_code == 1
    assert "help, rule 1, income" in done.output
    assert "help, rule 2, income" in done.output
    assert "help, rule 2, share" in done.output
    assert "help-with-rent: 2 rules" in done.output


def test_it_decides_as_soon_as_nothing_else_can_matter() -> None:
    done = run("decide", RENT, "rents-home=true", "low-income=true")
    assert done.output == "entitled = true, share = 0.6\n  by rule 1\n"
    done = run("decide", RENT, "rents-home=false")
    assert done.output == "entitled = false, share = 0\n  no rule holds\n"


def test_what_settles_most_is_asked_first() -> None:
    done = run("decide", RENT, "household-size=6")
    assert done.output.splitlines() == [
        "cannot say yet",
        "  ask: rents-home (settles it for 50%)",
        "  ask: low-income (settles it for 0%)",
    ]


def test_of_a_table_that_collects_all_that_hold_are_told(tmp_path: Path) -> None:
    table = kept(tmp_path, "1,< 900,-,1", "2,< 2000,-,2", policy="C")
    assert run("decide", table, "income=100").output == "share = 1\nshare = 2\n  by rule 1, 2\n"
    assert run("decide", table, "income=3000").output == "  no rule holds\n"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("income", "is no FACT=VALUE; facts are income, tenure"),
        ("wealth=3", "is no FACT=VALUE"),
        ("income=n/a", "income: "),
        ("income=2026-13-31", "income: "),
    ],
)
def test_a_fact_that_cannot_be_is_refused_by_name(tmp_path: Path, said: str, why: str) -> None:
    done = run("decide", kept(tmp_path, "1,< 900,-,1"), said)
    assert done.exit_code == 1
    assert why in done.output


def test_a_table_comes_back_as_it_went(tmp_path: Path) -> None:
    there, back = tmp_path / "rent.dmn", tmp_path / "rent.csv"
    assert run("convert", RENT, there).output == f"wrote 1 table to {there}\n"
    assert run("convert", there, back).exit_code == 0
    (before,), (after,) = (dmn.read_csv(path.read_bytes()).decisions for path in (RENT, back))
    assert (after.table, after.name, after.labels) == (before.table, before.name, before.labels)


def test_what_cannot_be_read_or_chosen_is_said_in_one_line(tmp_path: Path) -> None:
    meals = Path(__file__).parent / "examples" / "meals.dmn"
    for words, why in (
        (("check", tmp_path / "none.csv"), "No such file"),
        (("check", __file__), "not XML that can be read"),
        (("decide", meals), "name one of them by --table"),
        (("convert", meals, tmp_path / "x.csv"), "is no decision table"),
        (("convert", RENT, tmp_path / "no" / "x.dmn"), "No such file"),
    ):
        done = run(*words)
        assert done.exit_code == 1, words
        assert why in done.output, done.output
        assert len(done.output.splitlines()) == 1
