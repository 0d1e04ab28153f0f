"""Needs from the exports of other cities: every one that can be used, once, with what it says and no more."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from lacarte.engines.geography import NOWHERE, cells
from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.loop.needs.models import Channel, Need, Understanding
from lacarte.registers.menu.models import Offer
from lacarte.standards.imports import import_requests, loading
from tests.city import build
from tests.standards.imports.exports import FIX_MY_STREET, NEW_YORK, new_york, table

pytestmark = pytest.mark.django_db


def test_new_york_as_it_was_exported_before_and_since_its_columns_were_renamed(tmp_path: Path) -> None:
    names = {
        "Complaint Type": "Problem (formerly Complaint Type)",
        "Descriptor": "Problem Detail (formerly Descriptor)",
    }
    renamed = {names.get(name, name): value for name, value in NEW_YORK.items()}
    interface = {name.lower().replace(" ", "_"): value for name, value in NEW_YORK.items()}
    for number, row in enumerate([NEW_YORK, renamed, interface]):
        key = next(iter(row))
        report = import_requests(table(tmp_path / f"{number}.csv", row | {key: str(number)}))
        assert report.loaded == 1, report.text()
    for need in Need.objects.all():
        assert str(need.service_type) == "Noise - Residential"
        assert need.text == "Banging/Pounding, Residential Building/House"
        assert need.address == "3855 SHORE PARKWAY, BROOKLYN"
        assert need.received_at == datetime(2019, 4, 19, 1, 55, 45, tzinfo=UTC)
        assert need.closed_at == need.changed_at == datetime(2019, 4, 19, 7, 45, 24, tzinfo=UTC)
        assert (need.state, need.channel, need.subject) == (Need.State.MET, Channel.IMPORT, "place")
        assert need.cell == cells([-73.931], [40.585])[0] != NOWHERE
        assert [event.name for event in timeline(need.pk)] == ["need.imported"]
    assert str(Offer.objects.get().provider) == "New York City Police Department"
    assert not Understanding.objects.exists()


def test_times_of_the_data_interface_are_read(tmp_path: Path) -> None:
    import_requests(new_york(tmp_path, 1, **{"Created Date": "2019-04-18T21:55:45.000"}))
    assert Need.objects.get().received_at == datetime(2019, 4, 19, 1, 55, 45, tzinfo=UTC)


def test_fix_my_street_without_what_is_personal(tmp_path: Path) -> None:
    duplicate = FIX_MY_STREET | {"Report ID": "8", "Status": "duplicate", "Fixed": "", "Closed": ""}
    waiting = FIX_MY_STREET | {"Report ID": "9", "Status": "action scheduled", "Fixed": ""}
    report = import_requests(table(tmp_path / "fms.csv", FIX_MY_STREET, duplicate, waiting))
    assert report.loaded == 3
    fixed = Need.objects.get(external_id="fixmystreet:7")
    assert fixed.text == "Broken lamp, The lamp in Mill_Lane is dark.\nSince Monday."
    assert (str(fixed.service_type), fixed.address) == ("Street lighting", "")
    assert fixed.closed_at == datetime(2014, 1, 17, 12, tzinfo=UTC)
    states = Need.objects.order_by("external_id").values_list("state", flat=True)
    assert list(states) == [Need.State.MET, Need.State.WITHDRAWN, Need.State.OPEN]
    assert not Offer.objects.exists(), "the file does not say who fixed it"


def test_a_subcategory_says_more_than_its_category(tmp_path: Path) -> None:
    rows = {"Subcategory": "Lamp dark", **FIX_MY_STREET}
    import_requests(table(tmp_path / "fms.csv", rows))
    assert str(Need.objects.get().service_type) == "Lamp dark"


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_delimiter_and_encoding_are_found(tmp_path: Path, delimiter: str, encoding: str) -> None:
    row = NEW_YORK | {"Incident Address": "Café “Ü”; 3, B|C"}
    import_requests(table(tmp_path / "x.csv", row, delimiter=delimiter, encoding=encoding))
    assert Need.objects.get().address == "Café “Ü”; 3, B|C, BROOKLYN"


def test_coordinates_with_a_decimal_comma_are_read(tmp_path: Path) -> None:
    row = NEW_YORK | {"Latitude": "40,585", "Longitude": "-73,931"}
    import_requests(table(tmp_path / "x.csv", row, delimiter=";"))
    assert (Need.objects.get().latitude, Need.objects.get().longitude) == (40.585, -73.931)


@pytest.mark.parametrize("point", ["(40.585, -73.931)", "POINT (-73.931 40.585)"])
def test_a_point_serves_where_there_are_no_coordinates(tmp_path: Path, point: str) -> None:
    row = NEW_YORK | {"Latitude": "", "Longitude": "", "Location": point}
    import_requests(table(tmp_path / "x.csv", row))
    assert (Need.objects.get().latitude, Need.objects.get().longitude) == (40.585, -73.931)


def test_what_is_odd_is_loaded_and_said(tmp_path: Path) -> None:
    odd = [
        {"Created Date": "03/10/2019 02:30:00 AM"},  # the clocks went from 2 to 3
        {"Created Date": "11/03/2018 01:30:00 AM"},
        {"Created Date": "11/03/2019 01:30:00 AM"},  # they went from 2 to 1
        {"Created Date": "01/01/1900 12:00:00 AM"},
        {"Created Date": "01/01/2090 12:00:00 AM", "Closed Date": ""},
        {"Closed Date": "01/01/1900 12:00:00 AM"},
        {"Latitude": "0", "Longitude": "0.0"},
    ]
    rows = [NEW_YORK | {"Unique Key": str(n), "Closed Date": ""} | one for n, one in enumerate(odd)]
    report = import_requests(table(tmp_path / "x.csv", *rows))
    assert report.loaded == len(odd)
    assert [(count, line) for count, line in report.odd.values()] == [
        (1, 2),
        (1, 4),
        (1, 5),
        (1, 6),
        (1, 7),
        (1, 8),
    ]
    told = report.text()
    for words in ("America/New_York skipped", "showed twice", "before 1970", "in the future", "closed before"):
        assert words in told
    needs = list(Need.objects.order_by("external_id"))
    assert needs[0].received_at == datetime(2019, 3, 10, 7, 30, tzinfo=UTC), "half past three of summer time"
    assert needs[5].closed_at is None
    assert (needs[6].longitude, needs[6].cell) == (None, NOWHERE)


@pytest.mark.parametrize("when", ["12/31/9999 11:00:00 PM", "00/00/0000", "02/29/2019 10:00:00 AM", "yesterday"])
def test_times_that_are_none_reject_their_row(tmp_path: Path, when: str) -> None:
    report = import_requests(new_york(tmp_path, 1, **{"Created Date": when}))
    assert [(row.line, row.field) for row in report.rejected] == [(2, "Created Date")]
    assert "is not a time such as" in report.rejected[0].reason


def test_of_two_rows_with_one_number_the_first_counts(tmp_path: Path) -> None:
    rows = [NEW_YORK | {"Descriptor": text} for text in ("first", "second")]
    report = import_requests(table(tmp_path / "x.csv", *rows))
    assert (report.loaded, report.known) == (1, 1)
    assert Need.objects.get().text.startswith("first")


def test_references_that_are_taken_are_drawn_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["2222-2222", "2222-2222", "3333-3333", "2222-2222", "4444-4444", "5555-5555"])
    monkeypatch.setattr(loading, "new_reference", lambda: next(drawn))
    import_requests(new_york(tmp_path, 2))
    assert set(Need.objects.values_list("reference", flat=True)) == {"2222-2222", "3333-3333"}
    import_requests(table(tmp_path / "more.csv", NEW_YORK | {"Unique Key": "x"}))
    assert Need.objects.get(external_id="new-york-311:x").reference == "4444-4444"


def test_words_are_read_only_when_asked_for(tmp_path: Path) -> None:
    city = build()
    said = {"Descriptor": "the lift is broken and stuck", "Location Type": ""}
    with clock.stopped_at(datetime(2026, 1, 1, tzinfo=UTC)):
        import_requests(new_york(tmp_path, 2, **said), understand=True)
    need = Need.objects.select_related("understanding").first()
    assert need is not None
    assert str(need.service_type) == "Noise - Residential", "what its own system said stays"
    assert need.understanding.types[0]["code"] == city.lift.code
    assert not hasattr(need, "danger")
