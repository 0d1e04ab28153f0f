"""Members of a provider keep its offers, their places and times on pages."""

from __future__ import annotations

import pytest
from django.test import Client

from lacarte.kernel.models import User
from lacarte.registers.menu import keeping
from lacarte.registers.menu.capacity.holding import confirm, hold
from lacarte.registers.menu.models import CapacityLot, CapacityRule, Offer, OfferAtPlace
from tests.city import City, signed_in
from tests.pages.providing import day_rule, posted, words_of

pytestmark = pytest.mark.django_db


def test_an_offer_is_added_with_its_texts_place_and_times(city: City, browser: Client) -> None:
    new = browser.get("/provider/p/offers/new/")
    said = {"service": "home-care", "name-en": "Baths", "name-zh-hans": "助浴", "languages": "zh, en"}
    unpriced = browser.post("/provider/p/offers/new/", posted(new, **said))
    assert "Please say whether it costs something." in words_of(unpriced)
    said |= {"charge": "costs", "price": "12.5", "currency": "cny"}
    answer = browser.post("/provider/p/offers/new/", posted(new, **said))
    offer = Offer.objects.get(code="p-baths")
    assert answer.headers["Location"] == f"/provider/offers/{offer.pk}/places/new/"
    assert (offer.name, offer.price_minor, offer.currency) == ({"en": "Baths", "zh-hans": "助浴"}, 1250, "CNY")
    assert offer.languages == ["zh", "en"]
    assert "Draft" in words_of(browser.get("/provider/p/offers/?list=drafts"))
    hours = {"h1-0-b": "09:00", "h1-0-e": "12:00", "h1-1-b": "13:00", "h1-1-e": "00:00"}
    where = {"region": "w", "address-en": "Quay 1", "step_free": "yes", "serves": ["e"], **hours}
    browser.post(f"/provider/offers/{offer.pk}/places/new/", {**where, "keep": "yes"})
    place = offer.places.get()
    assert place.hours == {"1": [["09:00", "12:00"], ["13:00", "24:00"]]}
    assert (place.step_free, [region.code for region in place.serves.all()]) == (True, ["e"])
    times = {"bucket": "day", "units": "3", "weekdays": ["1", "2", "3", "4", "5", "6", "7"], "since": "2026-01-01"}
    address = f"/provider/places/{place.pk}/times/new/"
    tried = browser.post(address, {**times, "try": "yes"})
    assert "Not kept yet" in words_of(tried)
    assert not CapacityRule.objects.filter(offer_at_place=place).exists()
    browser.post(address, {**times, "keep": "yes"})
    assert CapacityLot.objects.filter(offer_at_place=place, units=3).exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"price": "-3"}, "A price is 0 or more"),
        ({"price": "much"}, "A price is a number"),
        ({"charge": "costs", "price": "1.234"}, "finer than the smallest coin"),
        ({"charge": "costs"}, "Please say how much"),
        ({"charge": "costs", "price": "0"}, "Please say how much"),
        ({"charge": "ask", "price": "75"}, "above you chose that there is none"),
        ({"charge": "perhaps"}, "is not one of the available choices"),
        ({"currency": "XYZ"}, "is no currency"),
        ({"name-en": "", "name-zh-hans": ""}, "a name in at least one language"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "cannot end before it begins"),
        ({"since": "soon"}, "Please choose a day"),
    ],
)
def test_what_is_wrong_with_an_offer_stands_at_its_field(
    city: City, browser: Client, said: dict[str, str], words: str
) -> None:
    address = f"/provider/offers/{city.offer.offer_id}/"
    answer = browser.post(address, posted(browser.get(address), **said))
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert "There is a problem" in words_of(answer)


def test_a_price_is_nothing_so_much_or_not_known(city: City, browser: Client) -> None:
    address = f"/provider/offers/{city.offer.offer_id}/"

    def kept(**said: str) -> int | None:
        assert browser.post(address, posted(browser.get(address), **said)).status_code == 302
        return Offer.objects.get().price_minor

    assert kept() == 0  # it was free, and is left so
    assert kept(charge="ask") is None
    assert "ask the price" in words_of(browser.get("/provider/p/offers/"))
    assert "Price: free → ask the price" in words_of(browser.get("/provider/p/history/"))
    assert kept() is None
    assert kept(charge="costs", price="75") == 7500
    assert kept(charge="free") == 0  # the amount of before still stands in its field


def test_what_is_wrong_with_a_place_stands_at_its_field(city: City, browser: Client) -> None:
    address = f"/provider/places/{city.offer.pk}/"
    page = browser.get(address)
    backwards = {"h1-0-b": "17:00", "h1-0-e": "09:00", "keep": "yes"}
    answer = browser.post(address, posted(page, **backwards))
    assert answer.status_code == 422
    assert "It closes at 09:00, before it opens at 17:00." in words_of(answer)
    half = posted(page, **{"h1-0-b": "17:00", "keep": "yes"})
    assert browser.post(address, half).status_code == 422


