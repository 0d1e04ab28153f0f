"""Answering what people look for: entries that have the words, and what each of them is worth."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings

from lacarte.engines.text.asking import Candidate, Group, Question, ask, worth
from lacarte.engines.text.expressions import Expression
from lacarte.kernel.text import FALLBACK, in_language
from lacarte.registers.menu.models import SearchEntry
from lacarte.registers.menu.searching import texts, words
from lacarte.registers.menu.searching.texts import Shown

Kind = SearchEntry.Kind
#: Entries that are weighed for one question, at each step from strict to lax.
_WEIGHED = 80
#: What an entry must be worth to be shown: one word of many that is in it says nothing.
_LEAST = 0.12
#: And of what the best is worth.
_LEAST_OF_BEST = 0.4
#: Of two that are worth about the same, the first kind comes first, and what has a name in the reader's language.
_FOR_KIND: dict[int, float] = {Kind.LIFE_EVENT: 0.06, Kind.SERVICE: 0.06, Kind.AREA: 0.03, Kind.OFFER: 0.0}
_FOR_LANGUAGE = 0.02
_NO_OFFERS = (Kind.LIFE_EVENT, Kind.SERVICE, Kind.AREA)
_MORE = 4  # looked at beyond those that are shown: a name in the reader's language may put them before
LONGEST = 300  # signs of what is looked for


@dataclass(frozen=True)
class Found:
    """An entry of the menu that answers: what it is, its code, its title for the reader, and why it was found."""

    kind: SearchEntry.Kind
    key: str  # the primary key of the life event, service type or offer
    code: str
    title: str
    words: tuple[str, ...]  # of what was looked for, those that the entry has, as they were written
    score: float


@dataclass(frozen=True)
class Results:
    """What was found, best first, and how the words were understood."""

    found: list[Found]
    meant: dict[str, str]  # words that nobody has written so: what they were taken for
    unknown: tuple[str, ...]  # words that are nowhere on the menu
    question: Question


class _Ranked(NamedTuple):
    score: float
    had: tuple[Group, ...]
    number: int
    shown: Shown


def search(text: str, language: str, most: int = 10) -> list[Found]:
    """Up to ``most`` life events, services and offers that answer ``text``, best first.

    Any text will do, in any language of the menu; ``language`` (BCP 47) is the reader's.
    Reads only: what was looked for in vain is counted by
    :mod:`lacarte.registers.menu.searching.misses`.
    """
    return look(text, language, most).found


def look(text: str, language: str, most: int = 10) -> Results:
    """As :func:`search`, with how the words were understood."""
    languages = list(dict.fromkeys([language, FALLBACK, *(tag for tag, _ in settings.LANGUAGES)]))
    question = ask(text[:LONGEST], words.vocabulary(), languages)
    ranked = []
    for candidate, shown in _candidates(question, most):
        score, had = worth(question, candidate)
        if score >= _LEAST:
            ranked.append(_Ranked(score + _FOR_KIND[shown.kind], had, candidate.number, shown))
    ranked.sort(key=lambda one: (-one.score, one.number))
    near = [one for one in ranked[: most + _MORE] if one.score >= _LEAST_OF_BEST * ranked[0].score]
    found = [_found(one, question, language) for one in near]
    found.sort(key=lambda one: -one.score)
    return Results(found[:most], _meant(question), question.unknown, question)


def _candidates(question: Question, most: int) -> list[tuple[Candidate, Shown]]:
    """Entries that may answer: what is no offer and has any of the words; offers that have all, or some."""
    seen: dict[int, tuple[Candidate, Shown]] = {}

    def take(expression: Expression, *, in_names: bool = False, kinds: Sequence[SearchEntry.Kind] = ()) -> int:
        got = texts.matching(expression, in_names=in_names, most=_WEIGHED, kinds=kinds)
        seen.update((candidate.number, (candidate, shown)) for candidate, shown in got)
        return len(got)

    take(question.any_of(), kinds=_NO_OFFERS)
    if (had := take(question.all_of(), in_names=True)) < most:
        had = take(question.all_of())
    if had >= most and take(question.every(), in_names=True) < most:
        take(question.every())
    if had >= most and not question.is_doubtful:
        return list(seen.values())
    had = 0 if question.is_doubtful else had
    for expression, enough in question.most_of():
        had += take(expression, kinds=(Kind.OFFER,))
        if had >= enough:
            break
    for expression in question.some_of():
        if had:
            break
        had = take(expression, kinds=(Kind.OFFER,))
    return list(seen.values())


def _found(one: _Ranked, question: Question, language: str) -> Found:
    title: dict[str, str] = json.loads(one.shown.title)
    base = language.split("-")[0].lower()
    near = any(tag.split("-")[0].lower() == base for tag in title)
    return Found(
        kind=Kind(one.shown.kind),
        key=one.shown.key,
        code=one.shown.code,
        title=in_language(title, language),
        words=_written(question, one.had),
        score=round(one.score + near * _FOR_LANGUAGE, 4),
    )


def _written(question: Question, groups: Sequence[Group]) -> tuple[str, ...]:
    """The words of ``groups`` as they stand in the question; pairs of signs that overlap as one."""
    spans: list[list[int]] = []
    for group in sorted(groups, key=lambda group: group.piece.start):
        piece = group.piece
        if spans and not piece.spaced and piece.start < spans[-1][1]:
            spans[-1][1] = piece.end
        else:
            spans.append([piece.start, piece.end])
    return tuple(question.text[start:end] for start, end in spans)


def _meant(question: Question) -> dict[str, str]:
    """Words that were taken for others, and for which."""
    return {group.piece.written: group.meant for group in question.groups if group.meant}
