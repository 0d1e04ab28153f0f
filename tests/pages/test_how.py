"""Whoever has the link says how it went, once, without an account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from lacarte.kernel import clock
from lacarte.loop.needs.models import Need
from lacarte.loop.voice.asking import token_of
from lacarte.loop.voice.models import Heard, Rating, Reply
from tests.city import City
from tests.loop.voice.rated import order

pytestmark = pytest.mark.django_db

GOOD = {"solved": "yes", "contacted_in_time": "yes", "satisfaction": "5", "comment": ""}


def test_three_questions_are_answered_once(client: Client, city: City) -> None:
    made = order(city)
    address = f"/how/{token_of(made)}/"
    page = client.get(address)
    assert "Home care, by Good Hands" in page.content.decode()
    assert (page["Referrer-Policy"], page["X-Robots-Tag"]) == ("same-origin", "noindex")
    assert made.need.reference not in page.content.decode(), "the link opens the questions and nothing else"
    assert "Your word counts" in client.post(address, GOOD).content.decode()
    assert Rating.objects.get().heard == Heard.LINK
    for answer in (client.get(address), client.post(address, GOOD | {"satisfaction": "1"})):
        assert "already told us" in answer.content.decode()
    assert Rating.objects.get().satisfaction == 5


def test_not_solved_opens_the_need_again_and_bad_calls_for_a_reply(client: Client, city: City) -> None:
    made = order(city)
    client.post(f"/how/{token_of(made)}/", GOOD | {"solved": "no", "satisfaction": "1"})
    assert Need.objects.get().state == Need.State.OPEN
    assert Reply.objects.get().state == Reply.State.DUE


@pytest.mark.parametrize(
    "wrong", [{}, GOOD | {"satisfaction": "6"}, GOOD | {"comment": "x" * 2001}, GOOD | {"comment": "a\0b"}]
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client: Client, city: City, wrong: dict[str, str]) -> None:
    answer = client.post(f"/how/{token_of(order(city))}/", GOOD | wrong if wrong else {})
    assert answer.status_code in (409, 422)
    assert not Rating.objects.exists()
    if wrong.get("satisfaction") == "6":
        assert re.search(r'value="yes"[^>]*checked', answer.content.decode())


def test_a_link_that_is_wrong_or_old_says_so_and_what_to_do(client: Client, city: City) -> None:
    token = token_of(order(city))
    assert client.get(f"/how/{token[:-2]}xx/").status_code == 404
    assert client.post("/how/nothing/", GOOD).status_code == 404
    with clock.stopped_at(clock.now() + timedelta(days=31)):
        old = client.get(f"/how/{token}/")
    assert (old.status_code, "page of your need" in old.content.decode()) == (404, True)


def test_guessing_is_slowed_down(client: Client, city: City, settings: object) -> None:
    settings.CONFIGURED["rate_limit"] = "2/minute"  # type: ignore[attr-defined]
    try:
        said = [client.post(f"/how/{token_of(order(city))}/", GOOD).status_code for _ in range(3)]
    finally:
        settings.CONFIGURED["rate_limit"] = "30/minute"  # type: ignore[attr-defined]
    assert said == [200, 200, 422]
