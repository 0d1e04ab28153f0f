"""Of all that several services want to know, each distinct fact is asked exactly once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lacarte.loop.orders.bundles import questions
from lacarte.loop.orders.bundles.questions import (
    Asked,
    answers_for,
    checked,
    facts_in,
    in_words,
    known_answers,
    questions_for,
    said_before,
)
from lacarte.registers.entitlement.judging import Grown
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.menu.attributes import read_question, set_questions
from lacarte.registers.menu.models import Attribute, ServiceType
from lacarte.registers.people.models import Circumstance, Household, Person
from lacarte.registers.people.saying import remember
from tests.city import City
from tests.loop.bundled import Menu, menu_of

YES_NO = {"yes": {"en": "Yes", "zh-hans": "是"}, "no": {"en": "No", "zh-hans": "否"}}


@pytest.fixture
def menu(city: City) -> Menu:
    return menu_of(city)


def ask(service: ServiceType, code: str, *, fact: str = "", **more: object) -> None:
    """One more question of a service."""
    said = {"code": code, "question": {"en": f"{code}?"}, **more}
    question = read_question(said)
    question.circumstance = fact
    set_questions(service, [*service.attributes.all(), question])


def rule(service: ServiceType, fact: str, value: object = True) -> None:
    Requirement.objects.create(
        service_type=service, code=fact, circumstance=fact, comparison="is", value=value, text={"en": f"{fact}!"}
    )


def test_an_age_of_which_bounds_are_known_fills_in_no_question(menu: Menu) -> None:
    ask(menu.services["birth"], "how-old", fact="age", type="line")
    asked = questions_for([menu.services["birth"]])
    assert list(known_answers({"age": 34}, asked).values()) == ["34"]
    assert known_answers({"age": Grown(34, 35)}, asked) == {}


def names(asked: list[Asked]) -> list[str]:
    return [one.name for one in asked]


# Once


def test_what_two_services_ask_and_a_third_hangs_on_is_one_question(menu: Menu) -> None:
    birth, insurance, benefit = menu.services.values()
    ask(birth, "baby", fact="infant", type="one-of", values=YES_NO, required=True)
    ask(birth, "weight", type="number")
    ask(insurance, "child", fact="infant", type="one-of", values=YES_NO)
    ask(insurance, "weight", type="number")
    rule(benefit, "infant")
    rule(benefit, "low-income")
    rule(insurance, "low-income")
    asked = questions_for([birth, insurance, benefit])
    assert names(asked) == ["f-infant", f"q-{birth.pk}-weight", f"q-{insurance.pk}-weight", "f-low-income"]
    assert [one.rules for one in asked] == [True, False, False, True]
    assert str(asked[0].question) == "baby?", "in the words of the first that asks"
    assert str(asked[-1].question) == "Does your household live on a low income or on benefits?"


def test_one_that_needs_the_answer_makes_it_needed_and_each_ones_choices_are_there(menu: Menu) -> None:
    birth, insurance, _benefit = menu.services.values()
    ask(birth, "a", fact="feeding", type="one-of", values={"breast": {"en": "Breast"}, "bottle": {"en": "Bottle"}})
    both = {"bottle": {"en": "By bottle"}, "both": {"en": "Both"}}
    ask(insurance, "b", fact="feeding", type="one-of", values=both, required=True)
    (asked,) = questions_for([birth, insurance])
    assert asked.question.required
    assert [choice["name"]["en"] for choice in asked.question.values] == ["Breast", "Bottle", "Both"]
    kept, wrong = checked([asked], {asked.name: "both"})
    assert (kept, wrong) == ({"f-feeding": "both"}, {})
    assert answers_for(insurance, [asked], kept) == {"b": "both"}
    assert answers_for(birth, [asked], kept) == {}, "it knows no such answer; the fact is kept all the same"
    assert facts_in([asked], kept) == {"feeding": "both"}


def test_a_fact_that_nobody_has_worded_a_question_for_is_not_asked(menu: Menu) -> None:
    rule(menu.services["birth"], "shoe-size", 38)
    assert questions_for([menu.services["birth"]]) == []


def test_a_notice_is_shown_and_takes_no_answer(menu: Menu) -> None:
    ask(menu.services["birth"], "note", notice=True)
    (asked,) = questions_for([menu.services["birth"]])
    assert not asked.takes_answer
    assert checked([asked], {asked.name: "something"}) == ({}, {})


_FACTS = ("infant", "low-income", "age", "work", "lives-here-since", "")


@given(
    asked=st.lists(st.tuples(st.integers(0, 2), st.sampled_from(_FACTS)), max_size=12),
    ruled=st.sets(st.tuples(st.integers(0, 2), st.sampled_from(_FACTS[:-1]))),
)
def test_questions_asked_are_as_many_as_distinct_facts(
    asked: list[tuple[int, str]], ruled: set[tuple[int, str]]
) -> None:
    services = [ServiceType(number=n, last=n, code=f"s{n}", name={"en": f"s{n}"}) for n in range(3)]
    attributes = [
        Attribute(service_type=services[n], code=f"c{at}", datatype="string", circumstance=fact, order=at)
        for at, (n, fact) in enumerate(asked)
    ]
    rules = [Requirement(service_type=services[n], code=fact, circumstance=fact) for n, fact in ruled]
    found = questions.once(services, attributes, rules)
    facts = {fact for _n, fact in asked if fact} | {fact for _n, fact in ruled}
    own = [at for at, (_n, fact) in enumerate(asked) if not fact]
    assert len(found) / max(1, len(facts) + len(own)) == (1.0 if found else 0.0)
    assert {one.circumstance for one in found} - {""} == facts
    assert len(set(names(found))) == len(found)
    answered = [question for one in found for question in one.answers]
    assert sorted(one.code for one in answered) == sorted(one.code for one in attributes), "and each is answered"


def test_two_queries_whatever_is_asked(menu: Menu) -> None:
    for service in menu.services.values():
        for code in ("a", "b", "c"):
            ask(service, code)
        rule(service, "infant")
    with CaptureQueriesContext(
        connection,
    ) as one:
        questions_for([menu.services["birth"]])
    with CaptureQueriesContext(connection) as all_three:
        questions_for(list(menu.services.values()))
    assert len(one) == len(all_three) == 2


# What was said before


@pytest.fixture
def person(city: City) -> Person:
    home = Household.objects.create(region=city.west)
    return Person.objects.create(household=home)


def test_what_somebody_said_before_is_known_and_not_asked(menu: Menu, person: Person) -> None:
    for fact in ("infant", "low-income", "age", "lives-here-since", "work"):
        rule(menu.services["birth"], fact)
    today = date.today()
    facts = {"infant": True, "low-income": False, "age": 34, "lives-here-since": "2020-05-01", "work": "employed"}
    for kind, value in facts.items():
        whose = {"household": person.household} if kind == "low-income" else {"person": person}
        Circumstance.objects.create(kind=kind, value=value, since=today, **whose)
    asked = questions_for([menu.services["birth"]])
    known = said_before(person, asked)
    assert len(known) == len(asked) == 5
    assert known["f-infant"] == "yes"
    assert known["f-low-income"] == "no"
    assert (known["f-age"], known["f-lives-here-since"], known["f-work"]) == ("34", "2020-05-01", "employed")
    assert facts_in(asked, known) == facts, "and goes back as it was"
    words = [in_words(one, known[one.name]) for one in asked]
    assert sorted(words) == ["1 May 2020", "34", "Employed", "No", "Yes"]


@pytest.mark.parametrize(
    "fact",
    [
        {"value": True, "since": date.today() - timedelta(days=9), "until": date.today() - timedelta(days=1)},
        {"value": True, "since": date.today() + timedelta(days=2)},
        {"value": {"some": "thing"}, "since": date.today()},
        {"value": "perhaps", "since": date.today()},
    ],
)
def test_what_is_not_true_today_or_answers_nothing_is_asked(
    menu: Menu, person: Person, fact: dict[str, object]
) -> None:
    rule(menu.services["birth"], "infant")
    Circumstance.objects.create(person=person, kind="infant", **fact)
    assert said_before(person, questions_for([menu.services["birth"]])) == {}


def test_what_is_said_is_remembered_with_its_day_and_what_was_said_before_ends(person: Person) -> None:
    today = date.today()
    old = Circumstance.objects.create(person=person, kind="age", value=33, since=today - timedelta(days=400))
    home = Circumstance.objects.create(
        household=person.household, kind="low-income", value=True, since=today - timedelta(days=9)
    )
    new = remember(person, {"age": 34, "low-income": False, "infant": True})
    assert [(one.kind, one.value, one.since, one.source) for one in new] == [
        ("age", 34, today, "said"),
        ("low-income", False, today, "said"),
        ("infant", True, today, "said"),
    ]
    old.refresh_from_db()
    home.refresh_from_db()
    assert old.until == home.until == today - timedelta(days=1)
    assert new[1].household == person.household, "what is known of the household stays of the household"
    assert remember(person, {"age": 34}) == [], "said again it is not new"
    remember(person, {"age": 35})
    ages = Circumstance.objects.filter(person=person, kind="age").order_by("since").values_list("value", flat=True)
    assert list(ages) == [33, 35], "what was said and corrected on one day is the correction"


# Answers


@pytest.mark.parametrize(
    ("fact", "said", "kept", "value"),
    [
        ("infant", "yes", "yes", True),
        ("infant", "no", "no", False),
        ("age", "34", "34", 34),
        ("age", "34.5", "34.5", 34.5),
        ("lives-here-since", "2020-05-01", "2020-05-01", "2020-05-01"),
        ("work", "retired", "retired", "retired"),
    ],
)
def test_an_answer_is_a_fact(menu: Menu, fact: str, said: str, kept: str, value: object) -> None:
    rule(menu.services["birth"], fact)
    asked = questions_for([menu.services["birth"]])
    answers, wrong = checked(asked, {f"f-{fact}": said})
    assert (answers, wrong) == ({f"f-{fact}": kept}, {})
    assert facts_in(asked, answers) == {fact: value}


@pytest.mark.parametrize(
    ("fact", "said"),
    [("infant", "perhaps"), ("age", "old"), ("lives-here-since", "2020-02-30"), ("work", "rich"), ("age", "3\0")],
)
def test_what_is_no_answer_says_so(menu: Menu, fact: str, said: str) -> None:
    rule(menu.services["birth"], fact)
    answers, wrong = checked(questions_for([menu.services["birth"]]), {f"f-{fact}": said})
    assert answers == {}
    assert wrong[f"f-{fact}"]


def test_what_somebody_does_not_know_is_no_fact(menu: Menu) -> None:
    values = {**YES_NO, "unknown": {"en": "I do not know"}}
    ask(menu.services["birth"], "baby", fact="infant", type="one-of", values=values)
    asked = questions_for([menu.services["birth"]])
    answers, _wrong = checked(asked, {"f-infant": "unknown"})
    assert answers_for(menu.services["birth"], asked, answers) == {"baby": "unknown"}
    assert facts_in(asked, answers) == {}


def test_they_are_asked_in_the_readers_language(menu: Menu) -> None:
    ask(menu.services["birth"], "baby", fact="infant", type="one-of", values=YES_NO)
    rule(menu.services["birth"], "low-income")
    with override("zh-hans"):
        asked = questions_for([menu.services["birth"]])
        assert in_words(asked[0], "yes") == "是"
