"""Each step of delivery is tried by everybody: who may does it, the others are refused and nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction

from lacarte.kernel import clock
from lacarte.kernel.models import Event, Role, User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError, change
from lacarte.loop.orders.delivery.dispatching import dispatch, proposals
from lacarte.loop.orders.delivery.escalating import decide, escalate
from lacarte.loop.orders.delivery.extending import ask_for_extension, decide_extension
from lacarte.loop.orders.delivery.handing_over import answer_handover, ask_to_take_over, withdraw_handover
from lacarte.loop.orders.delivery.lending import lend
from lacarte.loop.orders.delivery.pausing import ask_resident, resume
from lacarte.loop.orders.delivery.rules import preview, remove_rule, set_rule
from lacarte.loop.orders.delivery.together import Part, ask_to_help, change_part, note
from lacarte.loop.orders.delivery.undoing import undo
from lacarte.loop.orders.models import DeadlineRule, Escalation, OrderState
from lacarte.registers.menu.models import Hold
from lacarte.registers.providers.models import Resource, ResourceHold
from tests.background import work
from tests.city import official
from tests.loop.orders.delivery.at_work import LATER, AtWork

pytestmark = pytest.mark.django_db
S = OrderState
Step = Callable[[User], Any]

CLERKS = {"clerk", "other_clerk"}
WORKING = {*CLERKS, "member"}
HELPER = {"other_member"}


def accept(at: AtWork) -> Step:
    return lambda who: change(at.order, to=S.ACCEPTED, actor=who)


def cancel(at: AtWork) -> Step:
    return lambda who: change(at.order, to=S.CANCELLED, actor=who, code="not-wanted")


def take_back(at: AtWork) -> Step:
    change(at.order, to=S.ACCEPTED, actor=at.member)
    return lambda who: undo(at.order, actor=who)


def ask(at: AtWork) -> Step:
    return lambda who: ask_resident(at.order, "Which door?", actor=who)


def go_on(at: AtWork) -> Step:
    ask_resident(at.order, "Which door?", actor=at.member)
    return lambda who: resume(at.order, actor=who)


def ask_later(at: AtWork) -> Step:
    return lambda who: ask_for_extension(at.order, days=2, code="more-work", actor=who)


def grant_later(at: AtWork) -> Step:
    asked = ask_for_extension(at.order, days=2, code="more-work", actor=at.clerk)
    return lambda who: decide_extension(asked, grants=True, actor=who)


def hand_over(at: AtWork) -> Step:
    return lambda who: ask_to_take_over(at.order, at.other, actor=who, words="nearer")


def take_over(at: AtWork) -> Step:
    asked = ask_to_take_over(at.order, at.other, actor=at.member, words="nearer")
    return lambda who: answer_handover(asked, accepts=True, actor=who)


def ask_no_more(at: AtWork) -> Step:
    asked = ask_to_take_over(at.order, at.other, actor=at.member, words="nearer")
    return lambda who: withdraw_handover(asked, actor=who)


def _part(at: AtWork) -> Part:
    return Part(at.other.offer.provider, "Bring a ramp", clock.now() + timedelta(days=1))


def ask_for_help(at: AtWork) -> Step:
    return lambda who: ask_to_help(at.order, _part(at), actor=who)


def help_out(at: AtWork) -> Step:
    part = ask_to_help(at.order, _part(at), actor=at.member)
    return lambda who: change_part(part, to="accepted", actor=who)


def call_off_help(at: AtWork) -> Step:
    part = ask_to_help(at.order, _part(at), actor=at.member)
    return lambda who: change_part(part, to="cancelled", actor=who, words="not needed")


def lend_a_van(at: AtWork) -> Step:
    part = ask_to_help(at.order, _part(at), actor=at.member)
    van, now = Resource.objects.create(provider=at.other.offer.provider, kind="equipment", quantity=1), clock.now()
    return lambda who: lend(part, van, units=1, since=now, until=now + timedelta(hours=1), actor=who)


def note_it(at: AtWork) -> Step:
    return lambda who: note(at.order, "The lift is out of order", actor=who, for_all=True)


def note_as_helper(at: AtWork) -> Step:
    ask_to_help(at.order, _part(at), actor=at.member)
    return lambda who: note(at.order, "We come at nine", actor=who, body=at.other.offer.provider)


def see_next_best(at: AtWork) -> Step:
    change(at.order, to=S.REJECTED, actor=at.member, code="full")
    return lambda who: proposals(at.need, actor=who)


def send_on(at: AtWork) -> Step:
    change(at.order, to=S.REJECTED, actor=at.member, code="full")
    return lambda who: dispatch(at.need, at.other, actor=who)


def decide_it(at: AtWork) -> Step:
    with transaction.atomic():
        row = escalate(at.order, Escalation.Why.CONTACT)
    assert row is not None
    return lambda who: decide(row, "I call them", actor=who)


def _rule(at: AtWork) -> DeadlineRule:
    return DeadlineRule(region=at.city.west, service_type=at.city.care, contact=1, resolution=3)


def rule_it(at: AtWork) -> Step:
    return lambda who: set_rule(_rule(at), actor=who)


def look_at_a_rule(at: AtWork) -> Step:
    return lambda who: preview(_rule(at), actor=who)


def end_a_rule(at: AtWork) -> Step:
    rule = set_rule(_rule(at), actor=official(Role.PLANNER))
    return lambda who: remove_rule(rule, actor=who)


#: Each step, and who may take it. ``boss`` sets rules for the west and works on nothing.
STEPS: dict[Callable[[AtWork], Step], set[str]] = {
    accept: WORKING,
    cancel: {*CLERKS, "resident"},
    take_back: {"member"},
    ask: WORKING,
    go_on: WORKING,
    ask_later: WORKING,
    grant_later: {"other_clerk"},
    hand_over: WORKING,
    take_over: HELPER,
    ask_no_more: WORKING,
    ask_for_help: WORKING,
    help_out: HELPER,
    call_off_help: WORKING,
    lend_a_van: {*CLERKS, *HELPER},
    note_it: WORKING,
    note_as_helper: HELPER,
    see_next_best: CLERKS,
    send_on: CLERKS,
    decide_it: CLERKS,
    rule_it: {"boss"},
    look_at_a_rule: {"boss"},
    end_a_rule: {"boss"},
}


def everything() -> dict[str, list[Any]]:
    """All that a step could touch."""
    models = [*apps.get_app_config("orders").get_models(), Need, Hold, ResourceHold, Event]
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}  # type: ignore[attr-defined]


@pytest.mark.usefixtures("grace")
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_who_may_does_it_and_nobody_else(at_work: AtWork, step: Callable[[AtWork], Step]) -> None:
    assert at_work.person.user is not None
    people: dict[str, Any] = {
        name: getattr(at_work, name) for name in ("clerk", "other_clerk", "member", "other_member")
    }
    people["resident"] = at_work.person.user
    people["boss"] = official(Role.PLANNER, at_work.city.west, "boss", until=LATER)
    people["clerk_of_the_east"] = official(Role.CASE_WORKER, at_work.city.east, "east", until=LATER)
    people["call_taker"] = official(Role.CALL_TAKER, at_work.city.west, "taker", until=LATER)
    people["stranger"] = User.objects.create_user("stranger")
    people["one_who_left"] = User.objects.create_user("left", is_active=False)
    at_work.city.offer.offer.provider.members.add(people["one_who_left"])
    take = step(at_work)
    work()
    before, could = everything(), set()
    for name, user in people.items():
        with transaction.atomic():
            try:
                take(user)
            except (PermissionDenied, OrderRefusedError):
                pass
            else:
                could.add(name)
            finally:
                transaction.set_rollback(name in could)
        if name not in could:
            assert everything() == before, f"{name} was refused, and something has changed"
    assert could == STEPS[step]
