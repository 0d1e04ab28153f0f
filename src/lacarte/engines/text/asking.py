"""A question in words as groups of tokens that a text may have, and what a text that has them is worth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from unicodedata import normalize

from lacarte.engines.text.analysis import Piece, around, fold, pieces
from lacarte.engines.text.expressions import NOTHING, Expression, all_but_one, all_but_two, all_of, any_of
from lacarte.engines.text.stems import stem
from lacarte.engines.text.vocabulary import Vocabulary

__all__ = ["Candidate", "Group", "Question", "ask", "worth"]

#: How well a token answers: as it was typed, after one or two slips, or as the beginning of a longer word.
_SLIP, _BEGINNING = 0.8, 0.7
_ONE_SIGN = 0.6  # the signs around a wrong one
_GLUED = 0.8
_LONGEST = 24  # pieces of a question that are looked at
_FEW_LETTERS = 3  # from which on a beginning says what is meant
_MOST_PAIRS = 40  # that begin with a sign
_COMMON = 0.1  # of all texts: what more have says little, and is asked for only where there is nothing rarer
_VERY_COMMON = 0.25  # what even more have is never asked for beside others
_MOST_DEMANDED = 8
_FEW = 3  # of so many groups none is left out at first
_ENOUGH = 5  # texts that have most of what is asked for: those that have less are not looked for
#: What a token counts in a text's other words and in the rest, of 1 in its names.
_IN_ABOUT, _IN_REST = 0.8, 0.5
#: What it adds that a name says nothing else.
_WHOLE_NAME = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """A piece of a question: the tokens that answer it, each with how well (0 to 1), and how much it says."""

    piece: Piece
    tokens: dict[str, float]
    count: int
    rarity: float
    meant: str = ""  # the word that it was taken for, if nobody writes it so

    @property
    def is_sure(self) -> bool:
        """Whether what is written is there: a word, however spelt, or a pair of signs."""
        return self.piece.spaced or self.piece.last or self.piece.key in self.tokens

    def expression(self, *, strictly: bool = False) -> Expression:
        """Any of the tokens; ``strictly`` only those that answer best."""
        best = max(self.tokens.values()) if strictly else 0.0
        return any_of([token for token, well in self.tokens.items() if well >= best])


@dataclass(frozen=True)
class Question:
    """What is asked for, in the order of the words. Pieces that no text has are left out."""

    text: str  # in Unicode's form KC: the places of pieces are in it
    groups: tuple[Group, ...]
    unknown: tuple[str, ...]  # words that no text has, and that are near none
    texts: int
    weight: float  # how much all of it says, with what is unknown

    @cached_property
    def known(self) -> tuple[Group, ...]:
        """The groups that say something, be it little, rarest first."""
        known = [group for k, group in enumerate(self.groups) if not self._says_nothing(k)]
        return tuple(sorted(known, key=lambda group: group.count))

    @cached_property
    def telling(self) -> tuple[Group, ...]:
        """The groups that say something, rarest first; all of them where none does."""
        common = self.texts * _COMMON
        return tuple(group for group in self.known if group.count <= common) or self.known

    @cached_property
    def sure(self) -> tuple[Group, ...]:
        """Of those that say something, what is there as it is written; all where nothing is."""
        return tuple(group for group in self.telling if group.is_sure) or self.telling

    @cached_property
    def demanded(self) -> tuple[Group, ...]:
        """The few groups that say most, in the order of the question."""
        return tuple(sorted(self.telling[:_MOST_DEMANDED], key=lambda group: group.piece.start))

    @cached_property
    def spaced(self) -> tuple[tuple[tuple[str, float], ...], ...]:
        """The tokens of each group as they stand in a text, and how well each answers."""
        return tuple(tuple((f" {token} ", well) for token, well in group.tokens.items()) for group in self.groups)

    def _says_nothing(self, k: int) -> bool:
        """Whether group ``k`` is a pair that is nowhere, with pairs beside it that are there.

        It stands where two words meet, or a sign at the edge is wrong; any other would spoil a pair beside it too.
        """
        beside = _beside_group(self.groups, k)
        return not self.groups[k].is_sure and bool(beside) and all(group.is_sure for group in beside)

    def is_between(self, k: int) -> bool:
        """Whether group ``k`` is a pair of signs that shares one with the group before and one with the next."""
        if not 0 < k < len(self.groups) - 1 or self.groups[k].piece.spaced:
            return False
        before, pair, after = (group.piece for group in self.groups[k - 1 : k + 2])
        return before.start < pair.start < before.end and pair.start < after.start < pair.end

    @cached_property
    def asked(self) -> frozenset[str]:
        """All tokens; of pairs of signs also the second sign, which is filed by itself where a name ends."""
        tokens = {token for group in self.groups for token in group.tokens}
        return frozenset(tokens | {token[1:] for token in tokens})

    @property
    def is_doubtful(self) -> bool:
        """Whether there is a pair of signs that is nowhere: one of them may be wrong."""
        return len(self.sure) < len(self.telling)

    def all_of(self) -> Expression:
        """Every group that says something as it is written."""
        return all_of([group.expression(strictly=True) for group in self.sure]) if self.sure else NOTHING

    def every(self) -> Expression:
        """Every group as it is written, common ones too; nothing where none is common.

        For where more texts have what says most than are worth looking at.
        """
        sure = [one for one in self.known if one.is_sure and one.count <= self.texts * _VERY_COMMON]
        return all_of([one.expression(strictly=True) for one in sure]) if len(sure) > len(self.sure) else NOTHING

    def any_of(self) -> Expression:
        """One of the few groups that say most."""
        return any_of([group.expression() for group in self.demanded]) if self.demanded else NOTHING

    def most_of(self) -> Iterator[tuple[Expression, int]]:
        """Most of the groups that say most, from strict to lax, each with how many texts are enough of it.

        Where a sign may be wrong, all of them, with the signs around it in its place; otherwise all but one as
        they are written, for words that are glued make a pair that means nothing. Then all but one with what may
        stand in their place; all but any two beside each other.
        """
        asked = [group.expression() for group in self.demanded]
        if self.is_doubtful:
            yield all_of(asked), _ENOUGH
        elif len(asked) > _FEW:
            yield all_but_one([group.expression(strictly=True) for group in self.demanded]), 1
        if len(asked) > _FEW:
            yield all_but_one(asked), _ENOUGH
            yield all_but_two(asked), 1

    def some_of(self) -> Iterator[Expression]:
        """One of each two groups that are apart; one of each half; at last each by itself, the rarest first."""
        asked = [group.expression() for group in self.demanded]
        for parts in dict.fromkeys((-(-len(asked) // 2), 2)):
            if parts < len(asked):
                yield all_of([any_of(asked[k::parts]) for k in range(parts)])
        for group in self.telling[:_MOST_DEMANDED]:
            yield group.expression()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text that has some of the tokens: tokens with spaces around each; names with “|” between them."""

    number: int
    names: str
    about: str
    rest: str


