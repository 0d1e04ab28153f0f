"""One order is worked on by the same piece of a page, at the desk and at its provider."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.orders.delivery.pausing import pause_of
from lacarte.loop.orders.models import Order, OrderState
from tests.city import official, signed_in
from tests.loop.orders.delivery.at_work import AtWork
from tests.pages.delivering.pressing import press, words

pytestmark = pytest.mark.django_db


def desk_page(at_work: AtWork) -> str:
    return reverse("desk-need", args=[at_work.need.reference])


def provider_page(at_work: AtWork) -> str:
    return reverse("provider-order", args=[at_work.order.pk])


def in_state(at_work: AtWork, state: OrderState) -> None:
    Order.objects.filter(pk=at_work.order.pk).update(state=state)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_opens_for_who_works_on_it(
    at_work: AtWork, clerk: Client, member: Client, language: str
) -> None:
    in_state(at_work, OrderState.IN_PROGRESS)
    for browser in (clerk, member):
        browser.cookies["django_language"] = language
        for what in ("on-hold", "completed", "failed", "ask", "hand-over", "later", "undo", "go-on"):
            assert browser.get(reverse("order-do", args=[at_work.order.pk, what])).status_code == 200, what
        assert browser.get(reverse("order-do", args=[at_work.order.pk, "sing"])).status_code == 404
    assert clerk.get(desk_page(at_work)).status_code == member.get(provider_page(at_work)).status_code == 200


def test_nobody_else_finds_them(at_work: AtWork) -> None:
    for user in (at_work.other_member, at_work.person.user, official(Role.CASE_WORKER, at_work.city.east)):
        assert press(signed_in(user), at_work.order, "accepted").status_code == 404
    assert Client().get(reverse("order-do", args=[at_work.order.pk, "ask"])).status_code == 302
    reader = signed_in(official(Role.CALL_TAKER))
    assert press(reader, at_work.order, "accepted").status_code == 403
    assert "Accept <kbd" not in words(reader.get(desk_page(at_work)))
    assert at_work.fresh().state == OrderState.REQUESTED


def test_it_goes_through_its_states_at_the_desk_and_at_the_provider(
    at_work: AtWork, clerk: Client, member: Client
) -> None:
    assert "It is “Accepted” now." in words(press(member, at_work.order, "accepted"))
    assert "It is “In progress” now." in words(press(clerk, at_work.order, "in-progress"))
    assert "Mark as done" in words(member.get(provider_page(at_work)))
    press(member, at_work.order, "completed")
    assert at_work.fresh().state == OrderState.COMPLETED
    assert "cannot become" in words(press(clerk, at_work.order, "accepted"))


def test_a_provider_is_not_offered_to_cancel(at_work: AtWork, clerk: Client, member: Client) -> None:
    assert "Cancel it" in words(clerk.get(desk_page(at_work)))
    assert "Cancel it" not in words(member.get(provider_page(at_work)))
    refused = press(member, at_work.order, "cancelled", code="by-mistake")
    assert "cannot become" in words(refused)
    assert at_work.fresh().state == OrderState.REQUESTED


def test_where_a_reason_is_asked_one_is_chosen_or_said(at_work: AtWork, member: Client) -> None:
    silent = press(member, at_work.order, "rejected", code="", words="  ")
    assert silent.status_code == 422
    assert "Please choose a reason, or say it in your own words." in words(silent)
    unknown = press(member, at_work.order, "rejected", code="weather", words="We have no lift.")
    assert unknown.status_code == 422
    assert "We have no lift." in words(unknown), "what was written is not lost"
    page = words(press(member, at_work.order, "rejected", code="not-ours", words="It is for the east."))
    assert "Reason: not ours to do." in page
    assert "“It is for the east.”" in page
    made = at_work.order.changes.get()
    assert (made.reason_id, made.words) == ("not-ours", "It is for the east.")


def test_who_made_the_newest_change_takes_it_back_while_there_is_time(
    at_work: AtWork, clerk: Client, member: Client, grace: None
) -> None:
    press(member, at_work.order, "accepted")
    page = words(member.get(provider_page(at_work)))
    assert "10 minutes left: nobody has been told yet" in page
    assert "Undo" not in words(clerk.get(desk_page(at_work))), "somebody else made it"
    assert "Only whoever made this change can take it back." in words(press(clerk, at_work.order, "undo"))
    with clock.stopped_at(clock.now() + timedelta(minutes=8, seconds=30)):
        assert "2 minutes left" in words(member.get(provider_page(at_work)))
        assert "all is as it was before" in words(press(member, at_work.order, "undo"))
    assert at_work.fresh().state == OrderState.REQUESTED


def test_its_time_being_over_it_is_not_offered(at_work: AtWork, member: Client, grace: None) -> None:
    press(member, at_work.order, "accepted")
    with clock.stopped_at(clock.now() + timedelta(minutes=10)):
        assert "Undo" not in words(member.get(provider_page(at_work)))
        assert "that time is over" in words(press(member, at_work.order, "undo"))


def test_the_second_of_two_who_decide_sees_who_did_what(at_work: AtWork, clerk: Client, member: Client) -> None:
    seen = at_work.fresh().version
    press(clerk, at_work.order, "accepted", seen=seen)
    second = words(press(member, at_work.order, "accepted", seen=seen))
    assert f"{at_work.clerk} changed this at" in second
    assert "it is now “Accepted”" in second
    overtaken = press(member, at_work.order, "rejected", seen=seen, words="We have no lift.")
    assert overtaken.status_code == 422
    assert f"{at_work.clerk} changed this at" in words(overtaken)
    assert "We have no lift." in words(overtaken)
    assert f'name="seen" value="{seen + 1}"' in words(overtaken), "having looked again, they may decide"
    assert at_work.fresh().state == OrderState.ACCEPTED
    assert "Please look again" in words(press(member, at_work.order, "ask", seen=99, question="When?"))
    assert pause_of(at_work.order) is None


def test_the_light_says_what_it_means(at_work: AtWork, clerk: Client, member: Client) -> None:
    start = datetime(2026, 3, 2, 1, tzinfo=UTC)
    at_work.sent_at(start)
    order = at_work.fresh()
    assert order.contact_warn is not None
    for moment, light, said in (
        (start, "In time", "To be answered by"),
        (order.contact_warn, "Due soon", "less than a quarter of the time is left"),
        (order.contact_due + timedelta(hours=1), "Late", "It was to be answered by"),
    ):
        with clock.stopped_at(moment):
            page = words(member.get(provider_page(at_work)))
            assert f">{light}</span>" in page
            assert said in page


def test_asking_the_resident_stops_the_clock_and_says_so_to_everybody(
    at_work: AtWork, clerk: Client, member: Client
) -> None:
    press(member, at_work.order, "accepted")
    assert "Please write what you want to know." in words(press(member, at_work.order, "ask", question=" "))
    page = words(press(member, at_work.order, "ask", question="Which floor is it?"))
    resident = signed_in(at_work.person.user)
    for one in (page, words(clerk.get(desk_page(at_work)))):
        assert ">Waits for the resident</span>" in one
        assert "because the resident was asked something" in one
        assert "Which floor is it?" in one
        assert "Go on without an answer" in one
        assert "Ask the resident" not in one
    own = words(resident.get(reverse("need", args=[at_work.need.reference])))
    assert "We wait for your answer" in own
    assert "We have asked you: “Which floor is it?”" in own
    assert "asked already" in words(press(clerk, at_work.order, "ask", question="And where?"))
    press(clerk, at_work.order, "go-on")
    assert pause_of(at_work.order) is None
    assert "On its way" in words(resident.get(reverse("need", args=[at_work.need.reference])))


def test_the_piece_asks_the_database_as_often_whatever_there_is(
    at_work: AtWork, clerk: Client, member: Client
) -> None:
    def queries(browser: Client, page: str) -> int:
        browser.get(page)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(page).status_code == 200
        return len(asked)

    pages = ((clerk, desk_page(at_work)), (member, provider_page(at_work)))
    few = [queries(*one) for one in pages]
    press(member, at_work.order, "accepted")
    press(member, at_work.order, "in-progress")
    press(member, at_work.order, "on-hold", code="weather")
    press(member, at_work.order, "in-progress")
    press(member, at_work.order, "later", days=3, code="more-work")
    press(member, at_work.order, "ask", question="Which floor?")
    press(clerk, at_work.order, "hand-over", target=at_work.other.pk, code="better-placed")
    many = [queries(*one) for one in pages]
    assert all(after <= before + 6 for before, after in zip(few, many, strict=True)), (few, many)


def test_on_hold_the_resident_reads_the_reason(at_work: AtWork, member: Client) -> None:
    in_state(at_work, OrderState.IN_PROGRESS)
    press(member, at_work.order, "on-hold", code="parts")
    own = signed_in(at_work.person.user).get(reverse("need", args=[at_work.need.reference]))
    assert "Reason: material or parts have to come first." in words(own)
