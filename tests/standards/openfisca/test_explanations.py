"""Every answer says the facts it used, the rules with their versions, the parameters and the references."""

from __future__ import annotations

from datetime import date

import pytest

from lacarte.registers.menu.eligibility import Verdict
from lacarte.standards.openfisca.describing import describe
from lacarte.standards.openfisca.explaining import Explanation, explain
from lacarte.standards.openfisca.requirements import requirement
from lacarte.standards.openfisca.situations import Group, Situation, read_situation
from lacarte.standards.openfisca.systems import System, system

PACKAGE = "openfisca_country_template"


@pytest.fixture(scope="module")
def law() -> System:
    return system(PACKAGE)


def explained(law: System, variable: str, day: date, row: int = 0) -> Explanation:
    home = Situation(
        {"ann": {"age": 40, "salary": 15_000}, "bo": {"birth": "2014-03-01"}, "cy": {"age": 70}},
        {"household": {"h": Group({"adults": ["ann"], "children": ["bo"]}), "k": Group({"adults": ["cy"]})}},
    )
    population, refused = read_situation(law, home, f"{day:%Y-%m}")
    assert not refused
    return explain(law, requirement(PACKAGE, variable, "at-least", 1), population, day, row)


def test_the_version_in_force_is_named_with_what_it_read(law: System) -> None:
    told = explained(law, "basic_income", date(2018, 1, 9))
    assert told.law == f"{PACKAGE} {law.version}, OpenFisca {law.core}"
    assert (told.who, told.value, told.verdict) == ("ann", 600.0, Verdict.YES)
    (rule,) = told.rules
    assert (rule.formula, rule.since) == ("formula_2016_12", "2016-12-01")
    assert "without" in rule.text
    assert rule.references == ("https://law.gov.example/basic_income",)
    assert {one.name: one.value for one in rule.parameters} == {
        "general.age_of_majority": 18,
        "benefits.basic_income": 600,
    }
    assert all(one.since for one in rule.parameters)
    assert [(fact.variable, fact.told[0].value) for fact in told.facts] == [("age", 40)]


def test_an_earlier_version_asked_for_more(law: System) -> None:
    told = explained(law, "basic_income", date(2016, 1, 9))
    assert told.rules[0].formula == "formula_2015_12"
    assert {fact.variable for fact in told.facts} == {"age", "salary"}
    assert told.verdict is Verdict.NO


def test_a_fact_that_follows_from_another_is_a_rule(law: System) -> None:
    told = explained(law, "basic_income", date(2018, 1, 9), row=1)
    assert [(rule.variable, rule.told[0].value) for rule in told.rules] == [("basic_income", 0.0), ("age", 3)]
    assert told.rules[0].uses == (("age", "2018-01"),)
    assert [fact.variable for fact in told.facts] == ["birth"]


def test_a_household_tells_of_its_members_and_of_nobody_else(law: System) -> None:
    told = explained(law, "parenting_allowance", date(2018, 1, 9))
    assert told.missing == (("salary", "2018-01"),)
    salary = next(fact for fact in told.facts if fact.variable == "salary")
    assert [(one.who, one.value, one.said) for one in salary.told] == [("ann", 15_000, True), ("bo", 0.0, False)]
    assert salary in told.assumed


def test_scales_are_told_step_by_step(law: System) -> None:
    told = explained(law, "social_security_contribution", date(2017, 1, 9))
    (scale,) = told.rules[0].parameters
    assert scale.name == "taxes.social_security_contribution"
    assert scale.value[0] == (0.0, pytest.approx(0.02))
    assert len(scale.value) == 3


def test_references_of_parameters_are_those_of_their_value(law: System) -> None:
    rate = explained(law, "income_tax", date(2014, 7, 9)).rules[0].parameters[0]
    assert (rate.name, rate.value, rate.since, rate.references) == (
        "taxes.income_tax_rate",
        0.14,
        "2014-01-01",
        (),
    )
    told = explained(law, "basic_income", date(2017, 1, 9))
    (amount,) = [one for one in told.rules[0].parameters if one.name == "benefits.basic_income"]
    assert (amount.since, amount.label) == ("2015-12-01", "Amount of the basic income")
    assert amount.references == ("https://law.gov.example/basic-income/amount/2015-12",)


def test_a_variable_is_described(law: System) -> None:
    told = describe(law, "housing_allowance", date(2016, 1, 1))
    assert (told.entity, told.period, told.ends) == ("household", "month", "2016-11-30")
    assert told.versions == ("1980-01-01",)
    assert told.formula == "formula_1980"
    assert describe(law, "housing_allowance", date(2020, 1, 1)).formula == ""
    assert describe(law, "housing_occupancy_status", date(2020, 1, 1)).choices[0] == "owner"
