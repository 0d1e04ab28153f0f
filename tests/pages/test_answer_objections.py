"""Objecting to an answer whether a service is for somebody: taken, decided by an official, told, corrected."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role, User
from lacarte.kernel.objecting import ObjectionRefusedError
from lacarte.loop.voice.objecting.watching import warn_near
from lacarte.registers.entitlement.explaining.objections import answer, object_to
from lacarte.registers.entitlement.judging import Between, Judgement
from lacarte.registers.entitlement.models import AnswerObjection
from lacarte.registers.menu.models import LifeEvent
from lacarte.registers.people.models import Circumstance, Household, Mandate, Person, PersonalRead
from lacarte.registers.people.queries import circumstances_of
from lacarte.registers.places.queries import calendar_of
from tests.background import work
from tests.city import City, official, signed_in
from tests.pages.listing import answer as say

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(city: City, event: LifeEvent) -> Person:
    """Who lives in the west and is taken for 30."""
    user = User.objects.create_user("ada")
    made = Person.objects.create(
        user=user, name="Ada", phone="13800138000", household=Household.objects.create(region=city.west)
    )
    Circumstance.objects.create(person=made, kind="age", value=30, since=clock.now().date(), source="register")
    return made


def client_of(person: Person) -> Client:
    assert person.user is not None
    return signed_in(person.user)


def objecting(client: Client, **said: str) -> Any:
    return client.post(reverse("object-to-answer", args=["home-care"]), said)


def objection_of(ada: Person, city: City, **more: Any) -> AnswerObjection:
    said: dict[str, Any] = {
        "reason": "I am 70.",
        "corrections": {"age": 70},
        "person": ada,
        "contact": "",
        "region": city.west,
        "language": "en",
        "actor": ada.user,
    }
    return object_to(city.care, Judgement(), {"age": 30, "children": Between(1, 2)}, **{**said, **more})


def test_who_is_signed_in_objects_and_says_which_fact_is_wrong(city: City, ada: Person) -> None:
    client = client_of(ada)
    page = client.get(reverse("object-to-answer", args=["home-care"])).content.decode()
    assert "We went by: 30" in page
    assert "Your e-mail or phone" not in page, "the city knows how to reach her"
    reply = objecting(client, reason="I am 70.", **{"fact-age": "70"})
    made = AnswerObjection.objects.get()
    assert reply["Location"] == reverse("answer-objection", args=[made.secret])
    assert (made.person, made.service_type, made.region) == (ada, city.care, city.west)
    assert (made.verdict, made.facts, made.corrections, made.told) == (
        "no",
        {"age": 30},
        {"age": 70},
        ["age", "resident"],
    )
    assert made.due_at == calendar_of(city.west).deadline(made.raised_at, 10), "ten working days, there"
    told = client.get(reply["Location"]).content.decode()
    for words in (
        "I am 70.",
        "An official answers you here by",
        "It should be: 70",
        "There is an objection to this answer.",
    ):
        assert words in told
    assert reverse("answer-objection", args=[made.secret]) in client.get(reverse("my-page")).content.decode()
    why = client.get(reverse("menu-why", args=["home-care"])).content.decode()
    assert "Waiting for an answer" in why
    assert objecting(client, reason="Again.").status_code == 422
    assert AnswerObjection.objects.count() == 1


def test_who_is_not_known_leaves_a_contact_and_keeps_the_link(
    client: Client, city: City, event: LifeEvent
) -> None:
    say(client, "age", "30")
    assert objecting(client, reason="I am 70.").status_code == 422
    assert objecting(client, reason="I am 70.", contact="me").status_code == 422
    assert objecting(client, reason="", contact="a@example.org").status_code == 422
    assert objecting(client, reason="I am 70.", contact="a@example.org", **{"fact-age": "old"}).status_code == 422
    reply = objecting(client, reason="I am 70.", contact="a@example.org", **{"fact-age": "70"})
    made = AnswerObjection.objects.get()
    assert (made.person, made.contact) == (None, "a@example.org")
    shown = Client().get(reply["Location"]).content.decode()
    assert "Keep the address of this page" in shown and "We write to a@example.org when it is answered." in shown
    for wrong in ("nothing", "%00", made.secret[:-1]):
        assert client.get(f"/menu/objections/{wrong}/").status_code == 404


def test_under_a_mandate_it_is_the_principals_and_they_see_it(city: City, ada: Person) -> None:
    user = User.objects.create_user("bo")
    holder = Person.objects.create(user=user, name="Bo")
    mandate = Mandate.objects.create(holder=holder, principal=ada, kind="family")
    client = signed_in(user)
    client.post(reverse("menu-whose"), {"whose": str(mandate.pk)})
    objecting(client, reason="She is 70.")
    assert AnswerObjection.objects.get().person == ada
    assert PersonalRead.objects.filter(person=ada, reader=user, purpose="write for you").exists()


def test_whoever_objected_for_somebody_sees_it_as_long_as_they_may(city: City, ada: Person) -> None:
    user = User.objects.create_user("bo")
    mandate = Mandate.objects.create(holder=Person.objects.create(user=user), principal=ada, kind="family")
    made = objection_of(ada, city, actor=user, mandate=mandate)
    address, client = reverse("answer-objection", args=[made.secret]), signed_in(user)
    listed = client.get(reverse("my-page")).content.decode()
    assert address in listed and "For Ada" in listed
    assert client.get(address).status_code == 200
    assert PersonalRead.objects.filter(person=ada, reader=user, fields="facts").count() == 1
    Mandate.objects.update(until=clock.now() - timedelta(seconds=1))
    assert address not in client.get(reverse("my-page")).content.decode()
    assert client.get(address).status_code == Client().get(address).status_code == 404
    hers = client_of(ada)
    assert hers.get(address).status_code == 200
    assert "For Ada" not in hers.get(reverse("my-page")).content.decode()


@pytest.mark.usefixtures("carried")
def test_an_official_reads_whether_they_were_told(
    client: Client, city: City, event: LifeEvent, ada: Person
) -> None:
    desk = signed_in(official(Role.CASE_WORKER))
    for contact, first, then in (
        ("a@example.org", "We write to them that you have answered.", "They were told of the answer."),
        ("", "please call them", "No message can go to them."),
    ):
        Person.objects.update(phone="")
        made = objection_of(ada, city, **({"person": None, "contact": contact} if contact else {}))
        address = reverse("desk-answer-objection", args=[made.pk])
        shown = desk.post(address, {"upheld": "no", "words": "No."}, follow=True).content.decode()
        assert first in shown
        work()
        assert then in desk.get(address).content.decode()


def test_what_only_officials_are_told_is_not_on_the_persons_page(city: City, ada: Person) -> None:
    made = objection_of(ada, city)
    AnswerObjection.objects.update(warn_at=clock.now())
    warn_near()
    words = "It has to be answered soon"
    assert words not in client_of(ada).get(reverse("answer-objection", args=[made.secret])).content.decode()
    desk = signed_in(official(Role.CASE_WORKER))
    assert words in desk.get(reverse("desk-answer-objection", args=[made.pk])).content.decode()


def test_officials_whose_mandate_covers_it_see_it_and_the_look_is_logged(city: City, ada: Person) -> None:
    made = objection_of(ada, city)
    worker, elsewhere = official(Role.CASE_WORKER), official(Role.CASE_WORKER, city.east, "elsewhere")
    client = signed_in(worker)
    assert reverse("desk-answer-objections") in client.get(reverse("desk")).content.decode()
    page = client.get(reverse("desk-answer-objections")).content.decode()
    assert "Home care" in page
    assert "I am 70." in page
    AnswerObjection.objects.update(due_at=clock.now() - timedelta(days=1))
    assert "late" in client.get(reverse("desk-answer-objections")).content.decode()
    shown = client.get(reverse("desk-answer-objection", args=[made.pk])).content.decode()
    for words in ("Ada", "13800138000", "By these facts", "from 1 to 2", "As it should be"):
        assert words in shown
    assert PersonalRead.objects.filter(person=ada, reader=worker, purpose="answer your objection").exists()
    stranger = signed_in(elsewhere)
    assert "Home care" not in stranger.get(reverse("desk-answer-objections")).content.decode()
    assert stranger.get(reverse("desk-answer-objection", args=[made.pk])).status_code == 404
    assert client_of(ada).get(reverse("desk-answer-objections")).status_code == 403


def test_upheld_the_fact_is_corrected_and_they_are_told(city: City, ada: Person) -> None:
    made, client = objection_of(ada, city), signed_in(official(Role.CASE_WORKER))
    address = reverse("desk-answer-objection", args=[made.pk])
    assert client.post(address, {"upheld": "yes"}).status_code == 422, "without words"
    client.post(address, {"upheld": "yes", "words": "You are right: 70."})
    assert {one.kind: one.value for one in circumstances_of(ada)} == {"age": 70}
    told = client_of(ada).get(reverse("answer-objection", args=[made.secret])).content.decode()
    for words in ("Upheld", "You are right: 70.", "The facts are as you said now.", "An official has answered"):
        assert words in told
    assert len(timeline(made.pk)) == 2
    assert "You are right" in client.get(address).content.decode()
    assert "Home care" in client.get(reverse("desk-answer-objections"), {"list": "answered"}).content.decode()
    assert client.post(address, {"upheld": "no", "words": "No."}).status_code == 422, "answered once"


def test_rejected_nothing_changes_but_they_read_why_and_may_object_again(city: City, ada: Person) -> None:
    made = objection_of(ada, city)
    answer(made, upheld=False, words="Your passport says 30.", actor=official(Role.CASE_WORKER))
    assert {one.kind: one.value for one in circumstances_of(ada)} == {"age": 30}
    client = client_of(ada)
    told = client.get(reverse("answer-objection", args=[made.secret])).content.decode()
    assert "Not upheld" in told
    assert "Your passport says 30." in told
    assert objecting(client, reason="It is wrong.").status_code == 302


def test_only_who_works_on_such_needs_there_decides(city: City, ada: Person) -> None:
    made = objection_of(ada, city)
    for role, region in ((Role.CALL_TAKER, city.city), (Role.CASE_WORKER, city.east)):
        with pytest.raises(PermissionDenied):
            answer(made, upheld=True, words="Yes.", actor=official(role, region, f"by-{role}"))


def test_what_cannot_be_taken_is_named_and_one_waits_at_a_time(city: City, ada: Person) -> None:
    for wrong in ({"reason": " "}, {"reason": "x" * 2001}, {"reason": "a\0"}, {"corrections": {"shoe-size": 3}}):
        with pytest.raises(ObjectionRefusedError):
            objection_of(ada, city, **wrong)
    with pytest.raises(ObjectionRefusedError):
        objection_of(ada, city, person=None, contact="\0@a")
    objection_of(ada, city)
    with pytest.raises(ObjectionRefusedError, match="already objected"):
        objection_of(ada, city)
    copy = AnswerObjection.objects.get()
    copy.pk, copy.secret = None, "other"
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)
