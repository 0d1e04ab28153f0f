"""What is done with an order: why, told on its timeline, by one of two; taken back with all that came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from lacarte.kernel import clock
from lacarte.kernel.models import Job, Role
from lacarte.loop.matching.models import Refusal
from lacarte.loop.needs.models import Message, Need
from lacarte.loop.orders.actions import OrderRefusedError, change
from lacarte.loop.orders.delivery.dispatching import dispatch
from lacarte.loop.orders.delivery.reasons import add_shipped, reasons_of, save_reason
from lacarte.loop.orders.delivery.undoing import can_undo, newest_change, undo
from lacarte.loop.orders.models import Order, OrderChange, OrderState, Reason
from lacarte.loop.voice.actions import rate
from lacarte.registers.menu.capacity.counting import with_free_units
from lacarte.registers.menu.capacity.holding import hold
from lacarte.registers.menu.models import CapacityLot, Hold
from tests.background import work
from tests.city import official
from tests.loop.orders.delivery.at_work import AtWork

pytestmark = pytest.mark.django_db
S = OrderState


def all_of_it(at: AtWork) -> list[Any]:
    """All that a change touches."""
    order = Order.objects.filter(pk=at.order.pk).values().get()
    order.pop("version")
    need = Need.objects.filter(pk=at.need.pk).values("state", "closed_at").get()
    free = list(with_free_units(CapacityLot.objects.order_by("pk")).values_list("free", flat=True))
    return [order, need, free, list(Refusal.objects.values("need", "offer_at_place", "at"))]


def bring_to(at: AtWork, *states: str) -> None:
    for state in states:
        change(at.order, to=state, actor=at.member)


def test_a_reason_is_one_of_the_codes_or_words_and_is_told(at_work: AtWork) -> None:
    for said in ({}, {"reason": "  "}, {"code": "weather"}, {"code": "no-such"}, {"reason": "x" * 2001}):
        with pytest.raises(OrderRefusedError):
            change(at_work.order, to=S.REJECTED, actor=at_work.member, **said)
    change(at_work.order, to=S.REJECTED, actor=at_work.member, code="not-ours")
    assert at_work.told()[-1] == "It was returned. We look for another offer. Reason: not ours to do."
    made = newest_change(at_work.fresh())
    assert made is not None
    assert (made.reason_id, made.who, made.actor) == ("not-ours", "provider", at_work.member)


def test_an_official_says_why_they_cancel_and_the_resident_need_not(at_work: AtWork) -> None:
    with pytest.raises(OrderRefusedError, match="say why"):
        change(at_work.order, to=S.CANCELLED, actor=at_work.clerk)
    assert at_work.person.user is not None
    change(at_work.order, to=S.CANCELLED, actor=at_work.person.user)
    assert at_work.fresh().state == S.CANCELLED


def test_officials_edit_the_words_of_reasons_and_what_is_shipped_does_not_come_over_them(at_work: AtWork) -> None:
    one = Reason.objects.get(pk="not-ours")
    one.name, one.active = {"en": "another office does this"}, False
    with pytest.raises(PermissionDenied):
        save_reason(one, actor=at_work.clerk)
    save_reason(one, actor=official(Role.PLANNER))
    assert add_shipped() == 0
    assert "not-ours" not in {reason.pk for reason in reasons_of(Reason.Of.REJECTED)}
    with pytest.raises(OrderRefusedError, match="not one of the reasons"):
        change(at_work.order, to=S.REJECTED, actor=at_work.member, code="not-ours")
    with pytest.raises(OrderRefusedError, match="needs words"):
        save_reason(Reason(code="new", of="rejected", name={"en": " "}), actor=official(Role.PLANNER))


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(at_work: AtWork) -> None:
    seen = at_work.order.version
    change(at_work.order, to=S.ACCEPTED, actor=at_work.member, seen=seen)
    with pytest.raises(OrderRefusedError, match=r"member-of-p changed this at .* it is now “Accepted”"):
        change(at_work.order, to=S.REJECTED, actor=at_work.clerk, code="full", seen=seen)
    assert at_work.person.user is not None
    with pytest.raises(OrderRefusedError, match="changed meanwhile") as said:
        change(at_work.order, to=S.CANCELLED, actor=at_work.person.user, seen=seen)
    assert "member" not in str(said.value), "who works where is nothing for the public"
    assert at_work.fresh().state == S.ACCEPTED


@pytest.mark.usefixtures("grace")
@pytest.mark.parametrize(
    ("before", "to", "said"),
    [
        ((), S.ACCEPTED, {}),
        ((), S.REJECTED, {"code": "full"}),
        ((S.ACCEPTED, S.IN_PROGRESS), S.COMPLETED, {}),
        ((S.ACCEPTED, S.IN_PROGRESS), S.FAILED, {"code": "not-met"}),
        ((S.ACCEPTED, S.IN_PROGRESS), S.ON_HOLD, {"reason": "rain"}),
    ],
)
def test_a_change_is_taken_back_with_all_that_came_of_it(
    at_work: AtWork, before: tuple[str, ...], to: str, said: dict[str, str]
) -> None:
    bring_to(at_work, *before)
    was = all_of_it(at_work)
    change(at_work.order, to=to, actor=at_work.member, **said)
    work()
    assert all_of_it(at_work) != was
    assert can_undo(newest_change(at_work.fresh()), actor=at_work.member)
    undo(at_work.order, actor=at_work.member)
    assert all_of_it(at_work) == was
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        work()
    assert all_of_it(at_work) == was, "nothing comes of it later"
    assert not Message.objects.filter(external_id__startswith="ended:").exists()
    assert at_work.told()[-1].startswith("That was a mistake. The order is again:")
    change(at_work.order, to=to, actor=at_work.member, **said)
    assert at_work.fresh().state == to, "and it can be done again"


@pytest.mark.usefixtures("grace")
def test_what_follows_waits_until_it_cannot_be_taken_back(at_work: AtWork) -> None:
    bring_to(at_work, S.ACCEPTED, S.IN_PROGRESS, S.COMPLETED)
    work()
    waits = Job.objects.filter(state=Job.State.READY, name__startswith="order.completed").count()
    assert waits > 0
    with clock.stopped_at(clock.now() + timedelta(minutes=10, seconds=1)):
        with pytest.raises(OrderRefusedError, match="that time is over"):
            undo(at_work.order, actor=at_work.member)
        work()
    assert not Job.objects.filter(state=Job.State.READY, name__startswith="order.completed").exists()


@pytest.mark.usefixtures("grace")
def test_only_who_did_it_takes_it_back_and_only_the_newest(at_work: AtWork) -> None:
    bring_to(at_work, S.ACCEPTED)
    with pytest.raises(OrderRefusedError, match="Only whoever"):
        undo(at_work.order, actor=at_work.clerk)
    change(at_work.order, to=S.IN_PROGRESS, actor=at_work.clerk)
    with pytest.raises(OrderRefusedError, match="Only whoever"):
        undo(at_work.order, actor=at_work.member)
    undo(at_work.order, actor=at_work.clerk)
    with pytest.raises(OrderRefusedError, match="nothing to take back"):
        undo(at_work.order, actor=at_work.member)
    assert OrderChange.objects.filter(undone_at=None).count() == 1


@pytest.mark.usefixtures("grace")
def test_it_is_not_taken_back_once_things_have_gone_on(at_work: AtWork) -> None:
    change(at_work.order, to=S.REJECTED, actor=at_work.member, code="full")
    dispatch(at_work.need, at_work.other, actor=at_work.clerk)
    with pytest.raises(OrderRefusedError, match="has gone on since"):
        undo(at_work.order, actor=at_work.member)
    assert at_work.fresh().state == S.REJECTED


@pytest.mark.usefixtures("grace")
def test_it_is_not_taken_back_once_its_place_is_somebody_elses(at_work: AtWork) -> None:
    change(at_work.order, to=S.REJECTED, actor=at_work.member, code="full")
    hold(at_work.city.lot, units=2)
    with pytest.raises(OrderRefusedError, match="somebody else's by now"):
        undo(at_work.order, actor=at_work.member)
    assert at_work.fresh().state == S.REJECTED
    assert Hold.objects.get(pk=at_work.order.hold_id).state == Hold.State.RELEASED


@pytest.mark.usefixtures("grace")
def test_it_is_not_taken_back_once_the_resident_has_said_how_it_went(at_work: AtWork) -> None:
    bring_to(at_work, S.ACCEPTED, S.IN_PROGRESS, S.COMPLETED)
    rate(at_work.fresh(), contacted_in_time=True, solved=True, satisfaction=5)
    with pytest.raises(OrderRefusedError, match="since"):
        undo(at_work.order, actor=at_work.member)


def test_every_change_has_its_sentence(at_work: AtWork) -> None:
    steps = (S.RECEIVED, S.ACCEPTED, S.IN_PROGRESS, S.ON_HOLD, S.IN_PROGRESS, S.COMPLETED)
    for state in steps:
        change(at_work.order, to=state, actor=at_work.member, reason="rain" if state == S.ON_HOLD else "")
    with translation.override("en"):
        assert at_work.told()[-7:] == [
            "The provider has seen it.",
            "The provider has accepted it.",
            "The work has begun.",
            "The work is on hold.",
            "The work has begun.",
            "The work is done.",
            "The provider says it is done. Please tell us whether it is.",
        ]
