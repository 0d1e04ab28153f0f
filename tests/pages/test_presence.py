"""Two officials who have the same need open see each other, and nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import Presence, Role, User
from lacarte.kernel.presence import BEAT, GONE, be_at, forget, others_at
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def need(city: City) -> Need:
    return receive(text="stuck", channel=Channel.WEB, service_type=city.lift, region=city.west)


def named(name: str, **where: object) -> User:
    user = official(Role.CASE_WORKER, **where)  # type: ignore[arg-type]
    user.first_name = name
    user.save()
    return user


def test_whoever_opens_a_need_sees_who_has_it_open_already(need: Need) -> None:
    page, beat = reverse("desk-need", args=[need.reference]), reverse("desk-presence", args=[need.reference])
    li, wang = signed_in(named("Li")), signed_in(named("Wang"))
    assert "in this request too" not in li.get(page).content.decode()
    assert "Li is in this request too" in wang.get(page).content.decode()
    assert "Wang is in this request too" in li.get(beat).content.decode()


def test_who_may_not_read_it_learns_of_nobody_and_is_seen_by_nobody(city: City, need: Need) -> None:
    elsewhere = signed_in(named("Zhao", region=city.east))
    assert elsewhere.get(reverse("desk-presence", args=[need.reference])).status_code == 404
    assert not Presence.objects.exists()


def test_who_has_closed_the_page_is_gone_after_a_moment_and_forgotten_after_an_hour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    li, wang, stream, now = named("Li"), named("Wang"), uuid7(), clock.now()
    be_at(li, stream)
    monkeypatch.setattr(clock, "now", lambda: now + GONE - timedelta(seconds=1))
    assert others_at(wang, stream) == [li]
    monkeypatch.setattr(clock, "now", lambda: now + GONE + timedelta(seconds=1))
    assert others_at(wang, stream) == []
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
    forget()
    assert not Presence.objects.exists()


def test_an_open_page_writes_once_a_beat_and_never_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    li, stream, now = named("Li"), uuid7(), clock.now()
    be_at(li, stream)
    first = Presence.objects.get().at
    be_at(li, stream)
    assert Presence.objects.get().at == first
    monkeypatch.setattr(clock, "now", lambda: now + BEAT)
    be_at(li, stream)
    assert Presence.objects.get().at == now + BEAT
