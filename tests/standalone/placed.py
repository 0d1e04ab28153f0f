"""Children and schools that choose each other, and the folders in which they are placed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lacarte.standalone.by_choice import match, read, save
from tests.standalone.files import rows, table

RULE = "in sibling; same zone; most points"
SCHOOLS = [
    {"id": "north", "name": "North School", "capacity": 2, "zone": "N", "priority": RULE},
    {"id": "south", "name": "South School", "capacity": 1, "zone": "S", "priority": "same zone; least points"},
]
CHILDREN = [
    {"id": "ann", "choices": "north;south", "zone": "n", "points": 10},
    {"id": "ben", "choices": "north;south", "zone": "S", "points": 3, "sibling": "north"},
    {"id": "cai", "choices": " north ; south ", "zone": "N", "points": 12},
    {"id": "dan", "choices": "south;north", "zone": "N"},
    {"id": "eva", "choices": "south", "zone": "S", "points": 7},
]


def files(folder: Path, needs: list[Any], offers: list[Any]) -> dict[str, Path]:
    """Two files, as the options of a placement name them."""
    folder.mkdir(exist_ok=True)
    return {"needs": table(folder / "needs.csv", needs), "offers": table(folder / "offers.csv", offers)}


def placed_in(folder: Path, needs: list[Any], offers: list[Any], seed: str = "", language: str = "en") -> Path:
    """The folder of a placement."""
    save(match(read(**files(folder, needs, offers), seed=seed)), folder / "out", language)
    return folder / "out"


def got(out: Path) -> dict[str, tuple[str, str]]:
    """Offer and number of the choice, by need."""
    return {row["need"]: (row["offer"], row["choice"]) for row in rows(out / "assignment.csv")}
