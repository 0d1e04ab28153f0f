"""Before there are examples: what the menu says of its service types teaches which of them a text asks for."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256

import numpy as np
from django.conf import settings

from lacarte.engines.text import Classifier, fit
from lacarte.engines.text.analysis import terms
from lacarte.engines.text.synonyms import Synonyms
from lacarte.engines.text.word_table import Said, WordTable
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.menu.searching.synonyms import SynonymsError, shipped_synonyms, synonyms

logger = logging.getLogger(__name__)

#: What makes the probabilities of a menu's words true, by the texts of the demo city, which are not learnt from.
_TEMPERATURE = 0.126
#: What words and phrases say beside runs of letters; and what a word counts by where it stands.
_SHARE_OF_WORDS = 0.2
_COUNTS = {"name": 1.0, "keywords": 1.0, "description": 0.5}
#: Of about so many things people ask a city; those that a smaller menu does not name, they ask for all the same.
_ASKED_FOR = 60
_CLAUSES = re.compile(r"[,，。.、；;:：!?！？\n]")
#: Words of the menu that were changed are learnt after this time at the latest.
_SECONDS = 60


@dataclass(frozen=True)
class InUse:
    """What reads texts now; ``fingerprint`` says which model it was."""

    classifier: Classifier
    fingerprint: str


@dataclass(frozen=True)
class _Menu:
    """What a menu says: the ``examples`` and what is ``said``, and phrases that mean the same."""

    examples: tuple[tuple[str, str], ...]
    said: tuple[Said, ...]
    synonyms: Synonyms

    @property
    def fingerprint(self) -> str:
        """Changes whenever anything does that this says."""
        told = repr((self.examples, self.said, self.synonyms.phrases))
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def taught_by_menu(codes: tuple[str, ...]) -> InUse | None:
    """A reader that has learnt from the menu's own words alone; ``None`` where there are none.

    What it may set, its own probability says.
    """
    return _taught(codes, int(time.monotonic() // _SECONDS)) if codes else None


def menu_examples(codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """What the menu says of its service types, whole and in parts, as ``(text, code)``."""
    return _examples(_said(codes))


def _examples(said: Sequence[tuple[str, Said]]) -> tuple[tuple[str, str], ...]:
    examples: dict[tuple[str, str], None] = {}
    for field, (code, text, *_) in said:
        parts = text.split() if field == "keywords" else [part.strip() for part in _CLAUSES.split(text)]
        examples |= dict.fromkeys((part, code) for part in (text, *parts) if part)
    return tuple(examples)


def _said(codes: tuple[str, ...]) -> list[tuple[str, Said]]:
    """What is said of each service type, with the field that says it."""
    kinds = ServiceType.objects.filter(code__in=codes).order_by("code").values("code", *_COUNTS)
    return [
        (field, Said(kind["code"], text, language, weight))
        for kind in kinds
        for field, weight in _COUNTS.items()
        for language, text in kind[field].items()
    ]


def _same_meaning(said: Sequence[tuple[str, Said]], known: Synonyms) -> Iterator[tuple[str, str]]:
    """Phrases that mean what the name or a keyword of a service type does, as examples of it.

    Only in the menu's languages: runs of letters of others would speak for one service, and against none.
    """
    languages = {one.language for _, one in said}
    for field, (code, text, language, _) in said:
        if field != "description":
            for group in known.groups_in(terms(text, language)):
                yield from ((phrase, code) for tag, phrase in known.phrases[group] if tag in languages)


@lru_cache(maxsize=4)
def _taught(codes: tuple[str, ...], period: int) -> InUse | None:
    """The menu's words are read again in every ``period``, and learnt from where they have changed."""
    said = _said(codes)
    known = _synonyms()
    examples = dict.fromkeys((*_examples(said), *_same_meaning(said, known)))
    if not examples:
        return None
    return _reader(_Menu(tuple(examples), tuple(one for _, one in said), known))


def _synonyms() -> Synonyms:
    """The installation's own file may be wrong, which `lacarte check` says; needs come in all the same."""
    try:
        return synonyms()
    except SynonymsError as error:
        logger.warning("%s", error)
        return shipped_synonyms()


@lru_cache(maxsize=4)
def _reader(menu: _Menu) -> InUse:
    learnt = fit([], always=menu.examples, penalty=1.0, least=1, evenness=1.0)
    reads = replace(
        learnt,
        temperature=_TEMPERATURE,
        threshold=np.full(len(learnt.labels), settings.CONFIGURED["type_precision"] / 100),
        others=float(max(_ASKED_FOR - len(learnt.labels), 0)),
        words=WordTable(menu.said, learnt.labels, menu.synonyms, _SHARE_OF_WORDS),
    )
    return InUse(reads, f"menu-{menu.fingerprint[:16]}")
