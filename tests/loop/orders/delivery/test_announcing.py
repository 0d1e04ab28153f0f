"""Providers hear that something waits for their answer: in one letter a while, what is urgent within a minute."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core import mail

from lacarte.kernel import clock
from lacarte.kernel.models import Job
from lacarte.loop.needs.actions import receive
from lacarte.loop.orders.actions import change, place_order
from lacarte.loop.orders.delivery.announcing import ANNOUNCE
from lacarte.loop.orders.delivery.handing_over import ask_to_take_over, withdraw_handover
from lacarte.loop.orders.delivery.together import Part, ask_to_help
from lacarte.loop.orders.models import Order
from lacarte.registers.menu.models import PriorityClass, ServiceType
from tests.background import work
from tests.city import build
from tests.loop.orders.delivery.at_work import AtWork

pytestmark = pytest.mark.django_db

#: Three minutes into a quarter of an hour.
AT = datetime.fromisoformat("2027-10-06T09:03:00+00:00")
SOON, LATER = AT + timedelta(minutes=11), AT + timedelta(minutes=13)


def announced(to: str) -> list[str]:
    """The texts that announce something to an address."""
    return [str(one.body) for one in mail.outbox if to in one.to and str(one.subject).startswith("Waiting for")]


def orders(at_work: AtWork, n: int) -> list[Order]:
    """More orders of the first provider."""
    city = at_work.city
    needs = [receive(text="", channel="web", service_type=city.care, region=city.west) for _k in range(n)]
    return [place_order(need, offer_at_place=city.offer) for need in needs]


@pytest.fixture
def at_work(db: None) -> AtWork:
    settings.CONFIGURED["announce_minutes"] = 15
    with clock.stopped_at(AT):
        at_work = AtWork.of(build(5))
        work()
    mail.outbox.clear()
    return at_work


def test_however_many_there_are_it_is_one_letter_once_the_while_is_over(at_work: AtWork) -> None:
    with clock.stopped_at(AT):
        orders(at_work, 3)
        work()
    with clock.stopped_at(SOON):
        work()
    assert announced("p@example.org") == []
    with clock.stopped_at(LATER):
        work()
        work()
    (text,) = announced("p@example.org")
    assert "– 4 orders\n" in text
    assert "/provider/p/" in text
    assert "Ann" not in text
    assert announced("q@example.org") == []


def test_what_was_answered_meanwhile_is_not_announced(at_work: AtWork) -> None:
    with clock.stopped_at(SOON):
        change(at_work.order, to="accepted", actor=at_work.member)
    with clock.stopped_at(LATER):
        work()
    assert announced("p@example.org") == []


def test_what_is_needed_now_is_announced_within_a_minute_and_each_time(at_work: AtWork) -> None:
    with clock.stopped_at(LATER):
        work()
    mail.outbox.clear()
    ServiceType.objects.filter(pk=at_work.city.care.pk).update(urgency=PriorityClass.NOW)
    for minute in (20, 21):
        with clock.stopped_at(AT + timedelta(minutes=minute)):
            orders(at_work, 1)
            work()
        with clock.stopped_at(AT + timedelta(minutes=minute, seconds=60)):
            work()
    assert ["– 2 orders" in text for text in announced("p@example.org")] == [True, False]
    assert len(announced("p@example.org")) == 2


def test_a_body_that_is_asked_to_help_or_to_take_over_hears_of_it(at_work: AtWork) -> None:
    helper = at_work.other.offer.provider
    with clock.stopped_at(AT):
        change(at_work.order, to="accepted", actor=at_work.member)
        part = Part(helper, "A ramp", due=AT + timedelta(days=2))
        ask_to_help(at_work.fresh(), part, actor=at_work.member)
        asked = ask_to_take_over(at_work.fresh(), at_work.other, actor=at_work.member, words="Two are ill")
        work()
    assert "Another provider was asked to take it over: Provider q." in at_work.told()
    with clock.stopped_at(LATER):
        work()
    (text,) = announced("q@example.org")
    assert "– 1 part of another order\n– 1 order to take over\n" in text
    with clock.stopped_at(LATER):
        withdraw_handover(asked, actor=at_work.member)
        at_work.fresh().contributions.update(state="accepted")
    with clock.stopped_at(LATER + timedelta(hours=1)):
        work()
    assert len(announced("q@example.org")) == 1


def test_a_whole_run_of_matching_makes_one_job_a_provider(at_work: AtWork) -> None:
    with clock.stopped_at(AT):
        orders(at_work, 6)
        work()
    assert Job.objects.filter(name=ANNOUNCE).count() == 1


def test_where_it_is_not_wanted_nothing_is_written(at_work: AtWork) -> None:
    settings.CONFIGURED["announce_minutes"] = 0
    with clock.stopped_at(AT + timedelta(hours=2)):
        orders(at_work, 1)
        Job.objects.filter(name=ANNOUNCE).delete()
        work()
    with clock.stopped_at(AT + timedelta(hours=4)):
        work()
    assert announced("p@example.org") == []
