"""Services of an invented city and what people type to find them: drawn by seed, the answers known.

Each record is one provider's version of one of 40 services, for an audience, in one of 150 places, in English,
Chinese or Spanish. Providers call the same service by different names, in nine patterns, and say a few sentences
that all services share, so that a word alone seldom tells one record from the next. A query asks for a service in
a place; every record of that service there is right.
"""

from __future__ import annotations

import random
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lacarte.engines.text.traditional import TO_SIMPLIFIED

PARTS = Path(__file__).with_name("menu_records.toml")
LANGUAGES, SHARES = ("en", "zh", "es"), (0.5, 0.35, 0.15)
TAG = {"en": "en", "zh": "zh-hans", "es": "es"}
KINDS = (
    *("plain", "one typo", "Chinese", "wrong character"),
    *("traditional", "two characters", "accents missing", "mixed"),
)
_PLACES = 150
_EN = (
    "West East North South Mill Ash Oak Stone King Queen Fox Hart Lang Brad Wood Clay Red Elm Har New Win Mar",
    "brook field ford gate hill mere stead ton wick worth bury dale",
)
_ES = (
    "Villa San Santa Monte Río Peña Valle Puerto Torre Fuente",
    "Alegre Martín Lucía Verde Cañas Águila Hermosa Nuevo Blanca Íñigo José Ramón Inés Mayor",
)
_ZH = "白云海山长安东湖金福永和清华新兴南平宝华江龙西泉光明凤安康宁花桥石北仁义德胜顺天河林"
_ZH_ENDS = ("区", "街道", "镇", "新村", "社区")
_PROVIDERS = {
    "en": (
        "Sunrise|Harbour|Beacon|Willow|Bridge|Unity|Cedar|Lantern|Anchor|Meadow|Compass|Haven",
        "Trust|Foundation|Centre|Society|Partners|Community Association|Services Ltd|Cooperative",
    ),
    "es": (
        "Esperanza|Horizonte|Puente|Faro|Camino|Olivo|Solidaridad|Encuentro|Raíces|Mañana",
        "Fundación|Asociación|Centro|Cooperativa|Servicios|Red",
    ),
    "zh": (
        "阳光|暖心|爱邻|同行|和悦|家园|希望|晨曦|乐龄|益民|百姓|互助",
        "服务中心|社会工作站|有限公司|公益协会|基金会|合作社",
    ),
}
_PATTERNS = {
    "en": "{base} – {place}|{base} for {audience}|{provider}: {base}|{place} {base}|{base}, {place} and area|"
    "{base} by {provider}|{audience_cap}: {base} in {place}|{base}|{provider} {place}: {base}",
    "zh": "{place}{base}|{base}（{audience}）|{provider}{base}|{base}·{place}|{audience}{base}|"
    "{base}{place}点|{place}{audience}{base}|{base}|{provider}·{place}{base}",
    "es": "{base} – {place}|{base} para {audience}|{provider}: {base}|{base} en {place}|{place}: {base}|"
    "{base} de {provider}|{base} para {audience} en {place}|{base}|{provider} {place}: {base}",
}
_COMMON = "的了是在有人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而"


@dataclass(frozen=True)
class Record:
    """One provider's version of a service."""

    number: int
    base: int
    place: int
    provider: int
    language: str
    words: str  # what this provider calls the service
    name: str
    description: str


@dataclass(frozen=True)
class Query:
    """What somebody types, of which kind, and the services and place that are meant (no place: anywhere)."""

    kind: str
    text: str
    bases: frozenset[int]
    place: int | None


@dataclass(frozen=True)
class Collection:
    """Records, and the names that they were drawn from, by language."""

    records: list[Record]
    bases: list[dict[str, list[str]]]
    places: list[dict[str, str]]
    providers: list[dict[str, str]]

    def answers(self, query: Query, number: int) -> bool:
        """Whether a record is what a query asks for."""
        record = self.records[number]
        return record.base in query.bases and query.place in (None, record.place)