def ask(text: str, vocabulary: Vocabulary, languages: Sequence[str]) -> Question:
    """What ``text`` asks for in words that ``vocabulary`` knows; ``languages`` are those it may be in."""
    text = normalize("NFKC", text)
    found = pieces(text)[:_LONGEST]
    in_pairs = {piece.end for piece in found if not piece.spaced and not piece.last}
    groups: dict[str, Group] = {}
    unknown: dict[str, str] = {}
    for k, piece in enumerate(found):
        if piece.key in groups or (piece.last and piece.end in in_pairs):
            continue  # the last sign of a longer run is in its last pair
        if piece.spaced:
            tokens, meant = _tokens(piece, vocabulary, languages)
        else:
            before, after = _beside(found, k)
            tokens, meant = _signs(piece, before, after, vocabulary), ""
        if tokens:
            best = max(tokens.values())
            count = max(vocabulary.count_of(token) for token, well in tokens.items() if well == best)
            groups[piece.key] = Group(piece, tokens, count, vocabulary.rarity_of(count), meant)
        elif piece.spaced:
            unknown[piece.key] = piece.written
    known = _evened(list(groups.values()))
    weight = sum(group.rarity for group in known) + len(unknown) * vocabulary.rarity_of(0)
    return Question(text, known, tuple(unknown.values()), vocabulary.texts, weight)


def _evened(groups: list[Group]) -> tuple[Group, ...]:
    """No pair of signs says more than those beside it: where two words meet it is rare, and says nothing."""
    evened = []
    for k, group in enumerate(groups):
        beside = [one.rarity for one in _beside_group(groups, k) if one.is_sure]
        evened.append(replace(group, rarity=min(group.rarity, max(beside, default=group.rarity))))
    return tuple(evened)


