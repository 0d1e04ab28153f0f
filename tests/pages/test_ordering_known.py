"""What is known already is shown, not asked again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.pages.resident.menu.said import Said
from lacarte.registers.entitlement.actions import set_requirements
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.people.models import Circumstance, Household, Person
from tests.city import signed_in
from tests.loop.bundled import Menu, need_of
from tests.pages.ordering import (
    answer,
    begin,
    page,
    rule,
    send,
    to_the_check,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lin(menu: Menu, django_user_model: type) -> Person:
    user = django_user_model.objects.create_user("lin")
    home = Household.objects.create(region=menu.city.west, address="Mill Lane 3", longitude=122.04, latitude=28.04)
    return Person.objects.create(user=user, household=home, name="Lin")


def test_what_was_said_before_is_shown_and_not_asked_and_may_be_corrected(menu: Menu, lin: Person) -> None:
    rule(menu, "birth", "infant")
    rule(menu, "birth", "low-income")
    said = Circumstance.objects.create(person=lin, kind="infant", value=False, since=clock.now().date())
    assert lin.user is not None
    client = signed_in(lin.user)
    begin(client, "birth")
    answer(client, "who", home="yes")
    answer(client, "offers")
    shown = page(client, "questions")
    first, known = shown.split("What we know already")
    assert "low income" not in first, "without a child it cannot matter"
    assert "child under three" not in first
    assert "child under three" in known
    answer(client, "questions", **{"f-infant": "yes"})
    assert "low income" in page(client, "questions").partition("What we know already")[0], "now it does"
    answer(client, "questions", **{"f-infant": "yes", "f-low-income": "no"})
    assert "Remember these answers" in page(client, "check")
    bundle = send(client, remember="yes")
    assert bundle.household == lin.household
    facts = {one.kind: one.value for one in Circumstance.objects.filter(person=lin)}
    assert facts == {"infant": True, "low-income": False}
    assert not Circumstance.objects.filter(pk=said.pk).exists(), "said and corrected on the same day"
    begin(client, "insurance", query="service=insurance")


def test_what_was_said_on_the_menu_is_not_asked_again(menu: Menu, client: Client) -> None:
    rule(menu, "birth", "infant")
    rule(menu, "insurance", "low-income")
    session = client.session
    said = Said(facts={"infant": False}, where="Mill Lane", region=menu.city.west.number)
    said.keep(session)
    session.save()
    shown = client.get(reverse("order-new"), {"event": "child"}).content.decode()
    assert shown.count("Not for you, as far as we know") == 1
    begin(client, "birth", "insurance")
    assert 'value="Mill Lane"' in page(client, "who")
    assert 'value="w" selected' in page(client, "who")
    answer(client, "who", region="w")
    answer(client, "offers")
    first, known = page(client, "questions").split("What we know already")
    assert "low income" in first
    assert "child under three" in known
    answer(client, "questions", **{"f-infant": "no"})
    assert send(client).facts == {"infant": False}


@pytest.mark.parametrize("least", [18, 31, 40])
def test_whose_age_has_grown_since_is_asked_where_it_matters_also_when_the_rule_changes(
    menu: Menu, lin: Person, least: int
) -> None:
    """Thirty last winter is thirty or thirty-one today."""
    old = timedelta(days=300)
    Circumstance.objects.create(person=lin, kind="age", value=30, since=clock.now().date() - old)
    at_least = Requirement(code="old", circumstance="age", comparison="at-least", value=least)
    set_requirements(menu.services["birth"], [(at_least, ())])
    assert lin.user is not None
    client = signed_in(lin.user)
    begin(client, "birth")
    answer(client, "who", home="yes")
    answer(client, "offers")
    assert ("How old are you" in page(client, "questions")) == (least == 31)
    now = Requirement(code="old", circumstance="age", comparison="at-least", value=31)
    set_requirements(menu.services["birth"], [(now, ())])
    assert "How old are you" in page(client, "questions")


def test_nothing_is_remembered_unless_they_agree(menu: Menu, lin: Person) -> None:
    rule(menu, "birth", "infant")
    assert lin.user is not None
    client = signed_in(lin.user)
    to_the_check(client, "birth", who={"home": "yes"}, questions={"f-infant": "yes"})
    send(client)
    assert not Circumstance.objects.exists()


def test_their_orders_are_among_their_things(menu: Menu, lin: Person) -> None:
    assert lin.user is not None
    client = signed_in(lin.user)
    to_the_check(client, "birth", "insurance", who={"home": "yes"})
    bundle = send(client)
    mine = client.get(reverse("my-page")).content.decode()
    assert reverse("order", args=[bundle.secret]) in mine
    assert "A child is born" in mine
    assert (
        reverse("order", args=[bundle.secret])
        in client.get(reverse("need", args=[need_of(bundle, "birth").reference])).content.decode()
    )


def test_what_they_would_rather_not_say_is_not_asked_again_but_may_be_said(menu: Menu, lin: Person) -> None:
    rule(menu, "birth", "infant")
    rule(menu, "birth", "low-income")
    assert lin.user is not None
    client = signed_in(lin.user)
    client.post(reverse("menu-answer"), {"kind": "infant", "skip": "yes"})
    begin(client, "birth")
    answer(client, "who", home="yes")
    answer(client, "offers")
    first, _summary, withheld = page(client, "questions").partition("What you would rather not say")
    assert "low income" in first
    assert "child under three" not in first
    assert "child under three" in withheld
    answer(client, "questions", **{"f-low-income": "yes"})
    assert "child under three" not in page(client, "check").partition("</dl>")[0]
