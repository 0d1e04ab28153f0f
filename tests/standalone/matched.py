"""Matches of small files, and the folders that they write."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from lacarte import standalone
from lacarte.standalone import match, save
from lacarte.standalone.folder import SUMMARY
from tests.standalone.files import files

EAST = "113.32"  # some two kilometres east of the first offer


def crowd(n: int = 60, seed: int = 1) -> list[dict[str, object]]:
    """Needs around the offers, of all classes, some with short reach."""
    draw = np.random.default_rng(seed)
    return [
        {
            "longitude": f"{113.30 + draw.random() * 0.03:.5f}",
            "latitude": f"{23.10 + draw.random() * 0.02:.5f}",
            "priority_class": int(draw.integers(0, 3)),
            "waiting_days": int(draw.integers(0, 30)),
            "reach": int(draw.choice([800, 5000])),
            "region": str(draw.choice(["North", "South"])),
        }
        for _ in range(n)
    ]


SUPPLY = [
    {"capacity": 14, "name": "First", "provider_kind": "social", "cost": 300},
    {"longitude": EAST, "capacity": 9, "name": "Second", "provider_kind": "market"},
    {"latitude": "23.115", "capacity": 12, "name": "Third"},
]


def matched_in(folder: Path, needs=None, offers=None, **options) -> tuple[dict[str, Path], Path]:  # type: ignore[no-untyped-def]
    """The files and the folder of a match; options are those of reading and of matching."""
    folder.mkdir(exist_ok=True)
    said = files(folder, crowd() if needs is None else needs, SUPPLY if offers is None else offers)
    language = options.pop("language", "en")
    reading = {name: options.pop(name) for name in ("agreements", "rules", "seed") if name in options}
    save(match(standalone.read(**said, **reading), **options), folder / "out", language)
    return said, folder / "out"


def summary(folder: Path) -> dict:  # type: ignore[type-arg]
    """The figures of a match that was written."""
    return json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