def draw(n: int, seed: int = 5) -> Collection:
    """``n`` records."""
    rng = random.Random(seed)
    parts = tomllib.loads(PARTS.read_text(encoding="utf-8"))
    places = _places(rng)
    providers = [_provider(rng) for _ in range(max(20, n // 20))]
    records = [_record(number, parts, places, providers, rng) for number in range(n)]
    return Collection(records, parts["base"], places, providers)


def _record(
    number: int, parts: Any, places: list[dict[str, str]], providers: list[dict[str, str]], rng: random.Random
) -> Record:
    language = rng.choices(LANGUAGES, SHARES)[0]
    base, place = rng.randrange(len(parts["base"])), rng.randrange(len(places))
    provider = rng.randrange(len(providers))
    words, audience = rng.choice(parts["base"][base][language]), rng.choice(parts["audience"][language])
    said = {"base": words, "place": places[place][language], "provider": providers[provider][language]}
    said |= {"audience": audience, "audience_cap": audience.capitalize()}
    said |= {key: rng.choice(values) for key, values in parts["fill"][language].items()}
    name = rng.choice(_PATTERNS[language].split("|")).format(**said)
    sentences = [one.format(**said) for one in rng.sample(parts["sentence"][language], rng.randint(2, 6))]
    description = ("" if language == "zh" else " ").join(sentences)
    return Record(number, base, place, provider, language, words, name, description)


def queries(collection: Collection, each: int, seed: int = 7) -> list[Query]:
    """``each`` queries of every kind, each meant for a record that there is."""
    rng = random.Random(seed)
    written: dict[str, list[Record]] = {language: [] for language in LANGUAGES}
    for one in collection.records:
        written[one.language].append(one)
    spoilt: dict[str, tuple[str, Callable[[str, random.Random], str]]] = {
        "plain": ("en", lambda text, rng: text),
        "one typo": ("en", mistyped),
        "Chinese": ("zh", lambda text, rng: text),
        "wrong character": ("zh", miswritten),
        "traditional": ("zh", traditional),
        "accents missing": ("es", unaccented),
    }
    made = []
    for kind, (language, spoil) in spoilt.items():
        for one in rng.choices(written[language], k=each):
            made.append(Query(kind, spoil(_asked(collection, one, rng), rng), frozenset({one.base}), one.place))
    made += [_two_signs(collection, one, rng) for one in rng.choices(_telling(written["zh"]), k=each)]
    return made + [_mixed(collection, one, rng) for one in rng.choices(written["zh"], k=each)]


def mistyped(text: str, rng: random.Random) -> str:
    """One letter of a word of five or more left out, put in, changed or swapped; the first one stays."""
    words = text.split(" ")
    long = [k for k, word in enumerate(words) if len(word) >= 5 and word.isalpha()]
    k = rng.choice(long) if long else 0
    word, other = words[k], rng.choice("abcdefghijklmnopqrstuvwxyz")
    at = rng.randrange(1, max(2, len(word) - 1))
    words[k] = rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + other + word[at:],
            word[:at] + other + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        )
    )
    return " ".join(words)


def miswritten(text: str, rng: random.Random) -> str:
    """One sign is another, a common one."""
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(_COMMON) + text[at + 1 :]


def traditional(text: str, rng: random.Random) -> str:
    """In traditional signs; where several lead to one simplified sign, any of them."""
    return "".join(rng.choice(_TRADITIONAL.get(sign, sign)) for sign in text)


def unaccented(text: str, rng: random.Random) -> str:
    """Without marks."""
    return "".join(sign for sign in unicodedata.normalize("NFD", text) if not unicodedata.combining(sign))


def _asked(collection: Collection, one: Record, rng: random.Random) -> str:
    """A record's service and place, in either order."""
    place = collection.places[one.place][one.language]
    if one.language == "en" and rng.random() < 0.3:
        return f"{one.words} in {place}".lower()
    pair = (one.words, place) if rng.random() < 0.5 else (place, one.words)
    return ("" if one.language == "zh" else " ").join(pair).lower()


def _telling(records: list[Record]) -> list[Record]:
    """Those whose service begins and ends in signs that do not say for whom or where."""
    said = "".join(tomllib.loads(PARTS.read_text(encoding="utf-8"))["audience"]["zh"]) + "".join(_ZH_ENDS)
    return [one for one in records if one.words[:2] not in said and one.words[-2:] not in said]


def _two_signs(collection: Collection, one: Record, rng: random.Random) -> Query:
    """The first or last two signs of what a service is called; every service of such a name is meant."""
    signs = one.words[:2] if rng.random() < 0.5 else one.words[-2:]
    meant = (k for k, base in enumerate(collection.bases) if any(signs in name for name in base["zh"]))
    return Query("two characters", signs, frozenset(meant), None)


def _mixed(collection: Collection, one: Record, rng: random.Random) -> Query:
    """The service in Chinese and the place in English; or the place in Chinese and the service in English."""
    place, meant = collection.places[one.place], frozenset({one.base})
    if rng.random() < 0.5:
        return Query("mixed", f"{one.words} {place['en']}", meant, one.place)
    return Query("mixed", f"{place['zh']} {collection.bases[one.base]['en'][0]}", meant, one.place)


def _places(rng: random.Random) -> list[dict[str, str]]:
    first, last = (half.split() for half in _EN)
    english = rng.sample([a + b for a in first for b in last], _PLACES)
    first, last = (half.split() for half in _ES)
    every = [f"{a} {b}" for a in first for b in last]
    spanish = rng.sample(every + [f"{one} Alto" for one in every], _PLACES)
    signs = rng.sample(sorted({a + b for a in _ZH for b in _ZH if a != b}), _PLACES)
    chinese = [two + rng.choice(_ZH_ENDS) for two in signs]
    return [{"en": e, "es": s, "zh": z} for e, s, z in zip(english, spanish, chinese, strict=True)]


def _provider(rng: random.Random) -> dict[str, str]:
    named = {}
    for language, (first, last) in _PROVIDERS.items():
        one, other = rng.choice(first.split("|")), rng.choice(last.split("|"))
        named[language] = {"en": f"{one} {other}", "es": f"{other} {one}", "zh": one + other}[language]
    return named


_TRADITIONAL: dict[str, list[str]] = {}
for _code, _sign in TO_SIMPLIFIED.items():
    _TRADITIONAL.setdefault(_sign, []).append(chr(_code))
