"""What comes back goes to the next best, by a person or by rule, or to an official; or another takes it over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.loop.matching.objections import answer, object_to
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError, change
from lacarte.loop.orders.checking import check
from lacarte.loop.orders.delivery.dispatching import came_back, dispatch, proposals, returns_of
from lacarte.loop.orders.delivery.escalating import decide, open_escalations
from lacarte.loop.orders.delivery.extending import ask_for_extension, decide_extension
from lacarte.loop.orders.delivery.handing_over import (
    answer_handover,
    ask_to_take_over,
    handovers_to_answer,
    withdraw_handover,
)
from lacarte.loop.orders.models import Escalation, Order, OrderChange, OrderState
from lacarte.loop.orders.waiting import join
from lacarte.registers.menu.capacity.counting import with_free_units
from lacarte.registers.menu.capacity.holding import hold, release
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace
from tests.background import work
from tests.city import City
from tests.loop.orders.delivery.at_work import AtWork, second_offer

pytestmark = pytest.mark.django_db
S = OrderState


def returned(at: AtWork, order: Order | None = None) -> None:
    """The order comes back, and what follows from that is done."""
    change(order or at.order, to=S.REJECTED, actor=None, who="provider", code="not-ours")  # type: ignore[arg-type]
    work()


def somebody_waits(at: AtWork) -> None:
    """In turn, for the place of the other provider that is free."""
    taken = hold(at.other.lots.get())
    need = Need.objects.create(channel="web", subject="person", service_type=at.city.care, region=at.city.west)
    join(need, at.other, actor=None)
    release(taken)


def free() -> dict[str, int]:
    rows = with_free_units(CapacityLot.objects.all())
    return dict(rows.values_list("offer_at_place__offer__code", "free"))


def test_the_next_best_is_proposed_with_its_reason_and_a_person_decides(at_work: AtWork) -> None:
    far = second_offer(at_work.city, "far")
    type(far).objects.filter(pk=far.pk).update(longitude=122.09)
    returned(at_work)
    with pytest.raises(PermissionDenied):
        proposals(at_work.need, actor=at_work.member)
    found = proposals(at_work.need, actor=at_work.clerk)
    assert [one.offer_at_place for one in found] == [at_work.other, far], "the nearest, and not who returned it"
    assert found[0].in_words().startswith("about ")
    assert "1 place free" in found[0].in_words()
    order = dispatch(at_work.need, found[0].offer_at_place, actor=at_work.clerk)
    assert (order.state, order.hold_id is not None) == (S.REQUESTED, True)
    assert free() == {"o": 2, "q": 0, "far": 1}
    with pytest.raises(OrderRefusedError, match="does not wait"):
        dispatch(at_work.need, far, actor=at_work.clerk)
    assert free()["far"] == 1, "what could not be sent holds nothing"
    assert check().well


def test_who_returned_it_is_not_proposed_at_another_of_its_places(at_work: AtWork, city: City) -> None:
    elsewhere = OfferAtPlace.objects.create(
        offer=city.offer.offer, region=city.west, longitude=122.05, latitude=28.05
    )
    now = clock.now()
    lot = {"starts_at": now, "ends_at": now + timedelta(days=7), "units": 3}
    CapacityLot.objects.create(offer_at_place=elsewhere, **lot)
    returned(at_work)
    proposed = proposals(at_work.need, actor=at_work.clerk)
    assert [one.offer_at_place for one in proposed] == [at_work.other]
    OrderChange.objects.update(reason="objection")
    proposed = proposals(at_work.need, actor=at_work.clerk)
    assert elsewhere in [one.offer_at_place for one in proposed], "its resident objected to the other place alone"


def test_by_rule_it_goes_at_once(at_work: AtWork, settings: LazySettings) -> None:
    settings.CONFIGURED = {**settings.CONFIGURED, "dispatch_by_rule": True}
    returned(at_work)
    order = Order.objects.exclude(pk=at_work.order.pk).get()
    assert (order.offer_at_place, order.state) == (at_work.other, S.REQUESTED)
    assert came_back(at_work.order) is None, "twice is once"


def test_who_waits_in_turn_is_not_passed(at_work: AtWork) -> None:
    somebody_waits(at_work)
    returned(at_work)
    assert proposals(at_work.need, actor=at_work.clerk) == []
    with pytest.raises(OrderRefusedError, match="wait in turn"):
        dispatch(at_work.need, at_work.other, actor=at_work.clerk)


def test_what_comes_back_again_and_again_is_decided_by_an_official_within_a_day(at_work: AtWork) -> None:
    returned(at_work)
    assert not Escalation.objects.exists()
    returned(at_work, dispatch(at_work.need, at_work.other, actor=at_work.clerk))
    assert returns_of(at_work.need) == 2
    (row,) = open_escalations(at_work.clerk)
    assert (row.why, row.level, row.need) == ("returned", 1, at_work.need)
    assert row.decide_by > clock.now()
    assert any(said.startswith("Providers have returned it. An official decides by") for said in at_work.told())
    assert list(open_escalations(at_work.member)) == []
    with pytest.raises(PermissionDenied):
        decide(row, "me", actor=at_work.member)
    third = second_offer(at_work.city, "third")
    dispatch(at_work.need, third, actor=at_work.clerk)
    row.refresh_from_db()
    assert (row.decided_by, row.decision) == (at_work.clerk, "Provider third")
    with pytest.raises(OrderRefusedError, match="decided this already"):
        decide(row, "again", actor=at_work.clerk)


def test_an_objection_that_was_upheld_is_no_return(at_work: AtWork) -> None:
    from lacarte.loop.matching.models import Match, MatchingRun

    run = MatchingRun.objects.create(state="published", decided_at=clock.now())
    Match.objects.create(
        run=run, need=at_work.need, offer_at_place=at_work.city.offer, outcome="ordered", cost=1, choices=1
    )
    answer(object_to(at_work.need, reason="no", actor=None), upheld=True, words="true enough", actor=at_work.clerk)
    work()
    assert at_work.fresh().state == S.REJECTED
    assert returns_of(at_work.need) == 0


def test_another_provider_takes_it_over_with_a_unit_of_its_own(at_work: AtWork) -> None:
    change(at_work.order, to=S.ACCEPTED, actor=at_work.member)
    due, seen = at_work.fresh().resolution_due, at_work.fresh().version
    with pytest.raises(OrderRefusedError, match="say why"):
        ask_to_take_over(at_work.order, at_work.other, actor=at_work.member)
    asked = ask_to_take_over(at_work.order, at_work.other, actor=at_work.member, code="better-placed")
    assert list(handovers_to_answer(at_work.other_member)) == [asked]
    assert list(handovers_to_answer(at_work.member)) == []
    with pytest.raises(PermissionDenied):
        answer_handover(asked, accepts=True, actor=at_work.member)
    answer_handover(asked, accepts=True, actor=at_work.other_member)
    order = at_work.fresh()
    assert (order.offer_at_place, order.state, order.resolution_due) == (at_work.other, S.ACCEPTED, due)
    assert free() == {"o": 2, "q": 0}
    assert at_work.told()[-1] == "Another provider has taken it over: Provider q."
    assert check().well
    with pytest.raises(OrderRefusedError, match="Please look again"):
        change(order, to=S.IN_PROGRESS, actor=at_work.clerk, seen=seen)
    with pytest.raises(PermissionDenied):
        change(order, to=S.IN_PROGRESS, actor=at_work.member)
    change(order, to=S.IN_PROGRESS, actor=at_work.other_member)


def test_a_handover_that_is_declined_taken_back_or_impossible_changes_nothing(at_work: AtWork, city: City) -> None:
    other = at_work.other
    asked = ask_to_take_over(at_work.order, other, actor=at_work.clerk, words="try")
    with pytest.raises(OrderRefusedError, match="asked already"):
        ask_to_take_over(at_work.order, other, actor=at_work.clerk, words="try")
    with pytest.raises(OrderRefusedError, match="say why"):
        answer_handover(asked, accepts=False, actor=at_work.other_member)
    answer_handover(asked, accepts=False, actor=at_work.other_member, words="full")
    asked = ask_to_take_over(at_work.order, other, actor=at_work.clerk, words="try")
    withdraw_handover(asked, actor=at_work.clerk)
    with pytest.raises(OrderRefusedError, match="answered already"):
        answer_handover(asked, accepts=True, actor=at_work.other_member)
    asked = ask_to_take_over(at_work.order, other, actor=at_work.clerk, words="try")
    CapacityLot.objects.filter(offer_at_place=other).update(units=0)
    with pytest.raises(OrderRefusedError, match="no place free"):
        answer_handover(asked, accepts=True, actor=at_work.other_member)
    with pytest.raises(OrderRefusedError, match="there already"):
        ask_to_take_over(at_work.order, city.offer, actor=at_work.clerk, words="try")
    change(at_work.order, to=S.CANCELLED, actor=at_work.clerk, code="not-wanted")
    work()
    asked.refresh_from_db()
    assert asked.state == "withdrawn", "it ends with its order"
    assert check().well


def test_nobody_who_waits_in_turn_is_passed_by_a_handover_and_it_goes_only_where_it_is_served(
    at_work: AtWork, city: City
) -> None:
    place, asked = at_work.other, ask_to_take_over(at_work.order, at_work.other, actor=at_work.clerk, words="try")
    place.serves.set([city.east])
    with pytest.raises(OrderRefusedError, match="is not there for this place"):
        answer_handover(asked, accepts=True, actor=at_work.other_member)
    place.serves.clear()
    somebody_waits(at_work)
    with pytest.raises(OrderRefusedError, match="Others wait in turn"):
        answer_handover(asked, accepts=True, actor=at_work.other_member)
    assert at_work.fresh().offer_at_place == city.offer


def test_whoever_has_it_hears_that_somebody_else_comes_and_that_it_takes_longer(at_work: AtWork) -> None:
    change(at_work.order, to=S.ACCEPTED, actor=at_work.member)
    later = ask_for_extension(at_work.fresh(), days=2, code="more-work", actor=at_work.member)
    decide_extension(later, grants=True, actor=at_work.clerk)
    asked = ask_to_take_over(at_work.fresh(), at_work.other, actor=at_work.member, code="better-placed")
    answer_handover(asked, accepts=True, actor=at_work.other_member)
    work()
    told = [one.text for one in at_work.need.messages.filter(incoming=False)]
    assert len([text for text in told if "Another provider has taken it over: Provider q." in text]) == 1
    assert len([text for text in told if "It takes longer, until" in text and "more work" in text]) == 1


def test_what_nobody_decides_goes_a_level_up_once(at_work: AtWork) -> None:
    from lacarte.loop.orders.delivery.watching import escalate_undecided

    returned(at_work)
    returned(at_work, dispatch(at_work.need, at_work.other, actor=at_work.clerk))
    row = Escalation.objects.get()
    assert escalate_undecided() == 0
    with clock.stopped_at(row.decide_by + timedelta(minutes=1)):
        assert escalate_undecided() == 1
        assert escalate_undecided() == 0
    with clock.stopped_at(row.decide_by + timedelta(days=9)):
        assert escalate_undecided() == 0, "there is no third level"
    assert sorted(Escalation.objects.values_list("level", flat=True)) == [1, 2]
    with clock.stopped_at(row.decide_by + timedelta(days=9)), CaptureQueriesContext(connection) as seen:
        escalate_undecided()
    assert len(seen) == 1, "what has gone up is not looked at again"
