"""Many persons judged at once are judged as each of them alone, whatever is known of them and in whichever way."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacarte.engines.rules import HitPolicy, Input, Kind, Output, Row, Table
from lacarte.kernel import clock
from lacarte.registers.entitlement.judging import Between, Comparison, Decided, Grown, Rule, decided_by, judge
from lacarte.registers.entitlement.judging_many import NO, OPEN, YES, Judging
from lacarte.registers.entitlement.knowing import facts_of, facts_of_many, people_in
from lacarte.registers.entitlement.models import DecisionTable
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.registers.entitlement.tables.records import Written, columns_of
from lacarte.registers.menu.eligibility import Verdict
from lacarte.registers.people.models import Circumstance, Household, Person
from lacarte.registers.people.saying import remember
from tests.city import City

pytestmark = pytest.mark.django_db

SIGN = {Verdict.YES: YES, Verdict.OPEN: OPEN, Verdict.NO: NO}
KINDS = ("income", "age", "resident", "since", "work", "odd")
VALUES = st.one_of(
    st.sampled_from([True, False, 0, 17, 18.5, 1200, -1, 2**60, "n/a", "none", "2020-02-30", "2020-03-01"]),
    st.sampled_from([[], ["a"], {"a": 1}, "employed", "2031-31-01", 3000, 1199.99]),
)
FIRST = Table(
    "rent",
    (Input("income", Kind.NUMBER), Input("work", Kind.STRING), Input("since", Kind.DATE)),
    (Output("entitled", Kind.BOOLEAN, default="false"), Output("share", Kind.NUMBER, default="0")),
    (
        Row(("< 1200", '"employed","none"', "-"), ("true", "0.6")),
        Row(("-", "-", '< date("2020-03-01")'), ("true", "0.3")),
        Row((">= 1200", '"none"', "-"), ("false", "1")),
    ),
    HitPolicy.FIRST,
)
SUM = Table(
    "points",
    (Input("age", Kind.NUMBER), Input("resident", Kind.BOOLEAN)),
    (Output("points", Kind.NUMBER),),
    (Row((">= 18", "-"), ("2",)), Row(("-", "true"), ("3",)), Row((">= 70", "-"), ("4",))),
    HitPolicy.SUM,
)
#: The same fact of another kind than in the table above.
ODD = Table(
    "odd",
    (Input("income", Kind.STRING), Input("age", Kind.NUMBER)),
    (Output("entitled", Kind.BOOLEAN),),
    (Row(('"n/a"', "-"), ("true",)), Row(("-", "[17..18]"), ("false",))),
    HitPolicy.ANY,
)


def rule(fact: str, comparison: str = "is", value: object = True) -> Rule:
    return Rule(f"{fact}-{comparison}-{value}", fact, comparison, value, {"en": fact})


SERVICES = {
    1: (rule("resident"), rule("age", "at-least", 18), rule("income", "at-most", 1200)),
    2: (rule("since", "at-most", "2020-03-01"), rule("work", "one-of", ["employed", "none"])),
    3: (rule("table.rent.entitled"), rule("resident", "is-not", False)),
    4: (rule("table.points.points", "at-least", 5),),
    5: (rule("table.odd.entitled"), rule("table.rent.share", "at-least", 0.5)),
    6: (rule("table.gone.entitled"),),
    7: (),
    8: (rule("computed.rich"), rule("resident")),
    9: (rule("income", "at-least", 2**60), rule("odd", "is", ["a"])),
}


@pytest.fixture
def three_tables(city: City) -> City:
    for table in (FIRST, SUM):
        keep_tables([Written(table)], since=date(2020, 1, 1), actor=None)
    contradicts = columns_of(Written(ODD))
    DecisionTable.objects.create(since=date(2020, 1, 1), **contradicts)
    return city


def rich(rule: Rule, facts: object) -> Decided:
    income = facts.get("income")
    return Decided(income > 2000 if isinstance(income, int | float) and income is not True else None)


@pytest.fixture(autouse=True)
def something_computes() -> object:
    from lacarte.registers.entitlement import judging

    decided_by("computed.", rich)
    yield
    del judging._DECIDE["computed."]


PERSON = st.fixed_dictionaries({}, optional=dict.fromkeys(KINDS, VALUES))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(PERSON, st.sampled_from([None, 0, 1]), st.sampled_from([None, 1950, 2008])), max_size=12),
    PERSON,
)
def test_of_each_the_same_as_of_one(three_tables: City, drawn: list, shared: dict) -> None:
    Circumstance.objects.all().delete()
    Person.objects.all().delete()
    homes = [Household.objects.create(region=three_tables.west) for _ in range(2)]
    today = clock.now().date()
    for n, (facts, home, born) in enumerate(drawn):
        person = Person.objects.create(household=None if home is None else homes[home], birth_year=born)
        for kind, value in facts.items():
            since = today - timedelta(days=n % 3)
            Circumstance.objects.create(person=person, kind=kind, value=value, since=since)
    for kind, value in shared.items():
        Circumstance.objects.create(household=homes[0], kind=kind, value=value, since=today - timedelta(days=1))
    rows = Person.objects.order_by("pk")
    people = people_in(rows, ages=True)
    many = facts_of_many(people, Person.objects.all(), None)
    verdicts = Judging(SERVICES).verdicts(many, len(people.keys))
    for i, person in enumerate(rows):
        facts = facts_of(person)
        alone = {service: SIGN[judge(some, facts).verdict] for service, some in SERVICES.items()}
        assert {service: int(signs[i]) for service, signs in verdicts.items()} == alone, facts


def test_many_different_numbers_are_compared_at_once_and_alike(city: City) -> None:
    values = [*range(40), 2**53 + 1, True, "17", 17.5]
    for value in values:
        person = Person.objects.create()
        Circumstance.objects.create(person=person, kind="income", value=value, since=clock.now().date())
    people = people_in(Person.objects.order_by("pk"), ages=False)
    services = {n: (rule("income", comparison, 17.5),) for n, comparison in enumerate(Comparison.values)}
    verdicts = Judging(services).verdicts(facts_of_many(people, Person.objects.all(), ["income"]), len(values))
    for n, some in services.items():
        alone = [SIGN[judge(some, facts_of(Person.objects.get(pk=key))).verdict] for key in people.keys]
        assert verdicts[n].tolist() == alone


def test_what_was_said_last_counts_of_a_person_and_of_their_household(city: City) -> None:
    home, today = Household.objects.create(region=city.west), clock.now().date()
    early, late = (Person.objects.create(household=home) for _ in range(2))
    for person, days in ((early, 9), (late, 1)):
        Circumstance.objects.create(
            person=person, kind="income", value=days, since=today - timedelta(days=days), until=None
        )
    Circumstance.objects.create(household=home, kind="income", value=5, since=today - timedelta(days=5))
    Circumstance.objects.create(household=home, kind="work", value="none", since=today, until=today)
    Circumstance.objects.create(
        person=late, kind="work", value="old", since=date(2020, 1, 1), until=date(2021, 1, 1)
    )
    people = people_in(Person.objects.order_by("pk"), ages=False)
    with CaptureQueriesContext(connection) as asked:
        facts = facts_of_many(people, Person.objects.all(), ["income", "work"])
    assert len(asked) == 2
    at = [people.keys.index(one.pk) for one in (early, late)]
    assert [facts["income"].of(i) for i in at] == [5, 1] == [facts_of(one)["income"] for one in (early, late)]
    assert [facts["work"].of(i) for i in range(2)] == ["none", "none"]
    assert people.regions.tolist() == [city.west.number] * 2 and not np.any(people.twice)


def test_only_the_kinds_that_are_asked_for_and_only_those_within_are_read(city: City) -> None:
    mo, lin = Person.objects.create(birth_year=1950), Person.objects.create(birth_year=1960)
    for person in (mo, lin):
        for kind in ("income", "pregnant"):
            Circumstance.objects.create(person=person, kind=kind, value=1, since=clock.now().date())
    within = Person.objects.filter(pk=mo.pk)
    people = people_in(within, ages=False)
    facts = facts_of_many(people, within, ["income"])
    assert set(facts) == {"income"} and people.keys == [mo.pk] and people.birth_years == [None]


def test_a_pregnancy_that_was_told_ends_by_itself_and_is_asked_again(city: City) -> None:
    mo, today = Person.objects.create(), clock.now().date()
    remember(mo, {"pregnant": True, "disability": True})
    until = {one.kind: one.until for one in Circumstance.objects.all()}
    assert until == {"pregnant": today + timedelta(days=300), "disability": None}
    Circumstance.objects.update(since=today - timedelta(days=200), until=today + timedelta(days=9))
    remember(mo, {"pregnant": True})
    assert Circumstance.objects.get(kind="pregnant").until == today + timedelta(days=300), "said again"
    Circumstance.objects.filter(kind="pregnant").update(until=today - timedelta(days=1))
    assert "pregnant" not in facts_of(mo)


@pytest.mark.parametrize(
    ("said", "days_ago", "born_years_ago", "age"),
    [
        (64, 0, None, 64),
        (64, 1, None, Grown(64, 65)),
        (64, 800, None, Grown(66, 67)),
        (64, 800, 66, 66),
        (64, 800, 90, Grown(66, 67)),
        (None, 0, 66, Between(65, 66)),
        ("n/a", 800, 66, "n/a"),
    ],
)
def test_who_told_their_age_grows_older(
    city: City, said: object, days_ago: int, born_years_ago: int | None, age: object
) -> None:
    today = clock.now().date()
    born = None if born_years_ago is None else today.year - born_years_ago
    person = Person.objects.create(birth_year=born)
    Person.objects.create(birth_year=born)
    if said is not None:
        Circumstance.objects.create(person=person, kind="age", value=said, since=today - timedelta(days=days_ago))
    assert facts_of(person)["age"] == age
    people = people_in(Person.objects.order_by("pk"), ages=True)
    many, at = facts_of_many(people, Person.objects.all(), ["age"])["age"], people.keys.index(person.pk)
    assert many.of(at) == age
    assert many.text_of(at) == {64: "64", None: f"born {born}", "n/a": '"n/a"'}[said]
