"""An import that stops goes on where it stopped, and no two read one file at once."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from lacarte.kernel.models import UnfinishedImport
from lacarte.loop.needs.models import Need
from lacarte.registers.menu.models import CapacityLot
from lacarte.standards.imports import ImportFaultError, Report, import_requests
from lacarte.standards.imports.requests import Progress
from tests.standards.imports.exports import MAPPINGS, NEW_YORK, new_york, table

pytestmark = pytest.mark.django_db


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
