"""Requirements of the law: yes, no, or not yet; what is missing; and what is wrong named and left out."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest
from openfisca_core.simulations import SimulationBuilder

from lacarte.registers.menu.eligibility import Verdict
from lacarte.standards.openfisca.answering import Answers, ask
from lacarte.standards.openfisca.populations import Known, Population, alone
from lacarte.standards.openfisca.requirements import LawRequirement, requirement
from lacarte.standards.openfisca.situations import Facts, Group, Refused, Situation, read_situation
from lacarte.standards.openfisca.systems import LawError, System, UnknownVariableError, system
from lacarte.standards.openfisca.turning import turn

PACKAGE = "openfisca_country_template"
DAY = date(2018, 1, 20)


@pytest.fixture(scope="module")
def law() -> System:
    return system(PACKAGE)


def required(variable: str, comparison: str = "at-least", threshold: Any = 1, **more: Any) -> LawRequirement:
    return requirement(PACKAGE, variable, comparison, threshold, **more)


def asked(law: System, one: LawRequirement, situation: Situation) -> tuple[Answers, tuple[Refused, ...]]:
    population, refused = read_situation(law, situation, "2018-01")
    return ask(law, [one], population, DAY)[0], refused


def said(law: System, one: LawRequirement, **people: Facts) -> tuple[Verdict, tuple[Any, ...]]:
    """The verdict for the first person or household, and the names of what it lacks."""
    answers, refused = asked(law, one, Situation(people))
    assert not refused
    return answers.verdicts[0], tuple(name for name, _ in answers.missing_of(0))


# the package


def test_a_package_is_loaded_once_and_named_with_its_versions(law: System) -> None:
    assert system("openfisca-country-template").version == law.version
    assert system(PACKAGE) is law
    assert law.version[0].isdigit()
    assert law.core[0].isdigit()
    assert law.entities == ("person", "household")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("openfisca_atlantis", "openfisca_atlantis is not installed"),
        ("json", "is no country package"),
        ("../evil", "is no name of a package"),
    ],
)
def test_what_is_no_package_is_refused(name: str, why: str) -> None:
    with pytest.raises(LawError, match=why):
        system(name)


def test_a_requirement_takes_what_the_package_says_of_its_variable() -> None:
    one = required("basic_income")
    assert (one.entity, one.period) == ("person", "month")
    assert one.text == "Basic income provided to adults"
    assert one.references == ("https://law.gov.example/basic_income",)


@pytest.mark.parametrize(
    ("variable", "comparison", "threshold", "why"),
    [
        ("basic_income", "more", 1, "is no comparison"),
        ("basic_income", "at-least", "n/a", "a number is wanted"),
        ("basic_income", "at-least", float("nan"), "a number is wanted"),
        ("housing_occupancy_status", "at-least", "owner", "have no order"),
        ("housing_occupancy_status", "is", "squatter", "one of owner, tenant"),
        ("housing_occupancy_status", "one-of", "owner", "a list is wanted"),
        ("birth", "at-most", "yesterday", "a day such as"),
    ],
)
def test_what_cannot_be_compared_is_refused(variable: str, comparison: str, threshold: Any, why: str) -> None:
    with pytest.raises(LawError, match=why):
        required(variable, comparison, threshold)


def test_an_unknown_variable_is_refused() -> None:
    with pytest.raises(UnknownVariableError, match="no variable “wealth”"):
        required("wealth")
    with pytest.raises(UnknownVariableError, match="no variable “wealth”"):
        required("basic_income", assumed=("wealth",))


# yes, no, not yet


def test_yes_no_and_not_yet(law: System) -> None:
    one = required("basic_income")
    assert said(law, one, ann={"age": 40}) == (Verdict.YES, ())
    assert said(law, one, bo={"age": 3}) == (Verdict.NO, ())
    assert said(law, one, cy={"salary": 100}) == (Verdict.OPEN, ("birth",))
    assert said(law, one, di={"birth": "2000-01-01"}) == (Verdict.YES, ())


def test_the_version_of_the_law_in_force_decides(law: System) -> None:
    earning = Situation({"ann": {"age": {"2016-01": 40, "2018-01": 40}, "salary": {"2016-01": 900}}})
    population, _ = read_situation(law, earning, "2018-01")
    one = required("basic_income")
    assert ask(law, [one], population, date(2016, 1, 5))[0].verdicts == [Verdict.NO]
    assert ask(law, [one], population, date(2018, 1, 5))[0].verdicts == [Verdict.YES]


def test_what_a_requirement_assumes_is_told_but_not_missing(law: System) -> None:
    one = required("housing_tax", "at-most", 500, assumed=("housing_occupancy_status",))
    answers, _ = asked(law, one, Situation({"ann": {}}))
    assert [name for name, _ in answers.missing_of(0)] == ["accommodation_size"]
    assert [name for name, _ in answers.assumed] == ["housing_occupancy_status"]


@pytest.mark.parametrize(
    ("comparison", "threshold", "verdict"),
    [
        ("is", "owner", Verdict.YES),
        ("is-not", "owner", Verdict.NO),
        ("one-of", ["tenant", "homeless"], Verdict.NO),
        ("one-of", ["tenant", "owner"], Verdict.YES),
    ],
)
def test_choices_are_compared_by_name(law: System, comparison: str, threshold: Any, verdict: Verdict) -> None:
    home = Situation({"ann": {}}, {"household": {"h": Group({"adults": ["ann"]}, _OWNER)}})
    answers, _ = asked(law, required("housing_occupancy_status", comparison, threshold), home)
    assert answers.verdicts == [verdict]


_OWNER = {"housing_occupancy_status": "owner"}


def test_days_are_compared(law: System) -> None:
    one = required("birth", "at-most", "2000-06-01")
    assert said(law, one, ann={"birth": date(2000, 6, 1)})[0] is Verdict.YES
    assert said(law, one, ann={"birth": "2000-06-02"})[0] is Verdict.NO


def test_a_monthly_amount_may_be_asked_for_the_year(law: System) -> None:
    one = required("salary", "at-least", 12_000, period="year")
    yearly = Situation({"ann": {"salary": {"2018": 12_000}}, "bo": {"salary": {"2018": 11_999}}})
    answers, _ = asked(law, one, yearly)
    assert answers.verdicts == [Verdict.YES, Verdict.NO]
    assert len(answers.key) == 12
    few, _ = asked(law, one, Situation({"cy": {"salary": {"2018-02": 90_000}}}))
    assert few.verdicts == [Verdict.OPEN]
    assert len(few.missing_of(0)) == 11


def test_months_that_were_said_count_before_the_year(law: System) -> None:
    both = Situation({"ann": {"salary": {"2018": 2200, "2018-03": 1100}}})
    population, _ = read_situation(law, both, "2018-01")
    amounts = {period: float(fact.values[0]) for (_, period), fact in population.facts.items()}
    assert amounts["2018-03"] == 1100
    assert amounts["2018-01"] == pytest.approx(100)
    assert len(amounts) == 12


# many at once, each with other facts


def test_each_is_judged_by_what_is_known_of_them(law: System) -> None:
    """An age said of one person must not make another, whose day of birth is known, 0 years old."""
    people: dict[str, Facts] = {"ann": {"age": 40}, "bo": {"birth": "1980-02-15"}, "cy": {}}
    answers, _ = asked(law, required("basic_income"), Situation(people))
    assert answers.verdicts == [Verdict.YES, Verdict.YES, Verdict.OPEN]


def test_members_matter_to_the_household_but_not_to_each_other(law: System) -> None:
    home = Situation(
        {"ann": {"age": 40, "salary": 100}, "bo": {"age": 3}},
        {"household": {"h": Group({"adults": ["ann"], "children": ["bo"]})}},
    )
    answers, _ = asked(law, required("parenting_allowance"), home)
    assert answers.verdicts == [Verdict.OPEN]
    (lacking,) = answers.missing.values()
    assert (lacking.first.tolist(), lacking.last.tolist()) == ([1], [1])  # bo's salary alone
    tax, _ = asked(law, required("social_security_contribution"), home)
    assert tax.verdicts == [Verdict.YES, Verdict.OPEN]


def test_many_as_arrays_agree_with_one_at_a_time(law: System) -> None:
    draws = np.random.default_rng(5)
    count = 400
    ages, salaries = draws.integers(0, 90, count), draws.integers(0, 9_000, count).astype(np.float32)
    whole = np.ones(count, dtype=bool)
    names = tuple(map(str, range(count)))
    some_said = Known(salaries, draws.random(count) < 0.7)
    facts = {("age", "2018-01"): Known(ages, whole), ("salary", "2018-01"): some_said}
    population = alone(law, names, facts)
    some = (required("basic_income"), required("social_security_contribution", "at-least", 150))
    together = ask(law, some, population, DAY)
    builder = SimulationBuilder()
    plain = builder.build_default_simulation(law.rules, count)
    plain.set_input("age", "2018-01", ages)
    plain.set_input("salary", "2018-01", salaries)
    for answers in together:
        values = plain.calculate(answers.asked.variable, "2018-01")
        known = ~answers.open
        assert np.array_equal(answers.value[known], values[known])
        assert np.array_equal(answers.holds[known], (values >= answers.asked.threshold)[known])
    assert np.array_equal(together[1].open, ~facts["salary", "2018-01"].known)
    assert not together[0].open.any()


def test_arrays_that_do_not_fit_are_named(law: System) -> None:
    short = Known(np.zeros(1), np.ones(1, dtype=bool))
    with pytest.raises(LawError, match="salary of 2018-01 must have 2 values"):
        ask(law, [required("basic_income")], alone(law, ("a", "b"), {("salary", "2018-01"): short}), DAY)
    with pytest.raises(LawError, match="household"):
        ask(law, [required("basic_income")], Population(("a",), {}), DAY)


# what is wrong is named, the rest goes on


def test_a_person_in_two_households_and_no_income_are_named_and_the_rest_goes_on(law: System) -> None:
    home = {
        "a": Group({"adults": ["ann"]}),
        "b": Group({"adults": ["bo"], "children": ["kid"]}),
        "c": Group({"adults": ["cy"], "children": ["kid"]}),
    }
    people: dict[str, Facts] = {
        "ann": {"salary": "n/a", "age": 40},
        "bo": {"age": 30},
        "kid": {"age": 3},
        "cy": {"age": 30},
        "di": {"age": 50, "salary": 2000},
    }
    answers, refused = asked(law, required("household_income"), Situation(people, {"household": home}))
    assert dict(zip(answers.names, answers.verdicts, strict=True)) == {"a": Verdict.OPEN, "di": Verdict.YES}
    assert [str(one) for one in refused] == [
        "c, household: “kid” is in it and in “b”",
        "b, household: “kid” is in it and in “c”",
        "ann, salary: “n/a” is refused: a number is wanted",
    ]


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"salary": True}, "a number is wanted"),
        ({"salary": float("inf")}, "a number is wanted"),
        ({"age": 3.5}, "a whole number is wanted"),
        ({"birth": "15.2.1980"}, "a day such as"),
        ({"salary": {"soon": 3}}, "is no period"),
        ({"age": {"2018": 30}}, "a value for one month is wanted"),
        ({"rent": 300}, "a fact about the household"),
        ({"wealth": 1}, "has no variable"),
    ],
)
def test_a_wrong_fact_is_named_and_counts_as_not_known(law: System, facts: Facts, why: str) -> None:
    answers, refused = asked(law, required("income_tax"), Situation({"ann": facts}))
    assert len(refused) == 1
    assert why in str(refused[0])
    assert answers.verdicts == [Verdict.OPEN]


@pytest.mark.parametrize(
    ("group", "why"),
    [
        (Group({"lodgers": ["ann"]}), "“lodgers” is no role"),
        (Group({"adults": ["ann", "zed"]}), "“zed” is in it, of whom nothing is said"),
        (Group({}, {"rent": 300}), "nobody is in it"),
    ],
)
def test_a_wrong_group_is_named_and_left_out(law: System, group: Group, why: str) -> None:
    answers, refused = asked(
        law, required("income_tax"), Situation({"ann": {}, "bo": {"salary": 9}}, {"household": {"h": group}})
    )
    assert why in refused[0].why
    assert answers.names[-1] == "bo"


def test_groups_of_an_unknown_kind_are_refused(law: System) -> None:
    with pytest.raises(LawError, match="no groups “clan”"):
        read_situation(law, Situation({"ann": {}}, {"clan": {}}), "2018-01")


# whether what is missing could change it


def test_a_choice_that_changes_nothing_settles_the_answer(law: System) -> None:
    home = Situation({"ann": {}}, {"household": {"h": Group({"adults": ["ann"]}, {"accommodation_size": 0})}})
    population, _ = read_situation(law, home, "2018-01")
    one = required("housing_tax", "at-most", 200)
    (answers,) = ask(law, [one], population, DAY)
    assert answers.verdicts == [Verdict.OPEN]
    turned = turn(law, answers, population, DAY)
    assert turned.tries == 4
    assert turned.answers.verdicts == [Verdict.YES]
    assert turned.answers.missing_of(0) == ()


def test_a_choice_that_changes_it_does_not(law: System) -> None:
    home = Situation({"ann": {}}, {"household": {"h": Group({"adults": ["ann"]}, {"accommodation_size": 90})}})
    population, _ = read_situation(law, home, "2018-01")
    (answers,) = ask(law, [required("housing_tax")], population, DAY)
    turned = turn(law, answers, population, DAY)
    assert turned.turns.tolist() == [True]
    assert turned.answers.verdicts == [Verdict.OPEN]


def test_numbers_show_that_it_can_change_and_never_settle_it(law: System) -> None:
    population, _ = read_situation(law, Situation({"ann": {}}), "2018-01")
    tax, nothing = ask(law, [required("income_tax"), required("income_tax", "at-least", 10**9)], population, DAY)
    assert turn(law, tax, population, DAY).turns.tolist() == [True]
    never = turn(law, nothing, population, DAY)
    assert never.turns.tolist() == [False]
    assert never.answers.verdicts == [Verdict.OPEN]
