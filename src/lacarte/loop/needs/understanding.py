"""Which service type a text asks for, learnt from the menu's own words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from lacarte.engines.text import TypeSuggester
from lacarte.engines.text import language as language_of
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.menu.queries import orderable

#: Below this a person chooses.
CERTAIN_ENOUGH = 0.5


def suggest(text: str, n: int = 3) -> list[tuple[ServiceType, float]]:
    """Up to ``n`` service types for a text, with probabilities, likeliest first; empty without a menu."""
    codes = tuple(orderable().order_by("code").values_list("code", flat=True))
    if not codes or not text.strip():
        return []
    suggestions = _suggester(codes).suggest(text, n)
    types = ServiceType.objects.in_bulk([found.label for found in suggestions], field_name="code")
    return [(types[found.label], found.probability) for found in suggestions if found.label in types]


@dataclass(frozen=True)
class TypeRead:
    """A service type that a text may ask for, with the words that spoke for it."""

    code: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """What a text says: ``service_type`` is the root where that is for a person to choose."""

    service_type: ServiceType
    certainty: float  # 1: chosen by a person
    language: str
    language_certainty: float
    types: tuple[TypeRead, ...] = ()  # likeliest first
    model: str = ""  # fingerprint of the model that said so


def understand(text: str, chosen: ServiceType | None = None) -> Reading:
    """The language of ``text`` and the service type it asks for, unless a person has ``chosen`` one."""
    likely = suggest(text)
    types = tuple(TypeRead(kind.code, probability, ()) for kind, probability in likely)
    certainty = 1.0 if chosen else likely[0][1] if likely else 0.0
    if chosen is None and certainty >= CERTAIN_ENOUGH:
        chosen = likely[0][0]
    decided = chosen or ServiceType.objects.get(number=ROOT_NUMBER)
    return Reading(decided, certainty, language_of(text), 1.0, types)


@lru_cache(maxsize=2)
def _suggester(codes: tuple[str, ...]) -> TypeSuggester:
    examples: list[tuple[str, str]] = []
    for service_type in ServiceType.objects.filter(code__in=codes).order_by("code"):
        for words in (service_type.name, service_type.description, service_type.keywords):
            examples.extend((text, service_type.code) for text in words.values() if text)
    return TypeSuggester.fit(examples)
