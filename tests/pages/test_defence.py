"""A program is told from a person, nobody is refused for it, and an attack makes senders work."""

from __future__ import annotations

import re

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from lacarte.kernel.models import Role
from lacarte.kernel.proof_of_work import solve
from lacarte.kernel.rate_limit import note_trouble
from lacarte.loop.needs.held.holding import why
from lacarte.loop.needs.models import Need
from tests.city import City, official
from tests.pages.telling import STUCK, answer, send, to_the_check

pytestmark = pytest.mark.django_db


def attack(settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "attack_pace": "1/hour"}
    note_trouble()


def test_a_field_that_nobody_sees_catches_programs(city: City, client: Client) -> None:
    shown = client.get("/").content.decode()
    trap = re.search(r'<div class="not-for-people" aria-hidden="true">.*?</div>', shown)
    assert trap
    assert 'tabindex="-1"' in trap[0]
    answer(client, "what", text=STUCK, subject="Hello")
    answer(client, "kind", service="lift-repair")
    answer(client, "where", region="w")
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    need = send(client)
    assert (need.state, why(need)) == (Need.State.HELD, "trap")


def test_what_is_told_faster_than_people_write_is_held(city: City, client: Client, settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "fill_seconds": 5}
    to_the_check(client)
    need = send(client)
    assert (need.state, why(need)) == (Need.State.HELD, "fast")
    assert "A person reads what you wrote" in client.get(reverse("need", args=[need.reference])).content.decode()


def test_nobody_works_while_nobody_attacks(city: City, client: Client) -> None:
    to_the_check(client)
    assert "data-work" not in client.get(reverse("need-check")).content.decode()
    assert send(client).state == Need.State.OPEN


def test_under_attack_a_browser_works_and_its_need_is_open(
    city: City, client: Client, settings: LazySettings
) -> None:
    to_the_check(client)
    attack(settings)
    page = client.get(reverse("need-check")).content.decode()
    found = re.search(r'name="challenge" value="([^"]+)"', page)
    assert found
    need = send(client, challenge=found[1], proof=solve(found[1]))
    assert need.state == Need.State.OPEN


def test_under_attack_who_has_no_javascript_is_read_first(
    city: City, client: Client, settings: LazySettings
) -> None:
    to_the_check(client)
    attack(settings)
    page = client.get(reverse("need-check")).content.decode()
    found = re.search(r'name="challenge" value="([^"]+)"', page)
    assert found
    need = send(client, challenge=found[1], proof="")
    assert (need.state, why(need)) == (Need.State.HELD, "unproven")


def test_who_was_checking_when_the_attack_began_is_asked_once_more(
    city: City, client: Client, settings: LazySettings
) -> None:
    to_the_check(client)
    attack(settings)
    reply = client.post(reverse("need-check"))
    assert "once more" in reply.content.decode()
    assert not Need.objects.exists()


def test_work_for_one_need_is_good_for_no_other(city: City, client: Client, settings: LazySettings) -> None:
    attack(settings)
    to_the_check(client)
    page = client.get(reverse("need-check")).content.decode()
    found = re.search(r'name="challenge" value="([^"]+)"', page)
    assert found
    number = solve(found[1])
    assert send(client, challenge=found[1], proof=number).state == Need.State.OPEN
    to_the_check(client, text="Another lift")
    assert send(client, challenge=found[1], proof=number).state == Need.State.HELD


def test_a_phone_number_is_not_named_without_end(city: City, client: Client, settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "rate_limit_contact": "1/hour"}
    statuses = []
    for n in range(2):
        visitor = Client(REMOTE_ADDR=f"192.0.2.{n}")
        to_the_check(visitor, text=f"Lift number {n}")
        answer(visitor, "contact", phone="+86 555 0100")
        statuses.append(visitor.post(reverse("need-check")).status_code)
    assert statuses == [302, 429]
    page = visitor.get(reverse("need-check")).content.decode()
    assert "Lift number 1" in page, "nothing is lost"


def test_held_needs_are_a_list_of_the_desk(city: City, client: Client) -> None:
    to_the_check(client, text="You are all a bunch of bastards", service="-")
    need = send(client)
    desk = Client()
    desk.force_login(official(Role.CASE_WORKER))
    listed = desk.get(reverse("desk"), {"list": "held"}).content.decode()
    assert need.reference in listed
    page = desk.get(reverse("desk-need", args=[need.reference])).content.decode()
    assert "It insults or threatens whoever reads it." in page
    address = reverse("desk-held", args=[need.reference])
    desk.post(address, {"decision": "turn-away"})
    shown = client.get(reverse("need", args=[need.reference])).content.decode()
    assert "found nothing in it that we could do" in shown
    assert "Turned away" in desk.get(reverse("desk-need", args=[need.reference])).content.decode()
    desk.post(address, {"decision": "release"})
    need.refresh_from_db()
    assert need.state == Need.State.OPEN
    assert "This need is not held." in desk.post(address, {"decision": "release"}, follow=True).content.decode()
    assert "Please choose" in desk.post(address, {"decision": "?"}, follow=True).content.decode()


def test_a_call_taker_decides_nothing(city: City, client: Client) -> None:
    to_the_check(client, text="You are all a bunch of bastards", service="-")
    need = send(client)
    desk = Client()
    desk.force_login(official(Role.CALL_TAKER))
    assert "Pass it on" not in desk.get(reverse("desk-need", args=[need.reference])).content.decode()
    assert desk.post(reverse("desk-held", args=[need.reference]), {"decision": "release"}).status_code == 403


def test_who_has_sent_something_held_can_withdraw_it(city: City, client: Client) -> None:
    to_the_check(client, text="You are all a bunch of bastards", service="-")
    need = send(client)
    client.post(reverse("stop-need", args=[need.reference]))
    need.refresh_from_db()
    assert need.state == Need.State.WITHDRAWN
    assert "You have withdrawn this" in client.get(reverse("need", args=[need.reference])).content.decode()
