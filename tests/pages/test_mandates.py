"""The desk's pages on who acts for whom, and what those whom it concerns see and do on their own page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lacarte.kernel.models import Role, User
from lacarte.registers.people.models import Household, Mandate, Person, PersonalRead
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db
FACTS = {"find-name": "Mo Old", "find-birth_year": "1944"}


@pytest.fixture
def mo(city: City) -> Person:
    home = Household.objects.create(region=city.west, address="Mill Lane 3")
    return Person.objects.create(
        user=User.objects.create_user("mo"), name="Mo Old", birth_year=1944, household=home
    )


@pytest.fixture
def lin(city: City) -> Person:
    home = Household.objects.create(region=city.west)
    return Person.objects.create(
        user=User.objects.create_user("lin"), name="Lin Young", phone="13800138000", household=home
    )


@pytest.fixture
def worker(city: City) -> Client:
    return signed_in(official(Role.CASE_WORKER, city.west, "worker"))


def entered(worker: Client, mo: Person, lin: Person, kind: str = "guardian") -> Mandate:
    said = {"kind": kind, "since": timezone.localdate().isoformat(), "until": "", "evidence": "Court, 3 C 17/26"}
    reply = worker.post(reverse("desk-mandate-enter", args=[mo.pk, lin.pk]), said)
    assert reply["Location"] == reverse("desk-mandates-of", args=[mo.pk])
    return Mandate.objects.get(kind=kind)


def in_as(person: Person) -> Client:
    assert person.user is not None
    return signed_in(person.user)


def test_both_are_found_by_two_facts_and_the_mandate_is_entered(worker: Client, mo: Person, lin: Person) -> None:
    assert reverse("desk-mandates") in worker.get(reverse("desk")).content.decode()
    shown = worker.post(reverse("desk-mandates"), FACTS).content.decode()
    assert reverse("desk-mandates-of", args=[mo.pk]) in shown
    of_mo = reverse("desk-mandates-of", args=[mo.pk])
    assert "Nobody." in worker.get(of_mo).content.decode()
    shown = worker.post(of_mo, {"find-name": "Lin", "find-phone": "138 0013 8000"}).content.decode()
    enter = reverse("desk-mandate-enter", args=[mo.pk, lin.pk])
    assert enter in shown
    assert "Lin Young acts for Mo Old" in worker.get(enter).content.decode()
    mandate = entered(worker, mo, lin)
    shown = worker.get(of_mo).content.decode()
    assert "Court, 3 C 17/26" in shown
    assert "Guardian" in shown
    worker.post(reverse("desk-mandate-end", args=[mandate.pk]))
    assert "Court, 3 C 17/26" not in worker.get(of_mo).content.decode()


def test_every_look_is_written_down_for_both_with_its_purpose(worker: Client, mo: Person, lin: Person) -> None:
    worker.post(reverse("desk-mandates"), FACTS)
    entered(worker, mo, lin)
    for person in (mo, lin):
        reads = PersonalRead.objects.filter(person=person, reader__username="worker")
        assert {one.purpose for one in reads} == {"enter who acts for whom"}
        assert "Enter who acts for whom" in in_as(person).get(reverse("my-page")).content.decode()


@pytest.mark.parametrize(
    "facts",
    [
        {"find-name": "old mo", "find-region": "w"},
        {"find-birth_year": "1944", "find-address": "mill lane"},
        {"find-birth_year": "1944", "find-region": "w"},
    ],
)
def test_any_two_facts_find_somebody(worker: Client, mo: Person, facts: dict[str, str]) -> None:
    shown = worker.post(reverse("desk-mandates"), facts).content.decode()
    assert reverse("desk-mandates-of", args=[mo.pk]) in shown
    elsewhere = worker.post(reverse("desk-mandates"), facts | {"find-region": "e"}).content.decode()
    assert "find-address" in facts or "Nobody fits" in elsewhere


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"find-name": "Mo Old"}, "Two facts are needed"),
        ({"find-birth_year": "44"}, "four digits"),
        ({"find-name": "Mo", "find-reference": "!!"}, "reference"),
        ({"find-name": "a\0", "find-birth_year": "1944"}, "Null characters"),
    ],
)
def test_what_finds_nobody_says_why(worker: Client, mo: Person, said: dict[str, str], says: str) -> None:
    reply = worker.post(reverse("desk-mandates"), said)
    assert reply.status_code == 422
    assert says in reply.content.decode()
    assert "Nobody fits" in worker.post(reverse("desk-mandates"), FACTS | {"find-name": "X"}).content.decode()


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"kind": ""}, "Please choose one."),
        ({"kind": "family"}, "Select a valid choice"),
        ({"since": ""}, "year-month-day"),
        ({"since": "soon"}, "year-month-day"),
        ({"until": "2001-01-01"}, "It has to end after today"),
        ({"evidence": ""}, "Please write what proves it."),
        ({"evidence": "a\0"}, "Null characters"),
    ],
)
def test_what_cannot_be_entered_is_said_and_nothing_is_lost(
    worker: Client, mo: Person, lin: Person, said: dict[str, str], says: str
) -> None:
    right = {"kind": "helper", "since": "2026-01-01", "until": "", "evidence": "A letter of the court"}
    reply = worker.post(reverse("desk-mandate-enter", args=[mo.pk, lin.pk]), right | said)
    assert reply.status_code == 422
    assert says in reply.content.decode()
    if "evidence" not in said:
        assert "A letter of the court" in reply.content.decode()
    assert not Mandate.objects.exists()


@pytest.mark.parametrize("role", [Role.CALL_TAKER, Role.PLANNER, Role.ADMINISTRATOR])
def test_without_the_right_the_pages_are_closed(worker: Client, mo: Person, lin: Person, role: Role) -> None:
    mandate = entered(worker, mo, lin)
    other = signed_in(official(role))
    for name, *args in (
        ("desk-mandates",),
        ("desk-mandates-of", mo.pk),
        ("desk-mandate-enter", mo.pk, lin.pk),
    ):
        assert other.get(reverse(name, args=args)).status_code == 403
    for name in ("desk-mandate-end", "desk-mandate-answer"):
        assert other.post(reverse(name, args=[mandate.pk])).status_code == 403
    assert Client().get(reverse("desk-mandates")).status_code == 302


def test_an_official_of_elsewhere_learns_of_nobody(worker: Client, mo: Person, lin: Person, city: City) -> None:
    mandate = entered(worker, mo, lin)
    other = signed_in(official(Role.CASE_WORKER, city.east))
    assert "Nobody fits" in other.post(reverse("desk-mandates"), FACTS).content.decode()
    assert other.get(reverse("desk-mandates-of", args=[mo.pk])).status_code == 404
    assert other.get(reverse("desk-mandate-enter", args=[mo.pk, lin.pk])).status_code == 404
    assert other.post(reverse("desk-mandate-end", args=[mandate.pk])).status_code == 403
    assert not PersonalRead.objects.filter(reader__username__startswith="case-worker").exists()


def test_whom_it_concerns_sees_it_objects_and_reads_the_answer(worker: Client, mo: Person, lin: Person) -> None:
    mandate = entered(worker, mo, lin)
    client, page = in_as(mo), reverse("acting")
    assert "Lin Young (Guardian)" in client.get(reverse("my-page")).content.decode()
    shown = client.get(page).content.decode()
    for words in ("Lin Young", "Guardian", "An official has entered it", "Court, 3 C 17/26", "I object to this"):
        assert words in shown
    assert "Take it back<" not in shown
    told = client.post(reverse("end-mandate", args=[mandate.pk]), follow=True).content.decode()
    assert "This mandate is by law. You can object to it." in told
    objection = reverse("object-to-mandate", args=[mandate.pk])
    assert "Please say in at most" in client.post(objection, {}, follow=True).content.decode()
    told = client.post(objection, {f"{mandate.pk}-reason": "I can do it myself."}, follow=True).content.decode()
    assert "Until then the mandate holds." in told
    assert "I can do it myself." in worker.get(reverse("desk-mandates")).content.decode()
    of_mo = reverse("desk-mandates-of", args=[mo.pk])
    assert "I can do it myself." in worker.get(of_mo).content.decode()
    answer = reverse("desk-mandate-answer", args=[mandate.pk])
    assert "say why" in worker.post(answer, {f"{mandate.pk}-upheld": "yes"}, follow=True).content.decode()
    worker.post(answer, {f"{mandate.pk}-upheld": "yes", f"{mandate.pk}-words": "You are right."})
    shown = client.get(page).content.decode()
    assert "You are right." in shown
    assert "Mo Old" not in in_as(lin).get(page).content.decode()
    assert "I can do it myself." not in worker.get(reverse("desk-mandates")).content.decode()


def test_one_that_is_not_by_law_ends_with_the_objection(worker: Client, mo: Person, lin: Person) -> None:
    mandate = entered(worker, mo, lin, "case-worker")
    told = in_as(mo).post(
        reverse("object-to-mandate", args=[mandate.pk]), {f"{mandate.pk}-reason": "No."}, follow=True
    )
    assert "It has ended." in told.content.decode()
    for one in (worker, in_as(lin)):
        reply = one.post(reverse("object-to-mandate", args=[mandate.pk]), {f"{mandate.pk}-reason": "No."})
        assert reply.status_code == 404, "it is theirs alone"


def test_in_chinese(worker: Client, mo: Person, lin: Person) -> None:
    mandate = entered(worker, mo, lin)
    worker.cookies["django_language"] = "zh-hans"
    for name, *args in (("desk-mandates",), ("desk-mandates-of", mo.pk), ("desk-mandate-enter", mo.pk, lin.pk)):
        assert worker.get(reverse(name, args=args)).status_code == 200
    enter = worker.get(reverse("desk-mandate-enter", args=[mo.pk, lin.pk])).content.decode()
    assert f'value="{timezone.localdate().isoformat()}"' in enter, "a day as the browser takes it, in any language"
    assert mandate.evidence in worker.get(reverse("desk-mandates-of", args=[mo.pk])).content.decode()