def _beside_group(groups: Sequence[Group], k: int) -> list[Group]:
    """The pairs of signs that share one with the pair ``k``."""
    pair = groups[k].piece
    if pair.spaced:
        return []
    near = [groups[at] for at in (k - 1, k + 1) if 0 <= at < len(groups)]
    return [one for one in near if one.piece.start < pair.end and pair.start < one.piece.end]


def _beside(found: Sequence[Piece], k: int) -> tuple[str, str]:
    """The sign before and the sign after a pair of its run; empty where there is none."""
    pair = found[k]
    before = found[k - 1].key[0] if k and found[k - 1].end > pair.start else ""
    after = found[k + 1].key[-1] if k + 1 < len(found) and not found[k + 1].last else ""
    return before, after if after and found[k + 1].start < pair.end else ""


def _tokens(piece: Piece, vocabulary: Vocabulary, languages: Sequence[str]) -> tuple[dict[str, float], str]:
    """The tokens that answer a word, and the word that it was taken for, if it is none itself."""
    tokens = dict.fromkeys(vocabulary.tokens_of(piece.key), 1.0)
    for language in languages:
        token = fold(stem(piece.written.lower(), language))
        if vocabulary.count_of(token):
            tokens.setdefault(token, 1.0)
    return (tokens, "") if tokens else _taken_for(piece.key, vocabulary)


def _signs(piece: Piece, before: str, after: str, vocabulary: Vocabulary) -> dict[str, float]:
    """A pair of signs stands for itself, or, with the sign before or after it, for what a wrong sign leaves.

    One sign stands for all pairs that begin with it.
    """
    if piece.last:
        keys = vocabulary.beginning_with(piece.key, most=_MOST_PAIRS)
        return {token: 1.0 for key in keys for token in vocabulary.tokens_of(key)}
    first, second = piece.key[0], piece.key[1]
    tokens = {piece.key: 1.0}
    tokens |= {around(first, after): _ONE_SIGN} if after else {}
    tokens |= {around(before, second): _ONE_SIGN} if before else {}
    return {token: well for token, well in tokens.items() if vocabulary.count_of(token)}


def _taken_for(typed: str, vocabulary: Vocabulary) -> tuple[dict[str, float], str]:
    tokens: dict[str, float] = {}
    near = vocabulary.meant_by(typed)
    for meant in near:
        for token in vocabulary.tokens_of(meant.word):
            tokens.setdefault(token, _SLIP**meant.slips)
    if len(typed) >= _FEW_LETTERS:
        for word in vocabulary.beginning_with(typed):
            for token in vocabulary.tokens_of(word):
                tokens.setdefault(token, _BEGINNING)
    return tokens, near[0].word if near else ""


def worth(question: Question, candidate: Candidate) -> tuple[float, tuple[Group, ...]]:
    """How well a text answers, 0 to about 1, and the groups that it has."""
    in_names, anywhere = [], []
    for tokens in question.spaced:
        named = best = 0.0
        for token, well in tokens:
            if token in candidate.names:
                named = max(named, well)
            elif token in candidate.about:
                best = max(best, well * _IN_ABOUT)
            elif token in candidate.rest:
                best = max(best, well * _IN_REST)
        in_names.append(named)
        anywhere.append(max(named, best))
    if not any(anywhere):
        return 0.0, ()
    said = _total(question, anywhere)
    if any(in_names):
        said += _WHOLE_NAME * _total(question, in_names) * _covered(question, candidate.names)
    had = tuple(group for group, there in zip(question.groups, anywhere, strict=True) if there)
    return said / (question.weight * (1 + _WHOLE_NAME)), had


def _total(question: Question, there: list[float]) -> float:
    """What groups say together that are ``there`` (0 to 1).

    A pair of signs that is not there, between two that are, stands where two words meet that the question glues:
    both of its signs are there.
    """
    said = 0.0
    for k, group in enumerate(question.groups):
        well = there[k]
        if not well and question.is_between(k):
            well = _GLUED * min(there[k - 1], there[k + 1])
        said += well * group.rarity
    return said


def _covered(question: Question, names: str) -> float:
    """The largest share of one name's tokens that are asked for."""
    best = 0.0
    for name in names.split("|"):
        tokens = name.split()
        if tokens:
            best = max(best, len(question.asked.intersection(tokens)) / len(tokens))
    return best
