"""A menu goes out as a data package and comes in again; directories of others come in and go out again."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from lacarte.kernel import clock
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import CapacityLot, DirectoryRow, MenuChange, Offer, OfferAtPlace, ServiceType
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds.ours import taken_apart
from lacarte.standards.hsds.publishing import publish
from lacarte.standards.hsds.records import Services
from lacarte.standards.hsds.residue import same
from lacarte.standards.hsds.shapes import schema
from lacarte.standards.imports import ImportFaultError, import_menu
from lacarte.standards.validation import InvalidExportError
from tests.city import City

SHARED = Path(__file__).parents[4] / "shared"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the standards' own files are not beside this checkout"
)
pytestmark = pytest.mark.django_db
Object = dict[str, Any]


def snapshot() -> Object:
    """All of the menu, but when it changed and what is free."""
    left_out = ("changed_at", "carried", "service_type_id", "parent_id", "last")
    of: dict[str, Any] = {
        "providers": Provider.objects.order_by("pk").values(),
        "offers": Offer.objects.order_by("pk").values(),
        "places": OfferAtPlace.objects.order_by("pk").values(),
        "types": ServiceType.objects.exclude(number=0).order_by("code").values(),
    }
    found = {
        name: [{n: v for n, v in row.items() if n not in left_out} for row in rows] for name, rows in of.items()
    }
    for row in found["types"]:
        del row["number"]
    found["kinds"] = list(Offer.objects.order_by("pk").values_list("code", "service_type__code"))
    found["above"] = list(ServiceType.objects.order_by("code").values_list("code", "parent__code"))
    found["serves"] = list(OfferAtPlace.objects.order_by("pk", "serves__code").values_list("pk", "serves__code"))
    return found


def empty() -> None:
    Offer.objects.all().delete()
    Provider.objects.all().delete()
    DirectoryRow.objects.all().delete()
    for number in ServiceType.objects.exclude(number=0).order_by("-number").values_list("number", flat=True):
        ServiceType.objects.filter(number=number).delete()


def furnish(city: City) -> None:
    """Give the small city's menu something of everything."""
    ServiceType.objects.filter(pk=city.lift.pk).update(legal_basis="§ 3", urgency=0, contact_days=1)
    Provider.objects.update(
        name={"en": "Good Hands", "zh-hans": "好手"}, phone="555 1", website="https://h.example", kind="market"
    )
    offer = city.offer.offer
    Offer.objects.filter(pk=offer.pk).update(
        name={"zh-hans": "照护"},
        conditions={"en": "Over 60", "zh-hans": "六十岁以上"},
        languages=["zh-hans", "en"],
        price_minor=1250,
        currency="EUR",
        price_note={"en": "each visit"},
        since=date(2026, 1, 1),
        paused=True,
        email="a@h.example",
    )
    OfferAtPlace.objects.update(
        address={"en": "12 Plum Street", "zh-hans": "李树街12号"},
        reach_metres=3000,
        step_free=True,
        hours={"1": [["09:00", "17:00"]]},
        phone="555 2",
    )
    city.offer.serves.set([city.west, city.east])
    free = Offer.objects.create(code="free", service_type=city.care, provider=offer.provider, name={"en": "Tea"})
    OfferAtPlace.objects.create(offer=free, region=city.east, hours={"1": "by appointment"})


def test_a_menu_that_goes_out_comes_in_as_it_was(city: City, tmp_path: Path) -> None:
    furnish(city)
    before = snapshot()
    report = publish(tmp_path / "menu.zip")
    assert (report.wrong, report.checked["services"], report.checked["service_capacity"]) == (0, 2, 1)
    empty()
    told = import_menu(tmp_path / "menu.zip")
    assert (told.loaded, told.rejected) == (2, [])
    assert snapshot() == before
    assert not CapacityLot.objects.exists(), "what was free then says nothing of now"
    assert not DirectoryRow.objects.exists(), "what is ours is made anew"
    assert import_menu(tmp_path / "menu.zip").known == 2


@pytest.mark.parametrize("name", ["menu.zip", "menu"])
def test_an_empty_menu_comes_in_as_it_was(city: City, tmp_path: Path, name: str) -> None:
    empty()
    assert publish(tmp_path / name).holds
    told = import_menu(tmp_path / name)
    assert (told.rows, Offer.objects.count(), DirectoryRow.objects.count()) == (0, 0, 0)


def test_an_import_is_kept_in_the_history_of_the_menu(city: City, tmp_path: Path) -> None:
    furnish(city)
    publish(tmp_path / "menu.zip")
    empty()
    MenuChange.objects.all().delete()
    now = clock.now()
    with clock.stopped_at(now):
        import_menu(tmp_path / "menu.zip")
    kinds = (Provider, Offer, OfferAtPlace, ServiceType)
    made = {str(key) for kind in kinds for key in kind.objects.values_list("pk", flat=True)} - {"0"}
    changes = MenuChange.objects.all()
    assert {one.key for one in changes} == made
    assert {(one.at, one.actor) for one in changes} == {(now, None)}
    [served] = [one for one in changes if one.key == str(city.offer.pk)]
    assert served.values["serves"] == [city.west.pk, city.east.pk]


