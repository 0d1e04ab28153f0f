"""Streets and crossings learnt from addresses that came with a point."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from lacarte.engines.geography import haversine_metres
from lacarte.engines.text.gazetteer.addresses import read_number
from lacarte.engines.text.gazetteer.index import street_key
from lacarte.engines.text.gazetteer.place import CROSSING, STREET
from lacarte.engines.text.gazetteer.spelling import STREET_TYPES, has_han

_LEAST = 2
_BLOCK = 100  # house numbers to a part of a street
#: Points that spread wider than this have no middle that is worth a point on the map.
_SPREAD_METRES = 200.0
_LONGEST = 60

_CROSSING = re.compile(r"(?:(?:the )?(?:intersection|corner|crossing) of )?(.+?) (?:and|&|@) (.+)", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:no\.? ?)?0*(\d{1,5})(?:-\d+|[a-z]| 1/2)?,? (.+)", re.IGNORECASE)
_NUMBER_LAST = re.compile(r"(.+?),? 0*(\d{1,5})[a-z]?", re.IGNORECASE)
_HAN = r"[\u3400-\u9fff]"
_HAN_ADDRESS = re.compile(
    rf"^(?:.*(?:省|市|区|县|镇|街道|社区))?({_HAN}{{1,8}}?(?:大道|大街|胡同|步行街|路|街|巷|弄|里))"
    r"(\d{1,5}|[一二三四五六七八九十百零〇]{1,6})[号弄](?![楼线院])"
)
_HAN_CROSSING = re.compile(
    rf"^(?:.*(?:省|市|区|县|镇|街道|社区))?({_HAN}{{1,8}}?(?:大道|大街|路|街|巷|弄))[与和、]({_HAN}{{1,8}}?(?:大道|大街|路|街|巷|弄))"
)
_UNIT = re.compile(r"[ ,]+(?:apt|unit|suite|ste|floor|fl|#|room|rm)\b.*$", re.IGNORECASE)


@dataclass(frozen=True)
class Address:
    """What an address says: a street with a house number, or two streets that meet."""

    street: str
    number: int | None = None
    other: str = ""


@dataclass(frozen=True)
class Learnt:
    """A street, a part of one, or a crossing, with the regions it was seen in and how often.

    ``longitude`` and ``latitude`` (degrees) are the medians of its points, ``None`` where they spread too wide.
    """

    kind: str
    name: str
    numbers: tuple[int, int] | None
    longitude: float | None
    latitude: float | None
    regions: dict[int, int]


@dataclass
class _Seen:
    names: Counter[str] = field(default_factory=Counter)
    points: list[tuple[float, float]] = field(default_factory=list)
    regions: Counter[int] = field(default_factory=Counter)

    def add(self, name: str, point: tuple[float, float], region: int) -> None:
        self.names[name] += 1
        self.points.append(point)
        self.regions[region] += 1


def read_address(text: str) -> Address | None:
    """The street and number, or the crossing, that an address begins with; ``None`` where it does not."""
    if has_han(text):
        return _read_han(text)
    first = _UNIT.sub("", " ".join(text.split(",")[0].split()))
    if not first or len(first) > 2 * _LONGEST:
        return None
    if (crossing := _CROSSING.fullmatch(first)) and _is_street(crossing[1]) and _is_street(crossing[2]):
        return Address(titled(crossing[1]), other=titled(crossing[2]))
    if (numbered := _NUMBERED.fullmatch(first)) and _is_name(numbered[2]):
        return Address(titled(numbered[2]), int(numbered[1]))
    if _is_street(first):
        return Address(titled(first))
    if (numbered := _NUMBER_LAST.fullmatch(first)) and _is_street(numbered[1]):
        return Address(titled(numbered[1]), int(numbered[2]))
    return None


def _read_han(text: str) -> Address | None:
    even = "".join(text.split())
    if crossing := _HAN_CROSSING.match(even):
        return Address(crossing[1], other=crossing[2])
    if numbered := _HAN_ADDRESS.match(even):
        return Address(numbered[1], read_number(numbered[2]))
    return None


def _is_name(text: str) -> bool:
    return 1 < len(text) <= _LONGEST and any(map(str.isalpha, text)) and len(text.split()) <= 5


def _is_street(text: str) -> bool:
    """A name of up to five words that ends in what a street is called."""
    return _is_name(text) and street_key(text).split(" ")[-1] in STREET_TYPES


def titled(name: str) -> str:
    """A name in capitals as it is on a map: “3rd St”, “McAllister St”."""
    if not name.isupper():
        return name
    parts = [part.capitalize() if part[0].isalpha() else part.lower() for part in name.split()]
    return re.sub(r"\bMc([a-z])", lambda found: "Mc" + found[1].upper(), " ".join(parts))


def learn(sightings: Iterable[tuple[str, float, float, int]], least: int = _LEAST) -> Iterator[Learnt]:
    """What addresses teach: each is ``(address, longitude, latitude, region)``, in degrees.

    A street or crossing that fewer than ``least`` addresses name is left out: it may be a slip. Each street also
    comes in parts of a hundred house numbers, so that a number says where on a long street.
    """
    streets: dict[str, _Seen] = defaultdict(_Seen)
    parts: dict[str, dict[int, _Seen]] = defaultdict(lambda: defaultdict(_Seen))
    crossings: dict[tuple[str, ...], _Seen] = defaultdict(_Seen)
    for text, longitude, latitude, region in sightings:
        address = read_address(text)
        if address is None:
            continue
        point, key = (longitude, latitude), street_key(address.street)
        streets[key].add(address.street, point, region)
        if address.number is not None:
            parts[key][address.number // _BLOCK].add(address.street, point, region)
        if address.other:
            other = street_key(address.other)
            streets[other].add(address.other, point, region)
            names = sorted([(key, address.street), (other, address.other)])
            crossings[tuple(one for one, _ in names)].add(" & ".join(name for _, name in names), point, region)
    known = {key for key, seen in streets.items() if seen.regions.total() >= least}
    for key in sorted(known):
        yield _learnt(STREET, streets[key], None)
        for block, seen in sorted(parts[key].items()):
            yield _learnt(STREET, seen, (block * _BLOCK, block * _BLOCK + _BLOCK - 1), streets[key])
    for keys, seen in sorted(crossings.items()):
        if known.issuperset(keys):
            yield _learnt(CROSSING, seen, None)


def _learnt(kind: str, seen: _Seen, numbers: tuple[int, int] | None, named: _Seen | None = None) -> Learnt:
    x, y = np.median(np.array(seen.points), axis=0).tolist()
    away = haversine_metres(x, y, np.array([p[0] for p in seen.points]), np.array([p[1] for p in seen.points]))
    close = float(np.percentile(away, 90)) <= _SPREAD_METRES
    name = (named or seen).names.most_common(1)[0][0]
    x, y = round(x, 5), round(y, 5)  # a metre, so that one more address seldom moves it
    return Learnt(kind, name, numbers, x if close else None, y if close else None, dict(seen.regions))
