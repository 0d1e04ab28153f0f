"""On which of our facts a variable of the law depends, whoever is judged: what its formulas name, and theirs.

Nothing is computed: the formulas of all times are read. Where one cannot be read, it may depend on anything.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from lacarte.standards.openfisca.choosing import chosen
from lacarte.standards.openfisca.formulas import codes_of
from lacarte.standards.openfisca.systems import LawError, System, system


def depends(fact: str) -> tuple[str, ...] | None:
    """The facts on which a requirement of ``law.`` and a variable depends; ``None`` where it may be any."""
    from lacarte.standards.openfisca.deciding import PREFIX

    try:
        which = chosen()
        reached = variables_below(system(which.package), fact.removeprefix(PREFIX))
    except LawError:
        return None
    if reached is None:
        return None
    ours = [known for known, variable in which.facts.items() if variable in reached]
    if which.people:
        ours.append(which.people)
    return (*ours, *(PREFIX + name for name in sorted(reached)))


def version() -> object:
    """Changes when another law counts, or counts for other facts."""
    try:
        which = chosen()
    except LawError:
        return None
    return which.package, tuple(which.facts.items()), which.assumed


@lru_cache(maxsize=1024)
def variables_below(law: System, name: str, day: date | None = None) -> frozenset[str] | None:
    """A variable and all that its formulas name, and theirs; ``None`` where one of them cannot be read.

    The formulas are those of all times, or those in force on a ``day``.

    A name is one wherever it is written: rather too much than too little. Raises
    :class:`~lacarte.standards.openfisca.systems.UnknownVariableError`.
    """
    law.variable(name)
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.add(one)
        for formula in _formulas(law, one, day):
            named = _texts_of(formula)
            if named is None:
                return None
            waiting += [text for text in named if law.rules.get_variable(text) is not None]
    return frozenset(seen)


def _formulas(law: System, name: str, day: date | None) -> list[Any]:
    found = law.variable(name).formulas
    if day is None:
        return list(found.values())
    begun = [since for since in found if since <= day.isoformat()]
    return [found[max(begun)]] if begun else []


def _texts_of(formula: Any) -> set[str] | None:
    """All texts that a formula and the functions of its package that it calls hold; ``None`` if it hides some."""
    codes = codes_of(formula)
    if codes is None:
        return None
    texts: set[str] = set()
    for code, known in codes:
        for value in (*code.co_consts, *map(known.get, code.co_names)):
            texts.update(_texts_in(value))
    return texts


def _texts_in(value: Any) -> set[str]:
    """A text, or those in a collection of the package."""
    if isinstance(value, str):
        return {value}
    if type(value) is dict:
        value = (*value.keys(), *value.values())
    if isinstance(value, tuple | list | set | frozenset):
        return {text for one in value for text in _texts_in(one)}
    return set()