def test_what_proves_a_right_and_what_is_free_are_told_and_not_kept(city: City, tmp_path: Path) -> None:
    furnish(city)
    rule = Requirement.objects.create(
        service_type=city.care, code="age", circumstance="age", comparison="at-least", value=60
    )
    rule.proofs.add(EvidenceType.objects.create(code="id-card", name={"en": "Identity card"}))
    services = Services(Offer.objects.order_by("pk"), clock.now())
    full = services.full(services.rows[0])
    assert [one["document"] for one in full["required_documents"]] == ["Identity card"]
    assert (full["capacities"][0]["available"], full["capacities"][0]["maximum"]) == (2, 2)
    publish(tmp_path / "menu")
    Offer.objects.all().delete()
    import_menu(tmp_path / "menu")
    kept = [one.carried["hsds"] for one in Offer.objects.all()]
    assert [list(one) for one in kept] == [["inside"]] * 2
    assert [list(one["inside"]) for one in kept] == [["last_modified"]] * 2


def test_a_directory_that_counts_one_two_three_gets_keys_and_keeps_its_names(city: City, tmp_path: Path) -> None:
    path = tmp_path / "town.zip"
    tables = {
        "organizations": "id,name,description,year_incorporated\n1,Good Hands,,1999\n",
        "services": "id,organization_id,name,status,wait_time,colour\n10,1,Soup,Archived,long,red\n",
        "locations": "id,location_type,latitude,longitude\n5,physical,28.05,122.05\n6,virtual,,\n",
        "service_at_location": "id,service_id,location_id\n7,10,5\n",
        "phones": "id,service_id,number,extension\n1,10,555,12\n2,10,556,desk\n3,99,557,\n",
        "taxonomy_terms": "id,name,description,taxonomy\nT,Meals,d,Ours\nU,Unused,d,Ours\n",
        "attributes": "id,link_id,link_entity,taxonomy_term_id\n1,10,service,T\n",
        "badges": "id,colour\n1,gold\n",
    }
    with zipfile.ZipFile(path, "w") as file:
        for name, text in tables.items():
            file.writestr(f"{name}.csv", text)
    report = import_menu(path)
    assert (report.loaded, report.rejections) == (1, 0)
    soup = Offer.objects.select_related("service_type").get(code="town-10")
    assert (str(soup.service_type), soup.phone, soup.paused) == ("Meals", "555", False)
    assert soup.places.get().region == city.west
    publish(tmp_path / "again.zip")
    with zipfile.ZipFile(tmp_path / "again.zip") as package:
        read = {name: package.read(name).decode() for name in package.namelist()}
    assert "long" in read["services.csv"] and "red" in read["services.csv"] and "Archived" in read["services.csv"]
    assert "desk" in read["phones.csv"] and "557" in read["phones.csv"], "also what belongs to nothing"
    assert "virtual" in read["locations.csv"]
    assert "Unused" in read["taxonomy_terms.csv"]
    assert "gold" in read["badges.csv"]
    assert {one["path"] for one in json.loads(read["datapackage.json"])["resources"]} <= set(read)


