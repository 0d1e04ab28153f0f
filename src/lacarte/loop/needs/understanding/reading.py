"""Which service type a text asks for, and in which language: by the model in use, or by the menu's own words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lacarte.engines.text import Suggestion
from lacarte.engines.text import read_language as language_of
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.loop.needs.understanding import model_files
from lacarte.loop.needs.understanding.menu_words import InUse, taught_by_menu
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.menu.queries import orderable_codes

#: A certainty of 1 says that a person chose, so no model is that certain.
_NEARLY_SURE = 0.9999
#: A type that is newer than the model is suggested from this probability on.
_WORTH_SAYING = 0.5


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
    """The language of ``text`` and the service type it asks for, unless a person has ``chosen`` one.

    A type is set when it is at least as likely as its threshold asks; else the root stands, and a person chooses.
    """
    reader, likely = _read(text, 3)
    types = tuple(TypeRead(one.label, round(one.probability, 4), one.words) for one in likely)
    certainty = 1.0 if chosen else min(likely[0].probability, _NEARLY_SURE) if likely else 0.0
    if chosen is None and likely and likely[0].sure:
        chosen = ServiceType.objects.filter(code=likely[0].label).first()
    language, language_certainty = language_of(text)
    return Reading(
        chosen or ServiceType.objects.get(number=ROOT_NUMBER),
        certainty,
        language,
        language_certainty,
        types,
        reader.fingerprint if reader and likely else "",
    )


def suggest(text: str, n: int = 3) -> list[tuple[ServiceType, float]]:
    """Up to ``n`` service types for a text, with probabilities, likeliest first; empty without a menu."""
    _reader, likely = _read(text, n)
    kinds = ServiceType.objects.in_bulk([one.label for one in likely], field_name="code") if likely else {}
    return [(kinds[one.label], one.probability) for one in likely if one.label in kinds]


def labels_of(text: str, codes: tuple[str, ...], n: int = 3) -> tuple[list[Suggestion], str]:
    """The likeliest labels of the model in use, service types or not, and the model's fingerprint.

    Without a model in use, those of the menu with these ``codes``.
    """
    stored = model_files.in_use()
    reads = InUse(stored.classifier, stored.fingerprint) if stored else taught_by_menu(codes)
    return (reads.classifier.suggest(text, n), reads.fingerprint) if reads else ([], "")


def reader(codes: tuple[str, ...]) -> InUse | None:
    """What reads a text for a menu of these service types: the model in use if it knows any of them.

    Else the menu's own words teach it, and ``None`` is returned where there are none.
    """
    stored = model_files.in_use()
    if stored and not set(codes).isdisjoint(stored.classifier.labels):
        return InUse(stored.classifier, stored.fingerprint)
    return taught_by_menu(codes)


def _read(text: str, n: int) -> tuple[InUse | None, list[Suggestion]]:
    """What reads texts now, and the service types of the menu that it takes this one for, likeliest first."""
    codes = orderable_codes() if text.strip() else ()
    reads = reader(codes) if codes else None
    if reads is None:
        return None, []
    found = [*reads.classifier.suggest(text, n, among=frozenset(codes)), *_newer(text, n, codes, reads)]
    return reads, sorted(found, key=lambda one: -one.probability)[:n]


def _newer(text: str, n: int, codes: tuple[str, ...], reads: InUse) -> list[Suggestion]:
    """Service types that the model has not learnt of, by the menu's words; a person has to choose one of these."""
    newer = frozenset(codes).difference(reads.classifier.labels)
    menu = taught_by_menu(codes) if newer else None
    if menu is None:
        return []
    return [
        replace(one, sure=False)
        for one in menu.classifier.suggest(text, n, among=newer)
        if one.probability >= _WORTH_SAYING
    ]
