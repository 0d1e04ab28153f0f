"""Danger to life stands on every page of the desk until somebody has taken it on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Event, Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Danger, Need
from lacarte.loop.needs.urgency.dangers import (
    DangerUnseen,
    stream_of,
    take,
    tell_late,
    unseen,
    unseen_by,
    watch,
)
from lacarte.registers.menu.models import PriorityClass
from tests.background import work
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db


def told(city: City, where: str = "west", text: str = "the kitchen is on fire") -> Need:
    return receive(text=text, channel=Channel.PHONE, service_type=city.care, region=getattr(city, where))


def page(client: Client, address: str = "/desk/") -> str:
    return client.get(address).content.decode()


def test_a_danger_stands_on_every_page_of_the_desk(city: City) -> None:
    need, other = told(city), told(city, text="help with washing")
    client = signed_in(official(Role.CASE_WORKER, city.west))
    for address in ("/desk/", "/desk/register/", "/desk/dangers/", reverse("desk-need", args=[other.reference])):
        shown = page(client, address)
        assert "Danger to life: 1 need" in shown, address
        assert "Fire or smoke" in shown
        assert reverse("desk-danger-taken", args=[need.reference]) in shown
    assert "Danger to life: 1" not in page(client, "/rates/")


def test_only_those_whose_mandate_covers_it_are_told(city: City) -> None:
    told(city, "east")
    assert "Danger to life: 1" not in page(signed_in(official(Role.CASE_WORKER, city.west)))
    assert "Danger to life: 1" in page(signed_in(official(Role.CALL_TAKER, city.east)))
    for nobody in (official(Role.PLANNER), User.objects.create_user("ada")):
        assert signed_in(nobody).get("/desk/dangers/banner/").status_code == 403
    assert Client().get("/desk/dangers/banner/").status_code == 302


def test_the_oldest_stands_first_with_its_age(city: City) -> None:
    now = clock.now()
    newer, older = told(city), told(city, text="my father is unconscious")
    Danger.objects.filter(need=older).update(raised_at=now - timedelta(minutes=3, seconds=5))
    with clock.stopped_at(now + timedelta(seconds=20)):
        shown = page(signed_in(official(Role.CALL_TAKER)), "/desk/dangers/banner/")
    assert shown.index(older.reference) < shown.index(newer.reference)
    assert "3 minutes ago" in shown


def test_more_than_a_handful_are_counted(city: City) -> None:
    for _ in range(7):
        told(city)
    shown = page(signed_in(official(Role.CALL_TAKER)), "/desk/dangers/banner/")
    assert "7 needs that nobody looks at yet" in shown
    assert "And 2 more." in shown


def test_who_has_it_takes_it_off_everybodys_page(city: City) -> None:
    need = told(city)
    first, second = official(Role.CALL_TAKER), official(Role.CASE_WORKER)
    reply = signed_in(first).post(reverse("desk-danger-taken", args=[need.reference]), follow=True)
    assert "It is yours." in reply.content.decode()
    danger = Danger.objects.get()
    assert danger.seen_by == first
    assert danger.seen_at is not None
    assert "Danger to life: 1" not in page(signed_in(second))
    late = signed_in(second).post(reverse("desk-danger-taken", args=[need.reference]), follow=True)
    assert f"{first} has it already." in late.content.decode()
    assert Danger.objects.get().seen_by == first
    assert [event.name for event in timeline(need.pk)].count("danger.seen") == 1
    assert f"{first} has it since" in late.content.decode()


def test_one_outside_the_mandate_cannot_take_it(city: City) -> None:
    need = told(city, "east")
    client = signed_in(official(Role.CASE_WORKER, city.west))
    assert client.post(reverse("desk-danger-taken", args=[need.reference])).status_code == 404
    assert client.get(reverse("desk-danger-taken", args=[need.reference])).status_code == 405
    assert Danger.objects.get().seen_at is None


def test_what_nobody_looks_at_is_told_again_and_again(city: City) -> None:
    told(city)
    danger, start = Danger.objects.get(), clock.now()
    assert tell_late() == 0, "it is not late yet"
    for after, number in ((61, 1), (90, 1), (61 + 5 * 60 + 1, 2)):
        with clock.stopped_at(start + timedelta(seconds=after)):
            Event.objects.filter(stream=stream_of(danger))
            told_now = tell_late()
            if told_now:
                latest = Event.objects.filter(name=DangerUnseen.name).order_by("-pk").first()
                assert latest is not None
        assert Event.objects.filter(name=DangerUnseen.name).count() == number, after
    take(danger, actor=official(Role.CALL_TAKER))
    with clock.stopped_at(start + timedelta(hours=1)):
        assert tell_late() == 0


def test_machines_that_watch_are_told(city: City) -> None:
    told(city)
    with clock.stopped_at(clock.now() + timedelta(seconds=90)):
        found = watch()
        text = page(signed_in(official(Role.ADMINISTRATOR)), "/metrics")
    assert (found.unseen, found.late) == (1, 1)
    assert found.oldest_seconds > 89
    assert "\nlacarte_dangers_unseen 1\n" in text
    assert "\nlacarte_dangers_late 1\n" in text


@pytest.mark.parametrize("state", [Need.State.WITHDRAWN, Need.State.MET, Need.State.JOINED])
def test_a_danger_that_nobody_saw_stays_whatever_becomes_of_the_need(city: City, state: str) -> None:
    need, clerk = told(city), official(Role.CASE_WORKER)
    Need.objects.filter(pk=need.pk).update(state=state)
    assert "Danger to life: 1 need" in page(signed_in(clerk))
    assert watch().unseen == 1
    take(Danger.objects.get(), actor=clerk)
    assert not unseen().exists()


def test_who_has_the_private_link_does_not_end_a_danger(city: City) -> None:
    need, somebody = told(city), Client()
    somebody.get(f"/n/{need.secret}/")
    somebody.post(reverse("stop-need", args=[need.reference]))
    need.refresh_from_db()
    assert need.state == Need.State.WITHDRAWN
    assert unseen().get().need == need


def test_urgency_is_corrected_with_a_reason_and_weighed_anew(city: City) -> None:
    need = told(city, text="help with washing")
    worker = official(Role.CASE_WORKER)
    client, address = signed_in(worker), reverse("desk-urgency", args=[need.reference])
    refused = client.post(address, {"urgency-urgency": "0", "urgency-reason": ""}, follow=True).content.decode()
    assert "Please say why." in refused
    client.post(address, {"urgency-urgency": "0", "urgency-reason": "He is alone and cannot stand up"})
    need.refresh_from_db()
    assert need.urgency == PriorityClass.NOW
    assert unseen_by(worker).count() == 1, "danger is raised"
    work()
    need.refresh_from_db()
    assert need.priority_class == PriorityClass.NOW
    assert "Urgency of what was said" in page(client, reverse("desk-need", args=[need.reference]))
    client.post(address, {"urgency-urgency": "service", "urgency-reason": "A neighbour is with him"})
    need.refresh_from_db()
    assert need.urgency is None
    assert not unseen().exists(), "who set it has looked at it"
    assert [event.payload["reason"] for event in timeline(need.pk) if event.name == "need.urgency-set"] == [
        "He is alone and cannot stand up",
        "A neighbour is with him",
    ]


def test_a_call_taker_cannot_set_urgency(city: City) -> None:
    need = told(city)
    answer = {"urgency-urgency": "3", "urgency-reason": "no"}
    address = reverse("desk-urgency", args=[need.reference])
    assert signed_in(official(Role.CALL_TAKER)).post(address, answer).status_code == 403
    need.refresh_from_db()
    assert need.urgency == PriorityClass.NOW


def test_what_was_said_makes_a_need_more_urgent_than_its_service_and_never_less(city: City) -> None:
    fire = told(city)
    calm = receive(text="stuck", channel=Channel.WEB, service_type=city.lift, region=city.west)
    cold = receive(text="no water", channel=Channel.WEB, service_type=city.lift, region=city.west)
    work()
    for need, wanted in ((fire, 0), (calm, 0), (cold, 0)):
        need.refresh_from_db()
        assert need.priority_class == wanted
    parts = fire.weighing.parts  # type: ignore[attr-defined]
    assert parts["said"] > 0
    assert round(parts["urgency"] + parts["said"], 4) == 0.4
    assert "said" not in cold.weighing.parts  # type: ignore[attr-defined]
