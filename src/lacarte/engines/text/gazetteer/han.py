"""Chinese names in text without spaces: the longest that fits, also with one wrong sign."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from lacarte.engines.text.gazetteer.place import STREET, Mention, Place
from lacarte.engines.text.gazetteer.spelling import HAN_TYPES, TELLING, han_core, han_forms

_WRONG = "\0"
_ONE_WRONG = 0.8
_WHOLE = 0.6  # a shorter form leaves room for a longer name with a wrong sign
_WRONG_FROM, _CORE_FROM = 4, 3


class HanNames:
    """An index of names by their signs."""

    def __init__(self) -> None:
        self._names: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._begin: dict[str, set[int]] = defaultdict(set)  # first two signs: lengths
        self._wrong: dict[str, list[int]] = defaultdict(list)  # a name with one sign struck out
        self._wrong_begin: dict[str, set[int]] = defaultdict(set)  # the two first signs of such: lengths
        self._wrong_end: dict[str, set[int]] = defaultdict(set)  # the two last

    def add(self, number: int, place: Place, name: str) -> None:
        """Enter one name of a place."""
        for form, whole in han_forms(name):
            entered = self._names[form]
            if all(one != number for one, _ in entered):
                entered.append((number, _worth(form, whole, street=place.kind == STREET)))
            self._begin[form[:2]].add(len(form))
            if whole == 1 and len(form) >= _WRONG_FROM and len(han_core(form)) >= _CORE_FROM:
                self._add_wrong(number, form)

    def _add_wrong(self, number: int, form: str) -> None:
        self._wrong_begin[form[:2]].add(len(form))
        self._wrong_end[form[-2:]].add(len(form))
        for at, sign in enumerate(form):
            if sign not in TELLING:
                self._wrong[form[:at] + _WRONG + form[at + 1 :]].append(number)

    def mentions(self, folded: str) -> Iterator[Mention]:
        """Every stretch of signs that is a name, then those that are one but for a sign."""
        taken = bytearray(len(folded))
        for at in range(len(folded) - 1):
            for length in self._begin.get(folded[at : at + 2], ()):
                found = self._names.get(folded[at : at + length])
                if found and _apart(folded, at, at + length):
                    if max(score for _, score in found) >= _WHOLE:
                        taken[at : at + length] = b"\1" * length
                    for place, score in found:
                        yield Mention(at, at + length, place, score)
        yield from self._almost(folded, taken)

    def _almost(self, folded: str, taken: bytearray) -> Iterator[Mention]:
        """A wrong sign is past the first two, or it is one of them and the last two are right."""
        for at in range(len(folded) - 1):
            pair = folded[at : at + 2]
            for length in self._wrong_begin.get(pair, ()):
                yield from self._struck(folded, taken, at, length, range(2, length))
            for length in self._wrong_end.get(pair, ()):
                yield from self._struck(folded, taken, at + 2 - length, length, range(2))

    def _struck(self, folded: str, taken: bytearray, start: int, length: int, where: range) -> Iterator[Mention]:
        end = start + length
        if start < 0 or end > len(folded) or any(taken[start:end]):
            return
        said = folded[start:end]
        for at in where:
            if said[at] in TELLING:
                continue
            for place in self._wrong.get(said[:at] + _WRONG + said[at + 1 :], ()):
                yield Mention(start, end, place, 0.95 * _ONE_WRONG)


def _worth(form: str, whole: float, *, street: bool) -> float:
    """How much a form of a name says by itself."""
    if not whole:
        return 0.7 if len(form) >= 3 else 0.35 if street else 0.5
    if len(form) >= 3:
        return 0.95 * whole
    return 0.85 if form.endswith(HAN_TYPES) else 0.65


def _apart(folded: str, start: int, end: int) -> bool:
    """Letters and digits at the ends of a name are not part of a longer word or number."""
    if start and folded[start].isascii() and folded[start - 1].isascii() and folded[start - 1].isalnum():
        return False
    return not (
        end < len(folded) and folded[end - 1].isascii() and folded[end].isascii() and folded[end].isalnum()
    )
