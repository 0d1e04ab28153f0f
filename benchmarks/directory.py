"""The menu as a directory: a page of HSDS, the exports of HSDS and CPSV-AP with their validation.

Run: ``.venv/bin/python benchmarks/directory.py [services]`` (50000), with ``LACARTE_DATABASE=postgresql://…`` for
PostgreSQL. Each line says the clock's time and this process's own, and what a named peer takes in the same run for
the same result: json for the objects of a page, csv and zipfile for the rows of a package, pyoxigraph for a graph.
The peers are handed what we have to find, to bring into the form of the standard and to check.
"""

from __future__ import annotations

import csv
import io
import json
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path[:0] = [str(Path(__file__).parents[1])]
from benchmarks import own_installation  # noqa: E402

T = TypeVar("T")
_PAGE, _PAGES = 100, 40
Took = tuple[float, float]


def timed(work: Callable[[], T]) -> tuple[T, Took]:
    """What ``work`` returns, the clock's seconds and this process's own."""
    wall, own = time.perf_counter(), time.process_time()
    found = work()
    return found, (time.perf_counter() - wall, time.process_time() - own)


def tell(name: str, took: Took, peer: str = "", beside: Took = (0.0, 0.0)) -> None:
    """Print a line; seconds."""
    ratio = f"{beside[0]:9.4f} {beside[1]:9.4f} {took[1] / beside[1]:7.2f}  {peer}" if peer else ""
    print(f"{name:<42} {took[0]:9.4f} {took[1]:9.4f} {ratio}", flush=True)


def pages() -> None:
    """Pages of a hundred whole services, far apart: the median of each figure."""
    from django.test import Client

    client = Client()

    def page(number: int) -> bytes:
        asked = {"full": "true", "per_page": str(_PAGE), "page": str(number)}
        return client.get("/hsds/3.1/services", asked).content

    def middle(of: list[Took]) -> Took:
        return sorted(one[0] for one in of)[len(of) // 2], sorted(one[1] for one in of)[len(of) // 2]

    page(1)
    first = [timed(lambda n=n: page(n))[1] for n in range(2, 2 + _PAGES)]
    again, objects = [], []
    for number in range(2, 2 + _PAGES):
        content, took = timed(lambda n=number: page(n))
        again.append(took)
        found = json.loads(content)
        assert len(found["contents"]) == _PAGE
        objects.append(timed(lambda found=found: json.dumps(found, ensure_ascii=False).encode())[1])
    tell(f"HSDS, a page of {_PAGE}, nothing kept", middle(first))
    tell(f"HSDS, a page of {_PAGE}", middle(again), "json.dumps of the same objects", middle(objects))


def packages(folder: Path) -> None:
    """The data package, with its validation, before and after documents are kept."""
    from lacarte.registers.menu.models import OrganizationDocument, ServiceDocument
    from lacarte.standards.hsds.publishing import publish

    path = folder / "menu.zip"
    for documents in (ServiceDocument, OrganizationDocument):
        documents.objects.all().delete()
    first, took = timed(lambda: publish(path))
    tell("HSDS, export, nothing kept", took)
    again, took = timed(lambda: publish(path))
    assert first.holds and again.checked == first.checked
    tables = {}
    with zipfile.ZipFile(path) as package:
        for name in package.namelist():
            if name.endswith(".csv"):
                tables[name] = list(csv.reader(io.StringIO(package.read(name).decode(), newline="")))
    _, beside = timed(lambda: plain(folder / "plain.zip", tables))
    tell(f"HSDS, export of {sum(again.checked.values()):,} rows", took, "csv.writer and zipfile", beside)


def plain(path: Path, tables: dict[str, list[list[str]]]) -> None:
    """The same rows by the standard library, without looking anything up or checking it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, rows in tables.items():
            text = io.StringIO(newline="")
            csv.writer(text, lineterminator="\r\n").writerows(rows)
            package.writestr(name, text.getvalue())


def catalogue(folder: Path) -> None:
    """Linked data, with its validation."""
    import pyoxigraph

    from lacarte.standards.cpsv.publishing import publish

    path = folder / "menu.ttl"
    found, took = timed(lambda: publish(path))
    assert found.holds
    quads = list(pyoxigraph.parse(path.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE))
    out = io.BytesIO()
    _, beside = timed(lambda: pyoxigraph.serialize(quads, out, format=pyoxigraph.RdfFormat.TURTLE))
    tell(f"CPSV-AP, export of {len(quads):,} triples", took, "pyoxigraph.serialize of the same graph", beside)


def main(services: int) -> None:
    """One table."""
    own_installation.begin("directory", rate_limit_read="100000/minute", allowed_hosts="testserver")
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    from benchmarks.directory_filled import fill

    fill(services)
    own_installation.settle()
    print(f"{services:,} services on {connection.vendor}; seconds: clock, own, the peer's, own / peer's own")
    with tempfile.TemporaryDirectory() as folder:
        pages()
        packages(Path(folder))
        catalogue(Path(folder))


if __name__ == "__main__":
    main(*map(int, [*sys.argv[1:], *("50000",)[len(sys.argv) - 1 :]]))
