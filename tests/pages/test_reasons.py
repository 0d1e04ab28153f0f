"""Reasons of orders are read at the desk, and kept by those who set the rules for all."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from django.test import Client

from lacarte.kernel.models import Role
from lacarte.loop.orders.delivery.reasons import OBJECTED, reasons_of
from lacarte.loop.orders.models import Reason
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db
NEW = {"of": "failed", "code": "no-material", "active": "on", "name-en": "no material", "name-zh-hans": "缺少材料"}


@pytest.fixture
def planner(city: City) -> Client:
    """Whoever sets the rules for all, signed in."""
    return signed_in(official(Role.PLANNER))


def words(page: Any) -> str:
    return unescape(page.content.decode())


def test_they_are_read_at_the_desk_and_kept_by_those_who_may(city: City) -> None:
    clerk, there = signed_in(official(Role.CASE_WORKER, city.west)), signed_in(official(Role.PLANNER, city.west))
    for client in (clerk, there):
        page = words(client.get("/desk/reasons/"))
        assert "not ours to do" in page
        assert "/desk/reasons/new/" not in page
        for address in ("/desk/reasons/new/", "/desk/reasons/not-ours/"):
            assert client.get(address).status_code == client.post(address, NEW).status_code == 403
    assert signed_in(official(Role.CALL_TAKER)).get("/desk/reasons/").status_code == 403
    assert not Reason.objects.filter(code="no-material").exists()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_another_is_added_and_one_is_called_otherwise(planner: Client, language: str) -> None:
    planner.cookies["django_language"] = language
    assert planner.get("/desk/reasons/new/").status_code == 200
    assert "no-material" in words(planner.post("/desk/reasons/new/", NEW, follow=True))
    assert reasons_of("failed").get(code="no-material").name == {"en": "no material", "zh-hans": "缺少材料"}
    said = {"name-en": "not our job", "name-zh-hans": "不归我们", "of": "failed", "code": "x"}
    planner.post("/desk/reasons/not-ours/", said)
    one = Reason.objects.get(code="not-ours")
    assert (one.name["en"], one.of, one.active) == ("not our job", "rejected", False)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"code": "not-ours"}, "There is a reason with this code already."),
        ({"code": "new"}, "There is a reason with this code already."),
        ({"name-zh-hans": " "}, "Please write it in every language of this site."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(planner: Client, wrong: dict[str, str], told: str) -> None:
    before = Reason.objects.count()
    page = planner.post("/desk/reasons/new/", NEW | wrong)
    assert page.status_code == 422
    assert told in words(page)
    assert "no material" in words(page)
    assert Reason.objects.count() == before


def test_what_the_program_says_by_itself_stays_in_use(planner: Client) -> None:
    assert "stays in use" in words(planner.get(f"/desk/reasons/{OBJECTED}/"))
    planner.post(f"/desk/reasons/{OBJECTED}/", {"name-en": "an objection was right", "name-zh-hans": "异议成立"})
    one = Reason.objects.get(code=OBJECTED)
    assert (one.name["en"], one.active) == ("an objection was right", True)