def test_an_address_is_kept_in_each_language_and_read_in_the_readers(city: City, browser: Client) -> None:
    address = f"/provider/places/{city.offer.pk}/"
    OfferAtPlace.objects.update(address={"en": "Quay 1", "ar": "رصيف"})
    said = {"address-en": "Quay 2", "address-zh-hans": "码头2号"}
    assert browser.post(address, posted(browser.get(address), keep="yes", **said)).status_code == 302
    place = OfferAtPlace.objects.get()
    assert place.address == {"en": "Quay 2", "zh-hans": "码头2号", "ar": "رصيف"}
    assert "Address (English): Quay 1 → Quay 2" in words_of(browser.get("/provider/p/history/"))
    long = browser.post(address, posted(browser.get(address), keep="yes", **{"address-en": "Q" * 301}))
    assert "This has 301 characters, at most 300 are kept." in words_of(long)
    for language, shown in (("en", "Quay 2"), ("zh-hans", "码头2号")):
        browser.cookies["django_language"] = language
        assert f"<h1>{shown}</h1>" in words_of(browser.get(address))
        listed = words_of(browser.get("/menu/list/", {"service": "home-care"}))
        assert (shown in listed, {"Quay 2": "码头2号", "码头2号": "Quay 2"}[shown] in listed) == (True, False)


def test_mondays_hours_are_written_on_the_other_days_by_one_button(city: City, browser: Client) -> None:
    address = f"/provider/places/{city.offer.pk}/"
    data = posted(browser.get(address), **{"h1-0-b": "08:00", "h1-0-e": "16:00", "week": "copy"})
    copied = browser.post(address, data)
    browser.post(address, posted(copied, keep="yes"))
    place = OfferAtPlace.objects.get(pk=city.offer.pk)
    assert place.hours == {str(day): [["08:00", "16:00"]] for day in range(1, 6)}


def test_of_two_members_one_wins_and_the_other_sees_what_changed_and_loses_nothing(
    city: City, browser: Client
) -> None:
    address, offer = f"/provider/offers/{city.offer.offer_id}/", city.offer.offer
    colleague = User.objects.create_user("colleague", first_name="Ana", last_name="Gil")
    offer.provider.members.add(colleague)
    mine = browser.get(address)
    theirs = signed_in(colleague)
    theirs.post(address, posted(theirs.get(address), charge="costs", price="7"))
    answer = browser.post(address, posted(mine, phone="555 1"))
    assert answer.status_code == 409
    assert "Ana Gil" in words_of(answer)
    assert "Price: free → 7 CNY" in words_of(answer)
    offer.refresh_from_db()
    assert (offer.price_minor, offer.phone) == (700, "")
    again = posted(answer)
    assert (again["price"], again["phone"]) == ("7", "555 1")  # theirs where mine was untouched, and mine
    assert browser.post(address, again).status_code == 302
    offer.refresh_from_db()
    assert (offer.price_minor, offer.phone) == (700, "555 1")


def test_a_place_is_not_overwritten_either(city: City, browser: Client) -> None:
    address = f"/provider/places/{city.offer.pk}/"
    mine = browser.get(address)
    keeping.change_place(city.offer, actor=None, serves=[city.east], hours={"6": [["10:00", "12:00"]]})
    answer = browser.post(address, posted(mine, **{"address-en": "Quay 2", "keep": "yes"}))
    assert answer.status_code == 409
    assert "Saturday 10:00–12:00" in words_of(answer)
    assert browser.post(address, posted(answer, keep="yes")).status_code == 302
    place = OfferAtPlace.objects.get(pk=city.offer.pk)
    assert (place.address, place.hours) == ({"en": "Quay 2"}, {"6": [["10:00", "12:00"]]})
    assert [region.code for region in place.serves.all()] == ["e"]


def test_what_a_pause_does_is_said_before(city: City, browser: Client) -> None:
    confirm(hold(city.lot))
    address = f"/provider/offers/{city.offer.offer_id}/pause/"
    before = words_of(browser.get(address))
    assert "1 free place ahead cannot be booked" in before
    assert "1 booking stands" in before
    browser.post(address, {"to": "pause"})
    assert Offer.objects.get(pk=city.offer.offer_id).paused
    assert "1 free place can be booked again" in words_of(browser.get(address))
    browser.post(address, {"to": "resume"})
    assert not Offer.objects.get(pk=city.offer.offer_id).paused


def test_bookings_that_stand_against_fewer_places_are_shown_before(city: City, browser: Client) -> None:
    rule, _standing = keeping.set_rule(city.offer, actor=None, **day_rule())
    lot = rule.lots.order_by("starts_at").last()
    assert lot is not None
    for _ in range(2):
        confirm(hold(lot))
    address = f"/provider/times/{rule.pk}/"
    fewer = posted(browser.get(address), units="1", keep="yes")
    answer = browser.post(address, fewer)
    assert "2 booked, room for 1" in words_of(answer)
    rule.refresh_from_db()
    assert rule.units == 2
    browser.post(address, {**fewer, "keep": "sure"})
    rule.refresh_from_db()
    assert rule.units == 1
    assert "2 booked, room for 1" in words_of(browser.get("/provider/p/"))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"units": "-3"}, "There cannot be -3 units."),
        ({"units": ""}, "for how many people there is room"),
        ({"bucket": "slot", "opens": "17:00", "closes": "09:00", "minutes": "30"}, "later on the same day"),
        ({"bucket": "slot", "opens": "09:00", "closes": "12:00", "minutes": "1"}, "at least 5 minutes"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "cannot end before it begins"),
        ({"since": "2020-01-01", "until": "2020-02-01"}, "This day is over"),
    ],
)
def test_what_is_wrong_with_times_stands_at_its_field(
    city: City, browser: Client, said: dict[str, str], words: str
) -> None:
    times = {"bucket": "day", "units": "3", "since": "2026-01-01", "keep": "yes", **said}
    answer = browser.post(f"/provider/places/{city.offer.pk}/times/new/", times)
    assert answer.status_code == 422
    assert words in words_of(answer)
    assert not CapacityRule.objects.exists()
