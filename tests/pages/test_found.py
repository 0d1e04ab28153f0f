"""A resident's own page of what was found about them: seen by them alone, used in one step, deleted for good."""

from __future__ import annotations

import pytest
from django.test import Client

from lacarte.loop.needs.models import Need
from lacarte.loop.takeup.models import Finding, NotSo
from lacarte.loop.takeup.running import run
from lacarte.registers.menu.models import Attribute
from lacarte.registers.people.models import Circumstance, Consent, Person
from tests.background import work
from tests.city import City, signed_in
from tests.loop.takeup.reaching import CARE, SUPPORT, reaches, rent_help, service, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


@pytest.fixture
def mo(city: City) -> Person:
    rent_help(city)
    mo = somebody(city)
    run()
    return mo


@pytest.fixture
def page(mo: Person) -> Client:
    return signed_in(mo.user)


def said(client: Client, path: str = "/my/found/") -> str:
    return client.get(path).content.decode()


def test_it_says_why_by_which_facts_and_by_which_law(page: Client) -> None:
    shown = said(page)
    for words in ("Rent help", "The low-income is right.", "Rules, section 1", "Low income: yes", "Order it"):
        assert words in shown
    assert "entitled to a service that you do not have" in said(page, "/my/")


def test_an_age_that_is_known_by_the_year_is_said_as_it_is_known(city: City) -> None:
    reaches(service(city, "pension", ("age", "at-least", 60)))
    old = somebody(city, facts={"resident": True}, birth_year=1950)
    run()
    assert " or " in said(signed_in(old.user)) and "Age in years" in said(signed_in(old.user))


def test_it_is_ordered_in_one_step(page: Client, mo: Person) -> None:
    answer = page.post(f"/my/found/{Finding.objects.get().pk}/order/", follow=True)
    need = Need.objects.get()
    assert (need.person, need.service_type.code) == (mo, "rent-help")
    assert answer.request["PATH_INFO"].startswith("/order/") and "Rent help" in answer.content.decode()
    assert "You have asked for it" in said(page)


def test_what_must_be_asked_first_is_asked_by_the_order(page: Client) -> None:
    one = Finding.objects.get()
    Attribute.objects.create(
        service_type=one.service_type, code="rooms", datatype="number", question={"en": "Rooms?"}, required=True
    )
    answer = page.post(f"/my/found/{one.pk}/order/")
    assert answer.url == "/order/new/?service=rent-help" and not Need.objects.exists()


def test_what_is_not_so_is_gone_and_comes_back_only_when_asked_for(page: Client) -> None:
    page.post(f"/my/found/{Finding.objects.get().pk}/not-so/")
    run()
    assert "You said that it is not so" in said(page) and not Finding.objects.exists()
    page.post(f"/my/found/{NotSo.objects.get().service_type_id}/again/")
    assert "Order it" in said(page) and not NotSo.objects.exists()


def test_a_grant_leads_to_where_it_is_called_off(city: City) -> None:
    rent_help(city, "grant")
    mo = somebody(city)
    run()
    work()
    shown = said(signed_in(mo.user))
    assert "Granted to you" in shown and f"/needs/{Need.objects.get().reference}/" in shown


def test_others_see_nothing_and_cannot_tell_that_there_is_something(city: City, page: Client) -> None:
    lin = signed_in(somebody(city, "lin", facts={"age": 3}).user)
    assert "Rent help" not in said(lin)
    one = Finding.objects.get()
    for path in (f"{one.pk}/order", f"{one.pk}/not-so", f"{one.service_type_id}/again"):
        assert lin.post(f"/my/found/{path}/").status_code == 404
    assert Client().get("/my/found/").status_code == 302 and Finding.objects.exists()


def test_consent_is_given_and_taken_back_by_one_press_on_ones_own_page(page: Client, mo: Person) -> None:
    shown = said(page, "/my/")
    assert "Find money and help that I am entitled to" in shown and "Not your health." in shown
    page.post(f"/my/consents/{CARE}/")
    assert Consent.objects.filter(person=mo, purpose=CARE, withdrawn_at=None).count() == 1
    answer = page.post(f"/my/consents/{SUPPORT}/", {"act": "withdraw", "next": "found"})
    assert answer.url == "/my/found/#consents" and not Finding.objects.exists()
    assert page.post("/my/consents/sell-it/").status_code == 404


def test_who_has_told_nothing_yet_can_consent_too(client: Client, django_user_model: type) -> None:
    user = django_user_model.objects.create_user("new")
    client.force_login(user)
    assert "Allow it" in said(client, "/my/")
    client.post(f"/my/consents/{SUPPORT}/")
    assert Consent.objects.get().person.user == user


def test_services_that_look_by_law_are_named(city: City) -> None:
    rent_help(city, by_law=True)
    lin = somebody(city, "lin", CARE)
    assert "the law lets us look without asking you" in said(signed_in(lin.user), "/my/")


def test_a_changed_rule_shows_that_it_is_looked_at_again(page: Client, mo: Person) -> None:
    Circumstance.objects.filter(person=mo).delete()
    assert "It is looked at again tonight" in said(page)
