"""The menu for one person: their list, why it is so, and what it gives away about them (nothing)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import LifeEvent, Offer, OfferAtPlace
from lacarte.registers.menu.searching.filing import refresh
from lacarte.registers.people.models import Person
from lacarte.registers.providers.models import Provider
from tests.city import City
from tests.pages.listing import answer, listed, rule

pytestmark = pytest.mark.django_db
ODD = (
    "",
    "\0",
    "💡" * 400,
    "'; DROP",
    "../..",
    "-1",
    "0",
    "99999999999",
    "²",
    "nan",
    "<script>",
    "event",
    "１",
    "a:b",
)


def test_the_door_shows_what_can_happen(client: Client, event: LifeEvent) -> None:
    LifeEvent.objects.create(code="shop", name={"en": "I open a shop"}, business=True)
    LifeEvent.objects.create(code="gone", name={"en": "I buy a telex"}, active=False)
    page = client.get(reverse("menu")).content.decode()
    assert "I had a fall" in page
    assert "I open a shop" in page
    assert "telex" not in page
    assert "Health" in page


def test_a_list_has_the_services_of_what_happened_with_their_offers(client: Client, event: LifeEvent) -> None:
    page = listed(client, event="fall")
    assert "So that somebody helps you wash." in page
    assert "Good Hands" in page
    assert "Perhaps for you" in page
    assert "Identity card" in page
    assert "Nobody offers this yet" in page  # the lift
    assert f'formaction="{reverse("order-new")}"' in page
    assert 'name="event" value="fall"' in page
    assert page.count("<h1") == 1


def test_one_question_at_a_time_and_no_more_than_settle_it(client: Client, event: LifeEvent) -> None:
    assert "How old are you" in listed(client, event="fall")
    assert answer(client, "age", "71", next="/menu/list/?event=fall")["Location"] == "/menu/list/?event=fall"
    page = listed(client, event="fall")
    assert "Do you live in this city?" in page
    assert "How old are you" not in page
    answer(client, "resident", "yes")
    page = listed(client, event="fall")
    assert "One question" not in page
    assert "Perhaps for you" not in page
    assert "From the age of 60. Who lives in this city." in page


def test_what_is_not_for_them_comes_last_with_its_reason(client: Client, event: LifeEvent) -> None:
    answer(client, "age", "30")
    page = listed(client, event="fall")
    assert "1 service that is not for you, and why" in page
    assert page.index("Lift repair") < page.index("From the age of 60.")
    assert "One question" not in page, "one reason is enough"


def test_who_would_rather_not_say_is_not_asked_again(client: Client, event: LifeEvent) -> None:
    answer(client, "age", "anything", skip="yes")
    page = listed(client, event="fall")
    assert "How old are you" not in page
    assert "Perhaps for you" in page
    answer(client, "resident", "-")
    assert "One question" not in listed(client, event="fall")


def test_a_wrong_answer_is_explained(client: Client, event: LifeEvent) -> None:
    assert "Please write a number in digits" in answer(client, "age", "old").content.decode()


def test_what_was_said_is_deleted_on_demand_and_after_seven_days(client: Client, event: LifeEvent) -> None:
    answer(client, "age", "30")
    client.post(reverse("menu-forget"))
    assert "How old are you" in listed(client, event="fall")
    answer(client, "age", "30")
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        assert "How old are you" in listed(client, event="fall")


def test_where_somebody_is_gives_the_way(client: Client, city: City) -> None:
    assert "Where are you?" in listed(client)
    assert client.post(reverse("menu-where"), {"region": "e", "next": "/menu/list/"})["Location"] == "/menu/list/"
    page = listed(client)
    assert " km" in page
    assert "Where are you?" not in page
    reply = client.post(reverse("menu-where"), {"where": "Atlantis"})
    assert reply.status_code == 422
    assert "We do not know this place" in reply.content.decode()
    assert client.post(reverse("menu-where"), {}).status_code == 422
    client.post(reverse("menu-where"), {"skip": "yes"})
    page = listed(client)
    assert " km" not in page.split("<table")[1]
    assert "Where are you?" not in page


def test_what_does_not_come_to_them_is_not_offered(client: Client, city: City) -> None:
    OfferAtPlace.objects.update(reach_metres=100, changed_at=clock.now())
    assert "Good Hands" in listed(client)
    client.post(reverse("menu-where"), {"region": "e"})
    page = listed(client)
    assert "Good Hands" not in page
    assert "1 offer does not come to where you are." in page


@pytest.mark.parametrize(
    ("wish", "shown"),
    [
        ({"free": "on"}, True),
        ({"step": "on"}, False),
        ({"who": "market"}, False),
        ({"who": "social"}, True),
        ({"speaks": "en"}, True),
        ({"speaks": "fr"}, True),
        ({"near": "1000"}, False),
        ({"near": "7"}, True),
        ({"soon": "on"}, True),
        ({"sort": "worst"}, True),
        ({"sort": "soon"}, True),
    ],
)
def test_the_list_is_filtered_and_a_filter_that_makes_no_sense_filters_nothing(
    client: Client, city: City, wish: dict[str, str], shown: bool
) -> None:
    assert ("Good Hands" in listed(client, service="home-care", **wish)) is shown


def test_offers_are_compared_side_by_side(client: Client, city: City, event: LifeEvent) -> None:
    other = Offer.objects.create(
        code="b",
        service_type=city.care,
        provider=Provider.objects.get(),
        name={"en": "Evening care"},
        price_minor=900,
    )
    keys = [city.offer.pk, OfferAtPlace.objects.create(offer=other, region=city.west).pk]
    page = client.get(reverse("menu-compare"), {"offer": keys}).content.decode()
    assert "Evening care" in page
    assert "9 CNY" in page
    assert "Identity card" in page
    assert page.count('<th scope="col">') == 2
    five = client.get(reverse("menu-compare"), {"offer": [*keys, "x", *(str(Person().pk) for _ in range(4))]})
    assert "Four offers fit" in five.content.decode()
    assert client.get(reverse("menu-compare"), {"next": "//evil.example"})["Location"] == reverse("menu")


def test_a_link_says_nothing_about_who_shares_it_unless_asked(client: Client, event: LifeEvent) -> None:
    answer(client, "age", "71")
    client.post(reverse("menu-where"), {"region": "e"})
    page = client.get(reverse("menu-share"), {"event": "fall", "free": "on"}).content.decode()
    assert page.count("?event=fall&amp;free=on<") == 1, "and nothing after it"
    assert "East" not in page
    page = client.get(reverse("menu-share"), {"event": "fall", "with": "facts"}).content.decode()
    assert "fact=age%3A71" in page
    nobody = Client().get(reverse("menu-share"), {"event": "fall", "with": "facts"}).content.decode()
    assert "says nothing about you" in nobody
    assert "Age in years" in page


def test_a_link_with_answers_shows_that_list_and_changes_nothing(client: Client, event: LifeEvent) -> None:
    page = listed(client, event="fall", fact=["age:30", "age", "shoe:44", "pregnant:perhaps"])
    assert "for the answers that came with its link" in page
    assert "1 service that is not for you" in page
    assert "How old are you" in listed(client, event="fall")


def test_words_find_services_and_what_happened(client: Client, event: LifeEvent, city: City) -> None:
    refresh()
    page = listed(client, q="lift")
    assert "Lift repair" in page
    nothing = listed(client, q="zzzz qqqq")
    assert "Nothing on the menu fits these words." in nothing
    assert "zzzz qqqq</textarea>" in nothing, "what is not on the menu is a need too"
    begun = client.post(reverse("need-question", args=["what"]), {"text": "zzzz qqqq", "anew": "yes"})
    assert begun.status_code == 302
    assert not Need.objects.exists()


def test_a_service_has_a_page_of_its_own(client: Client, event: LifeEvent, city: City) -> None:
    address = reverse("menu-service", args=["home-care"])
    assert address == "/menu/services/home-care"
    reply = client.get(address)
    page = reply.content.decode()
    assert "Accept" in reply["Vary"]
    for words in (
        "Home care",
        "From the age of 60.",
        "Identity card",
        "Good Hands",
        "I had a fall",
        "2 working days",
    ):
        assert words in page, words
    assert client.get(f"{address}/").status_code == 200
    for gone in ("no-such", "health", "\0", "a/b"):
        assert client.get(f"/menu/services/{gone}").status_code == 404


def test_a_list_is_of_a_life_area_or_of_some_services_or_of_all(client: Client, city: City) -> None:
    for said in ({"area": "health"}, {"service": ["lift-repair", "home-care", "no-such"]}, {}):
        page = listed(client, **said)
        assert "Lift repair" in page
        assert "Home care" in page
    for gone in ({"event": "no-such"}, {"area": "home-care"}, {"service": "no-such"}):
        assert client.get(reverse("menu-list"), gone)["Location"] == reverse("menu")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", ["menu", "menu-list", "menu-share", "menu-where"])
def test_the_pages_are_there_in_both_languages(client: Client, event: LifeEvent, language: str, name: str) -> None:
    client.cookies["django_language"] = language
    reply = client.get(reverse(name), {"event": "fall"})
    assert reply.status_code == 200
    assert ("我摔倒了" in reply.content.decode()) is (
        language == "zh-hans" and name in ("menu", "menu-list", "menu-share")
    )


@pytest.mark.parametrize("odd", ODD)
def test_whatever_an_address_says_it_is_no_fault_of_ours(client: Client, event: LifeEvent, odd: str) -> None:
    names = (
        "event",
        "area",
        "service",
        "q",
        "sort",
        "near",
        "speaks",
        "who",
        "free",
        "soon",
        "page",
        "fact",
        "offer",
    )
    for address in ("menu-list", "menu-share", "menu-compare", "menu-answer", "menu-where"):
        for one in (*names, "next", "kind", "with"):
            assert client.get(reverse(address), {one: odd}).status_code < 500, (address, one)
    for kind in ("age", "pregnant", "work", "lives-here-since", odd):
        assert answer(client, kind, odd, next=odd).status_code < 500
    assert client.post(reverse("menu-where"), {"where": odd, "region": odd, "next": odd}).status_code < 500


def test_the_queries_of_a_list_do_not_grow_with_the_menu(client: Client, city: City, event: LifeEvent) -> None:
    def asked() -> int:
        listed(client, event="fall")
        with CaptureQueriesContext(connection) as queries:
            listed(client, event="fall")
            return len(queries)

    before, provider = asked(), Provider.objects.get()
    for number in range(9):
        made = Offer.objects.create(
            code=f"b{number}", service_type=city.lift, provider=provider, name={"en": f"{number}"}
        )
        OfferAtPlace.objects.create(offer=made, region=city.west, longitude=122.01, latitude=28.01)
    rule(city, "work", "is", "retired", "Who is retired.")
    assert asked() <= before < 20