def test_what_an_official_changes_here_is_told_as_it_is_here(city: City, tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    theirs = {
        "id": "0f0f0f0f-1111-4222-8333-444455556666",
        "name": "Soup",
        "status": "temporarily closed",
        "email": "old@example.org",
        "fees": "none",
        "organization": {"id": "0f0f0f0f-1111-4222-8333-444455557777", "name": "Hands", "description": ""},
    }
    path.write_text(json.dumps(theirs))
    import_menu(path)
    assert told()["status"] == "temporarily closed"
    Offer.objects.filter(name={"en": "Soup"}).update(paused=False, email="new@example.org")
    now = told()
    assert (now["status"], now["email"], now["fees"]) == ("active", "new@example.org", "none")


def told(name: str = "Soup") -> Object:
    services = Services(Offer.objects.filter(name={"en": name}), clock.now())
    return services.full(services.rows[0])


def test_nothing_that_breaks_the_standard_is_published(city: City, tmp_path: Path) -> None:
    target = tmp_path / "menu.zip"
    publish(target)
    before = target.read_bytes()
    residue = {"hsds": {"added": {"minimum_age": "twelve"}}}
    Offer.objects.update(carried=residue)
    with pytest.raises(InvalidExportError) as refused:
        publish(target)
    [fault] = refused.value.args[0].faults
    assert (fault["in"], fault["id"], fault["field"]) == ("services", str(city.offer.offer_id), "minimum_age")
    assert target.read_bytes() == before


@pytest.mark.parametrize("text", ['[{"id": 1, "colour": "red"}]', '{"contents": []}', "[1]", "[[]]"])
def test_what_is_no_directory_loads_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    try:
        report = import_menu(path)
    except ImportFaultError:
        return
    assert (report.loaded, bool(report.rejections) or text == '{"contents": []}') == (0, True)


def test_an_export_can_be_checked_without_loading_it(city: City, tmp_path: Path) -> None:
    publish(tmp_path / "menu.zip")
    empty()
    assert import_menu(tmp_path / "menu.zip", only_check=True).loaded == 1
    assert not Offer.objects.exists()
    assert not Provider.objects.exists()


@needs_shared
@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_the_examples_of_the_standard_come_back_whole(version: str, tmp_path: Path) -> None:
    folder = SHARED / "standards" / f"hsds-{version}" / "examples"
    theirs = json.loads((folder / "service_full.json").read_text())
    import_menu(folder / "service_full.json")
    services = Services(Offer.objects.all(), clock.now())
    found = services.full(services.rows[0])
    assert same(plain(found), theirs)
    whole = json.loads((folder / "organization_full.json").read_text())
    Offer.objects.all().delete()
    Provider.objects.all().delete()
    import_menu(folder / "organization_full.json")
    services = Services(Offer.objects.all(), clock.now())
    [service] = whole.pop("services")
    assert same(plain(services.organization(services.rows[0]["provider_id"])), whole)
    assert same(
        without(plain(services.whole(services.rows[0])), "organization_id"), without(service, "organization_id")
    )


@needs_shared
def test_none_of_miami_is_lost() -> None:
    from lacarte.standards.hsds.packages import read_package
    from lacarte.standards.imports.report import Report

    path = SHARED / "data" / "miami" / "hsds_datapackage.zip"
    report = import_menu(path)
    assert (report.loaded, report.rejections) == (4089, 0)
    assert Provider.objects.count() > 1000
    assert ServiceType.objects.filter(orderable=True).count() > 100
    directory = read_package(path, "hsds_datapackage", Report(), lambda line: None)
    theirs = {one["id"]: one for one in directory.services}
    organizations = {one["id"]: one for one in directory.organizations}
    services = Services(Offer.objects.order_by("pk"), clock.now())
    validator = jsonschema_rs.validator_for(schema("service"))
    for row in services.rows:
        found = services.full(row)
        assert validator.is_valid(found)
        organization = found.pop("organization")
        assert same(plain(found), without(theirs.pop(found["id"]), "organization_id"))
        assert same(plain(organization), organizations[organization["id"]])
    assert not theirs


def plain(found: Any) -> Any:
    """Without attributes of our own, however deep."""
    if isinstance(found, list):
        return [plain(one) for one in found]
    if not isinstance(found, dict):
        return found
    others, _, _ = taken_apart(found.get("attributes"))
    rest = {name: plain(value) for name, value in found.items() if name != "attributes"}
    return rest | ({"attributes": [plain(one) for one in others]} if others else {})


def without(found: Object, *names: str) -> Object:
    return {name: value for name, value in found.items() if name not in names}


def test_a_service_type_comes_with_all_it_says(tmp_path: Path, city: City) -> None:
    above = add_service_type(ServiceType.objects.get(number=0), code="food", name={"en": "Food"}, orderable=False)
    add_service_type(
        above, code="meals", name={"en": "Meals", "zh-hans": "餐"}, keywords={"en": "soup"}, urgency=1
    )
    before = snapshot()["types"]
    publish(tmp_path / "menu.zip")
    empty()
    import_menu(tmp_path / "menu.zip")
    assert snapshot()["types"] == before


def test_what_tables_must_name_and_objects_need_not_comes_back_as_it_was(city: City, tmp_path: Path) -> None:
    service = {
        "id": "0f0f0f0f-1111-4222-8333-444455556666",
        "name": "Soup",
        "status": "active",
        "organization": {"id": "0f0f0f0f-1111-4222-8333-444455557777", "name": "Hands", "description": ""},
        "program": {"id": "0f0f0f0f-1111-4222-8333-444455558888", "name": "Meals", "description": ""},
        "attributes": [{"id": "0f0f0f0f-1111-4222-8333-444455559999", "value": "red"}],
        "service_at_locations": [{"id": "0f0f0f0f-1111-4222-8333-44445555aaaa", "description": "by phone"}],
    }
    path = tmp_path / "soup.json"
    path.write_text(json.dumps(service))
    import_menu(path)
    before = plain(told())
    assert same(without(before, "last_modified"), without(service, "last_modified"))
    assert publish(tmp_path / "menu.zip").holds
    empty()
    assert import_menu(tmp_path / "menu.zip").rejections == 0
    after = plain(told())
    assert same(without(after, "last_modified", "program_id"), without(before, "last_modified", "program_id"))
