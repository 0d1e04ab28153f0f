"""How names of places are written: folded, cut into words, and in the forms that people use."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from lacarte.engines.text.traditional import TO_SIMPLIFIED

HAN = "\u3400-\u9fff"
_WORD = re.compile(rf"\d+(?:st|nd|rd|th)(?![^\W{HAN}])|\d+[a-z]?(?![^\W_{HAN}])|[^\W\d_{HAN}]+|\d+")
_ORDINAL = re.compile(r"0*(\d+)(st|nd|rd|th)")
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])\s+(?=[{HAN}])")
_ANY_HAN = re.compile(rf"[{HAN}]")

#: What streets are called, each with its usual short forms (USPS Publication 28, appendix C1, and British use).
_TYPES = {
    "st": "street str saint", "ave": "avenue av aven", "rd": "road", "blvd": "boulevard boul bvd", "ln": "lane",
    "dr": "drive drv doctor", "ct": "court crt", "pl": "place", "ter": "terrace terr tr", "sq": "square",
    "hwy": "highway", "pkwy": "parkway pky pkway", "aly": "alley ally", "cir": "circle circ", "way": "wy",
    "plz": "plaza", "expy": "expressway", "hts": "heights", "cres": "crescent", "gdns": "gardens gdn",
    "row": "", "quay": "", "steps": "", "ring": "", "walk": "", "path": "", "loop": "", "mews": "", "close": "",
    "tunl": "tunnel", "brg": "bridge", "stwy": "stairway", "park": "",
}  # fmt: skip
_OTHER = {"mt": "mount", "ft": "fort", "and": "&"}
_CANONICAL = {
    **{long: short for short, every in [*_TYPES.items(), *_OTHER.items()] for long in every.split()},
}
STREET_TYPES = frozenset(_TYPES)
_DIRECTIONS = {
    "north": "n", "south": "s", "east": "e", "west": "w",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
}  # fmt: skip
_TENS = (*("", ""), "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_FIRST = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
sixteenth seventeenth eighteenth nineteenth twentieth
"""
_ORDINAL_WORDS = dict(enumerate(_FIRST.split(), start=1))

#: How Chinese names of places end; the long ones first.
HAN_TYPES = (
    *(
        "步行街",
        "交叉口",
        "开发区",
        "街道",
        "大道",
        "小区",
        "社区",
        "花园",
        "公寓",
        "新村",
        "家园",
        "大厦",
        "广场",
    ),
    *(
        "公园",
        "组团",
        "胡同",
        "大街",
        "大桥",
        "中学",
        "小学",
        "医院",
        "路",
        "街",
        "巷",
        "弄",
        "道",
        "里",
        "村",
        "镇",
    ),
    *("乡", "区", "县", "市", "坊", "桥", "苑", "城", "湾", "岛"),
)
#: Signs that tell one place from its neighbour: another of them is another place, not a slip.
TELLING = frozenset("东南西北中上下左右前后大小新老旧内外一二三四五六七八九十0123456789abcdefghijklmnopqrstuvwxyz")
_SHORTENED_FROM = 5  # signs: a name of so many is known without one of them
_STOPS = frozenset("的之在和与及里中上下一了是")


def fold(text: str) -> str:
    """Text without case, marks, width, traditional signs, apostrophes, and spaces between Chinese signs."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in text if not unicodedata.combining(sign)) if not text.isascii() else text
        text = unicodedata.normalize("NFC", text).translate(TO_SIMPLIFIED)
        text = _BETWEEN_HAN.sub("", text)
    return text.casefold().replace("'", "").replace("’", "")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of folded text in its canonical form, and where it is."""

    text: str
    start: int
    end: int


def words(folded: str) -> list[Word]:
    """The words of folded text that are not Chinese."""
    return [Word(canonical(found[0]), found.start(), found.end()) for found in _WORD.finditer(folded)]


@lru_cache(maxsize=50_000)
def canonical(word: str) -> str:
    """The short form of a street type, and ordinals without leading zeros."""
    if word[0].isdigit() and (ordinal := _ORDINAL.fullmatch(word)):
        return ordinal[1] + ordinal[2]
    return _CANONICAL.get(word, word)


def has_han(text: str) -> bool:
    """Whether there is a Chinese sign in it."""
    return _ANY_HAN.search(text) is not None


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a name: its words, and how much of the name that is (1: all of it)."""

    words: tuple[str, ...]
    whole: float


def latin_forms(name: str, *, street: bool) -> list[Form]:
    """The ways to write a name in words: whole, without its type (a street's), joined, with numbers spelt out."""
    full = tuple(word.text for word in words(fold(name)))
    if full[:1] == ("the",) and len(full) > 1:
        full = full[1:]
    if not full:
        return []
    core = full[:-1] if street and len(full) > 1 and full[-1] in STREET_TYPES else full
    forms = {full: 1.0}
    if core != full and core[0] not in STREET_TYPES:
        forms[core] = 0.0
    for form, whole in list(forms.items()):
        for other, much in _variants(form, len(core), full_type=full[len(core) :]):
            forms.setdefault(other, min(whole, much))
    return [Form(form, whole) for form, whole in forms.items() if form]


def _variants(form: tuple[str, ...], core: int, full_type: tuple[str, ...]) -> list[tuple[tuple[str, ...], float]]:
    found: list[tuple[tuple[str, ...], float]] = []
    if core > 1:
        found.append((("".join(form[:core]), *form[core:]), 1.0))
    if form[0] in _DIRECTIONS and len(form) > 1:
        found.append(((_DIRECTIONS[form[0]], *form[1:]), 1.0))
    if ordinal := _ORDINAL.fullmatch(form[0]):
        number = int(ordinal[1])
        if spelt := _spelt(number):
            found.append(((*spelt, *form[1:]), 1.0))
        if len(form) > 1 and full_type:
            found.append(((ordinal[1], *form[1:]), 0.9))
    return found


def _spelt(number: int) -> tuple[str, ...]:
    if number in _ORDINAL_WORDS:
        return (_ORDINAL_WORDS[number],)
    tens, ones = divmod(number, 10)
    if not 2 <= tens <= 9:
        return ()
    if ones == 0:
        return (_TENS[tens][:-1] + "ieth",)
    return (_TENS[tens], _ORDINAL_WORDS[ones])


def han_forms(name: str) -> list[tuple[str, float]]:
    """The ways to write a Chinese name, each with how much of the name it is (1: all of it)."""
    full = re.sub(r"\s+", "", fold(name))
    forms = {full: 1.0}
    core = han_core(full)
    if len(core) >= 2 and core != full:
        forms.setdefault(core, 0.0)
    lean = "".join(sign for sign in full if sign not in _STOPS)
    if len(lean) >= 3 and lean != full:
        forms.setdefault(lean, 0.85)
    if len(full) >= _SHORTENED_FROM:
        for at in range(len(full) - 1):
            if full[at] not in TELLING:
                forms.setdefault(full[:at] + full[at + 1 :], 0.75)
    return [(form, whole) for form, whole in forms.items() if len(form) >= 2]


def han_core(name: str) -> str:
    """A Chinese name without what it is."""
    kind = next((kind for kind in HAN_TYPES if name.endswith(kind)), "")
    return name.removesuffix(kind)
