"""A labelled sample of reports: an invented quarter where things break, and people who tell of them, or do not.

What people say comes from ``tests/data/likeness/phrases.toml``. Weights are learnt in worlds that speak the
``learn`` sentences and judged in worlds of the ``test`` ones: other sentences, streets, estates and details.
"""

from __future__ import annotations

import csv
import math
import random
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from lacarte.engines.likeness import Report, features
from lacarte.engines.text import language

DATA = Path(__file__).parents[1] / "data" / "likeness"
DEGREE = 111_195.0  # metres of a degree of latitude
SIDE = 900.0  # metres of the quarter
WITHIN = 222.0  # metres within which candidates are looked for
MOST = 64  # candidates a need, the nearest
DAYS = 60
SOUTH, WEST = 28.0, 121.0
_BESIDE = 0.25  # of things: something else is the matter at the same address in the same days


@dataclass(frozen=True)
class Kind:
    """A type of thing, with what people say of it."""

    number: int
    area: int
    lasts: float
    spread: float
    says: dict[str, list[str]]


@dataclass(frozen=True)
class Thing:
    """Something that is the matter: ``at`` in metres, from hour ``since`` until hour ``until``."""

    number: int
    kind: Kind
    at: tuple[float, float]
    since: float
    until: float
    slots: dict[str, dict[str, str]]
    detail: list[str]
    photo: int


@dataclass
class Told:
    """A report with the thing that it is truly about, and until which hour the city works on it."""

    report: Report
    thing: int
    until: float


