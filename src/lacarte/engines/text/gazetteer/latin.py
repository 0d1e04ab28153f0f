"""Names that are written in words, in text that is written in words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from lacarte.engines.text.gazetteer.place import STREET, Mention, Place
from lacarte.engines.text.gazetteer.spelling import STREET_TYPES, Word, latin_forms, words
from lacarte.engines.text.gazetteer.typing_errors import TypingErrors

#: A name without its type says little by itself, more after such a word, more still after a number.
_CUES = frozenset(
    {"on", "at", "in", "near", "along", "off", "opposite", "outside", "by", "from", "around", "corner", "of"}
    | {"behind", "to", "and", "between", "beside", "towards"}
)
_BARE, _CUED, _CAPITAL, _FEW, _NUMBERED = 0.3, 0.5, 0.6, 0.7, 0.82
_OTHER_TYPE = 0.6
_SLIP = {0: 1.0, 1: 0.9, 2: 0.8}
_CAPITALS = re.compile(r"(?<!^)(?<![.!?\n] )(?<!\n)\b[A-Z][^\W\d_]+")


@dataclass(frozen=True, slots=True)
class _Name:
    place: int
    whole: float
    street: bool


class LatinNames:
    """An index of names by their words."""

    def __init__(self) -> None:
        self._names: dict[str, list[_Name]] = defaultdict(list)
        self._lengths: dict[str, set[int]] = defaultdict(set)
        self._words: set[str] = set()
        self._errors = TypingErrors(())

    def add(self, number: int, place: Place, name: str) -> None:
        """Enter one name of a place."""
        for form in latin_forms(name, street=place.kind == STREET):
            entered = self._names[" ".join(form.words)]
            if all(one.place != number for one in entered):
                entered.append(_Name(number, form.whole, place.kind == STREET))
            self._lengths[form.words[0]].add(len(form.words))
            self._words.update(form.words)

    def finish(self) -> None:
        """After the last name."""
        self._errors = TypingErrors(self._words)

    def mentions(self, folded: str, original: str) -> Iterator[Mention]:
        """Every stretch of words that may be a name."""
        said = words(folded)
        capitals = frozenset() if original.isupper() else frozenset(map(str.casefold, _CAPITALS.findall(original)))
        meant = [self._meant(word.text) for word in said]
        for at in range(len(said)):
            for key, after, slips in self._keys(said, meant, at):
                for name in self._names.get(key, ()):
                    score = _score(name, key, said, at, after, slips, capitals)
                    yield Mention(said[at].start, said[after - 1].end, name.place, score)

    def _meant(self, typed: str) -> tuple[tuple[str, int], ...]:
        return ((typed, 0),) if typed in self._words else self._errors.meant(typed)

    def _keys(
        self, said: list[Word], meant: list[tuple[tuple[str, int], ...]], at: int
    ) -> Iterator[tuple[str, int, int]]:
        """Names that may begin at a word: its key in the index, the word after it, and slips made in it."""
        begins = [(word, at + 1, slips) for word, slips in meant[at]]
        if at + 1 < len(said) and (joined := said[at].text + said[at + 1].text) in self._words:
            begins.append((joined, at + 2, 0))
        for first, after, slips in begins:
            for length in self._lengths.get(first, ()):
                yield from self._longer(first, after, slips, length - 1, meant)

    def _longer(
        self, key: str, after: int, slips: int, more: int, meant: list[tuple[tuple[str, int], ...]]
    ) -> Iterator[tuple[str, int, int]]:
        if not more:
            yield key, after, slips
        elif after < len(meant):
            for word, made in meant[after]:
                if slips + made <= 2:
                    yield from self._longer(f"{key} {word}", after + 1, slips + made, more - 1, meant)


def _score(
    name: _Name, key: str, said: list[Word], at: int, after: int, slips: int, capitals: frozenset[str]
) -> float:
    before = said[at - 1].text if at else ""
    numbered = before.isdigit() and len(before) <= 5
    capital = key.split(" ", 1)[0] in capitals or said[at].text in capitals
    several = " " in key
    if name.whole:
        typed = name.street and key.rsplit(" ", 1)[-1] in STREET_TYPES
        if several or typed:
            score = 0.95 * name.whole
        else:
            score = 0.85 if numbered and name.street else 0.8 if capital or before in _CUES else 0.55
        return score * _SLIP[slips]
    score = (
        (_NUMBERED if len(before) > 2 else _FEW)
        if numbered
        else _CAPITAL
        if capital
        else _CUED
        if before in _CUES
        else _BARE
    )
    if several:
        score = min(0.85, score * 1.25)
    if after < len(said) and said[after].text in STREET_TYPES and said[after].start - said[after - 1].end <= 2:
        score *= _OTHER_TYPE
    return score * (0.6 if slips else 1.0)
