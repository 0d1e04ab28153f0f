"""The country package's own tests pass through our requirements; what cannot be said is counted, not hidden."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from lacarte.cli import main
from lacarte.standards.openfisca.cases import TestFilesError
from lacarte.standards.openfisca.running import Outcome, Result, count, run_cases
from lacarte.standards.openfisca.systems import System, system

PACKAGE = "openfisca_country_template"


@pytest.fixture(scope="module")
def law() -> System:
    return system(PACKAGE)


def its_tests(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "tests"


def ran(law: System, folder: Path, text: str) -> list[Result]:
    file = folder / "case.yaml"
    file.write_text(text, encoding="utf-8")
    return list(run_cases(law, file))


def test_all_tests_of_the_package_that_can_be_said_pass(law: System) -> None:
    results = list(run_cases(law, its_tests(PACKAGE)))
    counted = count(results)
    assert counted["failed"] == 0
    assert counted["passed"] >= 31
    assert counted["values"] >= 40
    beyond = {one.why for one in results if one.outcome is Outcome.BEYOND}
    assert beyond == {"it changes the law by a reform", "it changes parameters of the law"}


CASE = """
- name: Taxed
  period: 2017-01
  {margin}
  input: {{salary: 1000 * 10}}
  output: {{income_tax: {value}}}
"""


@pytest.mark.parametrize(
    ("margin", "value", "outcome"),
    [
        ("", "1500", Outcome.PASSED),
        ("", "1000 + 500", Outcome.PASSED),
        ("", "1500.5", Outcome.FAILED),
        ("absolute_error_margin: 1", "1500.5", Outcome.PASSED),
        ("absolute_error_margin: {default: 0, income_tax: 1}", "1500.5", Outcome.PASSED),
        ("relative_error_margin: 0.01", "1510", Outcome.PASSED),
        ("relative_error_margin: 0.01", "1520", Outcome.FAILED),
        ("{absolute_error_margin: 100, relative_error_margin: 0.001}", "1510", Outcome.FAILED),
    ],
)
def test_margins_hold(law: System, tmp_path: Path, margin: str, value: str, outcome: Outcome) -> None:
    said = margin.strip("{}") if margin.startswith("{") else margin
    lines = "\n  ".join(said.split(", ")) if margin.startswith("{") else said
    (result,) = ran(law, tmp_path, CASE.format(margin=lines, value=value))
    assert result.outcome is outcome


def test_a_failure_says_of_whom_and_what(law: System, tmp_path: Path) -> None:
    (result,) = ran(law, tmp_path, CASE.format(margin="", value=7))
    assert result.why == "income_tax of 2017-01 is 1500.0 for 1, not 7"


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("{period: 2017, input: {}, output: {income_tax: 0}}", "which is known by the month"),
        ("{input: {salary: 1}, output: {income_tax: 0}}", "does not say for which period"),
        ("{period: 2017-01, input: {wealth: 1}, output: {income_tax: 0}}", "knows no “wealth”"),
        ("{period: 2017-01, input: {}, output: {wealth: 0}}", "knows no “wealth”"),
        ("{period: 2017-01, input: {salary: n/a}, output: {income_tax: 0}}", "“n/a” is refused"),
        ("{period: 2017-01, input: {salary: [1, 2]}, output: {income_tax: [1, 2, 3]}}", "expects 3 values"),
        (
            "{period: 2017-01, input: {salary: [1, 2], age: [1, 2, 3]}, output: {age: 0}}",
            "not of one length",
        ),
        ("{period: 2017-01, input: {persons: {a: {}}}, output: {persons: {b: {age: 0}}}}", "“b” is nobody"),
        ("{period: 2017-01, input: {}, output: {}}", "it expects nothing"),
    ],
)
def test_what_cannot_be_said_has_a_reason(law: System, tmp_path: Path, case: str, why: str) -> None:
    (result,) = ran(law, tmp_path, f"- {case}")
    assert result.outcome is Outcome.BEYOND
    assert why in result.why


@pytest.mark.parametrize(
    "case",
    [
        # what is said of one is said of all, as the usual value: bo is 0 years old
        "{period: 2017-01, input: {persons: {ann: {age: 40}, bo: {birth: 1980-01-01}}}, "
        "output: {persons: {ann: {age: 40}, bo: {age: 0}}}}",
        # a household that nobody is in is everybody's
        "{period: 2016-01, input: {persons: {ann: {}, bo: {}}, household: {rent: 400}}, "
        "output: {housing_allowance: [100, 100]}}",
        "{period: 2017-01, input: {persons: {ann: {}}, household: {adults: ann, housing_occupancy_status: 0}}, "
        "output: {household: {housing_occupancy_status: owner}}}",
        "{period: 2017-01, input: {}, output: {housing_occupancy_status: 1}}",
        "{period: 2017-01, input: {birth: 1980-02}, output: {age: 36}}",
        "{period: 2017-01, input: {salary: {2017: 12000}}, output: {salary: {2017-12: 1000, 2017-01: 1000}}}",
    ],
)
def test_cases_are_read_as_openfisca_reads_them(law: System, tmp_path: Path, case: str) -> None:
    (result,) = ran(law, tmp_path, f"- {case}")
    assert (result.outcome, result.why) == (Outcome.PASSED, "")


def test_what_is_no_test_is_named(law: System, tmp_path: Path) -> None:
    with pytest.raises(TestFilesError, match="has no tests"):
        list(run_cases(law, tmp_path))
    with pytest.raises(TestFilesError, match="cannot be read"):
        ran(law, tmp_path, "- {name: [")


# the command


def test_the_command_counts_and_lists() -> None:
    printed = CliRunner().invoke(main, ["law", "test", PACKAGE])
    assert printed.exit_code == 0
    assert "31 cases passed (40 values), 0 failed, 7 are not expressible" in printed.output
    told = json.loads(CliRunner().invoke(main, ["law", "test", PACKAGE, "--json"]).output)
    assert told["passed"] + told["failed"] + told["not-expressible"] == len(told["cases"])


def test_the_command_fails_where_a_case_does(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE.format(margin="", value=7), encoding="utf-8")
    printed = CliRunner().invoke(main, ["law", "test", PACKAGE, str(tmp_path)])
    assert printed.exit_code == 1
    assert "income_tax of 2017-01 is 1500.0 for 1, not 7" in printed.output
    assert "1 of 1 cases failed" in printed.output


def test_the_command_shows_a_variable() -> None:
    printed = CliRunner().invoke(main, ["law", "show", PACKAGE, "basic_income", "--on", "2016-06-01"])
    assert "in force: formula_2015_12" in printed.output
    assert "https://law.gov.example/basic_income" in printed.output
    wrong = CliRunner().invoke(main, ["law", "show", PACKAGE, "wealth"])
    assert wrong.exit_code == 1
    assert "no variable “wealth”" in wrong.output
