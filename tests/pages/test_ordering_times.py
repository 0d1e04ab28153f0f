"""A time that is chosen for a part: held while somebody goes on, kept with the order, or gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.loop.orders.bundles.placing import Said, place_bundle
from lacarte.loop.orders.models import BundleOrder, Order, WaitingPlace
from lacarte.registers.menu.capacity.counting import living_holds
from lacarte.registers.menu.capacity.holding import hold, release
from lacarte.registers.menu.models import CapacityLot, Hold
from tests.background import work
from tests.loop.bundled import Menu, at_home, need_of, states
from tests.pages.ordering import (
    another_offer,
    answer,
    at_a_time,
    begin,
    chosen,
    order_page,
    page,
    refused,
    send,
    to_the_check,
)

pytestmark = pytest.mark.django_db


def test_a_time_is_held_while_somebody_goes_on_and_kept_with_the_order(menu: Menu, client: Client) -> None:
    begin(client, "birth")
    answer(client, "who")
    answer(client, "offers", **at_a_time(menu, "birth"))
    unit = Hold.objects.get()
    assert unit.expires_at is not None
    assert "minutes more" in page(client, "check")
    bundle = send(client)
    unit.refresh_from_db()
    assert unit.state == Hold.State.CONFIRMED
    assert Order.objects.get(need=need_of(bundle, "birth")).hold == unit


def test_chosen_again_another_time_is_held_and_the_first_is_free(menu: Menu, client: Client) -> None:
    lot = menu.lots["birth"]
    later = CapacityLot.objects.create(
        offer_at_place=lot.offer_at_place, starts_at=lot.ends_at, ends_at=lot.ends_at + timedelta(hours=1), units=1
    )
    to_the_check(client, "birth", offers=at_a_time(menu, "birth"))
    number, offer = menu.services["birth"].number, menu.offers["birth"].pk
    answer(client, "offers", **{f"o-{number}": f"{offer}:{later.pk}"})
    assert [unit.lot for unit in Hold.objects.filter(living_holds())] == [later]
    assert f'value="{offer}:{later.pk}" selected' in page(client, "offers")
    answer(client, "offers", **{f"o-{number}": f"{offer}:{later.pk}"})
    assert Hold.objects.filter(living_holds()).count() == 1, "chosen twice it is held once"


def test_a_time_that_somebody_else_took_is_said_at_its_field(menu: Menu, client: Client) -> None:
    begin(client, "birth")
    answer(client, "who")
    said = at_a_time(menu, "birth")
    CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=0)
    assert "select a valid choice" in refused(client, "offers", **said).lower()


def test_a_time_that_ran_out_is_held_again_or_asked_for_again(menu: Menu, client: Client) -> None:
    CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=1)
    to_the_check(client, "birth", offers=at_a_time(menu, "birth"))
    Hold.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    assert "not held for you any more" in page(client, "check")
    other = Client()
    to_the_check(other, "birth", offers=at_a_time(menu, "birth"))
    reply = client.post(reverse("order-check"), {}, follow=True)
    assert reply.redirect_chain[-1][0] == reverse("order-step", args=["offers"])
    assert "not free any more: Birth registration. Please choose another" in reply.content.decode()
    other.post(reverse("order-forget"))
    assert not BundleOrder.objects.exists()
    answer(client, "offers", **at_a_time(menu, "birth"))
    Hold.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    bundle = send(client)
    assert Order.objects.get(need=need_of(bundle, "birth")).hold is not None


def test_who_finds_it_full_may_wait_in_turn(menu: Menu, client: Client) -> None:
    begin(client, "birth")
    answer(client, "who")
    assert "full now" not in page(client, "offers")
    CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=1)
    hold(menu.lots["birth"])
    assert "full now" in page(client, "offers")
    answer(client, "offers", **chosen(menu, "birth"))
    bundle = send(client)
    shown = order_page(client, bundle)
    assert "The offer that you chose has nothing free now." in shown
    assert client.get(reverse("times", args=[need_of(bundle, "birth").reference])).status_code == 200
    assert reverse("times", args=[need_of(bundle, "birth").reference]) in shown


def test_a_part_that_waits_for_another_has_no_time_to_choose(menu: Menu, client: Client) -> None:
    begin(client, "birth", "insurance")
    answer(client, "who")
    shown = page(client, "offers")
    assert f":{menu.lots['birth'].pk}" in shown
    assert f":{menu.lots['insurance'].pk}" not in shown
    assert "Its turn comes after: Birth registration." in shown


# Gone in the meantime


@pytest.fixture
def lost(menu: Menu) -> BundleOrder:
    """An order of two parts; the time of the first was given to somebody else at the last moment."""
    unit = hold(menu.lots["birth"])
    release(unit)
    CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=1)
    hold(menu.lots["birth"])
    parts = [menu.part("birth", hold=unit), menu.part("insurance")]
    bundle = place_bundle(parts, at_home(menu.city), Said(), sent_with="x")
    work()
    return bundle


def act(client: Client, bundle: BundleOrder, act: str) -> HttpResponse:
    part = bundle.parts.get(service_type__code="birth")
    return client.post(reverse("order-part", args=[bundle.secret, part.pk]), {"act": act})


def test_a_part_that_lost_its_time_says_what_to_do_and_the_rest_goes_on(lost: BundleOrder, client: Client) -> None:
    assert states(lost) == {"birth": "failed slot-gone", "insurance": "sent"}
    assert Order.objects.get().need == need_of(lost, "insurance")
    shown = order_page(client, lost)
    for words in (
        "The time that you chose is not free any more.",
        "where all is taken, you can wait in turn",
        "Choose another time or offer<",
        "Find the next free time<",
        "Leave this out<",
    ):
        assert words in shown


def test_another_offer_is_chosen_for_it(menu: Menu, lost: BundleOrder, client: Client) -> None:
    other = another_offer(menu, "birth")
    reply = act(client, lost, "choose")
    assert reply["Location"] == reverse("times", args=[need_of(lost, "birth").reference])
    shown = client.get(reply["Location"]).content.decode()
    assert "Too" in shown
    assert "All times are taken." in shown
    times = reverse("times-of", args=[need_of(lost, "birth").reference, other.pk])
    assert times in shown
    client.post(times, {"lot": str(other.lots.get().pk)})
    client.post(reverse("time-held", args=[need_of(lost, "birth").reference]), {"book": ""})
    assert Order.objects.get(need=need_of(lost, "birth")).offer_at_place == other
    assert "Too" not in order_page(client, lost).split("Health insurance")[1]


def test_or_they_wait_in_turn(menu: Menu, lost: BundleOrder, client: Client) -> None:
    act(client, lost, "choose")
    need = need_of(lost, "birth")
    client.post(reverse("wait-for", args=[need.reference, menu.offers["birth"].pk]))
    work()
    assert WaitingPlace.objects.get().need == need
    assert not Order.objects.filter(need=need).exists(), "nothing was taken for them"


def test_or_the_next_free_time_is_found(menu: Menu, lost: BundleOrder, client: Client) -> None:
    CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=2)
    assert act(client, lost, "again")["Location"] == reverse("order", args=[lost.secret])
    work()
    assert Order.objects.get(need=need_of(lost, "birth")).offer_at_place == menu.offers["birth"]


def test_pressed_twice_it_is_chosen_once(lost: BundleOrder, client: Client) -> None:
    act(client, lost, "choose")
    again = act(client, lost, "choose")
    assert again["Location"] == reverse("order", args=[lost.secret])
    assert lost.parts.get(service_type__code="birth").need == need_of(lost, "birth")


def test_in_chinese_too(lost: BundleOrder, client: Client) -> None:
    client.cookies["django_language"] = "zh-hans"
    assert "中Birth registration" in order_page(client, lost)
    assert act(client, lost, "choose")["Location"].endswith("/times/")
