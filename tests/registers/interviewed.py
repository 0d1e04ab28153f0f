"""Persons drawn from a seed and a menu for a file of life events, for interviews."""

from __future__ import annotations

import random
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.circumstances import FACTS, Datatype

_MOST = {"age": 95, "household-size": 6, "children": 4, "months-insured": 400}
_DAY = date(2026, 11, 29)


def drawn_person(seed: int) -> dict[str, Any]:
    """A value for each fact that people are asked; how common each is, is the same for all seeds."""
    rng = random.Random(seed)
    return {kind: _drawn(rng, kind) for kind in FACTS}


def _drawn(rng: random.Random, kind: str) -> Any:
    common = random.Random(kind).random()  # another for each kind of fact, the same for everybody
    match FACTS[kind].datatype:
        case Datatype.BOOL:
            return rng.random() < (0.9 if kind == "resident" else 0.5 * common)
        case Datatype.NUMBER:
            return rng.randint(0, _MOST.get(kind, 10))
        case Datatype.DATE:
            return (_DAY - timedelta(days=rng.randint(0, 2000))).isoformat()
    return rng.choice([key for key, _name in FACTS[kind].choices])


def a_menu_for(path: Path) -> None:
    """The service types that a file of life events names."""
    said = tomllib.loads(path.read_text(encoding="utf-8"))
    codes = {one["service"] for event in said["life-event"] for one in event.get("service", [])}
    codes |= {one["service"] for one in said["requirement"]}
    area = add_service_type(ServiceType.objects.get(number=0), code="all", name={"en": "All"}, orderable=False)
    for code in sorted(codes):
        add_service_type(area, code=code, name={"en": code})
