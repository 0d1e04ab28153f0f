"""The page of results, and what is counted of searches in vain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from lacarte.kernel.models import Role
from lacarte.registers.menu.models import LifeEvent, MissedSearch
from lacarte.registers.menu.searching import refresh, words
from lacarte.registers.menu.searching.misses import ASKERS, Missed, forget_askers, missed
from tests.city import City, official


@pytest.fixture
def menu(city: City) -> Iterator[City]:
    """The small city with a life event, all of it filed."""
    words.forget()
    LifeEvent.objects.create(code="job-lost", name={"en": "I lost my job", "zh-hans": "我失业了"})
    refresh()
    yield city
    words.forget()


def page(client: Client, asked: str, language: str = "en") -> str:
    reply = client.get("/menu/search/", {"q": asked}, headers={"accept-language": language})
    assert reply.status_code == 200
    return reply.content.decode()


def test_results_come_in_groups(client: Client, menu: City) -> None:
    shown = page(client, "home care")
    assert shown.index(">Services</h2>") < shown.index("Home care") < shown.index(">Offers</h2>")
    assert "Found by: home, care" in shown


def test_what_happened_leads_to_its_list(client: Client, menu: City) -> None:
    assert "Has this happened?" in page(client, "lost my job")
    reply = client.get("/menu/search/open/", {"kind": "life_event", "code": "job-lost"})
    assert reply["location"] == "/menu/list/?event=job-lost"


def test_an_offer_leads_to_its_service(client: Client, menu: City) -> None:
    reply = client.get("/menu/search/open/", {"kind": "offer", "code": menu.offer.offer.code})
    assert reply["location"] == f"/menu/services/{menu.care.code}"


@pytest.mark.parametrize(
    "asked", [{}, {"kind": "offer"}, {"kind": "x", "code": "\0"}, {"kind": "9", "code": "none"}]
)
def test_what_is_not_there_leads_to_the_menu(client: Client, menu: City, asked: dict[str, str]) -> None:
    assert client.get("/menu/search/open/", asked)["location"] == "/menu/"


def test_nothing_found_leads_to_asking_for_it_in_the_same_words(client: Client, menu: City) -> None:
    shown = page(client, "zither lessons")
    assert "Nothing was found." in shown
    assert ">zither lessons</textarea>" in shown


def test_the_page_without_words_counts_nothing(client: Client, menu: City) -> None:
    page(client, " \0")
    assert not MissedSearch.objects.exists()


def test_words_that_are_not_on_the_menu_are_counted_and_not_kept(client: Client, menu: City) -> None:
    page(client, "Zebedee Quux")
    assert missed() == [Missed("", "en", 1, 0)]
    assert not any("zebedee" in str(row).lower() for row in MissedSearch.objects.values_list())


def test_words_of_the_menu_are_kept(client: Client, menu: City) -> None:
    page(client, "Lift repair")
    assert missed() == [Missed("lift repair", "en", 0, 1)]


def test_a_search_of_which_something_is_opened_was_not_left(client: Client, menu: City) -> None:
    page(client, "lift repair")
    for _ in range(2):
        client.get("/menu/search/open/", {"kind": "service", "code": menu.lift.code})
    assert missed() == []


def test_a_page_that_is_loaded_again_is_one_search(client: Client, menu: City) -> None:
    page(client, "zither")
    page(client, "zither")
    assert missed() == [Missed("", "en", 1, 0)]


def test_words_that_many_sessions_use_are_kept_from_then_on(menu: City) -> None:
    for _ in range(ASKERS + 2):
        page(Client(), "Zither lessons")
    assert missed() == [Missed("", "en", ASKERS - 1, 0), Missed("zither lessons", "en", 3, 0)]


def test_one_session_alone_does_not_make_words_known(client: Client, menu: City) -> None:
    for number in range(2 * ASKERS):
        page(client, "zither lessons")
        page(client, f"between {number}")
    assert [one.words for one in missed()] == [""]


def test_digests_of_words_are_forgotten(client: Client, menu: City) -> None:
    page(client, "zither lessons")
    MissedSearch.objects.update(day="2020-01-01")
    forget_askers()
    assert not MissedSearch.objects.exclude(digest="").exists()
    assert MissedSearch.objects.filter(count=1).exists()


def test_a_list_that_finds_nothing_is_a_search_in_vain(client: Client, menu: City) -> None:
    client.get("/menu/list/", {"q": "zither"}, headers={"accept-language": "en"})
    assert missed() == [Missed("", "en", 1, 0)]


def test_a_list_that_is_left_without_choosing_is_a_search_in_vain(client: Client, menu: City) -> None:
    for more in ({}, {"page": "1"}, {"sort": "near"}):
        client.get("/menu/list/", {"q": "lift repair", **more}, headers={"accept-language": "en"})
        client.get("/menu/compare/", {"offer": str(menu.offer.pk)})
    assert missed() == [Missed("lift repair", "en", 0, 1)], "filtering and comparing choose nothing yet"


@pytest.mark.parametrize("choice", ["/menu/services/lift-repair", "/menu/list/?event=job-lost", "choose", "order"])
def test_a_list_of_which_something_is_chosen_was_not_left(client: Client, menu: City, choice: str) -> None:
    client.get("/menu/list/", {"q": "lift repair"}, headers={"accept-language": "en"})
    if choice == "choose":
        client.post("/need/choose/", {"service": "lift-repair"})
    elif choice == "order":
        client.post("/order/new/?service=lift-repair", {"services": ["lift-repair"]})
    else:
        client.get(choice)
    assert missed() == []


def test_the_first_page_has_a_way_to_search(client: Client, menu: City) -> None:
    assert 'action="/menu/search/"' in client.get("/").content.decode()


def test_planners_see_what_is_looked_for_in_vain(client: Client, menu: City) -> None:
    page(client, "zither")
    client.force_login(official(Role.PLANNER))
    shown = client.get("/unmet/", headers={"accept-language": "en"}).content.decode()
    assert "Looked for on the menu in vain" in shown
    assert "Other words, which are not kept" in shown
