"""What is kept of services and organisations is never other than what their records say."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.models import Offer, OfferAtPlace, OrganizationDocument, ServiceDocument, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds import collecting, documents
from lacarte.standards.hsds.forms import listed
from lacarte.standards.hsds.lines import Lines, packed, unpacked
from lacarte.standards.hsds.ours import type_key
from lacarte.standards.hsds.publishing import publish
from lacarte.standards.hsds.records import Services
from lacarte.standards.imports import import_menu
from tests.city import City

pytestmark = pytest.mark.django_db
Object = dict[str, Any]


def page(full: bool) -> list[Object]:
    """What the interface answers."""
    told = Client().get("/hsds/3.1/services", {"full": str(full).lower()})
    contents: list[Object] = json.loads(told.content)["contents"]
    return contents


def said(full: bool) -> list[Object]:
    """What the records say, made without anything kept."""
    services = Services(Offer.objects.order_by("pk"), clock.now())
    found = (services.full(row) for row in services.rows)
    return [one if full else listed("service", one) for one in found]


def _prove(city: City) -> None:
    rule = Requirement.objects.create(
        service_type=city.care, code="age", circumstance="age", comparison="at-least", value=60
    )
    rule.proofs.add(EvidenceType.objects.create(code="id-card", name={"en": "Identity card"}))


#: Changes of all that a service is made of, none of which says that it has changed.
CHANGES: dict[str, Callable[[City], object]] = {
    "a column": lambda city: Offer.objects.update(email="new@example.org"),
    "what a file said": lambda city: Offer.objects.update(carried={"hsds": {"added": {"alert": "Closed"}}}),
    "its type": lambda city: Offer.objects.update(service_type=city.lift),
    "the name of its type": lambda city: ServiceType.objects.filter(pk=city.care.pk).update(name={"en": "Nurses"}),
    "the area of its type": lambda city: ServiceType.objects.filter(pk=city.area.pk).update(code="wellbeing"),
    "its provider": lambda city: Provider.objects.update(name={"en": "Best Hands"}),
    "the region of its provider": lambda city: Provider.objects.update(region=city.east),
    "a place": lambda city: OfferAtPlace.objects.update(address={"en": "1 Plum Street"}),
    "one more place": lambda city: OfferAtPlace.objects.create(offer=city.offer.offer, region=city.east),
    "no place": lambda city: city.offer.delete(),
    "where a place is": lambda city: OfferAtPlace.objects.update(region=city.east),
    "the code of a region": lambda city: Region.objects.filter(pk=city.west.pk).update(code="occident"),
    "whom a place serves": lambda city: city.offer.serves.set([city.east]),
    "what proves a right to it": _prove,
    "what is free": lambda city: city.lot.delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_is_told_at_once(city: City, change: str) -> None:
    with clock.stopped_at(clock.now()):
        assert (page(full=True), page(full=False)) == (said(full=True), said(full=False))
        CHANGES[change](city)
        assert (page(full=True), page(full=False)) == (said(full=True), said(full=False))


def test_the_name_of_a_region_that_is_served_is_told_at_once(city: City) -> None:
    city.offer.serves.set([city.east])
    with clock.stopped_at(clock.now()):
        page(full=True)
        Region.objects.filter(pk=city.east.pk).update(name={"en": "Orient"})
        assert page(full=True) == said(full=True)
        assert page(full=True)[0]["service_at_locations"][0]["service_areas"][0]["name"] == "Orient"


@pytest.mark.parametrize("change", CHANGES)
def test_an_export_is_the_same_whether_anything_is_kept(city: City, tmp_path: Path, change: str) -> None:
    with clock.stopped_at(clock.now()):
        publish(tmp_path / "before.zip")
        CHANGES[change](city)
        kept = publish(tmp_path / "kept.zip")
        forget()
        anew = publish(tmp_path / "anew.zip")
    assert tables(tmp_path / "kept.zip") == tables(tmp_path / "anew.zip")
    assert (kept.checked, kept.wrong) == (anew.checked, 0)


def test_an_export_is_the_same_however_many_are_made_at_once(city: City, tmp_path: Path) -> None:
    for number in range(5):
        provider = Provider.objects.create(code=f"p{number}", name={"en": "N"}, kind="social", region=city.east)
        offer = Offer.objects.create(
            code=f"n{number}", service_type=city.care, provider=provider, name={"en": "N"}
        )
        OfferAtPlace.objects.create(offer=offer, region=city.west)
    with clock.stopped_at(clock.now()):
        publish(tmp_path / "all.zip")
        forget()
        with patch.object(documents, "_AT_ONCE", 2), patch.object(collecting, "_AT_ONCE", 3):
            publish(tmp_path / "some.zip")
    assert len(tables(tmp_path / "all.zip")["services.csv"]) == 6
    assert tables(tmp_path / "all.zip") == tables(tmp_path / "some.zip")


def test_the_root_of_the_menu_is_told_where_something_is_offered_there(city: City, tmp_path: Path) -> None:
    def terms() -> set[str]:
        publish(tmp_path / "menu.zip")
        return {row["id"] for row in tables(tmp_path / "menu.zip")["taxonomy_terms.csv"]}

    root = type_key(ServiceType.objects.get(number=0).code)
    assert root not in terms() and type_key("home-care") in terms()
    Offer.objects.update(service_type=0)
    assert {root, type_key("home-care")} <= terms()


def forget() -> None:
    ServiceDocument.objects.all().delete()
    OrganizationDocument.objects.all().delete()


def tables(path: Path) -> dict[str, list[Object]]:
    found = {}
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith(".csv"):
                found[name] = list(csv.DictReader(io.StringIO(package.read(name).decode(), newline="")))
    return found


def test_what_is_kept_is_only_read(city: City) -> None:
    def asked(full: bool) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            page(full)
        return [one["sql"].split()[0] for one in queries]

    asked(full=True)
    assert set(asked(full=True)) == {"SELECT"}
    assert (len(asked(full=True)), len(asked(full=False))) == (6, 5)


def test_a_page_is_answered_where_nothing_can_be_kept(city: City) -> None:
    with clock.stopped_at(clock.now()), patch.object(documents, "insert_all", side_effect=DatabaseError("full")):
        assert page(full=True) == said(full=True)
    assert not ServiceDocument.objects.exists()


def test_what_changes_while_it_is_told_is_not_kept(city: City) -> None:
    def changing(name: str, keys: Any) -> Any:
        found = list(real(name, keys))
        Offer.objects.update(email="new@example.org")
        return found

    real = documents.objects_of
    with patch.object(documents, "objects_of", changing):
        page(full=True)
    assert not ServiceDocument.objects.exists()
    assert page(full=True)[0]["email"] == "new@example.org"


def test_services_that_say_different_things_of_one_programme_stay_apart(city: City, tmp_path: Path) -> None:
    owner = {"id": "0f0f0f0f-1111-4222-8333-444455557777", "name": "Hands", "description": ""}
    services = [
        {
            "id": f"0f0f0f0f-1111-4222-8333-44445555666{n}",
            "name": f"Soup {n}",
            "status": "active",
            "organization": owner,
            "program": {"id": "0f0f0f0f-1111-4222-8333-444455558888", "name": name, "description": ""},
        }
        for n, name in enumerate(("Meals", "Meals", "Dinners"))
    ]
    (tmp_path / "soup.json").write_text(json.dumps(services))
    assert import_menu(tmp_path / "soup.json").loaded == 3
    for _ in range(2):
        assert publish(tmp_path / "menu.zip").holds
        found = tables(tmp_path / "menu.zip")
        named = {row["id"]: row["name"] for row in found["programs.csv"]}
        told = {row["name"]: named[row["program_id"]] for row in found["services.csv"] if row["program_id"]}
        assert sorted(named.values()) == ["Dinners", "Meals"]
        assert told == {"Soup 0": "Meals", "Soup 1": "Meals", "Soup 2": "Dinners"}


@pytest.mark.parametrize("sign", ["\x1e", "\x1f", "\r\n", '"', "{", "中"])
def test_lines_come_back_whatever_signs_are_in_them(sign: str) -> None:
    lines = Lines({"phone": [f"1,{sign}", "2,x"], "service": [f"3,{sign}{sign}"]})
    several = unpacked([packed(lines), packed(lines)])
    assert several.plain == {"phone": lines.plain["phone"] * 2, "service": lines.plain["service"] * 2}
    lines.more = {"phone": [("4,", {"colour": "red"})]}
    lines.faults = [{"in": "phones", "id": "4", "field": "number", "wrong": "is missing"}]
    again = unpacked([packed(lines)])
    assert ([tuple(one) for one in again.more["phone"]], again.faults) == (lines.more["phone"], lines.faults)
