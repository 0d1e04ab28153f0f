"""Imports load what is good, list what is not, and add nothing twice."""

from __future__ import annotations

import csv
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lacarte.loop.matching.actions import match
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import CapacityLot, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import region_at
from lacarte.standards import imports
from lacarte.standards.imports import ImportFaultError, import_places, import_requests
from tests.city import square

DATA = Path(__file__).parents[4] / "shared" / "data" / "sf"
MAPPING = Path(imports.__file__).parent / "mappings" / "san_francisco_311.toml"
COLUMNS = {
    "CaseID": "1",
    "Opened": "2012-12-04 15:21:00",
    "Closed": "2012-12-06 04:39:00",
    "Status": "Closed",
    "Category": "Graffiti",
    "Request.Type": "On_wall",
    "Address": "A st",
    "Lat": "37.7",
    "Long": "-122.4",
    "Responsible.Agency": "DPW",
}
FAULTS = {"Opened": "yesterday", "Lat": "north", "Long": "999", "Category": "", "CaseID": " ", "Status": ""}


def requests_file(folder: Path, rows: list[list[str]]) -> Path:
    path = folder / "requests.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([list(COLUMNS), *rows])
    return path


def row(number: int, **changes: str) -> list[str]:
    return list((COLUMNS | {"CaseID": str(number)} | changes).values())


class TestRows(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.none() | st.sampled_from(sorted(FAULTS)), max_size=12))
    def test_exactly_the_bad_rows_are_rejected_with_line_and_column(self, faults: list[str | None]) -> None:
        rows = [row(n, **({f: FAULTS[f]} if f else {})) for n, f in enumerate(faults)]
        with tempfile.TemporaryDirectory() as folder:
            report = import_requests(requests_file(Path(folder), rows))
        bad = [(n, f) for n, f in enumerate(faults, start=2) if f]
        assert [line for line, _ in bad] == [r.line for r in report.rejected]
        assert all({r.field, "Lat"} & {f, "Lat"} for r, (_, f) in zip(report.rejected, bad, strict=True))
        assert report.loaded == Need.objects.count() == len(faults) - len(bad)


@pytest.mark.django_db
def test_what_cannot_be_kept_spoils_its_own_row_only(tmp_path: Path) -> None:
    path = requests_file(
        tmp_path,
        [
            row(1, Address="Caf_ st"),
            row(2, Address="A\x00 st"),
            row(3, Category="x" * 200),
            row(4, Category="?!"),
            row(5, CaseID="9" * 81),
            row(6, Address="long " * 30_000),
            row(7),
            ["8"],
        ],
    )
    path.write_bytes(path.read_bytes().replace(b"Caf_", b"Caf\xe9"))
    report = import_requests(path)
    assert report.loaded == 1
    assert [(r.line, r.field) for r in report.rejected] == [
        *((2, "Address"), (3, "Address"), (4, "Category"), (5, "Category"), (6, "CaseID")),
        *((7, "all columns"), (9, "Opened")),
    ]


@pytest.mark.django_db
def test_a_mapping_names_the_encoding(tmp_path: Path) -> None:
    path = requests_file(tmp_path, [row(1, Address="滨海路")])
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("gb18030"))
    mapping = tmp_path / "ours.toml"
    mapping.write_text('encoding = "gb18030"\n' + MAPPING.read_text(encoding="utf-8"))
    import_requests(path, mapping=mapping)
    assert Need.objects.get().address == "滨海路"
    mapping.write_text('encoding = "latin-99"\n' + MAPPING.read_text(encoding="utf-8"))
    with pytest.raises(ImportFaultError, match="latin-99"):
        import_requests(path, mapping=mapping)


@pytest.mark.django_db
def test_a_file_loaded_twice_adds_nothing(tmp_path: Path) -> None:
    path = requests_file(tmp_path, [row(1), row(2, Status="Open", Closed="")])
    assert import_requests(path).loaded == 2
    again = import_requests(path)
    assert (again.loaded, again.known) == (0, 2)
    assert (Need.objects.count(), CapacityLot.objects.count()) == (2, 4)
    closed = Need.objects.get(state=Need.State.MET)
    assert closed.received_at == datetime(2012, 12, 4, 23, 21, tzinfo=UTC), "San Francisco's winter time"
    assert closed.text == "On wall"


