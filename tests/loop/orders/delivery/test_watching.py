"""What the clock does: reminders and escalations go out once, and nothing is lost with a provider that is gone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.messages.carriers import Letter, Memory
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.delivery.dispatching import dispatch
from lacarte.loop.orders.delivery.escalating import open_escalations
from lacarte.loop.orders.delivery.reminding import in_charge, members
from lacarte.loop.orders.delivery.watching import watch_deadlines
from lacarte.loop.orders.models import Escalation, Order, OrderState, Warned
from tests.background import work
from tests.city import official
from tests.loop.orders.delivery.at_work import LATER, AtWork

pytestmark = pytest.mark.django_db
S = OrderState
MINUTE = timedelta(minutes=1)


def letters(to: str) -> list[str]:
    return [letter.subject for letter in Memory.sent.values() if letter.to == to]


def staff() -> list[Letter]:
    """What did not go to the resident."""
    return [letter for letter in Memory.sent.values() if letter.to != "ann@example.org"]


@pytest.fixture
def bosses(at_work: AtWork) -> tuple[User, User]:
    """Whoever works in the west has an address, and so does a planner of all."""
    for user in (at_work.clerk, at_work.other_clerk):
        user.email = f"{user.username}@city.example"
        user.save()
    planner = official(Role.PLANNER, name="planner", until=LATER)
    planner.email = "planner@city.example"
    planner.save()
    return at_work.clerk, planner


@pytest.mark.usefixtures("bosses", "carried")
def test_what_is_near_and_then_late_is_told_once_to_who_must_act(at_work: AtWork) -> None:
    order = at_work.fresh()
    reference = at_work.need.reference
    assert order.contact_warn is not None
    with clock.stopped_at(order.contact_warn - MINUTE):
        watch_deadlines()
        work()
    assert not staff()
    with clock.stopped_at(order.contact_warn + MINUTE):
        for _twice in range(2):
            watch_deadlines()
            work()
    assert letters("p@example.org") == [f"Due soon [{reference}]"]
    assert letters("clerk-1@city.example") == []
    (letter,) = staff()
    assert "Ann" not in letter.text
    with clock.stopped_at(order.contact_due + MINUTE):
        for _twice in range(2):
            watch_deadlines()
            work()
    assert letters("clerk-1@city.example") == letters("clerk-2@city.example") == [f"To be decided [{reference}]"]
    row = Escalation.objects.get()
    assert (row.why, row.level) == ("contact", 1)
    with clock.stopped_at(row.decide_by + MINUTE):
        for _twice in range(2):
            watch_deadlines()
            work()
    assert letters("planner@city.example") == [f"To be decided [{reference}]"]
    with clock.stopped_at(row.decide_by + 2 * MINUTE):
        change(order, to=S.ACCEPTED, actor=at_work.member)
        work()
        assert not Escalation.objects.filter(ended_at=None).exists(), "it was answered, late"
        watch_deadlines()
        work()
    assert not Escalation.objects.filter(why="resolution").exists()


def test_a_deadline_that_moved_is_near_again(at_work: AtWork) -> None:
    order = at_work.fresh()
    assert order.contact_warn is not None
    with clock.stopped_at(order.contact_warn + MINUTE):
        watch_deadlines()
        Order.objects.update(contact_due=order.contact_due + timedelta(hours=1))
        watch_deadlines()
        watch_deadlines()
    assert Warned.objects.count() == 2


def test_who_is_closest_is_in_charge(at_work: AtWork, bosses: tuple[User, User]) -> None:
    wide = official(Role.CASE_WORKER, name="wide")
    wide.email = "wide@city.example"
    wide.save()
    assert {address for address, _language in in_charge(at_work.need, 1)} == {
        "clerk-1@city.example",
        "clerk-2@city.example",
    }
    assert [address for address, _language in in_charge(at_work.need, 2)] == ["planner@city.example"]
    User.objects.filter(username__startswith="clerk").update(is_active=False)
    assert [address for address, _language in in_charge(at_work.need, 1)] == ["wide@city.example"]


def test_where_nobody_works_the_provider_itself_is_written_to(at_work: AtWork) -> None:
    provider = at_work.other.offer.provider
    provider.members.clear()
    assert members(provider) == []
    provider.email = "office@example.org"
    assert members(provider) == [("office@example.org", "en")]


def test_an_account_that_is_withdrawn_in_the_middle_takes_nothing_with_it(at_work: AtWork) -> None:
    change(at_work.order, to=S.ACCEPTED, actor=at_work.member)
    watch_deadlines()
    assert not Escalation.objects.exists()
    User.objects.filter(pk=at_work.member.pk).update(is_active=False)
    for _twice in range(2):
        watch_deadlines()
        work()
    row = Escalation.objects.get()
    assert (row.why, row.order.state, row.order.hold_id is not None) == ("withdrawn", S.ACCEPTED, True)
    assert list(open_escalations(at_work.clerk)) == [row]
    assert any(said.startswith("The provider is gone. An official decides by") for said in at_work.told())
    change(at_work.order, to=S.REJECTED, actor=at_work.clerk, code="provider-gone")
    work()
    row.refresh_from_db()
    assert row.ended_at is not None
    assert dispatch(at_work.need, at_work.other, actor=at_work.clerk).state == S.REQUESTED
