"""Why a service is for somebody or not: the facts with their source, the rules in force, what would change it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from lacarte.engines.rules import HitPolicy, Input, Kind, Output, Row, Table
from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.registers.entitlement.explaining.rule_words import wanted_in_words
from lacarte.registers.entitlement.judging import Rule
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.menu.models import LifeEvent
from lacarte.registers.people.models import Circumstance, Mandate, Person, PersonalRead
from tests.city import City, signed_in
from tests.pages.listing import answer, listed, rule

pytestmark = pytest.mark.django_db

CARE = Table(
    "care",
    (Input("age", Kind.NUMBER), Input("needs-daily-help", Kind.BOOLEAN)),
    (Output("hours", Kind.NUMBER, default="0"),),
    (
        Row((">= 80", "-"), ("4",), "The oldest."),
        Row(("< 80", "true"), ("2",)),
    ),
)
NAMES = {"en": "Hours of care", "zh-hans": "护理时数"}
LABELS: tuple[dict[str, str], ...] = ({}, {}, {"en": "Hours a week"})


def why(client: Client, code: str = "home-care") -> str:
    """The page as text, without tags."""
    reply = client.get(reverse("menu-why", args=[code]))
    assert reply.status_code == 200
    page = re.sub(r"<[^>]+>", " ", reply.content.decode().partition("<main")[2])
    return re.sub(r"\s+", " ", page.replace("&nbsp;", " "))


def by_table(city: City, table: Table = CARE, value: Any = 1, comparison: str = "at-least") -> None:
    keep_tables(
        [Written(table, NAMES, "https://example.org/care-act", LABELS)], since=date(2026, 1, 1), actor=None
    )
    rule(city, f"table.{table.code}.{table.outputs[0].name}", comparison, value, "Who gets care by the table.")


def test_facts_rules_and_what_would_have_to_be_different_are_told(client: Client, event: LifeEvent) -> None:
    Requirement.objects.filter(code="age").update(legal_basis="Care Act, https://example.org/law section 2")
    answer(client, "age", "45")
    told = why(client)
    assert "Not for you, as far as we know" in told
    assert "Age in years 45 you told us just now To be proved with: Identity card" in told
    assert "From the age of 60. does not hold It would hold with: Age in years: 60 or more (now: 45)" in told
    assert "Recorded so by the city on" in told
    assert "the rule may have been in force before" in told
    page = client.get(reverse("menu-why", args=["home-care"])).content.decode()
    assert 'href="https://example.org/law"' in page
    assert "What we do not know yet" not in told, "it is settled"


def test_what_is_missing_says_what_it_would_settle_and_can_be_answered(client: Client, event: LifeEvent) -> None:
    told = why(client)
    assert "Age in years This alone may settle it. Answer this : Age in years" in told
    answer(client, "age", "70")
    assert "Living in the city This alone would settle it." in why(client)
    answer(client, "resident", "", skip="yes")
    told = why(client)
    assert "You would rather not say. Ask me again" in told


def test_a_table_tells_its_rows_since_when_and_the_smallest_change(client: Client, city: City) -> None:
    by_table(city)
    answer(client, "age", "70")
    answer(client, "needs-daily-help", "no")
    told = why(client)
    assert "The table “Hours of care” decides this. None of its rules fits" in told
    assert "In force since 1 January 2026. https://example.org/care-act" in told
    assert "It would hold in any of these cases: Age in years: 80 or more Needs help every day: yes" in told
    answer(client, "needs-daily-help", "yes")
    told = why(client)
    assert "This rule of it counts: Age in years: below 80; Needs help every day: yes → Hours a week: 2" in told
    answer(client, "age", "85")
    told = why(client)
    assert "Age in years: 80 or more → Hours a week: 4 (The oldest.)" in told
    assert "Needs help every day" not in told.partition("The rules")[0], "that fact does not count for it"


def test_an_open_table_tells_what_may_count_and_what_to_ask(client: Client, city: City) -> None:
    by_table(city)
    answer(client, "age", "70")
    told = why(client)
    assert "Perhaps for you" in told
    assert "One of these rules may count: Age in years: below 80" in told
    assert "Needs help every day This alone would settle it." in told


def test_where_no_change_helps_it_is_said(client: Client, city: City) -> None:
    by_table(city, value=9)
    answer(client, "age", "70")
    answer(client, "needs-daily-help", "no")
    assert "No change of up to three facts would make it hold." in why(client)


def test_a_table_that_adds_up_says_what_has_to_come_out_of_it(client: Client, city: City) -> None:
    rows = (Row((">= 80", "-"), ("4",)), Row(("-", "true"), ("2",)))
    by_table(city, Table("sum", CARE.inputs, CARE.outputs, rows, HitPolicy.SUM), value=5)
    answer(client, "age", "70")
    answer(client, "needs-daily-help", "yes")
    told = why(client)
    assert "It would hold with: Hours a week: 5 or more" in told


def test_a_fact_of_the_register_has_its_day_and_its_source(city: City, event: LifeEvent) -> None:
    user = User.objects.create_user("ada")
    person = Person.objects.create(user=user, birth_year=clock.now().year - 80)
    Circumstance.objects.create(person=person, kind="resident", value=True, since="2020-03-01", source="register")
    told = why(signed_in(user))
    assert "Living in the city yes since 1 March 2020; from the city's records (register)" in told.replace(
        "&#x27;", "'"
    )
    assert "Age in years from 79 to 80 from your year of birth" in told
    assert "80" not in why(signed_in(User.objects.create_user("eve"))), "nobody else sees it"


def test_under_a_mandate_it_is_about_the_principal_who_sees_the_look(city: City, event: LifeEvent) -> None:
    user = User.objects.create_user("ada")
    ada = Person.objects.create(user=user, name="Ada")
    bo = Person.objects.create(name="Bo", birth_year=clock.now().year - 80)
    mandate = Mandate.objects.create(holder=ada, principal=bo, kind="family")
    client = signed_in(user)
    client.post(reverse("menu-whose"), {"whose": str(mandate.pk)})
    told = why(client)
    assert "This is about Bo. They see that you looked." in told
    assert "Nobody but you" not in told
    assert PersonalRead.objects.filter(person=bo).exists()


def test_the_list_and_the_page_of_the_service_lead_there_and_what_is_for_everybody_says_so(
    client: Client, event: LifeEvent
) -> None:
    address = reverse("menu-why", args=["home-care"])
    assert address in listed(client, event="fall")
    assert address in client.get(reverse("menu-service", args=["home-care"])).content.decode()
    assert "There is no condition: it is for everybody." in why(client, "lift-repair")
    assert client.get(reverse("menu-why", args=["nothing"])).status_code == 404


def test_it_is_told_in_the_readers_language(client: Client, city: City) -> None:
    by_table(city)
    answer(client, "age", "85")
    client.cookies["django_language"] = "zh-hans"
    assert "护理时数" in why(client)


@pytest.mark.parametrize(
    ("comparison", "value", "words"),
    [
        ("is", True, "yes"),
        ("is-not", True, "not: yes"),
        ("at-most", 3, "up to 3"),
        ("one-of", ["employed", "retired"], "Employed or Retired"),
        ("at-least", "2026-01-01", "from 1 January 2026 on"),
        ("one-of", [], ""),
        ("one-of", [1, "a"], ""),
        ("is", None, ""),
    ],
)
def test_what_a_requirement_wants_is_said_in_words(comparison: str, value: Any, words: str) -> None:
    fact = "work" if comparison == "one-of" else "child-born-on" if isinstance(value, str) else "children"
    with override("en"):
        assert wanted_in_words(Rule("r", fact, comparison, value, {})) == words