@pytest.mark.django_db
def test_open_needs_are_matched_with_the_supply_that_history_shows(tmp_path: Path) -> None:
    rows = [row(n) for n in range(3)] + [row(n, Status="Open", Closed="") for n in range(10, 16)]
    import_requests(requests_file(tmp_path, rows))
    assert set(CapacityLot.objects.values_list("units", flat=True)) == {3}
    run = match()
    assert (run.needs, run.matched) == (6, 6)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a,b\n1,2\n", r"no mapping fits its columns \(a, b\)"),
        (b"", "no mapping fits"),
        (b"\xc3\x28,\x80", "UTF-8"),
        (b"\xff\xfe\x00x", "no mapping fits"),
        (b"\xff\xfe\x00", "not a CSV file in utf-16"),
    ],
)
def test_a_file_that_is_no_such_file_says_so(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(ImportFaultError, match=says):
        import_requests(path)
    with pytest.raises(ImportFaultError, match="No such file"):
        import_requests(tmp_path / "missing.csv")


def geojson(folder: Path, *features: object) -> Path:
    path = folder / "little_town.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}))
    return path


def feature(name: str, geometry: object) -> dict:
    return {"type": "Feature", "properties": {"nhood": name}, "geometry": geometry}


@pytest.mark.django_db
def test_features_of_one_name_are_one_region_and_bad_ones_are_listed(tmp_path: Path) -> None:
    path = geojson(
        tmp_path,
        feature("Port", square(0, 0, 1)),
        feature("Port", square(1, 0, 1)),
        feature("", square(5, 5, 1)),
        feature("Dot", {"type": "Point", "coordinates": [1, 1]}),
        feature("Broken", {"type": "Polygon", "coordinates": "x"}),
        "no feature at all",
    )
    report = import_places(path)
    assert (report.loaded, [r.line for r in report.rejected]) == (1, [3, 4, 5, 6])
    assert (str(region_at(0.5, 0.5)), str(region_at(1.5, 0.5))) == ("Port", "Port")
    assert str(region_at(0.5, 0.5).parent) == "Little Town"
    assert import_places(path).known == 1


@pytest.mark.django_db
def test_regions_that_cannot_be_drawn_are_listed_and_crossed_ones_mended(tmp_path: Path) -> None:
    bow_tie = {"type": "Polygon", "coordinates": [[[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]]]}
    line = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [2, 2], [0, 0]]]}
    path = geojson(
        tmp_path,
        feature("Bow", bow_tie),
        feature("Feet", square(6_000_000, 2_000_000, 1000)),
        feature("Line", line),
        feature("!", square(5, 5, 1)),
        feature("x" * 200, square(5, 5, 1)),
        feature("St. Mary", square(8, 0, 1)),
        feature("St Mary", square(9, 0, 1)),
    )
    report = import_places(path)
    assert report.loaded == 2
    assert [(r.line, r.field) for r in report.rejected] == [
        *((2, "geometry"), (3, "geometry"), (4, "nhood"), (5, "nhood"))
    ]
    assert "convert the file to WGS84" in report.rejected[0].reason
    assert [str(region_at(x, 0.5)) for x in (0.2, 8.5, 9.5)] == ["Bow", "St. Mary", "St. Mary"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "says"), [("{", "not GeoJSON"), ("[" * 100_000, "not GeoJSON"), ("[]", "FeatureCollection")]
)
def test_what_is_not_geojson_says_so(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.geojson"
    path.write_text(text)
    with pytest.raises(ImportFaultError, match=says):
        import_places(path)


@pytest.mark.django_db
@pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside this checkout")
def test_san_francisco() -> None:
    places = import_places(DATA / "neighbourhoods.geojson", city="San Francisco")
    assert (places.loaded, len(places.rejected)) == (41, 0)
    for name, rows in (("requests.csv", 3483), ("requests_10k.csv", 10000)):
        told = import_requests(DATA / name)
        assert told.loaded + told.known + len(told.rejected) == rows
        assert told.loaded > rows * 0.9, told.text()
    assert Region.objects.filter(parent__name__en="San Francisco").count() == 41
    assert ServiceType.objects.filter(orderable=True).count() > 20
    inside = Need.objects.exclude(longitude=None)
    assert inside.exclude(region_id=0).count() / inside.count() > 0.95
    run = match()
    assert run.needs == Need.objects.filter(state=Need.State.OPEN).count()
    assert run.gap == 0
