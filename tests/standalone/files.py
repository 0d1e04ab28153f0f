"""Small files of needs and offers for tests."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from lacarte.standalone import Inputs, read

NEED = {"id": "n1", "service_type": "meals", "longitude": "113.30", "latitude": "23.10"}
OFFER = {"id": "o1", "service_types": "meals", "longitude": "113.30", "latitude": "23.10", "capacity": "1"}


def table(path: Path, rows: Sequence[Mapping[str, object]], delimiter: str = ",") -> Path:
    """Write rows; columns are those that any row has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, delimiter=delimiter, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def some(kind: Mapping[str, str], *rows: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Rows like ``kind`` with ids of their own and what each changes."""
    return [{**kind, "id": f"{kind['id'][0]}{at + 1}", **row} for at, row in enumerate(rows)]


def files(
    folder: Path, needs: Iterable[Mapping[str, object]], offers: Iterable[Mapping[str, object]]
) -> dict[str, Path]:
    """Two files, as the options of a match name them."""
    return {
        "needs": table(folder / "needs.csv", some(NEED, *needs)),
        "offers": table(folder / "offers.csv", some(OFFER, *offers)),
    }


def inputs(
    folder: Path, needs: Iterable[Mapping[str, object]], offers: Iterable[Mapping[str, object]], **more
) -> Inputs:
    """Two files, read."""
    return read(**files(folder, needs, offers), **more)


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table that was written."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
