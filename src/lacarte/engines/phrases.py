"""Phrases found in people's own words, in any script, and silenced by what speaks against them.

A text is read as tokens: a Chinese character is one, a word of letters is one, and signs that end a clause are
kept. A phrase is written as people would say it:

* ``gas leak``: these words, one after the other. A word of five letters or more also matches with another ending
  (``drown``: drowned, drowning); a shorter one only as it stands. Chinese matches sign by sign.
* ``=smoke``: this form and no other; ``suicid*``: any ending.
* ``#年``: any number, then the word.
* ``smell + gas``: both in one clause, in any order, with at most :data:`FARTHEST` tokens between them.

Letters match whatever their case. A phrase with accents is also found without them, but in Vietnamese, where
they make another word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product

__all__ = ["Found", "Lexicon", "PhraseError", "Watch", "normal"]


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


FARTHEST = 8
NEGATED = "negated"
_HAN = "\u3400-\u9fff"
_TOKEN = re.compile(rf"[{_HAN}]|[^\W_{_HAN}]+(?:['’][^\W_{_HAN}]+)*|[.,;:!?。，；：！？…\n()（）、]")
_WRITTEN = re.compile(rf"[=]?[^\W_{_HAN}]+(?:['’][^\W_{_HAN}]+)*\*?|[{_HAN}]|#")
_CLAUSE = frozenset(".,;:!?。，；：！？…\n()（）")
_ODD = re.compile("[\uff10-\uff5a’]")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B)} | {0x2019: 0x27}
_NUMBER = "#"
_TONAL = frozenset({"vi"})
_INFLECTED_FROM, _ENDING = 5, 3
_KEY = 3
_LONG_TOKEN = 12  # signs; few words have more
_NO = _words("""
    no not never without isn't wasn't aren't ain't don't didn't doesn't haven't hasn't nor neither cannot
    sin ningún ninguna pas sans aucun aucune kein keine keinen nicht ohne não sem nenhum không нет без не
""")
_BETWEEN_NO = _words("""
    a an any the is was were been be being had have has sign signs of smell smelling risk danger report reports
    real actual more such longer in on at there evidence trace yet ever seen
    de un una hay olor señal d' une odeur da ein eine es có bị mùi
