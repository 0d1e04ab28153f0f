"""The interview on the pages: one question at a time, and "I would rather not say" is an answer."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel.models import User
from lacarte.registers.entitlement.interview import next_question
from lacarte.registers.entitlement.models import Withheld
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.models import LifeEvent, ServiceType
from lacarte.registers.people.models import Circumstance, Person
from tests.city import City, signed_in
from tests.pages.listing import answer, listed

pytestmark = pytest.mark.django_db


def names(page: str) -> str:
    return page.partition("What this list goes by")[2].partition("</details>")[0]


def test_who_would_rather_not_say_is_not_asked_again_and_sees_what_stays_open(
    client: Client, event: LifeEvent
) -> None:
    answer(client, "age", "", skip="yes")
    page = listed(client, event="fall")
    assert "How old are you" not in page
    assert "Do you live in this city?" in page, "a no may still come of it"
    assert "You would rather not say." in names(page)
    assert "It stays open whether this is for you: Home care." in names(page)
    answer(client, "resident", "no")
    assert "It stays open" not in names(listed(client, event="fall"))
    assert not Withheld.objects.exists(), "of who is not signed in nothing is kept but in their browser"


def test_they_are_asked_again_when_they_wish(client: Client, event: LifeEvent) -> None:
    answer(client, "age", "", skip="yes")
    reply = client.post(reverse("menu-answer"), {"kind": "age", "again": "yes", "next": "/menu/list/?event=fall"})
    assert "How old are you" in client.get(reply["Location"]).content.decode()
    assert "How old are you" in listed(client, event="fall")
    assert "You would rather not say." not in listed(client, event="fall")


def test_who_is_signed_in_is_not_asked_again_elsewhere_until_they_answer(city: City, event: LifeEvent) -> None:
    user = User.objects.create_user("ada")
    person = Person.objects.create(user=user)
    answer(signed_in(user), "age", "", skip="yes")
    assert Withheld.objects.get().person == person
    elsewhere = signed_in(user)
    page = listed(elsewhere, event="fall")
    assert "How old are you" not in page
    assert "You would rather not say." in names(page)
    answer(elsewhere, "age", "70")
    assert not Withheld.objects.exists()
    answer(elsewhere, "age", "", skip="yes")
    elsewhere.post(reverse("menu-answer"), {"kind": "age", "again": "yes"})
    assert not Withheld.objects.exists()


def test_what_becomes_known_is_not_withheld_any_more(city: City, event: LifeEvent) -> None:
    user = User.objects.create_user("ada")
    person = Person.objects.create(user=user)
    client = signed_in(user)
    answer(client, "age", "", skip="yes")
    Circumstance.objects.create(person=person, kind="age", value=70, since="2020-01-01", source="register")
    assert "You would rather not say." not in listed(client, event="fall")


def test_every_question_of_an_interview_is_asked_once_and_all_is_settled(city: City, event: LifeEvent) -> None:
    kinds = [one.pk for one in ServiceType.objects.all()]
    facts: dict[str, Any] = {}
    count = 0
    while (kind := next_question(entitled(facts)(kinds).values(), facts)) is not None:
        assert kind not in facts
        facts[kind] = {"age": 70, "resident": True}[kind]
        count += 1
    assert count == len(facts) == 2
    assert not any(one.open for one in entitled(facts)(kinds).values())
