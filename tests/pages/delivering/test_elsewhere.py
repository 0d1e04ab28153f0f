"""What comes back, is handed over, is late or needs longer: asked on pages, and decided by somebody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.orders.actions import place_order
from lacarte.loop.orders.delivery.escalating import Why, escalate
from lacarte.loop.orders.delivery.handing_over import could_take_over
from lacarte.loop.orders.models import Escalation, Extension, Handover, Order, OrderState
from lacarte.registers.menu.models import CapacityLot
from tests.city import official, signed_in
from tests.loop.orders.delivery.at_work import AtWork, second_offer
from tests.pages.delivering.pressing import press, words

pytestmark = pytest.mark.django_db


def send(browser: Client, address: str, order: Order, **said: Any) -> Any:
    """Fill in a form about an order as it is now."""
    version = Order.objects.values_list("version", flat=True).get(pk=order.pk)
    return browser.post(address, {"seen": version, **said}, follow=True)


def desk_page(at_work: AtWork, browser: Client) -> str:
    return words(browser.get(reverse("desk-need", args=[at_work.need.reference])))


# what came back


def test_what_came_back_is_sent_to_the_next_best_offer(at_work: AtWork, clerk: Client, member: Client) -> None:
    press(member, at_work.order, "rejected", code="not-ours")
    assert "Send it to the next best offer" in desk_page(at_work, clerk)
    page = words(clerk.get(reverse("order-do", args=[at_work.order.pk, "send"])))
    assert "Provider q" in page
    assert "1 place free" in page
    assert "Good Hands, Care" not in page, "who returned it is not asked again"
    assert press(clerk, at_work.order, "send").status_code == 422
    sent = words(press(clerk, at_work.order, "send", offer_at_place=at_work.other.pk))
    assert "It is on its way to the provider." in sent
    assert Order.objects.exclude(pk=at_work.order.pk).get().offer_at_place == at_work.other


def test_where_nothing_is_free_it_says_so(at_work: AtWork, clerk: Client, member: Client) -> None:
    CapacityLot.objects.filter(offer_at_place=at_work.other).delete()
    press(member, at_work.order, "rejected", code="not-ours")
    page = words(clerk.get(reverse("order-do", args=[at_work.order.pk, "send"])))
    assert "No offer has a place free for it just now." in page
    assert "Send it there" not in page
    assert "No offer has a place free" in words(press(clerk, at_work.order, "send"))


def test_only_an_official_sends_it_on(at_work: AtWork, member: Client) -> None:
    page = words(press(member, at_work.order, "rejected", code="not-ours"))
    assert "Send it to the next best offer" not in page
    assert press(member, at_work.order, "send", offer_at_place=at_work.other.pk).status_code == 403


# what an official decides


def test_what_is_late_waits_on_a_list_and_on_the_case_until_it_is_decided(at_work: AtWork, clerk: Client) -> None:
    row = escalate(at_work.order, Why.CONTACT)
    assert row is not None
    assert '<span class="tag urgent">1</span>' in words(clerk.get("/desk/"))
    listed = words(clerk.get("/desk/escalations/"))
    assert at_work.need.reference in listed
    assert "Not answered in time" in listed
    assert "To be decided by" in desk_page(at_work, clerk)
    address = reverse("escalation", args=[row.pk])
    assert "Not answered in time" in words(clerk.get(address))
    assert "Please say what you have decided." in words(send(clerk, address, at_work.order, words=""))
    assert "Your decision is written down." in words(send(clerk, address, at_work.order, words="I rang them up."))
    assert Escalation.objects.get().decision == "I rang them up."
    other = signed_in(at_work.other_clerk)
    late = send(other, address, at_work.order, words="I write to them.")
    assert f"{at_work.clerk} has decided this already." in words(late)
    assert "I write to them." in words(late)
    assert at_work.need.reference not in words(clerk.get("/desk/escalations/"))


def test_the_lists_are_of_those_alone_whose_mandate_covers_it(at_work: AtWork, member: Client) -> None:
    row = escalate(at_work.order, Why.CONTACT)
    assert row is not None
    press(member, at_work.order, "later", days=2, code="more-work")
    asked = Extension.objects.get()
    east = signed_in(official(Role.CASE_WORKER, at_work.city.east))
    for address in ("/desk/escalations/", "/desk/extensions/"):
        assert at_work.need.reference not in words(east.get(address))
        assert member.get(address).status_code == 403
        assert Client().get(address).status_code == 302
    for browser in (east, member):
        assert browser.get(reverse("escalation", args=[row.pk])).status_code == 404
        assert browser.get(reverse("extension", args=[asked.pk])).status_code == 404


def test_the_lists_ask_as_often_for_many_as_for_few(at_work: AtWork, clerk: Client) -> None:
    def queries(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert clerk.get(address).status_code == 200
        return len(asked)

    def one_more() -> None:
        need = receive(text="", channel="web", service_type=at_work.city.care, region=at_work.city.west)
        order = place_order(need, offer_at_place=at_work.city.offer)
        escalate(order, Why.CONTACT)
        press(signed_in(at_work.member), order, "later", days=2, code="more-work")
        press(clerk, order, "hand-over", target=at_work.other.pk, words="please")

    one_more()
    addresses = ("/desk/escalations/", "/desk/extensions/")
    few = [queries(address) for address in addresses]
    one_more()
    one_more()
    assert [queries(address) for address in addresses] == few


# a later deadline


def test_a_later_deadline_is_asked_for_by_one_and_granted_by_another(
    at_work: AtWork, clerk: Client, member: Client
) -> None:
    before = at_work.order.resolution_due
    for days in ("", "0", "61", "two"):
        assert press(member, at_work.order, "later", days=days, code="more-work").status_code == 422
    assert "Please choose a reason." in words(press(member, at_work.order, "later", days=3, words="much to do"))
    page = words(press(member, at_work.order, "later", days=3, code="more-work", words="The wall is damp."))
    assert "A later deadline is asked for" in page
    assert "Grant or refuse" not in page
    assert at_work.need.reference in words(clerk.get("/desk/extensions/"))
    assert "Grant or refuse" in desk_page(at_work, clerk)
    address = reverse("extension", args=[Extension.objects.get().pk])
    assert "The wall is damp." in words(clerk.get(address))
    assert "Please say why." in words(send(clerk, address, at_work.order, grants="no"))
    send(clerk, address, at_work.order, grants="yes")
    assert at_work.fresh().resolution_due > before
    assert "A later deadline was granted" in words(member.get(reverse("provider-order", args=[at_work.order.pk])))
    again = send(signed_in(at_work.other_clerk), address, at_work.order, grants="no", words="too late")
    assert f"{at_work.clerk} has decided this already." in words(again)


def test_nobody_grants_what_they_asked_for(at_work: AtWork, clerk: Client) -> None:
    page = words(press(clerk, at_work.order, "later", days=3, code="more-work"))
    assert "Grant or refuse" not in page
    assert at_work.need.reference not in words(clerk.get("/desk/extensions/"))
    address = reverse("extension", args=[Extension.objects.get().pk])
    assert send(clerk, address, at_work.order, grants="yes").status_code == 403


# handing over


def test_an_order_is_handed_over_to_a_provider_that_agrees(at_work: AtWork, member: Client) -> None:
    other = signed_in(at_work.other_member)
    assert "Please choose who is asked." in words(press(member, at_work.order, "hand-over", words="please"))
    page = words(press(member, at_work.order, "hand-over", target=at_work.other.pk, code="better-placed"))
    assert "Another provider is asked to take it over" in page
    asked = Handover.objects.get()
    assert at_work.need.reference in words(other.get("/handovers/"))
    assert at_work.need.reference in words(other.get("/provider/q/"))
    address = reverse("order-handover", args=[asked.pk])
    shown = words(other.get(address))
    assert "the other is better placed for it" in shown
    assert "Ann" not in shown, "whose it is they learn when it is theirs"
    assert "Please say why." in words(send(other, address, at_work.order, accepts="no"))
    assert "It is yours now." in words(send(other, address, at_work.order, accepts="yes"))
    assert at_work.fresh().offer_at_place == at_work.other
    assert member.get(reverse("provider-order", args=[at_work.order.pk])).status_code == 404


def test_who_declines_says_why_and_whoever_asked_reads_it(at_work: AtWork, member: Client) -> None:
    press(member, at_work.order, "hand-over", target=at_work.other.pk, code="better-placed")
    address = reverse("order-handover", args=[Handover.objects.get().pk])
    other = signed_in(at_work.other_member)
    assert "you do not take it over" in words(
        send(other, address, at_work.order, accepts="no", words="All are ill.")
    )
    page = words(member.get(reverse("provider-order", args=[at_work.order.pk])))
    assert "“All are ill.”" in page
    assert "answered already" in words(send(other, address, at_work.order, accepts="yes"))


def test_whoever_asked_can_ask_no_more(at_work: AtWork, member: Client) -> None:
    press(member, at_work.order, "hand-over", target=at_work.other.pk, code="better-placed")
    assert "They are not asked any more." in words(press(member, at_work.order, "take-back"))
    assert Handover.objects.get().state == Handover.State.WITHDRAWN
    assert "Nothing here." in words(signed_in(at_work.other_member).get("/handovers/"))


def test_what_is_asked_of_a_provider_is_for_its_members_alone(
    at_work: AtWork, clerk: Client, member: Client
) -> None:
    press(clerk, at_work.order, "hand-over", target=at_work.other.pk, words="They live next door.")
    address = reverse("order-handover", args=[Handover.objects.get().pk])
    assert clerk.get(address).status_code == member.get(address).status_code == 404
    assert at_work.need.reference not in words(member.get("/handovers/"))
    assert Client().get(address).status_code == Client().get("/handovers/").status_code == 302


def test_those_of_its_own_region_come_first_and_who_takes_nobody_on_is_not_there(at_work: AtWork) -> None:
    third = second_offer(at_work.city, "a")
    third.region = at_work.city.east
    third.save()
    paused = second_offer(at_work.city, "z")
    paused.offer.paused = True
    paused.offer.save()
    assert list(could_take_over(at_work.order)) == [at_work.other, third]
    third.offer.until = (clock.now() - timedelta(days=2)).date()
    third.offer.save()
    third.serves.clear()
    at_work.other.serves.add(at_work.city.east)
    assert list(could_take_over(at_work.order)) == []


def test_an_order_that_has_ended_is_not_asked_for_anything(at_work: AtWork, clerk: Client) -> None:
    Order.objects.filter(pk=at_work.order.pk).update(state=OrderState.COMPLETED, ended_at=clock.now())
    page = desk_page(at_work, clerk)
    for label in ("Ask the resident", "Hand it over", "Ask for a later deadline"):
        assert label not in page
    assert "This order has ended." in words(press(clerk, at_work.order, "ask", question="Well?"))