""")
_ZH_NO = re.compile(
    r"(?:(?<!有)没有?|(?<!有)沒有?|并无|並無|无(?!人)|無(?!人)|未|(?<!是)不是|并非|並非|不存在|排除了?)"
    r"(?:再|有|发生|發生|出现|出現|发现|發現|闻到|聞到|看到|见到|任何|什么|什麼|明显|明顯|的|过|過|人员|人員|人)*$"
)
_ZH_LOOK_BACK = 10


class PhraseError(ValueError):
    """A phrase cannot be read; the message says why."""


@dataclass(frozen=True)
class Watch:
    """What is looked for: ``words`` and ``unless`` are ``{language tag: phrases}``.

    An ``unless`` phrase that overlaps a found one silences that one (“fire station” a “fire”); elsewhere in the
    clause it silences all of the watch there (“drill”).
    """

    name: str
    words: dict[str, Sequence[str]]
    unless: dict[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """``text[start:end]`` of the normalised text is a phrase of watch ``name``.

    ``silenced`` is empty, or what speaks against it: :data:`NEGATED`, or the words of an ``unless``.
    """

    name: str
    start: int
    end: int
    silenced: str = ""


@dataclass(frozen=True)
class _Pattern:
    """One token: itself, or a beginning with an ending of some length."""

    word: str
    longest: int = 0  # of a matching token; 0: only the word itself

    def fits(self, token: str) -> bool:
        if self.longest:
            return len(token) <= self.longest and token.startswith(self.word)
        return token == self.word or (self.word == _NUMBER and token.isdigit())


_Part = tuple[_Pattern, ...]
_Wanted = tuple[int, int, _Part]  # number of the phrase, which part of it, the part


@dataclass(frozen=True)
class _Phrase:
    watch: int
    against: bool
    parts: int


@dataclass(frozen=True)
class _Span:
    """Tokens ``first..last``."""

    first: int
    last: int

    def touches(self, other: _Span) -> bool:
        return self.first <= other.last and other.first <= self.last


def normal(text: str) -> str:
    """The text that positions refer to: composed (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class Lexicon:
    """Watches made ready to be looked for; building takes milliseconds, looking tens of microseconds."""

    def __init__(self, watches: Iterable[Watch]) -> None:
        self.names: list[str] = []
        self._phrases: list[_Phrase] = []
        # By the first token, then by the second where that must be a certain one.
        self._exact: dict[str, dict[str, list[_Wanted]]] = {}
        self._begins: dict[str, dict[str, list[_Wanted]]] = {}
        for number, watch in enumerate(watches):
            self.names.append(watch.name)
            for against, lists in ((False, watch.words), (True, watch.unless)):
                for language, phrases in lists.items():
                    for written in phrases:
                        self._add(number, against, written, language)

    def _add(self, watch: int, against: bool, written: str, language: str) -> None:
        forms = {normal(written).lower()}
        if language.split("-")[0].lower() not in _TONAL:
            forms.add(_without_marks(normal(written).lower()))
        for form in sorted(forms):
            parts = read(form)
            number = len(self._phrases)
            self._phrases.append(_Phrase(watch, against, len(parts)))
            for at, part in enumerate(parts):
                table, key = (
                    (self._begins, part[0].word[:_KEY]) if part[0].longest else (self._exact, part[0].word)
                )
                second = part[1].word if len(part) > 1 and not part[1].longest and part[1].word != _NUMBER else ""
                table.setdefault(key, {}).setdefault(second, []).append((number, at, part))

    def find(self, text: str, within: int | None = None) -> list[Found]:
        """All phrases in ``text``, by place. Positions are those of :func:`normal` ``(text)``.

        With ``within``, only what begins among the first so many tokens: who writes in danger says so at once.
        """
        text = _same_length_lower(normal(text))
        tokens = _TOKEN.findall(text if within is None else text[: within * _LONG_TOKEN])
        if within is not None:
            del tokens[within + FARTHEST * 2 :]
        parts = self._parts(tokens)
        if not parts:
            return []
        clause = _clauses(tokens)
        spans = self._spans(parts, clause)
        if not any(speaking for speaking, _ in spans.values()):
            return []
        places = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
        found = []
        for watch, (speaking, against) in sorted(spans.items()):
            for span in sorted(speaking, key=lambda one: (one.first, one.last)):
                if within is not None and span.first >= within:
                    continue
                why = _silenced(span, speaking, against, tokens, clause)
                words = why if isinstance(why, str) else text[places[why.first][0] : places[why.last][1]]
                found.append(Found(self.names[watch], places[span.first][0], places[span.last][1], words))
        return sorted(found, key=lambda one: (one.start, one.end))

    def _parts(self, tokens: list[str]) -> dict[tuple[int, int], list[_Span]]:
        """Where each part of a phrase stands, whatever is around it."""
        parts: dict[tuple[int, int], list[_Span]] = {}
        exact, begins = self._exact, self._begins
        last = len(tokens) - 1
        for i in [i for i, t in enumerate(tokens) if t in exact or t[:_KEY] in begins or t.isdigit()]:
            token, following = tokens[i], tokens[i + 1] if i < last else "\0"
            keys = ((exact, token), (begins, token[:_KEY]), (exact, _NUMBER if token.isdigit() else ""))
            for table, key in keys:
                if (by_second := table.get(key)) is None:
                    continue
                for second in (following, ""):
                    for phrase, at, part in by_second.get(second, ()):
                        if i + len(part) <= last + 1 and _fits(part, tokens, i):
                            parts.setdefault((phrase, at), []).append(_Span(i, i + len(part) - 1))
        return parts

    def _spans(
        self, parts: dict[tuple[int, int], list[_Span]], clause: list[int]
    ) -> dict[int, tuple[set[_Span], set[_Span]]]:
        """By watch: the places of its phrases, and of what speaks against them."""
        spans: dict[int, tuple[set[_Span], set[_Span]]] = {}
        for number in sorted({phrase for phrase, _ in parts}):
            phrase = self._phrases[number]
            choices = [parts.get((number, at), []) for at in range(phrase.parts)]
            for chosen in product(*choices):
                first, last = min(s.first for s in chosen), max(s.last for s in chosen)
                inside = sum(s.last - s.first + 1 for s in chosen)
                if clause[first] == clause[last] and last - first + 1 - inside <= FARTHEST:
                    spans.setdefault(phrase.watch, (set(), set()))[phrase.against].add(_Span(first, last))
        return spans


def read(written: str) -> list[_Part]:
    """The parts of a phrase as it is written. Raises :class:`PhraseError` when there is nothing to look for."""
    parts = []
    for piece in written.split("+"):
        part = tuple(_pattern(word) for word in _WRITTEN.findall(piece))
        if not part:
            raise PhraseError(f"“{written}” has no word in it that could be looked for")
        parts.append(part)
    if len(parts) > 3:
        raise PhraseError(f"“{written}” joins more than three parts")
    return parts


def _pattern(word: str) -> _Pattern:
    word = word.replace("’", "'")
    if word.startswith("="):
        return _Pattern(word[1:])
    if word.endswith("*"):
        if len(word) - 1 < _KEY:
            raise PhraseError(f"“{word}” would match too much: give {_KEY} letters or more before the *")
        return _Pattern(word[:-1], 99)
    if len(word) < _INFLECTED_FROM or not word.isalpha():
        return _Pattern(word)
    stem = word[:-1] if len(word) > _INFLECTED_FROM and word[-1] in "ey" else word
    return _Pattern(stem, len(word) + _ENDING)


def _fits(part: _Part, tokens: list[str], at: int) -> bool:
    return all(pattern.fits(tokens[at + k]) for k, pattern in enumerate(part))


def _same_length_lower(text: str) -> str:
    """Small letters, full-width ones as usual ones, and one kind of apostrophe; places stay what they are."""
    small = text.lower()
    if len(small) != len(text):  # a capital whose small letter is two signs
        small = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in text)
    return small.translate(_WIDE) if _ODD.search(small) else small


def _without_marks(text: str) -> str:
    split = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(sign for sign in split if not unicodedata.combining(sign)))


def _clauses(tokens: list[str]) -> list[int]:
    """The number of the clause that each token is in."""
    numbers, clause = [], 0
    for token in tokens:
        numbers.append(clause)
        clause += token in _CLAUSE
    return numbers


def _silenced(
    span: _Span, speaking: set[_Span], against: set[_Span], tokens: list[str], clause: list[int]
) -> str | _Span:
    """What silences the phrase at ``span``; an empty text when nothing does."""
    for one in against:
        if one.touches(span):
            return one
        if clause[one.first] == clause[span.first] and not any(one.touches(other) for other in speaking):
            return one
    return NEGATED if _negated(span.first, tokens, clause) else ""


def _negated(first: int, tokens: list[str], clause: list[int]) -> bool:
    start = first
    while start > 0 and clause[start - 1] == clause[first] and tokens[start - 1] not in _CLAUSE:
        start -= 1
    before = tokens[start:first]
    if _ZH_NO.search("".join(before[-_ZH_LOOK_BACK:])):
        return True
    for token in reversed(before):
        if token in _NO:
            return True
        if token not in _BETWEEN_NO:
            return False
    return False
