"""Rows that cannot be used are listed and kept to the byte, to be mended and imported."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from lacarte.loop.needs.models import Need
from lacarte.standards.imports import ImportFaultError, import_requests
from tests.standards.imports.exports import NEW_YORK, new_york, table

pytestmark = pytest.mark.django_db


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
