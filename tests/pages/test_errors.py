"""Errors are said in plain words; no page shows a traceback."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.test import Client

from lacarte.kernel.models import User
from tests.city import build

pytestmark = pytest.mark.django_db


def test_a_page_that_is_not_there(client: Client) -> None:
    reply = client.get("/no/such/page/")
    assert reply.status_code == 404
    assert "Page not found" in reply.content.decode()


def test_a_mistyped_reference_says_what_is_wrong(client: Client) -> None:
    assert "A reference has 8 letters and digits" in client.get("/needs/ABC/").content.decode()


@pytest.mark.parametrize("typed", ["ABC", "0000-0000", "2222-2223"])
def test_it_says_so_in_the_readers_language(client: Client, typed: str) -> None:
    chinese = {"accept-language": "zh-hans"}
    not_there = client.get(f"/needs/{typed}/", headers=chinese).content.decode()
    not_found = client.post("/needs/find/", {"reference": typed}, headers=chinese).content.decode()
    for page in (not_there, not_found):
        assert typed in page
        assert "请检查" in page or "编号有 8 个字母和数字" in page


@pytest.mark.parametrize(
    "path",
    [
        *("/n/%00/", "/menu/%00/", "/needs/%00/", "/needs/find/?reference=%00", "/rates/?by=%00"),
        *("/no%00page", "/need/%00/", "/open311/v2/requests/%00.json", "/map/regions.json?a=%00", "/?a=%ff%fe"),
    ],
)
def test_an_address_that_no_link_has_is_no_fault(client: Client, path: str) -> None:
    build()
    assert client.get(path).status_code in (200, 400, 404)


def test_a_form_without_its_token() -> None:
    reply = Client(enforce_csrf_checks=True).post("/need/what/", {"text": "help"})
    assert reply.status_code == 403
    assert "This form is too old" in reply.content.decode()


@pytest.mark.parametrize(("language", "words"), [("en", "see unmet need"), ("zh-hans", "查看未满足的需求")])
def test_a_door_that_is_closed_says_what_is_missing(client: Client, language: str, words: str) -> None:
    client.force_login(User.objects.create_user("nobody"))
    client.cookies["django_language"] = language
    reply = client.get("/unmet/")
    assert reply.status_code == 403
    assert words in reply.content.decode()


def test_a_fault_of_ours_shows_no_traceback() -> None:
    client = Client(raise_request_exception=False)
    with patch("lacarte.pages.resident.views.life_areas", side_effect=RuntimeError("secret inside")):
        reply = client.get("/")
    page = reply.content.decode()
    assert reply.status_code == 500
    assert "The fault is ours" in page
    assert "secret inside" not in page
    assert "Traceback" not in page


def test_an_empty_city_still_takes_needs(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "There is nothing on the menu yet" in page
    assert client.get("/rates/").status_code == 200


def test_every_answer_carries_the_strict_policy(client: Client) -> None:
    build()
    policy = client.get("/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
