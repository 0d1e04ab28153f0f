"""Which service type a text asks for, learnt from the menu's own words."""

from __future__ import annotations

from functools import lru_cache

from lacarte.engines.text import TypeSuggester
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


def understand(text: str) -> tuple[int, float]:
    """The number of the service type a text asks for and how certain that is; the root's when unsure."""
    best = suggest(text, 1)
    if not best or best[0][1] < CERTAIN_ENOUGH:
        return ROOT_NUMBER, best[0][1] if best else 0.0
    return best[0][0].number, best[0][1]


@lru_cache(maxsize=2)
def _suggester(codes: tuple[str, ...]) -> TypeSuggester:
    examples: list[tuple[str, str]] = []
    for service_type in ServiceType.objects.filter(code__in=codes).order_by("code"):
        for words in (service_type.name, service_type.description, service_type.keywords):
            examples.extend((text, service_type.code) for text in words.values() if text)
    return TypeSuggester.fit(examples)
