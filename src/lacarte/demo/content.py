"""The words of the demo city: ``names.toml``, ``questions.toml`` and one ``area_*.toml`` a life area.

``counters.toml`` and ``life_events.toml`` are loaded by ``load_menu``, tables of rules by ``load_tables``;
``holidays.toml`` has the days off by law.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "content"
QUESTIONS = _FOLDER / "questions.toml"
HOLIDAYS = _FOLDER / "holidays.toml"
TABLES = _FOLDER / "tables"
COUNTERS, LIFE_EVENTS = _FOLDER / "counters.toml", _FOLDER / "life_events.toml"
Text = dict[str, str]


@dataclass(frozen=True)
class Service:
    """A service type, who supplies it, how common it is, and what people write when they need it."""

    code: str
    area: int
    name: Text
    description: Text
    keywords: Text
    subject: str
    urgency: int
    contact_days: int
    resolution_days: int
    kinds: list[str]
    price_minor: list[int]
    demand: float
    circumstances: list[str]
    texts: dict[str, list[str]]


@dataclass(frozen=True)
class District:
    """A district with its neighbourhoods; ``supply`` is how well supplied it is against its share of people."""

    code: str
    name: Text
    population_share: float
    deprivation: float
    elderly: float
    supply: float
    neighbourhood: list[dict[str, Any]]


@dataclass(frozen=True)
class Content:
    """All of it."""

    areas: list[dict[str, Any]]
    services: list[Service]
    city: dict[str, Any]
    districts: list[District]
    zones: list[dict[str, Any]]
    words: dict[str, dict[str, list[str]]]
    providers: dict[str, list[dict[str, Any]]]
    things: list[dict[str, Any]]
    comments: dict[str, dict[str, list[str]]]
    replies: dict[str, list[str]]  # of providers, to bad ratings
    questions: dict[str, list[dict[str, Any]]]  # follow-up questions of a service type, by its code
    holidays: list[str]  # days such as 2027-01-01

    @property
    def neighbourhoods(self) -> list[tuple[int, dict[str, Any]]]:
        """Every neighbourhood with the index of its district, in one order for all arrays."""
        return [(d, one) for d, district in enumerate(self.districts) for one in district.neighbourhood]


@lru_cache(maxsize=1)
def read() -> Content:
    """The content that the package ships."""
    names = tomllib.loads((_FOLDER / "names.toml").read_text(encoding="utf-8"))
    areas: list[dict[str, Any]] = []
    services: list[Service] = []
    for path in sorted(_FOLDER.glob("area_*.toml")):
        area = tomllib.loads(path.read_text(encoding="utf-8"))
        services += [Service(area=len(areas), **one) for one in area.pop("service")]
        areas.append(area)
    return Content(
        areas=areas,
        services=services,
        city=names["city"],
        districts=[District(**one) for one in names["district"]],
        zones=names["zone"],
        words=names["words"],
        providers=names["providers"],
        things=names["thing"],
        comments=names["comments"],
        replies=names["replies"],
        questions=tomllib.loads(QUESTIONS.read_text(encoding="utf-8")),
        holidays=tomllib.loads(HOLIDAYS.read_text(encoding="utf-8"))["holidays"],
    )
