"""On which facts an answer of the law depends, read from its formulas: never fewer than computing it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lacarte.registers.entitlement.actions import set_requirements
from lacarte.registers.entitlement.depending import facts_of
from lacarte.registers.entitlement.explaining import explain
from lacarte.registers.entitlement.judging import Rule, judge
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.entitlement.queries import entitled
from lacarte.standards.openfisca.depending import variables_below
from lacarte.standards.openfisca.systems import system
from tests.city import City

PACKAGE = "openfisca_country_template"


@pytest.fixture
def _law(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    (tmp_path / "law.toml").write_text(f'package = "{PACKAGE}"\n[facts]\nage = "age"\nmonthly-pay = "salary"\n')


@pytest.mark.usefixtures("_law")
def test_our_facts_are_named_as_ours_and_those_of_the_law_as_its_own() -> None:
    found = facts_of("law.income_tax")
    assert found is not None
    assert {"age", "monthly-pay", "law.salary", "law.income_tax"} <= set(found)
    assert "law.rent" not in found
    assert set(facts_of("law.rent") or ()) == {"law.rent"}


@pytest.mark.usefixtures("_law")
def test_whatever_is_missing_is_among_them() -> None:
    law = system(PACKAGE)
    for name, variable in law.rules.variables.items():
        if variable.value_type in (int, float):
            rule = Rule(name, f"law.{name}", "at-least", 1, {})
            assert set(judge([rule], {}).missing) <= set(facts_of(rule.fact) or ()), name


@pytest.mark.django_db
@pytest.mark.usefixtures("_law")
def test_an_explanation_tells_the_rules_of_the_law_since_when_they_are_so_and_the_facts(city: City) -> None:
    law = Requirement(code="adult", circumstance="law.basic_income", comparison="at-least", value=1, text={})
    set_requirements(city.care, [(law, ())])
    facts = {"age": 30, "infant": True}
    judged = entitled(facts)([city.care.pk])[city.care.pk]
    (told,) = explain(city.care, judged, facts, person=None, said_now=facts).reasons
    assert told.law is not None
    assert (told.holds, told.uses) == (True, ("age",))
    assert told.law.package.startswith("openfisca_country_template ")
    assert told.law.rules[0] == ("Basic income provided to adults", "2016-12-01")
    assert any(reference.startswith("https://") for reference in told.law.references)


def test_where_the_law_cannot_be_asked_it_may_be_any_fact(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    assert facts_of("law.income_tax") is None


def test_a_formula_that_hides_what_it_asks_may_ask_anything() -> None:
    def hidden(name: str) -> Any:
        return lambda person, period: person(name, period)

    class Variable:
        formulas = {"0001-01-01": hidden("salary")}

    class Law:
        rules = type("Rules", (), {"get_variable": staticmethod(lambda _name: Variable)})

        def variable(self, _name: str) -> Any:
            return Variable

    law: Any = Law()
    assert variables_below(law, "pay") is None
