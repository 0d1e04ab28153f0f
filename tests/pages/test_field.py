"""The page of crews: today's stops, what a phone sends, and what it may keep."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.models import Attachment
from lacarte.loop.orders.delivery.together import note
from lacarte.loop.orders.models import Order
from lacarte.registers.people.models import Person, PersonalRead
from tests.city import City, official, signed_in
from tests.loop.orders.rounds.going import Crew, hours
from tests.pages.telling import photo

pytestmark = pytest.mark.django_db
ROUND, STEPS = "/field/", "/field/steps/"
JSON = {"headers": {"Accept": "application/json"}}


@pytest.fixture
def crew(city: City, settings: LazySettings, tmp_path: Path) -> Crew:
    settings.MEDIA_ROOT = tmp_path
    return Crew.of(city)


@pytest.fixture
def phone(crew: Crew) -> Client:
    return signed_in(crew.user)


def page(phone: Client) -> str:
    reply = phone.get(ROUND)
    assert reply.status_code == 200
    return reply.content.decode()


def step(order: Order, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": str(uuid4()), "order": str(order.pk), "kind": kind, "seen": str(order.version), **more}


def state(order: Order) -> str:
    return Order.objects.get(pk=order.pk).state


def due(crew: Crew, east: float = 1.0, **more: Any) -> Order:
    return crew.order(east, due=clock.now() - timedelta(minutes=1), **more)


def test_a_stop_says_that_others_have_to_do_their_parts_first(phone: Client, crew: Crew) -> None:
    order = due(crew)
    words = "1 part of it is not done yet."
    assert words not in page(phone)
    part = order.contributions.create(
        provider=order.offer_at_place.offer.provider, what="Close the road", due=clock.now()
    )
    assert words in page(phone)
    part.state = part.State.COMPLETED
    part.save()
    assert words not in page(phone)


def test_a_round_says_where_what_and_when(crew: Crew, phone: Client) -> None:
    person = Person.objects.create(name="Lan Yu", phone="555 0179")
    order = due(crew, text="The rail is loose, says Lan Yu, 13800138000", person=person)
    note(order, "The key is with 13900139000 downstairs", actor=crew.user, for_all=True)
    shown = page(phone)
    assert "3 Plum Lane" in shown and "Home care" in shown and "The rail is loose" in shown
    assert 'href="geo:28.050000,122.060000?q=28.050000,122.060000"' in shown
    assert "openstreetmap.org/?mlat=28.050000&amp;mlon=122.060000" in shown
    assert "The key is with" in shown
    for personal in ("13800138000", "13900139000", "555 0179"):
        assert personal not in shown, "the phone keeps the page"
    read = PersonalRead.objects.get(person=person)
    assert (read.reader, read.fields, read.purpose) == (crew.user, "need", "work on this need")


def test_in_both_languages_and_for_members_alone(crew: Crew, phone: Client, city: City) -> None:
    due(crew)
    phone.cookies["django_language"] = "zh-hans"
    assert phone.get(ROUND).status_code == 200
    assert Client().get(ROUND).status_code == 302
    stranger = signed_in(User.objects.create_user("stranger"))
    assert stranger.get(ROUND).status_code == 403
    assert signed_in(official(Role.CASE_WORKER)).get(ROUND).status_code == 403


def test_it_asks_the_database_as_often_for_many_stops_as_for_two(crew: Crew, phone: Client) -> None:
    def queries() -> int:
        page(phone)  # a round is made on the first look
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(phone)
        return len(asked)

    for n in range(2):
        due(crew, n, person=Person.objects.create(name=f"P{n}"))
    few = queries()
    for n in range(2, 9):
        due(crew, n, person=Person.objects.create(name=f"P{n}"))
    assert queries() == few


def test_buttons_work_without_javascript_and_twice_is_once(crew: Crew, phone: Client) -> None:
    order = due(crew)
    said = step(order, "begin")
    for _ in range(2):
        reply = phone.post(STEPS, said)
        assert reply.headers["Location"] == f"/field/#stop-{order.pk}"
    assert "It is kept." in page(phone)
    assert state(order) == "in-progress"
    photos = {"before": photo("b.png", "red"), "after": photo("a.png", "blue")}
    phone.post(STEPS, step(order, "done", seen="", **{"words-done": "New rail"}, **photos))
    assert state(order) == "completed"
    assert set(Attachment.objects.values_list("shows", flat=True)) == {"before", "after"}
    assert "Ended today" in page(phone)
    late = phone.post(STEPS, step(order, "begin"), follow=True).content.decode()
    assert "Please look again" in late or "cannot become" in late


def test_a_phone_hears_what_became_of_each_step(crew: Crew, phone: Client) -> None:
    order = due(crew)
    said = step(order, "done", made=str(int(clock.now().timestamp() * 1000)))
    first, again = (phone.post(STEPS, said, **JSON).json() for _ in range(2))
    assert first == again
    assert (first["outcome"], first["key"]) == ("taken", said["key"])
    refused = phone.post(STEPS, step(order, "begin"), **JSON)
    assert (refused.status_code, refused.json()["outcome"]) == (200, "refused")
    early = phone.post(STEPS, step(order, "begin", after=str(uuid4())), **JSON)
    assert (early.status_code, early.json()["outcome"]) == (409, "early")
    assert phone.post(STEPS, {"key": "no"}, **JSON).status_code == 422
    assert phone.post(STEPS, step(order, "dance"), **JSON).status_code == 422
    crew.user.providers.clear()
    gone = phone.post(STEPS, step(order, "begin"), **JSON)
    assert (gone.status_code, gone.json()["outcome"]) == (403, "refused")


def test_reasons_and_words_are_those_of_the_button(crew: Crew, phone: Client) -> None:
    order, other = due(crew), due(crew)
    fields = {
        "reason-failed": "not-met",
        "words-failed": "",
        "reason-not-today": "weather",
        "words-not-today": "Hail",
    }
    phone.post(STEPS, step(order, "failed", **fields))
    assert (state(order), order.changes.get(target="failed").reason_id) == ("failed", "not-met")
    phone.post(STEPS, step(other, "not-today", **fields))
    assert "Left for another day" in page(phone) and "Hail" in page(phone)


def test_the_order_is_made_anew_from_a_start(crew: Crew, phone: Client) -> None:
    far, near = due(crew, 4), due(crew, 1)

    def first() -> Order:
        shown = page(phone)
        return min((far, near), key=lambda one: shown.index(f'id="stop-{one.pk}"'))

    assert first() == near
    phone.post("/field/order/", {"start": "here", "longitude": "122.09", "latitude": "28.05"})
    assert first() == far
    phone.post(STEPS, step(near, "next"))
    assert first() == near
    assert (
        "do not know where you are" in phone.post("/field/order/", {"start": "here"}, follow=True).content.decode()
    )
    assert "choose another" in phone.post("/field/order/", {"start": "moon"}, follow=True).content.decode()


def test_booked_times_and_what_else_could_be_done_are_shown(crew: Crew, phone: Client) -> None:
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0)
    with clock.stopped_at(noon):
        crew.order(1, booked=hours(noon, 1, 2))
        crew.order(2)
        shown = phone.get(ROUND).content.decode()
    assert "13:00–14:00" in shown
    assert "Could be done too" in shown
    assert "From the first booked" in shown


def test_whom_to_ring_is_read_for_a_purpose_and_never_kept(crew: Crew, phone: Client) -> None:
    person = Person.objects.create(name="Lan Yu", phone="555 0179")
    order = due(crew, person=person)
    address = reverse("field-person", args=[order.pk])
    assert phone.get(address).status_code == 405
    assert phone.post(address, {"purpose": ""}).status_code == 404
    reply = phone.post(address, {"purpose": "arrange the service"})
    assert 'href="tel:555 0179"' in reply.content.decode()
    assert "no-store" in reply.headers["Cache-Control"]
    assert PersonalRead.objects.filter(person=person, fields="name, phone", purpose="arrange the service").exists()
    stranger = signed_in(User.objects.create_user("stranger"))
    assert stranger.post(address, {"purpose": "arrange the service"}).status_code == 404
    phone.post(STEPS, step(order, "done"))
    assert phone.post(address, {"purpose": "arrange the service"}).status_code == 404


def test_the_worker_keeps_files_that_there_are_and_the_page_until_midnight(crew: Crew, phone: Client) -> None:
    script = phone.get("/field/worker.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert '"page": "/field/"' in script.content.decode()
    until = datetime.fromtimestamp(int(phone.get(ROUND).headers["X-Round-Until"]) / 1000)
    assert timedelta(0) < until - datetime.now() <= timedelta(days=1)
    assert Client().get("/field/offline/").status_code == 200
    assert "X-Round-Until" not in phone.get("/field/offline/").headers


def test_signing_out_forgets_the_round_but_nothing_unsent_unasked(phone: Client) -> None:
    phone.cookies["field_waiting"] = "3"
    asked = phone.post("/sign-out/")
    assert (asked.status_code, "(3)" in asked.content.decode()) == (409, True)
    assert phone.get(ROUND).status_code == 200, "still signed in"
    left = phone.post("/sign-out/", {"lose": "yes"})
    assert left.headers["Clear-Site-Data"] == '"storage"'
    assert left.cookies["field_waiting"].value == ""
    assert phone.get(ROUND).status_code == 302


def test_other_devices_sign_out_as_ever(client: Client, crew: Crew) -> None:
    client.force_login(crew.user)
    assert "Clear-Site-Data" not in client.post("/sign-out/").headers
