"""Ordering a bundle from page to page: one conversation, each fact asked once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.loop.needs.models import Danger, KeptDraft, Need
from lacarte.registers.menu.capacity.counting import living_holds
from lacarte.registers.menu.models import Hold, Offer
from tests.background import work
from tests.city import only_gas_is_dangerous
from tests.loop.bundled import Menu, need_of, states
from tests.pages.ordering import (
    ALL,
    another_offer,
    answer,
    at_a_time,
    begin,
    chosen,
    order_page,
    page,
    refused,
    rule,
    send,
    to_the_check,
)

pytestmark = pytest.mark.django_db


def test_a_life_event_shows_its_services_why_and_in_which_order(menu: Menu, client: Client) -> None:
    shown = client.get(reverse("order-new"), {"event": "child"}).content.decode()
    for words in ("A child is born", "Within thirty days.", "Its turn comes after: Birth registration."):
        assert words in shown
    assert shown.count(" checked") == 2, "what is only possible is not chosen"
    assert not KeptDraft.objects.exists(), "looking begins nothing"


def test_services_picked_from_the_menu_are_ordered_with_the_offer_that_was_chosen(
    menu: Menu, client: Client
) -> None:
    Offer.objects.filter(code="o").update(price_minor=900)
    other = menu.offers["birth"]
    query = f"service=birth&offer={other.pk}&service=home-care&offer="
    assert begin(client, "birth", "home-care", query=query) == "who"
    assert answer(client, "who") == "offers"
    assert f'value="{other.pk}" selected' in page(client, "offers")


def proposed(client: Client, menu: Menu) -> dict[str, str]:
    """Which offer is chosen on the page of offers, by the code of its service."""
    shown = page(client, "offers")
    keys = {f'value="{place.pk}" selected': code for code, place in menu.offers.items()}
    return {code: str(menu.offers[code].pk) for words, code in keys.items() if words in shown}


def test_offers_chosen_on_the_list_are_carried_along_with_the_life_event(menu: Menu, client: Client) -> None:
    Offer.objects.filter(code="birth").update(price_minor=9000)
    dear = menu.offers["birth"]
    cheap = another_offer(menu, "birth")
    query = f"event=child&offer={dear.pk}&offer={cheap.pk}&next=/menu/list/"
    shown = client.get(f"{reverse('order-new')}?{query}").content.decode()
    assert shown.count(" checked") == 2, "what is suggested, and what was chosen"
    assert begin(client, "birth", "insurance", query=query) == "who"
    answer(client, "who")
    assert proposed(client, menu)["birth"] == str(dear.pk), "of one service the first counts"
    answer(client, "offers", **chosen(menu, "birth"))
    assert begin(client, "birth", "insurance", query=f"event=child&offer={dear.pk}") == "check", "nothing changed"
    assert begin(client, "birth", "insurance", query=f"event=child&offer={cheap.pk}") == "offers", "chosen anew"


def test_only_the_chosen_offers_are_ordered_where_that_is_asked_for(menu: Menu, client: Client) -> None:
    query = {"event": "child", "only": "chosen", "offer": str(menu.offers["benefit"].pk)}
    shown = client.get(reverse("order-new"), query).content.decode()
    assert shown.count(" checked") == 1
    del query["event"]
    assert "Child benefit" in client.get(reverse("order-new"), query).content.decode()
    assert begin(client, "benefit", query=f"offer={query['offer']}") == "who"


@pytest.mark.parametrize("offer", ["", "none", "00000000-0000-0000-0000-000000000000", "\0"])
def test_who_chose_no_offer_is_led_back_to_the_list(menu: Menu, client: Client, offer: str) -> None:
    said = {"next": "/menu/list/?area=health", "offer": offer, "only": "chosen"}
    reply = client.get(reverse("order-new"), said, follow=True)
    assert reply.redirect_chain[0][0] == "/menu/list/?area=health"
    assert "Please choose the offers that you want to order." in reply.content.decode()
    assert client.get(reverse("order-new"), said | {"next": "https://x.example/"})["Location"] == "/menu/"


def test_a_chosen_offer_that_is_paused_by_now_is_no_more_than_not_chosen(menu: Menu, client: Client) -> None:
    Offer.objects.filter(code="birth").update(paused=True)
    query = f"event=child&offer={menu.offers['birth'].pk}"
    assert begin(client, "birth", query=query) == "who"
    answer(client, "who")
    assert "birth" not in proposed(client, menu)


def test_a_bundle_in_one_conversation(menu: Menu, client: Client) -> None:
    rule(menu, "birth", "infant")
    rule(menu, "benefit", "infant")
    rule(menu, "insurance", "low-income")
    assert begin(client, *ALL) == "who"
    assert answer(client, "who", region="w", name="Lin", phone="13800138000") == "offers"
    assert answer(client, "offers", **chosen(menu)) == "questions"
    asked = page(client, "questions")
    assert asked.count("Is there a child under three in your household?") == 1
    assert answer(client, "questions", **{"f-infant": "yes", "f-low-income": "no"}) == "check"
    check = page(client, "check")
    for words in ("Birth registration", "Health insurance", "Child benefit", "Lin", "West", "Yes"):
        assert words in check
    bundle = send(client)
    assert states(bundle) == {"birth": "sent", "insurance": "waiting", "benefit": "waiting"}, "at once"
    assert bundle.facts == {"infant": True, "low-income": False}
    assert bundle.person is not None
    assert bundle.person.name == "Lin"
    shown = order_page(client, bundle)
    for words in (
        "We have it. Thank you.",
        "Good Hands",
        "We send it as soon as this is done: Birth registration.",
    ):
        assert words in shown
    assert "We have it. Thank you." not in order_page(client, bundle), "said once"
    work()
    assert Need.objects.count() == 1, "the job found it done"
    assert (
        client.get(reverse("need", args=[need_of(bundle, "birth").reference])).content.decode().count("Lin") == 0
    )


@pytest.mark.parametrize("step", ["who", "offers", "questions", "proofs", "check"])
def test_nobody_skips_a_page(menu: Menu, client: Client, step: str) -> None:
    address = reverse("order-check") if step == "check" else reverse("order-step", args=[step])
    assert client.get(address)["Location"] == reverse("order-new")
    assert client.post(address, {})["Location"] == reverse("order-new")


def test_a_page_that_this_order_has_not_leads_on(menu: Menu, client: Client) -> None:
    to_the_check(client, "birth")
    for step in ("questions", "proofs"):
        assert client.get(reverse("order-step", args=[step]))["Location"] == reverse("order-check")


def test_going_back_and_choosing_other_services_keeps_whom_it_is_for(menu: Menu, client: Client) -> None:
    to_the_check(client, "birth", who={"region": "e", "name": "Lin"})
    assert " checked" in client.get(reverse("order-new")).content.decode()
    assert begin(client, "birth") == "check", "nothing was changed"
    assert begin(client, "birth", "insurance") == "offers"
    answer(client, "offers")
    assert "Lin" in page(client, "check")


def test_what_was_begun_can_be_deleted_and_its_times_are_free_again(menu: Menu, client: Client) -> None:
    to_the_check(client, "birth", offers=at_a_time(menu, "birth"))
    assert Hold.objects.filter(living_holds()).exists()
    client.post(reverse("order-forget"))
    assert not Hold.objects.filter(living_holds()).exists()
    assert not KeptDraft.objects.exists()


@pytest.mark.parametrize(
    "query", ["event=none", "service=none", "event=%00", "service=%00", "service=health", "", "event=", "x=y"]
)
def test_what_is_not_on_the_menu_leads_to_the_menu(menu: Menu, client: Client, query: str) -> None:
    assert client.get(f"{reverse('order-new')}?{query}")["Location"] == reverse("home")


@pytest.mark.parametrize("services", [(), ("none",), ("birth", "\0")])
def test_choosing_nothing_or_what_is_not_there_says_so(
    menu: Menu, client: Client, services: tuple[str, ...]
) -> None:
    reply = client.post(f"{reverse('order-new')}?event=child", {"services": services})
    assert reply.status_code == 422
    assert "error-summary" in reply.content.decode()


def test_where_it_is_needed_must_be_said(menu: Menu, client: Client) -> None:
    begin(client, "birth")
    assert "Please choose a neighbourhood" in refused(client, "who", name="Lin")
    assert "field-error" in refused(client, "who", address="a\0b", region="w")
    assert "name@example.org" in refused(client, "who", region="w", email="nobody")


# Notes


def with_a_note(menu: Menu, service: str, note: str) -> dict[str, object]:
    return {**chosen(menu, service), f"n-{menu.services[service].number}": note}


def test_a_note_is_written_for_a_part_shown_and_sent_with_it_alone(menu: Menu, client: Client) -> None:
    begin(client, "birth", "benefit", query="service=birth&service=benefit")
    answer(client, "who")
    answer(client, "offers", **with_a_note(menu, "birth", " Ring twice. "))
    assert "Ring twice." in page(client, "check")
    assert ">\nRing twice.</textarea>" in page(client, "offers"), "and can be changed"
    bundle = send(client)
    assert need_of(bundle, "birth").text == "Ring twice."
    assert need_of(bundle, "benefit").text == ""
    assert order_page(client, bundle).count("Ring twice.") == 1


def test_a_note_too_long_or_no_text_is_said_at_its_field(menu: Menu, client: Client) -> None:
    begin(client, "birth")
    answer(client, "who")
    for note in ("x" * 1001, "a\0b"):
        assert "field-error" in refused(client, "offers", **with_a_note(menu, "birth", note))


def test_a_note_that_tells_of_danger_is_answered_before_it_is_sent(menu: Menu, client: Client) -> None:
    only_gas_is_dangerous()
    begin(client, "birth", "insurance")
    answer(client, "who")
    assert "Go outside" not in page(client, "offers")
    answer(client, "offers", **with_a_note(menu, "insurance", "there is a smell of gas"))
    assert "Go outside and call" in page(client, "check")
    bundle = send(client)
    assert "Go outside and call" in order_page(client, bundle)
    assert Danger.objects.get().need == need_of(bundle, "insurance"), "though its turn was later"


def test_who_may_read_a_note_is_said(menu: Menu, client: Client) -> None:
    begin(client, "birth", "lift-repair", query="service=birth&service=lift-repair")
    answer(client, "who")
    shown = page(client, "offers")
    assert shown.count("Only who provides this part") == 1
    assert shown.count("Everybody can read it, as it is about a place.") == 1
