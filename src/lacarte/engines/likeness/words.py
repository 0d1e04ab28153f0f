"""How alike two texts are in any language: by pieces of their words, and by the numbers of houses they name."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from math import nan

from lacarte.engines.likeness.usual import COUNTS

#: What is said first says most; a longer text costs more and tells little more.
LONGEST = 800
#: Fewer pieces than this and nothing can be said of the words.
FEWEST = 4
#: Words of alphabets shorter than this are mostly grammar: the, und, del.
_SHORT = 4
_PIECE = 3
#: Words that say where, whatever is told of: points, numbers and names say it better.
_WHERE = frozenset(
    (
        *("number", "street", "road", "avenue", "lane", "square", "building", "block", "house", "front", "near"),
        *("opposite", "beside", "entrance", "corner", "outside", "calle", "plaza", "numero", "edificio", "frente"),
        *("cerca", "devant", "batiment", "strasse", "hausnummer", "neben"),
    )
)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
#: Signs that belong to a word though they are no letters of their own: vowels of Hebrew, Arabic, India, Thai.
_VOWELS = "\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ebc\u0ec8-\u0ecd"
_RUN = re.compile(rf"[{_HAN}\u3040-\u30ff]+|(?:[^\W\d_{_HAN}\u3040-\u30ff]|[{_VOWELS}])+")
_ACCENTS = re.compile("[\u0300-\u036f]+")
_HAN_RUN = re.compile(rf"[{_HAN}\u3040-\u30ff]")
_HAN_NUMBER = re.compile("([一二三四五六七八九十]{1,3})(?=号|栋|幢|单元|座|期|楼|层)")
_HAN_DIGITS = {sign: at for at, sign in enumerate("一二三四五六七八九", 1)}
#: A number that stands alone or before letters: not part of a date, a clock or an amount.
_NUMBER = re.compile(r"(?<![\d.,:/-])(\d{1,4})(?![\d:/]|[.,]\d|-\d)")
#: What follows a number that counts or dates, and so names no house.
_COUNTED = re.compile(
    r"\s*(?:%|年|月|日|天|点|时|小时|分|秒|个|次|多|余|来|人|户|元|块|万|千|百|米|公里|斤|周|星期|岁|条|辆|只|"
    r"(?:days?|hours?|hrs?|h|weeks?|months?|years?|yrs?|times|minutes?|mins?|metres?|meters?|m|km|people|"
    r"cars?|bags?|am|pm|a\.m|p\.m|o'?clock|x|st|nd|rd|th|more)\b)"
)
#: A building of an estate: what stands before its number or letter, or behind it.
_BUILDING = re.compile(
    r"\b(?:block|building|bldg|tower|unit|wing|entrance)\s+(?:no\.?\s*)?(\d{1,4}|[a-z])\b"
    r"|(\d{1,4}|[a-z])\s*(?:号楼|栋|幢|座|单元)"
)
#: Houses whose numbers differ by no more are neighbours: people do not look so closely.
NEIGHBOURS = 4


@dataclass(frozen=True)
class Pieces:
    """The pieces that a text is compared by, how much they tell together, and the share of Han signs and kana."""

    of: frozenset[str]
    weight: float
    han: float


def pieces(text: str) -> Pieces:
    """Pairs of Han signs or kana, and threes of letters of other words.

    Width, case and signs between words do not matter; only the first :data:`LONGEST` signs count.
    """
    han: set[str] = set()
    letters: set[str] = set()
    for run in _RUN.findall(_plain(text)):
        if _HAN_RUN.match(run):
            han.update(run[at : at + 2] for at in range(len(run) - 1))
        elif len(run) >= _SHORT and run not in _WHERE:
            bounded = f" {run} "
            letters.update(bounded[at : at + _PIECE] for at in range(len(bounded) - _PIECE + 1))
    found = frozenset(han | letters)
    return Pieces(found, _weight(found), len(han) / max(len(found), 1))


@dataclass(frozen=True)
class Numbers:
    """What a text names of an address: the numbers of houses, and the numbers or letters of buildings."""

    houses: frozenset[int]
    buildings: frozenset[str]


def numbers(text: str) -> Numbers:
    """The numbers that a text gives for houses and for buildings; dates, times and amounts are none."""
    plain = _HAN_NUMBER.sub(lambda found: str(_han_value(found[1])), _plain(text))
    buildings = frozenset((found[1] or found[2]).lstrip("0") for found in _BUILDING.finditer(plain))
    rest = _BUILDING.sub(" ", plain)
    named = (int(found[1]) for found in _NUMBER.finditer(rest) if not _COUNTED.match(rest, found.end()))
    return Numbers(frozenset(named), buildings)


def numbers_agree(one: Numbers, other: Numbers) -> tuple[bool, bool, bool]:
    """Whether two texts name a house or building in common; another house, no neighbour's; another building."""
    apart = min((abs(mine - theirs) for mine in one.houses for theirs in other.houses), default=None)
    both = bool(one.buildings and other.buildings)
    common = both and not one.buildings.isdisjoint(other.buildings)
    same = common or (apart == 0 and not (both and not common))
    return same, apart is not None and apart > NEIGHBOURS, both and not common


def overlap(one: Pieces, other: Pieces) -> tuple[float, float]:
    """How much the pieces of two texts share, and how much the shorter has; what every report has counts little.

    NaN where either has too few to say.
    """
    if min(len(one.of), len(other.of)) < FEWEST:
        return nan, nan
    return _weight(one.of & other.of), min(one.weight, other.weight)


def _weight(found: frozenset[str]) -> float:
    return sum(map(_told_by, found))


def _told_by(piece: str) -> float:
    return COUNTS.get(piece, 1.0)


def _plain(text: str) -> str:
    """Lower case, of usual width, without accents."""
    cut = text[:LONGEST]
    if cut.isascii():
        return cut.casefold()
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", cut)).casefold()


def _han_value(signs: str) -> int:
    """一 to 九十九 as a number."""
    tens, ten, ones = signs.partition("十")
    if not ten:
        return int("".join(str(_HAN_DIGITS[sign]) for sign in signs))
    return 10 * _HAN_DIGITS.get(tens, 1) + _HAN_DIGITS.get(ones, 0)
