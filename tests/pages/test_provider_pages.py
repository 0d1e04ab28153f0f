"""Members of a provider keep its offers and answer its orders on pages; nobody else sees any of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.registers.menu import keeping
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.people.models import Person, PersonalRead
from lacarte.registers.providers.models import Provider
from tests.city import City, official, signed_in
from tests.pages.delivering.pressing import press
from tests.pages.providing import day_rule, order_for, words_of

pytestmark = pytest.mark.django_db


def test_every_page_opens_in_both_languages(city: City, browser: Client) -> None:
    offer, place = city.offer.offer_id, city.offer.pk
    rule, _standing = keeping.set_rule(city.offer, actor=None, **day_rule())
    for language in ("en", "zh-hans"):
        browser.cookies["django_language"] = language
        for address in (
            *("p/", "p/about/", "p/offers/", "p/offers/new/", "p/orders/", "p/history/", "p/file/"),
            *(f"offers/{offer}/", f"offers/{offer}/pause/", f"offers/{offer}/places/new/"),
            *(f"places/{place}/", f"places/{place}/times/new/", f"times/{rule.pk}/"),
        ):
            assert browser.get(f"/provider/{address}").status_code == 200, address
    assert browser.get("/provider/").headers["Location"] == "/provider/p/"


def test_nobody_else_finds_them(city: City, member: User) -> None:
    stranger = User.objects.create_user("stranger")
    other = Provider.objects.create(code="q", name={"en": "Others"}, kind="market", region=city.west)
    other.members.add(stranger)
    browser = signed_in(stranger)
    order = order_for(city)
    for address in (
        *(
            "p/",
            "p/about/",
            "p/offers/",
            "p/offers/new/",
            "p/orders/",
            "p/history/",
            "p/file/",
            "p/file/offers.csv",
        ),
        *(f"offers/{city.offer.offer_id}/", f"places/{city.offer.pk}/", f"orders/{order.pk}/"),
    ):
        assert browser.get(f"/provider/{address}").status_code == 404, address
        assert Client().get(f"/provider/{address}").status_code == 302
    assert browser.post(f"/provider/offers/{city.offer.offer_id}/pause/", {"to": "pause"}).status_code == 404
    assert press(browser, order, "accepted").status_code == 404
    assert browser.post(f"/provider/places/{city.offer.pk}/remove/").status_code == 404
    assert "Good Hands" not in words_of(browser.get("/provider/", follow=True))


def test_an_official_keeps_offers_and_sees_no_orders(city: City) -> None:
    browser = signed_in(official(Role.ADMINISTRATOR))
    order = order_for(city)
    assert browser.get("/provider/p/").status_code == 200
    assert browser.get("/provider/p/orders/").status_code == 404
    assert browser.get(f"/provider/orders/{order.pk}/").status_code == 404
    assert order.need.reference not in words_of(browser.get("/provider/p/"))


# history


def test_a_day_can_be_looked_at_later_in_plain_words(city: City, browser: Client, member: User) -> None:
    keeping.change_offer(city.offer.offer, actor=member, price_minor=900)
    keeping.pause(city.offer.offer, actor=member)
    today = words_of(browser.get("/provider/p/history/"))
    assert "Price: free → 9 CNY" in today
    assert "Paused: no → yes" in today
    assert "Wen Li" in today
    assert "Nothing was offered." in words_of(browser.get("/provider/p/history/?day=2020-03-03"))
    for odd in ("soon", "9999-12-31", "0001-01-01"):
        assert browser.get(f"/provider/p/history/?day={odd}").status_code == 200


def test_what_was_offered_on_the_third_of_march_is_shown_as_it_was_then(city: City, browser: Client) -> None:
    """A price, and times that begin later, as somebody would have found them on that day."""
    third, april = datetime(2026, 3, 3, 4, tzinfo=UTC), datetime(2026, 4, 1, 4, tzinfo=UTC)
    for model in (Offer, OfferAtPlace):
        model.objects.update(changed_at=datetime(2026, 1, 1, tzinfo=UTC))
    with clock.stopped_at(third - timedelta(days=9)):
        keeping.change_offer(city.offer.offer, actor=None, price_minor=7500)
        keeping.set_rule(city.offer, actor=None, **day_rule() | {"since": date(2026, 4, 6)})
    with clock.stopped_at(april):
        keeping.change_offer(city.offer.offer, actor=None, price_minor=None)
    then = words_of(browser.get("/provider/p/history/?day=2026-03-03"))
    assert "What was offered on 3 March 2026" in then
    assert "<strong>Care</strong> · 75 CNY" in then
    assert "from 6 Apr 2026" in then
    later = words_of(browser.get("/provider/p/history/?day=2026-04-07"))
    assert "<strong>Care</strong> · ask the price" in later
    assert "from 6 Apr 2026" not in later


# orders


def test_an_order_is_accepted_or_returned_by_its_provider_with_a_reason(city: City, browser: Client) -> None:
    order = order_for(city)
    assert order.need.reference in words_of(browser.get("/provider/p/orders/"))
    press(browser, order, "accepted")
    order.refresh_from_db()
    assert order.state == "accepted"
    assert order.responded_at is not None
    second = order_for(city)
    press(browser, second, "rejected", words="We have no lift.")
    second.refresh_from_db()
    assert (second.state, second.reason) == ("rejected", "We have no lift.")


def test_whoever_looks_at_an_order_is_written_down_for_its_owner(
    city: City, browser: Client, member: User
) -> None:
    person = Person.objects.create(name="Shen Suyun", phone="555 0179")
    order = order_for(city, person=person)
    page = words_of(browser.get(f"/provider/orders/{order.pk}/"))
    assert "Shen Suyun" not in page
    assert PersonalRead.objects.get(person=person).reader == member
    purpose = {"purpose": "arrange the service"}
    told = words_of(browser.post(f"/provider/orders/{order.pk}/person/", purpose, follow=True))
    assert "Shen Suyun" in told
    fields = set(PersonalRead.objects.filter(person=person).values_list("fields", flat=True))
    assert fields == {"need", "name, phone"}
    press(browser, order, "rejected", code="full")
    assert browser.post(f"/provider/orders/{order.pk}/person/", purpose).status_code == 404


def test_the_queue_asks_as_often_for_many_orders_as_for_few(city: City, browser: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get("/provider/p/orders/").status_code == 200
        return len(asked)

    order_for(city)
    few = queries()
    for _ in range(12):
        order_for(city)
    assert queries() == few


# files


def test_a_file_is_shown_before_it_is_kept(city: City, browser: Client) -> None:
    written = browser.get("/provider/p/file/offers.csv").content
    data = written.replace(b",0,CNY,", b",15,CNY,")
    assert data != written
    shown = browser.post("/provider/p/file/", {"file": SimpleUploadedFile("offers.csv", data)})
    assert "Price: free → 15 CNY" in words_of(shown)
    assert Offer.objects.get().price_minor == 0
    kept = {"data": shown.context["data"], "seen": shown.context["seen"], "keep": "yes"}
    browser.post("/provider/p/file/", kept)
    assert Offer.objects.get().price_minor == 1500


def test_a_file_is_shown_again_when_somebody_changed_an_offer_meanwhile(city: City, browser: Client) -> None:
    data = browser.get("/provider/p/file/offers.csv").content.replace(b",0,CNY,", b",15,CNY,")
    shown = browser.post("/provider/p/file/", {"file": SimpleUploadedFile("offers.csv", data)})
    keeping.change_offer(city.offer.offer, actor=None, price_minor=900)
    kept = {"data": shown.context["data"], "seen": shown.context["seen"], "keep": "yes"}
    answer = browser.post("/provider/p/file/", kept)
    assert "Price: 9 CNY → 15 CNY" in words_of(answer)
    assert Offer.objects.get().price_minor == 900


@pytest.mark.parametrize("data", [b"", b"\x00\xff\x00", b"no,such,columns\n1,2,3\n", b"PK\x03\x04zip"])
def test_what_is_no_file_of_offers_is_said(browser: Client, data: bytes) -> None:
    answer = browser.post("/provider/p/file/", {"file": SimpleUploadedFile("offers.csv", data)})
    assert answer.status_code == 422
    assert "There is a problem" in words_of(answer)


def test_no_file_or_a_forged_one_is_said(browser: Client) -> None:
    assert browser.post("/provider/p/file/", {}).status_code == 422
    assert browser.post("/provider/p/file/", {"data": "ü", "keep": "yes"}).status_code == 422
