"""The menu for whoever is signed in: what is known of them, and of those for whom they may act."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.registers.menu.models import LifeEvent
from lacarte.registers.people.models import Circumstance, Household, Mandate, Person, PersonalRead
from tests.city import City, signed_in
from tests.pages.listing import answer, listed

pytestmark = pytest.mark.django_db


def test_who_is_signed_in_is_not_asked_what_they_said_once(city: City, event: LifeEvent) -> None:
    user = User.objects.create_user("ada")
    home = Household.objects.create(region=city.west, address="Rope Walk 9", longitude=122.05, latitude=28.05)
    person = Person.objects.create(user=user, birth_year=clock.now().year - 80, household=home)
    Circumstance.objects.create(person=person, kind="resident", value=True, since="2020-01-01")
    client = signed_in(user)
    page = listed(client, event="fall")
    assert "One question" not in page
    assert "Where are you?" not in page
    assert "Rope Walk 9" in page
    assert "For you" in page
    assert not PersonalRead.objects.exists(), "one's own facts on one's own page are no read by somebody else"
    stranger = signed_in(User.objects.create_user("eve"))
    assert "Rope Walk" not in listed(stranger, event="fall")


def under_a_mandate(city: City) -> tuple[Client, Mandate]:
    """Ada's browser, who may act for Bo, who is 80 and lives in the east."""
    ada = Person.objects.create(user=User.objects.create_user("ada"), name="Ada")
    bo = Person.objects.create(
        name="Bo", birth_year=clock.now().year - 80, household=Household.objects.create(region=city.east)
    )
    return signed_in(ada.user), Mandate.objects.create(holder=ada, principal=bo, kind="family")


def test_a_list_is_made_for_somebody_under_a_mandate_and_they_see_it(city: City, event: LifeEvent) -> None:
    client, mandate = under_a_mandate(city)
    answer(client, "age", "30")
    assert "For Bo" in listed(client, event="fall")
    assert not PersonalRead.objects.exists()
    client.post(reverse("menu-whose"), {"whose": str(mandate.pk)})
    page = listed(client, event="fall")
    assert "This list is for Bo." in page
    assert "<dd>East</dd>" in page
    assert "1 service that is not for you" not in page, "that Ada is 30 is nothing about Bo"
    listed(client, event="fall")
    read = PersonalRead.objects.get()
    assert (read.person, read.fields, read.purpose) == (mandate.principal, "facts", "find services for you")
    client.post(reverse("menu-whose"), {"whose": "me"})
    assert "<dd>East</dd>" not in listed(client, event="fall")


def test_without_a_mandate_nobody_elses_list_is_made(city: City, event: LifeEvent) -> None:
    client, mandate = under_a_mandate(city)
    stranger = signed_in(User.objects.create_user("eve"))
    for whose in (str(mandate.pk), "x", "\0"):
        stranger.post(reverse("menu-whose"), {"whose": whose})
        page = listed(stranger, event="fall")
        assert "This list is for" not in page
        assert "For Bo" not in page
    client.post(reverse("menu-whose"), {"whose": str(mandate.pk)})
    Mandate.objects.update(until=clock.now())
    assert "This list is for Bo." not in listed(client, event="fall")
    assert client.post(reverse("menu-remember")).status_code == 403
    assert Client().post(reverse("menu-whose"), {"whose": "me"})["Location"].startswith(reverse("login"))


def test_what_was_said_is_remembered_when_somebody_wants_it(city: City, event: LifeEvent) -> None:
    user = User.objects.create_user("ada")
    client = signed_in(user)
    answer(client, "age", "71")
    assert "Remember it for next time" in listed(client, event="fall")
    assert not Circumstance.objects.exists()
    client.post(reverse("menu-remember"))
    fact = Circumstance.objects.get()
    assert (fact.person, fact.kind, fact.value) == (user.person, "age", 71)
    elsewhere = listed(signed_in(user), event="fall")
    assert "How old are you" not in elsewhere
    assert "Remember it for next time" not in elsewhere


def test_an_age_on_the_border_is_asked_for(city: City, event: LifeEvent) -> None:
    user = User.objects.create_user("ada")
    Person.objects.create(user=user, birth_year=clock.now().year - 60)
    Circumstance.objects.create(person=user.person, kind="resident", value=True, since="2020-01-01")
    page = listed(signed_in(user), event="fall")
    assert "Perhaps for you" in page
    assert "How old are you" in page
