"""Menus of other systems."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace
from lacarte.standards.imports import ImportFaultError, import_menu

DATA = Path(__file__).parents[4] / "shared" / "data"
pytestmark = pytest.mark.django_db
TABLES = {
    "organizations": "id,name\n1,Good Hands\n",
    "services": "id,organization_id,name\n10,1,Soup\n11,9,Lost\n12,1,\n13,10,Bread\n",
    "taxonomy": "id,name,parent_id,parent_name\nB-1,Meals,B,Basic Needs\n",
    "services_taxonomy": "id,service_id,taxonomy_id\n1,10,X\n2,10,B-1\n",
    "locations": "id,latitude,longitude\n5,28.05,122.05\n",
    "services_at_location": "id,service_id,location_id\n1,10,5\n",
    "languages": "id,service_id,location_id,language\n1,10,5,English\n2,10,5,Spanish\n3,10,5,Klingon\n",
    "eligibility": 'id,service_id,eligibility\n1,10,"All\\nwelcome"\n',
}


def package(folder: Path, **changes: str | bytes) -> Path:
    path = folder / "town.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in (TABLES | changes).items():
            file.writestr(f"data/{name}.csv", text)
    return path


def test_a_data_package_becomes_a_menu_and_bad_rows_are_listed(tmp_path: Path) -> None:
    report = import_menu(package(tmp_path))
    assert (report.loaded, [(r.line, r.field) for r in report.rejected]) == (
        2,
        [(3, "organization_id"), (4, "name")],
    )
    soup = Offer.objects.select_related("service_type__parent").get(code="town-10")
    assert (str(soup.service_type), str(soup.service_type.parent)) == ("Meals", "Basic Needs")
    assert (soup.languages, soup.conditions) == (["en", "es"], {"en": "All\nwelcome"})
    assert soup.places.get().longitude == 122.05
    bread = Offer.objects.select_related("service_type", "provider").get(code="town-13")
    assert (str(bread.service_type), str(bread.provider)) == ("unsorted", "Soup"), "an agency listed as a service"
    assert not CapacityLot.objects.exists(), "capacity is not made up"
    assert import_menu(package(tmp_path)).known == 2


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"PK nonsense"])
def test_what_is_no_menu_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    with pytest.raises(ImportFaultError, match=r"x\.json"):
        import_menu(path)


def test_a_package_without_services_says_so(tmp_path: Path) -> None:
    with pytest.raises(ImportFaultError, match="not an HSDS data package"):
        import_menu(package(tmp_path, services="id\n"))


def test_a_package_that_lacks_a_column_says_which(tmp_path: Path) -> None:
    with pytest.raises(ImportFaultError, match=r"taxonomy\.csv lacks the column name"):
        import_menu(package(tmp_path, taxonomy="id\nB-1\n"))


def test_what_cannot_be_kept_spoils_its_own_row_only(tmp_path: Path) -> None:
    rows = b"id,organization_id,name\n10,1,Caf\xe9\n11,1,Soup\x00\n" + b"x" * 130 + b",1,Tea\n12,1,Bread\n13\n"
    report = import_menu(package(tmp_path, services=rows))
    assert (report.loaded, [(r.line, r.field) for r in report.rejected]) == (
        1,
        [(2, "name"), (3, "name"), (4, "code"), (6, "organization_id")],
    )


def test_an_encrypted_or_broken_package_says_so(tmp_path: Path) -> None:
    path = package(tmp_path)
    raw = bytearray(path.read_bytes())
    raw[6] |= 1  # the flag for encryption, of the first entry and of all in the directory at the end
    at = raw.find(b"PK\x01\x02")
    while at >= 0:
        raw[at + 8] |= 1
        at = raw.find(b"PK\x01\x02", at + 1)
    path.write_bytes(raw)
    with pytest.raises(ImportFaultError, match="encrypted"):
        import_menu(path)


def test_a_broken_facility_does_not_stop_the_others(tmp_path: Path) -> None:
    good = {
        "objectId": "f",
        "name": "Shelter",
        "services": [{"objectId": "s", "category": "housing", "name": "Bed"}],
    }
    path = tmp_path / "places.json"
    odd = good | {"name": "\ud800", "services": [{"objectId": "t", "category": "food"}]}
    path.write_text(json.dumps([{"name": "no services"}, good, 3, odd]))
    report = import_menu(path)
    assert (report.loaded, [r.line for r in report.rejected]) == (1, [1, 3, 4])


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside this checkout")
def test_san_francisco() -> None:
    linksf = import_menu(DATA / "sf" / "services_linksf.json")
    assert (linksf.loaded, linksf.known, len(linksf.rejected)) == (96, 34, 0), "the file repeats entries"
    assert OfferAtPlace.objects.exclude(longitude=None).count() >= 96
    assert not Offer.objects.exclude(price_minor=None).exists(), "neither says what anything costs"
