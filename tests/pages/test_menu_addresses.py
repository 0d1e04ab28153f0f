"""A city may give its life areas and services any code: no address of the menu is hidden by one, or hides it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType
from tests.city import City


def _patterns(below: URLResolver, before: str = "") -> list[str]:
    """Every address of the site as it is written, with its variables."""
    found = []
    for one in below.url_patterns:
        written = before + str(one.pattern).lstrip("^")
        found += _patterns(one, written) if isinstance(one, URLResolver) else [written]
    return found


def segments() -> list[str]:
    """The first words behind /menu/."""
    behind = [one.removeprefix("menu/") for one in _patterns(get_resolver()) if one.startswith("menu/")]
    return sorted({one.split("/")[0] for one in behind} - {""})


WORDS = [one for one in segments() if not one.startswith(("<", "("))]


def test_there_are_such_words() -> None:
    assert {"areas", "compare", "list", "search", "services", "where"} <= set(WORDS)


@pytest.mark.parametrize("code", [*WORDS, "open", "share", "a.b", "新"])
def test_an_area_and_a_service_with_such_a_code_have_a_page(city: City, client: Client, code: str) -> None:
    root = ServiceType.objects.get(number=0)
    area = add_service_type(root, code=code, name={"en": "An area of this"}, orderable=False)
    service = add_service_type(area, code=f"{code}.", name={"en": "A service of this"})
    shown = client.get(reverse("area", args=[area.code])).content.decode()
    assert "<h1>An area of this</h1>" in shown
    assert reverse("menu-service", args=[service.code]) in shown
    ServiceType.objects.filter(pk=area.pk).update(code=f"{code}..")
    ServiceType.objects.filter(pk=service.pk).update(code=code)
    assert "<h1>A service of this</h1>" in client.get(reverse("menu-service", args=[code])).content.decode()


def test_the_address_that_an_area_had_once_leads_to_it(city: City, client: Client) -> None:
    reply = client.get("/menu/health/")
    assert reply.status_code == 301
    assert reply["Location"] == reverse("area", args=["health"]) == "/menu/areas/health/"


@pytest.mark.parametrize("code", ["none", "home-care", "%00"])
def test_what_is_no_area_has_no_page(city: City, client: Client, code: str) -> None:
    assert client.get(f"/menu/areas/{code}/").status_code == 404
