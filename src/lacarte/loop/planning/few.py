"""Numbers of fewer than ten people are not told, nor numbers that would give them away by subtraction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lacarte.loop.voice.queries import SMALLEST_GROUP


@dataclass(frozen=True)
class Told:
    """A number of people as far as it may be told. If not ``exact``, it is ``people`` or more (or fewer)."""

    people: int
    exact: bool = True


#: Somebody, and fewer than may be told of.
FEW = Told(0, exact=False)


def is_few(people: int) -> bool:
    """Whether the number would tell about somebody; nobody is nobody's secret."""
    return 0 < people < SMALLEST_GROUP


def told(people: int) -> Told:
    """One number by itself."""
    return FEW if is_few(people) else Told(people)


def told_apart(groups: Iterable[int]) -> list[Told]:
    """Groups of people whose total is told: what hides could not be found by subtraction.

    Groups of few that are few together, or all of one or all of nine, hide among the next larger ones.
    """
    counts = list(groups)
    found = [told(count) for count in counts]
    few = [count for count in counts if is_few(count)]
    above_least = sum(few) - len(few)
    if SMALLEST_GROUP <= sum(few) < (SMALLEST_GROUP - 1) * len(few) and above_least:
        return found
    many = sorted((i for i, count in enumerate(counts) if count >= SMALLEST_GROUP), key=lambda i: counts[i])
    for i in many if few else ():
        found[i] = Told(SMALLEST_GROUP, exact=False)
        above_least += counts[i] - SMALLEST_GROUP
        if above_least:
            break
    return found


def told_of(total: int, counted: Told, people: int) -> Told:
    """``counted``, what is told of ``people`` of a ``total`` that is told, less where few of them are left out."""
    if not is_few(total - people) or is_few(total):
        return counted
    return Told(min(counted.people, total - SMALLEST_GROUP + 1), exact=False)


def running(steps: Iterable[int]) -> list[Told]:
    """The sum after each step up, as if only steps of many were made until those of few are many together."""
    sure = unseen = 0
    found = []
    for step in steps:
        if is_few(step):
            unseen += step
        else:
            sure += step
        if unseen >= SMALLEST_GROUP:
            sure, unseen = sure + unseen, 0
        found.append(Told(sure, exact=not unseen))
    return found


def fallen(before: int, after: int) -> Told:
    """How many are left of ``before``, where both are told; not exact where few are left, or few are gone."""
    if is_few(after):
        return FEW
    if is_few(before - after) and not is_few(before):
        return Told(before, exact=False)
    return Told(after)
