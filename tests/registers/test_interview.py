"""The interview: the question that settles most over all services."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from lacarte.engines.rules import Input, Kind, Output, Row, Table
from lacarte.kernel import clock
from lacarte.registers.entitlement.actions import set_requirements
from lacarte.registers.entitlement.interview import next_question, still_asked, worth
from lacarte.registers.entitlement.interview.answers import FEWEST, count_answers, counted
from lacarte.registers.entitlement.interview.remembering import memory
from lacarte.registers.entitlement.judging import Between, Judgement, Rule, judge
from lacarte.registers.entitlement.models import AnswerCount, Requirement
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.people.models import Circumstance, Person
from tests.city import City

pytestmark = pytest.mark.django_db
Is = Requirement.Comparison
DAY = "2026-01-01"


def rule(fact: str, comparison: str = "is", value: Any = True) -> Rule:
    return Rule(f"{fact}-{comparison}", fact, comparison, value, {"en": fact})


def asked(*services: Iterable[Rule], never: tuple[str, ...] = (), **facts: Any) -> str | None:
    known = {kind.replace("_", "-"): value for kind, value in facts.items()}
    return next_question([judge(some, known) for some in services], known, never=never)


def known_of(kind: str, values: Iterable[Any]) -> None:
    """What people answered before."""
    Circumstance.objects.bulk_create(
        Circumstance(person=Person.objects.create(), kind=kind, value=value, since=clock.now().date())
        for value in values
    )
    count_answers()


# What is asked


def test_a_service_that_is_not_for_them_asks_nothing() -> None:
    assert asked([rule("resident"), rule("infant")], resident=False) is None
    assert asked([rule("resident"), rule("infant")], [rule("pregnant")], resident=False) == "pregnant"


def test_what_is_known_is_not_asked_again_even_where_it_fits_nothing() -> None:
    assert asked([rule("age", Is.AT_LEAST, 60)], age="old") is None
    assert asked([rule("age", Is.AT_LEAST, 60)], age=Between(59, 60)) == "age", "of bounds it may be"


def test_what_nobody_has_worded_is_not_asked_and_nothing_for_its_sake() -> None:
    assert asked([rule("shoe-size"), rule("resident")]) == "resident", "it may be no"
    assert asked([rule("shoe-size")]) is None


def test_an_answer_that_can_be_compared_with_nothing_is_not_asked_for() -> None:
    assert asked([rule("resident", Is.AT_LEAST, 3)]) is None


def test_what_settles_more_services_comes_first() -> None:
    three = [[rule("resident"), rule("infant")], [rule("resident"), rule("pregnant")], [rule("resident")]]
    assert asked(*three) == "resident"


def test_of_all_numbers_and_days_only_those_count_that_the_rules_tell_apart() -> None:
    some = (
        [rule("age", Is.AT_LEAST, 60), rule("age", Is.AT_MOST, 80)],
        [rule("child-born-on", Is.AT_LEAST, "2026-01-01")],
    )
    found = {one.fact: one.settles for one in worth([judge(one, {}) for one in some], {})}
    assert found == {"age": 1.0, "child-born-on": 1.0}


def test_a_table_asks_for_what_can_still_matter(city: City) -> None:
    care = Table(
        "care",
        (Input("age", Kind.NUMBER), Input("needs-daily-help", Kind.BOOLEAN), Input("rents-home", Kind.BOOLEAN)),
        (Output("hours", Kind.NUMBER, default="0"),),
        (Row((">= 80", "-", "-"), ("4",)), Row(("< 80", "true", "-"), ("2",))),
    )
    keep_tables([Written(care)], since=clock.now().date(), actor=None)
    set_requirements(
        city.care,
        [(Requirement(code="h", circumstance="table.care.hours", comparison=Is.AT_LEAST, value=1, text={}), ())],
    )

    def of(**facts: Any) -> tuple[str, ...]:
        known = {kind.replace("_", "-"): value for kind, value in facts.items()}
        return still_asked(entitled(known)([city.care.pk]).values(), known)

    assert set(of()) == {"age", "needs-daily-help"}
    assert of(age=85) == ()
    assert of(age=70) == ("needs-daily-help",)
    assert of(age=Between(79, 80)) == ("age", "needs-daily-help")


# Which answers are likely


def test_without_counts_all_answers_are_as_likely_and_with_them_as_they_are(city: City) -> None:
    both = [rule("infant"), rule("resident")]
    assert asked(both) == "infant", "the first that is met"
    known_of("resident", [False] * FEWEST)
    assert asked(both) == "resident"
    known_of("infant", [False] * FEWEST * 2)
    AnswerCount.objects.filter(kind="resident").delete()
    assert asked(both) == "infant"


def test_only_kinds_that_many_have_answered_are_counted_and_without_whose_answer_it_is(city: City) -> None:
    known_of("infant", [True] * (FEWEST - 1))
    assert not AnswerCount.objects.exists()
    known_of("infant", [False, "n/a", 3])
    assert counted() == {"infant": {True: FEWEST - 1, False: 1}}, "what is no answer is left out"
    Circumstance.objects.update(until="2020-01-01")
    assert count_answers() == 0
    assert counted() == {}


def test_numbers_and_days_are_counted_in_few_groups_and_a_year_of_birth_is_an_age(city: City) -> None:
    known_of("children", range(200))
    assert len(counted()["children"]) <= 40
    assert sum(counted()["children"].values()) == pytest.approx(200)
    known_of("child-born-on", [f"2026-01-{day:02}" for day in range(1, 32)] + ["2026-02-31"])
    assert sum(counted()["child-born-on"].values()) == 31
    Person.objects.update(birth_year=clock.now().year - 40)
    count_answers()
    assert set(counted()["age"]) == {40.0}


# A changed fact


def test_a_changed_fact_judges_again_what_depends_on_it_and_nothing_else(city: City) -> None:
    for service, fact in ((city.care, "infant"), (city.lift, "no-lift")):
        set_requirements(
            service, [(Requirement(code="r", circumstance=fact, comparison=Is.IS, value=True, text={}), ())]
        )
    both = [city.care.pk, city.lift.pk]
    facts: dict[str, Any] = {"infant": True, "no-lift": True, "age": 3}
    first = entitled(facts)(both)
    before = memory().asked
    assert entitled(facts)(both) == first
    assert memory().asked == before, "nothing has changed"
    assert entitled({**facts, "age": 4})(both) == first
    assert memory().asked == before, "nothing depends on it"
    changed = entitled({**facts, "infant": False})(both)
    assert memory().asked == before + 1
    assert changed[city.care.pk].failing
    assert changed[city.lift.pk] == first[city.lift.pk]
    assert entitled({**facts, "infant": 1})(both)[city.care.pk].open, "1 is not true"


def test_a_judgement_asks_what_it_misses() -> None:
    one = Judgement(open=(rule("resident"),))
    assert still_asked([one], {}) == ("resident",)
    assert still_asked([one], {}, never=["resident"]) == ()
