"""Requirements of service types that the law decides: judged with all others, kept and published as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lacarte.registers.entitlement.actions import set_requirements
from lacarte.registers.entitlement.judging import Between, Judgement, Rule, judge
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.eligibility import Verdict
from lacarte.standards.openfisca.telling import tell
from tests.city import City

FILE = """
package = "openfisca_country_template"
assumed = ["capital_returns"]

[facts]
age = "age"
monthly-pay = "salary"
home-rent = "rent"
"""


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Any) -> Path:
    settings.HOME = tmp_path
    (tmp_path / "law.toml").write_text(FILE, encoding="utf-8")
    return tmp_path


def rule(variable: str, comparison: str = "at-least", value: Any = 1) -> Rule:
    return Rule(variable, f"law.{variable}", comparison, value, {"en": variable})


def judged(one: Rule, **facts: Any) -> Judgement:
    return judge([one], {name.replace("_", "-"): value for name, value in facts.items()})


def test_the_law_says_yes_no_or_what_to_ask() -> None:
    one = rule("basic_income")
    assert judged(one, age=30).verdict is Verdict.YES
    assert judged(one, age=12).verdict is Verdict.NO
    nothing = judged(one)
    assert (nothing.verdict, nothing.missing) == (Verdict.OPEN, ("age",)), "people are not asked for law.birth"
    tax = judged(rule("income_tax"), age=30)
    assert tax.missing == ("monthly-pay",)


def test_what_no_fact_of_ours_says_is_missing_by_its_name_in_the_law(home: Path) -> None:
    (home / "law.toml").write_text(FILE.replace('age = "age"\n', ""), encoding="utf-8")
    assert judged(rule("basic_income")).missing == ("law.birth",)


def test_only_facts_that_the_rules_in_force_ask_are_told(home: Path) -> None:
    (home / "law.toml").write_text('people = "household-size"\n' + FILE, encoding="utf-8")
    facts = {"age": 30, "monthly-pay": 900, "household-size": 1, "home-rent": 400}
    assert tell(rule("basic_income"), facts)[0] == ("age",), "pay counted until 2016 only"
    assert tell(rule("rent"), facts)[0] == ("home-rent", "household-size")


def test_a_fact_may_be_said_by_its_name_in_the_law() -> None:
    assert judge([rule("basic_income")], {"law.birth": "1990-05-05"}).verdict is Verdict.YES


def test_an_age_of_which_bounds_are_known_settles_it_where_both_agree() -> None:
    one = rule("basic_income")
    assert judged(one, age=Between(30, 31)).verdict is Verdict.YES
    assert judged(one, age=Between(11, 12)).verdict is Verdict.NO
    close = judged(one, age=Between(17, 18))
    assert (close.verdict, close.missing) == (Verdict.OPEN, ("age",))


def test_facts_about_the_household_go_there(home: Path) -> None:
    one = rule("rent", "at-most", 500)
    assert judged(one, home_rent=400).verdict is Verdict.YES
    assert judged(one, home_rent=600).verdict is Verdict.NO


def test_about_who_does_not_live_alone_a_person_decides_where_it_may_matter(home: Path) -> None:
    (home / "law.toml").write_text('people = "household-size"\n' + FILE, encoding="utf-8")
    of_a_household, of_a_person = rule("rent", "at-most", 500), rule("basic_income")
    assert judged(of_a_household, home_rent=400, household_size=1).verdict is Verdict.YES
    assert judged(of_a_household, home_rent=400).missing == ("household-size",)
    assert judged(of_a_household, home_rent=400, household_size=Between(1, 2)).missing == ("household-size",)
    together = judged(of_a_household, home_rent=400, household_size=3)
    assert (together.verdict, together.missing) == (Verdict.OPEN, ())
    assert judged(of_a_person, age=30, household_size=3).verdict is Verdict.YES


def test_one_that_the_law_refuses_is_no_even_if_all_others_hold() -> None:
    resident = Rule("here", "resident", "is", True, {"en": "lives here"})
    both = judge([resident, rule("basic_income")], {"resident": True, "age": 12})
    assert both.verdict is Verdict.NO
    assert [one.code for one in both.holding] == ["here"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('package = "openfisca_atlantis"', "is not installed"),
        ("package = 3", "package is missing"),
        ('package = "a"\nfacts = 3', "[facts] has one line"),
        ('package = "a"\nassumed = "b"', "assumed is a list"),
        ('package = "a"\nlaws = 1', "“laws” is nothing"),
        ('package = "a"\npeople = 1', "people is one of our facts"),
        ("package", "cannot be read"),
    ],
)
def test_where_the_law_cannot_be_asked_a_person_decides(
    home: Path, caplog: pytest.LogCaptureFixture, text: str, why: str
) -> None:
    (home / "law.toml").write_text(text, encoding="utf-8")
    found = judged(rule("basic_income"), age=30)
    assert found.verdict is Verdict.OPEN
    assert why in caplog.text


def test_without_a_file_and_of_an_unknown_variable_it_stays_open(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert judged(rule("wealth"), age=30).verdict is Verdict.OPEN
    assert "no variable “wealth”" in caplog.text
    (home / "law.toml").unlink()
    assert judged(rule("basic_income"), age=30).verdict is Verdict.OPEN
    assert "law.toml is not there" in caplog.text


def test_a_wrong_fact_is_named_and_the_rest_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    found = judged(rule("basic_income"), age=30, monthly_pay="n/a")
    assert found.verdict is Verdict.YES
    assert "salary: “n/a” is refused" in caplog.text


@pytest.mark.django_db
def test_it_is_a_requirement_of_a_service_type(city: City) -> None:
    kind = city.offer.offer.service_type
    law = Requirement(code="adult", circumstance="law.basic_income", comparison="at-least", value=1, text={})
    set_requirements(kind, [(law, ())])
    assert entitled({"age": 30})([kind.pk])[kind.pk].verdict is Verdict.YES
    assert entitled({"age": 3})([kind.pk])[kind.pk].verdict is Verdict.NO
    assert entitled({})([kind.pk])[kind.pk].missing == ("age",)
