"""Needs from a CSV file: rows a second and memory, against the bare insertion of the same rows.

Run: ``.venv/bin/python benchmarks/imports.py [rows] [more rows]`` (100,000 and 1,000,000; about 10 minutes). With
``LACARTE_TEST_POSTGRES`` set, on PostgreSQL too. Each import is ``lacarte import requests`` in a process of its
own on an empty database; memory is the most that process held. The peer, in the same run, puts as many needs
and their events into the same kind of database with Django's ``bulk_create`` alone: nothing is read from a
file, checked, placed in a region or looked up, and no place is kept to go on from. The file has the columns of
New York's export and rows drawn with a seed; one in a thousand is bad. "Of work" compares seconds of the
processor, which others on the machine do not disturb; on PostgreSQL the server's own work is not in it.
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from tests.kernel.crash.scratch import scratch_database  # noqa: E402

SEED = 11
DISTRICTS = 40
#: A row of the export, as a pattern.
ROW = {
    "Unique Key": "{number}",
    "Created Date": "{created}",
    "Closed Date": "{ended}",
    "Agency": "D{agency}",
    "Agency Name": "Department {agency}",
    "Complaint Type": "Kind {kind}",
    "Descriptor": "Detail {detail}",
    "Location Type": "Street/Sidewalk",
    "Incident Zip": "11235",
    "Incident Address": "{house} SHORE PARKWAY",
    "Street Name": "SHORE PARKWAY",
    "City": "BROOKLYN",
    "Status": "{status}",
    "Due Date": "",
    "Resolution Description": "The department looked at it, did what it could, and closed the complaint.",
    "Resolution Action Updated Date": "{ended}",
    "Borough": "BROOKLYN",
    "Open Data Channel Type": "ONLINE",
    "Latitude": "{north}",
    "Longitude": "{east:.6f}",
}


def write_export(path: Path, rows: int) -> None:
    """A file as New York would export it, of ``rows`` requests."""
    draw = random.Random(SEED)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(ROW)
        for number in range(rows):
            day = f"{draw.randrange(1, 13):02}/{draw.randrange(1, 28):02}/20{draw.randrange(10, 25)}"
            kind, closed = draw.randrange(200), number % 7 != 0
            drawn = {
                "number": number,
                "created": f"{day} {draw.randrange(1, 12):02}:15:00 AM",
                "ended": f"{day} 12:45:30 PM" if closed else "",
                "status": "Closed" if closed else "Open",
                "kind": kind,
                "agency": kind % 20,
                "detail": draw.randrange(900),
                "house": draw.randrange(4000),
                "north": "somewhere" if number % 1000 == 999 else f"{40.5 + draw.random() * 0.4:.6f}",
                "east": -74.2 + draw.random() * 0.5,
            }
            writer.writerow([pattern.format(**drawn) for pattern in ROW.values()])


@dataclass(frozen=True)
class Measured:
    """A process that ended: seconds on the clock, seconds of work, the most MiB of memory, and what it printed."""

    seconds: float
    work: float
    memory: float
    printed: str


def measured(part: str, environment: dict[str, str], *words: str) -> Measured:
    """A part of this file in a process of its own."""
    began = time.monotonic()
    command = [sys.executable, __file__, "--part", part, *words]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout
    printed = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    assert status == 0, f"{part} failed"
    return Measured(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, printed)


def one(kind: str, rows: int) -> None:
    """Import ``rows`` rows, import them again, and have the peer put them in."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.csv"
        write_export(path, rows)
        with scratch_database(kind, Path(folder) / "ours") as environment:
            measured("districts", environment)
            ours, again = (measured("import", environment, str(path)) for _ in range(2))
        with scratch_database(kind, Path(folder) / "peer") as environment:
            measured("districts", environment)
            peer = measured("peer", environment, str(rows))
    print(
        f"{kind:<11} {rows:>9,} rows: {rows / ours.seconds:7,.0f} rows/s, at most {ours.memory:4.0f} MiB; "
        f"peer {rows / peer.seconds:7,.0f} rows/s; ratio {peer.seconds / ours.seconds:.2f}, "
        f"of work {peer.work / ours.work:.2f}; once more {rows / again.seconds:7,.0f} rows/s",
        flush=True,
    )
    print(f"            {ours.printed.splitlines()[0]} Once more: {again.printed.splitlines()[0]}", flush=True)


# What runs in processes of their own.


def part_districts() -> None:
    """Forty districts for needs to be in."""
    from tests.city import square

    from lacarte.registers.places.actions import add_region
    from lacarte.registers.places.models import Region

    city = add_region(
        Region.objects.get(number=0), code="c", name={"en": "City"}, boundary=square(-74.2, 40.5, 0.5)
    )
    for number in range(DISTRICTS):
        west, south = -74.2 + 0.05 * (number % 8), 40.5 + 0.08 * (number // 8)
        add_region(city, code=f"d{number}", name={"en": f"District {number}"}, boundary=square(west, south, 0.05))


def part_import(path: str) -> None:
    """The command itself."""
    from lacarte.cli import main

    main(["import", "requests", path])


def part_peer(rows: str) -> None:
    """``bulk_create`` of such needs and events, a thousand a transaction, and nothing else."""
    from django.db import transaction

    from lacarte.kernel import clock
    from lacarte.kernel.ids import new_reference
    from lacarte.kernel.models import Event
    from lacarte.loop.needs.models import Channel, Need
    from lacarte.registers.menu.actions import add_service_type
    from lacarte.registers.menu.models import ServiceType

    def references() -> Iterator[str]:
        drawn: set[str] = set()
        while True:
            reference = new_reference()
            if reference not in drawn:  # of a million, some are drawn twice
                drawn.add(reference)
                yield reference

    kind = add_service_type(ServiceType.objects.get(number=0), code="k", name={"en": "Kind"}, subject="place")
    free = references()
    now, count = clock.now(), int(rows)
    for first in range(0, count, 1000):
        with transaction.atomic():
            needs = [
                Need(
                    reference=next(free), state="met", channel=Channel.IMPORT, subject="place",
                    service_type=kind, region_id=0, text="Detail 77, Street/Sidewalk", language="en",
                    address="77 SHORE PARKWAY, BROOKLYN", longitude=-74.0, latitude=40.7,
                    cell=143_000_000 + number % 50_000, external_id=f"new-york-311:{number}",
                    received_at=now, closed_at=now, changed_at=now,
                )
                for number in range(first, min(first + 1000, count))
            ]  # fmt: skip
            Need.objects.bulk_create(needs)
            said = {"source": "new-york-311"}
            Event.objects.bulk_create(
                [Event(name="need.imported", stream=n.pk, payload={"need": str(n.pk), **said}) for n in needs]
            )


def main(sizes: list[int]) -> None:
    """Every size on every database that is there."""
    for kind in ["sqlite", *(["postgresql"] if os.environ.get("LACARTE_TEST_POSTGRES") else [])]:
        for rows in sizes:
            one(kind, rows)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        import django

        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lacarte.site.settings")
        django.setup()
        globals()[f"part_{sys.argv[2]}"](*sys.argv[3:])
    else:
        main([int(rows) for rows in sys.argv[1:]] or [100_000, 1_000_000])