@dataclass
class World:
    """One quarter over two months: ``reports`` in the order in which they come."""

    split: str
    seed: int
    things: int
    reports: list[Told] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Let things happen."""
        self.chance = random.Random(f"{self.split} {self.seed}")
        self.besides = random.Random(f"beside {self.split} {self.seed}")
        self.words: dict[str, Any] = tomllib.loads((DATA / "phrases.toml").read_text(encoding="utf-8"))
        self.busy = [(self.chance.randrange(8), self.chance.uniform(0, SIDE)) for _ in range(10)]
        kinds = [name for name, value in self.words.items() if "lasts" in value]
        self.kinds = [self._kind(at, name) for at, name in enumerate(kinds)]
        self.usual = [self.chance.choice(self.kinds[:6]) for _ in self.busy]
        for number in range(self.things):
            self._happens(number)
        self.reports.sort(key=lambda told: told.report.hours)

    def _kind(self, at: int, name: str) -> Kind:
        told = self.words[name]
        says = {language: told[language][self.split] for language in ("en", "zh")}
        return Kind(100 * told["area"] + at, 100 * told["area"], told["lasts"], told["spread"], says)

    def _happens(self, number: int) -> None:
        """One thing, and those who tell of it: most are told of once, some by a crowd."""
        chance, kind = self.chance, self.chance.choice(self.kinds)
        names = self.words["names"]
        street_at = chance.randrange(len(names["streets"][self.split]))
        estate_at = chance.randrange(len(names["estates"][self.split]))
        block, along = chance.randint(1, 12), chance.uniform(0, SIDE)
        if kind.area != 500 and chance.random() < 0.5:  # where much goes wrong, often the same again
            spot = chance.randrange(len(self.busy))
            street_at, along = self.busy[spot]
            kind = self.usual[spot] if chance.random() < 0.4 else kind
        if kind.area == 500:  # in an estate: its blocks stand in rows, 45 m apart
            at = (150 + 200 * estate_at + 45 * (block % 4), 150 + 200 * (estate_at % 2) + 45 * (block // 4))
        else:  # streets lie 100 m apart, and a house is six metres wide
            at = (along, 50 + 110 * street_at)
        slots = {
            language: {
                "street": names["streets"][self.split][street_at][side],
                "estate": names["estates"][self.split][estate_at][side],
                "no": str(1 + int(along / 6)),
                "block": str(block),
            }
            for side, language in enumerate(("en", "zh"))
        }
        since = chance.uniform(0, 24 * DAYS)
        until = since + kind.lasts * chance.expovariate(1.0)
        detail = chance.choice(self.words["details"][self.split])
        thing = Thing(number, kind, at, since, until, slots, detail, chance.getrandbits(64))
        crowd = chance.random()
        tell = 1 if crowd < 0.62 else 2 + int(chance.expovariate(0.8)) if crowd < 0.97 else chance.randint(8, 30)
        closed = until if chance.random() < 0.7 else until + 24 * 30  # three in ten stay open long after
        told = [self._tells(thing, closed) for _ in range(tell)]
        self.reports.extend(told)
        if self.besides.random() < _BESIDE:
            self.reports.append(self._beside(thing, self.besides.choice(told)))

    def _beside(self, thing: Thing, told: Told) -> Told:
        """Something else at the same address in the same days, told of once: in half by the very same point."""
        usual, self.chance = self.chance, self.besides
        kind = self.chance.choice([one for one in self.kinds if one != thing.kind])
        hours = thing.since + self.chance.expovariate(1 / 12)
        lasts = kind.lasts * self.chance.expovariate(1.0)
        detail = self.chance.choice(self.words["details"][self.split])
        other = Thing(-1 - thing.number, kind, thing.at, hours, hours + lasts, thing.slots, detail, 0)
        made = self._tells(replace(other, photo=self.chance.getrandbits(64)), other.until)
        if self.chance.random() < 0.5:
            point = {"longitude": told.report.longitude, "latitude": told.report.latitude}
            made = replace(made, report=replace(made.report, **point))
        self.chance = usual
        return made

    def _tells(self, thing: Thing, closed: float) -> Told:
        chance = self.chance
        language = "zh" if chance.random() < 0.5 else "en"
        slots = dict(thing.slots[language])
        if chance.random() < 0.2:  # the neighbour's number
            slots["no"] = str(max(1, int(slots["no"]) + chance.choice((-4, -2, -1, 1, 2, 4))))
        spread = thing.kind.spread if chance.random() < 0.93 else 110.0  # a few points are badly wrong
        x, y = (middle + chance.gauss(0, spread * 0.7) for middle in thing.at)
        no_point = chance.random() < 0.2
        kind, area = self._typed(thing.kind)
        report = Report(
            words=self._says(thing, language, slots),
            where=f"{slots['no']} {slots['street']}" if no_point and chance.random() < 0.7 else "",
            longitude=math.nan if no_point else WEST + x / (DEGREE * math.cos(math.radians(SOUTH))),
            latitude=math.nan if no_point else SOUTH + y / DEGREE,
            hours=min(thing.until, thing.since + chance.expovariate(1.0) * min(thing.kind.lasts / 2, 72)),
            kind=kind,
            area=area,
            language={"zh": "zh-hans"}.get(language, language),
            photos=self._photo(thing),
        )
        return Told(report, thing.number, closed)

    def _says(self, thing: Thing, language: str, slots: dict[str, str]) -> str:
        """A sentence, perhaps with a detail of the place, a greeting and a sigh."""
        chance, around = self.chance, self.words["around"][self.split]
        text = chance.choice(thing.kind.says[language]).format(**slots)
        if chance.random() < 0.4:
            text += (", {}" if language == "en" else "，{}").format(thing.detail[language == "zh"])
        text = chance.choice(around[f"{language}_before"]) + text + chance.choice(around[f"{language}_after"])
        if len(text) > 20 and chance.random() < 0.15:  # a slip of the finger
            slip = chance.randrange(len(text) - 1)
            text = text[:slip] + text[slip + 1 :]
        return text

    def _typed(self, kind: Kind) -> tuple[int, int]:
        """The type that the need was given: one in twelve has none yet, one in ten a wrong one."""
        drawn = self.chance.random()
        if drawn < 0.08:
            return 0, 0
        if drawn < 0.18:
            near = [other for other in self.kinds if other.area == kind.area or drawn > 0.14]
            kind = self.chance.choice(near)
        return kind.number, kind.area

    def _photo(self, thing: Thing) -> tuple[int, ...]:
        """One in four has a photo; a third of those is the one that goes round, saved once more."""
        if self.chance.random() > 0.25:
            return ()
        if self.chance.random() > 0.35:
            return (self.chance.getrandbits(64),)
        photo = thing.photo
        for bit in self.chance.sample(range(64), self.chance.randint(0, 6)):
            photo ^= 1 << bit
        return (photo,)

    def asked(self) -> Iterator[tuple[Told, list[Told]]]:
        """Each report with the earlier ones that are its candidates: under way and near, or without a point."""
        for at, told in enumerate(self.reports):
            found = []
            for earlier in self.reports[:at]:
                if earlier.until < told.report.hours:
                    continue
                metres = _metres(told.report, earlier.report)
                if math.isnan(metres) or metres < WITHIN:
                    found.append((math.isnan(metres), metres, earlier))
            found.sort(key=lambda one: (one[0], one[1] if not one[0] else -one[2].report.hours))
            yield told, [earlier for *_, earlier in found[:MOST]]


def _metres(one: Report, other: Report) -> float:
    east = (one.longitude - other.longitude) * math.cos(math.radians(SOUTH))
    return DEGREE * math.hypot(east, one.latitude - other.latitude)


@dataclass(frozen=True)
class Pairs:
    """Every report beside each of its candidates: ``rows`` of features, whether they are the same, and whose."""

    rows: np.ndarray
    same: np.ndarray
    asking: np.ndarray  # number of the report that asks, of each pair
    reports: int  # how many asked


def pairs(split: str, seeds: range = range(6)) -> Pairs:
    """The pairs of several worlds, sparse ones and dense ones."""
    rows, same, asking, count = [], [], [], 0
    for seed in seeds:
        for told, candidates in World(split, seed, things=(60, 150, 300)[seed % 3]).asked():
            if candidates:
                rows.append(features(told.report, [other.report for other in candidates]))
                same.extend(other.thing == told.thing for other in candidates)
                asking.extend([count] * len(candidates))
            count += 1
    return Pairs(np.vstack(rows), np.array(same), np.array(asking), count)


@dataclass(frozen=True)
class ByHand:
    """A pair that was written by hand for what it tests: ``tag`` says what."""

    tag: str
    same: bool
    one: Report
    other: Report


def by_hand() -> list[ByHand]:
    """The pairs of ``tests/data/likeness/pairs.csv``; weights never learn from them."""
    with (DATA / "pairs.csv").open(encoding="utf-8") as file:
        return [_by_hand(row) for row in csv.DictReader(file)]


_KINDS = {"same": (101, 100), "related": (102, 100), "other": (201, 200), "unknown": (0, 0)}


def _by_hand(row: dict[str, str]) -> ByHand:
    known, bits = row["metres"] != "", row["bits"]
    latitude = SOUTH if known else math.nan
    one = Report(
        words=row["one"],
        longitude=WEST if known else math.nan,
        latitude=latitude,
        kind=_KINDS["same"][0],
        area=_KINDS["same"][1],
        language=language(row["one"]),
        photos=(0,) if bits else (),
    )
    kind, area = _KINDS[row["kind"]]
    other = replace(
        one,
        words=row["other"],
        latitude=latitude + float(row["metres"] or 0) / DEGREE,
        hours=float(row["hours"]),
        kind=kind,
        area=area,
        language=language(row["other"]),
        photos=((1 << int(bits)) - 1,) if bits else (),
    )
    return ByHand(row["tag"], row["same"] == "1", one, other)


#: Estates, roads and firms by whose names the real letters were found: weights learn from some only.
NAMED = {
    "learn": ("魅力之城", "泉星", "凉塘", "温斯顿", "月亮岛", "五矿万境"),
    "test": ("丽发", "伊景园", "润和", "绿地海外滩", "松雅西地省站", "时代星城"),
}
LETTERS = Path(__file__).parents[3] / "shared" / "data" / "zh" / "messages_liked.csv"
_DISTRICT = re.compile(r"[A-Z]\d+[区县市]")
_LETTER_DAYS, _LETTERS_MOST = 60, 300


def letters(split: str) -> Pairs:
    """Real letters that name one of :data:`NAMED`, each beside those of the same district in the 60 days before.

    Nothing but words and time is known of them. Same are those that ``zh_events.toml`` has in one event.
    """
    events = tomllib.loads((DATA / "zh_events.toml").read_text(encoding="utf-8"))
    event_of = {str(number): event for event, numbers in events.items() for number in numbers}
    rows, same, asking, count = [], [], [], 0
    read = _letters()
    for at, (number, district, report) in enumerate(read):
        if not any(name in report.words for name in NAMED[split]):
            continue
        pool = [
            (other, event_of.get(number, number) == event_of.get(other_number, ""))
            for other_number, other_district, other in read[:at]
            if report.hours - other.hours < 24 * _LETTER_DAYS and district in ("", other_district)
        ][-_LETTERS_MOST:]
        if pool:
            rows.append(features(report, [other for other, _ in pool]))
            same.extend(is_same for _, is_same in pool)
            asking.extend([count] * len(pool))
        count += 1
    return Pairs(np.vstack(rows), np.array(same), np.array(asking), count)


def _letters() -> list[tuple[str, str, Report]]:
    """Number, district and report of each letter, oldest first."""
    found = []
    with LETTERS.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            words = f"{row['title']}\n{row['body'].strip()}"
            at = datetime.strptime(row["time"].replace("/", "-"), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            district = _DISTRICT.search(words)
            report = Report(words=words, hours=at.timestamp() / 3600, language="zh-hans")
            found.append((row["id"], district[0] if district else "", report))
    return sorted(found, key=lambda one: one[2].hours)
