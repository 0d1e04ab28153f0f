"""Needs from the exports of other cities: every one that can be used, once, with what it says and no more."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lacarte.engines.geography import NOWHERE, cells
from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import UnfinishedImport
from lacarte.loop.needs.models import Channel, Need, Understanding
from lacarte.registers.menu.models import CapacityLot, Offer
from lacarte.standards import imports
from lacarte.standards.imports import ImportFaultError, Report, import_requests, loading, requests
from lacarte.standards.imports.mapping import read_mapping, shipped
from lacarte.standards.imports.requests import Progress
from tests.city import build

pytestmark = pytest.mark.django_db
MAPPINGS = Path(imports.__file__).parent / "mappings"
NEW_YORK = {
    "Unique Key": "42254749",
    "Created Date": "04/18/2019 09:55:45 PM",
    "Closed Date": "04/19/2019 03:45:24 AM",
    "Agency": "NYPD",
    "Agency Name": "New York City Police Department",
    "Complaint Type": "Noise - Residential",
    "Descriptor": "Banging/Pounding",
    "Location Type": "Residential Building/House",
    "Incident Zip": "11235",
    "Incident Address": "3855 SHORE PARKWAY",
    "Street Name": "SHORE PARKWAY",
    "City": "BROOKLYN",
    "Status": "Closed",
    "Due Date": "04/19/2019 05:55:45 AM",
    "Resolution Description": "The Police Department responded to the complaint.",
    "Resolution Action Updated Date": "04/19/2019 03:45:24 AM",
    "Borough": "BROOKLYN",
    "Open Data Channel Type": "ONLINE",
    "Latitude": "40.585",
    "Longitude": "-73.931",
}
FIX_MY_STREET = {
    "Report ID": "7",
    "Title": "Broken lamp",
    "Detail": "The lamp in Mill_Lane is dark.\nSince Monday.",
    "User Name": "Jo Bloggs",
    "Category": "Street lighting",
    "Created": "2014-01-15T09:30:00",
    "Confirmed": "2014-01-15T09:31:00",
    "Acknowledged": "",
    "Fixed": "2014-01-17T12:00:00",
    "Closed": "",
    "Status": "fixed - council",
    "Latitude": "55.95",
    "Longitude": "-3.19",
    "Query": "EH1 1AA",
    "Ward": "City Centre",
    "Easting": "325000",
    "Northing": "673000",
    "Report URL": "https://example.org/report/7",
    "Device Type": "website",
    "Site Used": "default",
    "Reported As": "",
}


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_BATCH", 3)


def table(path: Path, *rows: dict[str, str], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, errors="surrogateescape", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def new_york(folder: Path, count: int, **changes: str) -> Path:
    rows = [NEW_YORK | {"Unique Key": str(n)} | changes for n in range(count)]
    return table(folder / "nyc.csv", *rows)


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


def test_every_shipped_mapping_is_found_by_its_own_columns_and_by_no_other() -> None:
    headers = {"new-york-311": list(NEW_YORK), "fixmystreet": list(FIX_MY_STREET)}
    headers["san-francisco-311"] = ["CaseID", "Opened", "Status", "Category"]
    assert {one.name for one in shipped()} == set(headers)
    for name, header in headers.items():
        assert [one.name for one in shipped() if one.fits(header)] == [name]


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


# Rejected rows


def test_rejected_rows_are_mended_and_imported(tmp_path: Path, small_batches: None) -> None:
    rows = [NEW_YORK | {"Unique Key": str(n), "Descriptor": f"né {n}"} for n in range(8)]
    rows[2]["Latitude"] = "north"
    rows[5]["Created Date"] = "soon"
    path, rejects = table(tmp_path / "x.csv", *rows), tmp_path / "rejects.csv"
    report = import_requests(path, rejects=rejects)
    assert (report.loaded, report.rejections) == (6, 2)
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        left_out = list(csv.DictReader(file))
    assert [(row["Rejected line"], row["Rejected column"]) for row in left_out] == [
        ("4", "Latitude"),
        ("7", "Created Date"),
    ]
    assert left_out[0]["Rejected because"] == "“north, -73.931” are not two numbers"
    assert {name: left_out[1][name] for name in NEW_YORK} == rows[5]
    text = rejects.read_text(encoding="utf-8-sig").replace("north", "40.5").replace("soon", "")
    rejects.write_text(text, encoding="utf-8-sig")
    still = tmp_path / "still.csv"
    again = import_requests(rejects, rejects=still)
    assert (again.loaded, again.rejections) == (1, 1)
    assert still.read_text(encoding="utf-8-sig").count("Rejected line") == 1, "its own columns are not doubled"
    assert import_requests(path).known == 6


def test_every_byte_of_a_rejected_row_is_kept(tmp_path: Path) -> None:
    path, rejects = new_york(tmp_path, 3, Descriptor="Caf_"), tmp_path / "rejects.csv"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"Caf_", b"Caf\xe9\x00")
    path.write_bytes(b"".join(lines))
    assert import_requests(path, rejects=rejects).rejected[0].field == "Descriptor, Location Type"
    assert b"Caf\xe9\x00" in rejects.read_bytes()


def test_without_a_bad_row_there_is_no_file_of_them(tmp_path: Path) -> None:
    import_requests(new_york(tmp_path, 1), rejects=tmp_path / "rejects.csv")
    assert not (tmp_path / "rejects.csv").exists()


def test_a_file_that_is_there_is_never_overwritten_with_rejected_rows(tmp_path: Path) -> None:
    path = new_york(tmp_path, 1)
    with pytest.raises(ImportFaultError, match="is what is imported"):
        import_requests(path, rejects=path)
    (tmp_path / "letter.txt").write_text("Dear Ana")
    with pytest.raises(ImportFaultError, match="exists already"):
        import_requests(path, rejects=tmp_path / "letter.txt")
    with pytest.raises(ImportFaultError, match="cannot be written"):
        import_requests(path, rejects=tmp_path / "nowhere" / "rejects.csv")
    assert not Need.objects.exists()


def test_a_report_takes_the_same_room_however_many_rows_are_bad(tmp_path: Path) -> None:
    report = import_requests(new_york(tmp_path, 3000, Status=""), rejects=tmp_path / "rejects.csv")
    assert (report.rejections, len(report.rejected)) == (3000, 1000)
    assert report.text().endswith("… and 2990 more")
    with (tmp_path / "rejects.csv").open(encoding="utf-8-sig") as file:
        assert sum(1 for _ in file) == 3001


# Interrupted


class _StoppedError(Exception):
    """The process ends here."""


def stopped_after(batches: int) -> Iterator[None]:
    """Nothing for so many batches, then the end."""
    yield from [None] * (batches - 1)
    raise _StoppedError


def interrupted(path: Path, batches: int, rejects: Path | None = None) -> None:
    left = stopped_after(batches)
    with pytest.raises(_StoppedError):
        import_requests(path, rejects=rejects, progress=lambda far: next(left))


def counted(report: Report) -> tuple[int, int, int]:
    return report.loaded, report.known, report.rejections


def test_an_interrupted_import_goes_on_where_it_stopped(tmp_path: Path, small_batches: None) -> None:
    rows = [NEW_YORK | {"Unique Key": str(n)} for n in range(10)]
    rows[1]["Status"] = rows[8]["Status"] = ""
    path, rejects = table(tmp_path / "x.csv", *rows), tmp_path / "rejects.csv"
    interrupted(path, 2, rejects)
    assert Need.objects.count() == 5
    assert UnfinishedImport.objects.get().lines == 7
    with rejects.open("a") as file:
        file.write("what was written of the batch that did not commit\n")
    seen: list[Progress] = []
    report = import_requests(path, rejects=rejects, progress=seen.append)
    assert counted(report) == (8, 0, 2), "as if it had never stopped"
    assert [row.line for row in report.rejected] == [3, 10]
    assert [far.rows for far in seen] == [9, 10], "only what was left was read"
    assert "Went on after line 7" in report.text()
    with rejects.open(encoding="utf-8-sig", newline="") as file:
        assert [row["Rejected line"] for row in csv.DictReader(file)] == ["3", "10"]
    assert set(CapacityLot.objects.values_list("units", flat=True)) == {8}, "the history of both runs"
    assert not UnfinishedImport.objects.exists()


def test_it_begins_again_when_asked_to(tmp_path: Path, small_batches: None) -> None:
    path = new_york(tmp_path, 9)
    interrupted(path, 2)
    assert counted(import_requests(path, again=True)) == (3, 6, 0)


def test_another_file_or_another_mapping_does_not_go_on_there(tmp_path: Path, small_batches: None) -> None:
    path = new_york(tmp_path, 9)
    interrupted(path, 2)
    ours = tmp_path / "ours.toml"
    ours.write_text((MAPPINGS / "new_york_311.toml").read_text().replace('"new-york-311"', '"ours"'))
    assert counted(import_requests(path, mapping=ours)) == (9, 0, 0)
    with path.open("a") as file:
        file.write(path.read_text().splitlines()[1].replace("0,", "100,", 1) + "\n")
    assert counted(import_requests(path)) == (4, 6, 0)


def test_of_two_processes_that_import_one_file_one_stops(tmp_path: Path, small_batches: None) -> None:
    path, both = new_york(tmp_path, 9), []

    def other(far: Progress) -> None:
        if not both:
            both.append(import_requests(path))

    with pytest.raises(ImportFaultError, match="another process imports the same file"):
        import_requests(path, progress=other)
    assert counted(both[0]) == (9, 0, 0)
    assert Need.objects.count() == 9


def test_progress_says_the_pace_and_what_is_left() -> None:
    far = Progress(rows=3000, rows_before=1000, seconds=4.0, share_before=0.2, share=0.6)
    assert (far.rate, round(far.seconds_left, 6)) == (500, 4)


# Words and mappings


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


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('subject = "place"', 'subject = "dog"'), "subject is one of person, household, place"),
        (('status = "Status"', 'state = "Status"'), r"\[columns\]: “state” is unknown"),
        (('zone = "America/New_York"', 'zone = "Mars/Olympus"'), "Mars"),
        (('closed = ["Closed", "Closed - Testing"]', 'closed = "Closed"'), "not a list of words"),
        (('name = "new-york-311"', 'nam = "new-york-311"'), "“nam” is unknown"),
        (('name = "new-york-311"', 'name = "x"\ndelimiter = "x"'), "delimiter is one of"),
        (('code = "city-services"', ""), "lacks 'code'"),
        (('id = "Unique Key"', ""), "lacks id"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    path = tmp_path / "ours.toml"
    path.write_text((MAPPINGS / "new_york_311.toml").read_text().replace(*change))
    with pytest.raises(ImportFaultError, match=says):
        read_mapping(path)


def test_a_column_that_holds_no_kinds_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lacarte.kernel import tree

    monkeypatch.setattr(tree, "FANOUT", 4)
    rows = [NEW_YORK | {"Unique Key": str(n), "Complaint Type": f"My story, number {n}"} for n in range(5)]
    with pytest.raises(ImportFaultError, match="do the columns of `category`"):
        import_requests(table(tmp_path / "x.csv", *rows))
