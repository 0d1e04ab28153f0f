"""Named places of a file are loaded, bad rows listed; lines are put together and make crossings."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lacarte.registers.places.gazetteer import named_in
from lacarte.registers.places.models import NamedPlace
from lacarte.standards.imports import ImportFaultError, import_gazetteer
from tests import city as towns

HEADER = "name,name_zh-hans,kind,longitude,latitude,other_names,region,first_number,last_number\n"
GOOD = "Plum Lane,梅井弄,street,122.03,28.03,Old Well Lane;Plum Ln,,,\n"


@pytest.fixture
def city(db: None) -> towns.City:
    return towns.build()


def table(folder: Path, *rows: str, name: str = "places.csv") -> Path:
    path = folder / name
    path.write_text(HEADER + "".join(rows), encoding="utf-8")
    return path


def test_a_row_gives_names_kind_region_and_point(city: towns.City, tmp_path: Path) -> None:
    report = import_gazetteer(table(tmp_path, GOOD, "East Pier,,,,,,e,,\n", "Oak St,,street,,,,w,100,199\n"))
    assert (report.loaded, report.known, report.rejections) == (3, 0, 0)
    pier, oak, plum = sorted(NamedPlace.objects.select_related("region"), key=lambda place: place.name["en"])
    assert (plum.name, plum.region, plum.longitude) == (
        {"zh-hans": "梅井弄", "en": "Plum Lane"},
        city.west,
        122.03,
    )
    assert plum.other_names == ["Old Well Lane", "Plum Ln"]
    assert (oak.first_number, oak.last_number, oak.region) == (100, 199, city.west)
    assert (pier.kind, pier.region, pier.longitude, pier.source) == ("landmark", city.east, None, "places")
    assert named_in("old well lane")[0][0].pk == plum.pk


def test_loading_again_changes_and_replacing_removes(city: towns.City, tmp_path: Path) -> None:
    import_gazetteer(table(tmp_path, GOOD, "Oak St,,street,122.01,28.01,,,,\n"))
    report = import_gazetteer(table(tmp_path, GOOD.replace("122.03", "122.04")))
    assert (report.loaded, report.known, NamedPlace.objects.count()) == (0, 1, 2)
    assert NamedPlace.objects.get(name__en="Plum Lane").longitude == 122.04
    import_gazetteer(table(tmp_path, GOOD), replace=True)
    assert [place.name["en"] for place in NamedPlace.objects.all()] == ["Plum Lane"]


def test_two_places_of_one_name_are_two_and_one_entered_twice_is_one(city: towns.City, tmp_path: Path) -> None:
    rows = ["Clinic,,,122.01,28.01,,,,\n", "Clinic,,,122.05,28.05,,,,\n", "Well,,,,,,,,\n", "Well,,,,,,,,\n"]
    report = import_gazetteer(table(tmp_path, *rows))
    assert NamedPlace.objects.count() == report.loaded == 3
    assert list(report.odd.values()) == [(1, 5)]


BAD = {
    ",,street,,,,,,": "name",
    "A,,river,,,,,,": "kind",
    "B,,street,north,28,,,,": "longitude",
    "C,,street,999,28,,,,": "longitude",
    "D,,street,,,,nowhere,,": "region",
    "E,,street,,,,,9,3": "first_number",
    "F,,street,,,,,a,b": "first_number",
    "G\0,,street,,,,,,": "name",
    f"{'H' * 200},,street,,,,,,": "name",
    f"I,,street,,,{'x' * 130},,,": "other_names",
}


class TestRows(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.none() | st.sampled_from(sorted(BAD)), max_size=8))
    def test_exactly_the_bad_rows_are_rejected_with_line_and_column(self, faults: list[str | None]) -> None:
        rows = [fault + "\n" if fault else f"Good {n} Street,,street,,,,,,\n" for n, fault in enumerate(faults)]
        with tempfile.TemporaryDirectory() as folder:
            report = import_gazetteer(table(Path(folder), *rows))
        bad = sorted((line, BAD[fault]) for line, fault in enumerate(faults, start=2) if fault)
        assert sorted((one.line, one.field) for one in report.rejected) == bad
        assert NamedPlace.objects.count() == len(faults) - len(bad)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.csv", b"title,kind\nx,street\n", "no column “name”"),
        ("a.csv", b"", "no column “name”"),
        ("a.csv", b"\xff\xfe\x00", "no column “name”"),
        ("a.geojson", b"{}", "not a GeoJSON FeatureCollection"),
        ("a.geojson", b"[" * 90_000, "not GeoJSON"),
    ],
)
def test_a_file_that_is_none_says_so(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ImportFaultError, match=says):
        import_gazetteer(path)
    with pytest.raises(ImportFaultError, match="No such file"):
        import_gazetteer(tmp_path / "missing.csv")


@pytest.mark.django_db
def test_another_delimiter_and_wrong_bytes_spoil_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("name;kind\nGood Lane;street\nB\xe9ton Road;street\n".encode("latin-1"))
    report = import_gazetteer(path)
    assert (report.loaded, [(one.line, one.field) for one in report.rejected]) == (1, [(3, "name")])


def line(name: str, *points: tuple[float, float], **more: str) -> dict:
    geometry = {"type": "LineString", "coordinates": [list(point) for point in points]}
    return {"type": "Feature", "properties": {"name": name, **more}, "geometry": geometry}


def geojson(folder: Path, *features: object) -> Path:
    path = folder / "streets.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return path


def test_pieces_of_a_street_are_one_and_where_two_meet_is_a_crossing(city: towns.City, tmp_path: Path) -> None:
    report = import_gazetteer(
        geojson(
            tmp_path,
            line("Long Street", (122.02, 28.05), (122.06, 28.05), **{"name:zh": "长街"}),
            line("Long Street", (122.06, 28.05), (122.15, 28.05)),
            line("Short Lane", (122.05, 28.04), (122.05, 28.06), **{"name:zh": "短巷"}),
            line("Long Street", (122.19, 28.01), (122.195, 28.01)),
            {
                "type": "Feature",
                "properties": {"name": "Clock"},
                "geometry": {"type": "Point", "coordinates": [122.15, 28.02]},
            },
            {
                "type": "Feature",
                "properties": {"name": "Bad"},
                "geometry": {"type": "Point", "coordinates": [999, 0]},
            },
            {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [122.1, 28.0]}},
        )
    )
    assert [(one.line, one.field) for one in report.rejected] == [(6, "geometry"), (7, "name")]
    found = {(place.kind, str(place), place.region.code) for place in NamedPlace.objects.select_related("region")}
    assert found == {
        *(("street", "Long Street", "c"), ("street", "Long Street", "e"), ("street", "Short Lane", "w")),
        *(("crossing", "Long Street & Short Lane", "w"), ("landmark", "Clock", "e")),
    }
    crossing = NamedPlace.objects.get(kind="crossing")
    assert (crossing.longitude, crossing.latitude) == (122.05, 28.05)
    assert crossing.name["zh-hans"] == "长街 & 短巷"
    for words in ("Short Lane and Long St", "长街与短巷路口", "long street / short lane"):
        assert named_in(words)[0][0].pk == crossing.pk
