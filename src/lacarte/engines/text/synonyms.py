"""Phrases that mean the same, in all languages: which groups of them a text has, and what else is said of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from lacarte.engines.text.analysis import Term, terms

__all__ = ["Synonyms", "telling_tokens"]

#: A group: its phrases by language (BCP 47).
Group = Mapping[str, Sequence[str]]


class Synonyms:
    """Groups of phrases, numbered in their order. Two of the same groups are not equal: compare with ``is``."""

    def __init__(self, groups: Iterable[Group]) -> None:
        """Of ``groups``, each of phrases by language; a phrase without a word is never found."""
        self.phrases: list[tuple[tuple[str, str], ...]] = []  # of each group: language, phrase
        self.terms: list[tuple[Term, ...]] = []
        self._beginning: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for number, group in enumerate(groups):
            phrases = tuple((language, phrase) for language, those in group.items() for phrase in those)
            said = [terms(phrase, language) for language, phrase in phrases]
            for found in said:
                if tokens := telling_tokens(found):
                    self._beginning[tokens[0]].append((tokens, number))
            self.phrases.append(phrases)
            self.terms.append(tuple(dict.fromkeys(term for found in said for term in found)))

    def groups_in(self, found: Sequence[Term]) -> list[int]:
        """The groups one of whose phrases stands in a text that is filed under ``found``."""
        tokens = telling_tokens(found)
        groups: dict[int, None] = {}
        for at, token in enumerate(tokens):
            for phrase, group in self._beginning.get(token, ()):
                if tokens[at : at + len(phrase)] == phrase:
                    groups[group] = None
        return list(groups)

    def of(self, found: Sequence[Term]) -> list[Term]:
        """What a text that is filed under ``found`` is found by as well."""
        return [term for group in self.groups_in(found) for term in self.terms[group]]


def telling_tokens(found: Sequence[Term]) -> tuple[str, ...]:
    """Words and pairs of signs; a Chinese word does not end where it stands inside a longer one."""
    return tuple(term.token for term in found if term.spaced or len(term.key) == 2)
