"""What the tokens of a text have to be: all of some, any of some, or all but one or two of a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["NOTHING", "All", "Any", "Expression", "all_but_one", "all_but_two", "all_of", "any_of"]


@dataclass(frozen=True, slots=True)
class All:
    """Every part; without parts, whatever there is."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part; without parts, nothing."""

    parts: tuple[Expression, ...]


#: A token, or parts.
Expression = str | All | Any
NOTHING = Any(())


def all_of(parts: Sequence[Expression]) -> Expression:
    """Every part."""
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def any_of(parts: Sequence[Expression]) -> Expression:
    """At least one part."""
    return parts[0] if len(parts) == 1 else Any(tuple(parts))


def all_but_one(parts: Sequence[Expression]) -> Expression:
    """All parts, or all but any one: halved again and again, so that each is named about log(n) times."""
    if len(parts) < 2:
        return All(())
    if len(parts) == 2:
        return Any(tuple(parts))
    left, right = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    return Any((_both(all_of(left), all_but_one(right)), _both(all_but_one(left), all_of(right))))


def all_but_two(parts: Sequence[Expression]) -> Expression:
    """All parts, or all but any two that are beside each other."""
    if len(parts) <= 2:
        return All(())
    left, right = parts[: len(parts) // 2], parts[len(parts) // 2 :]
    ways = [_both(all_of(left[:-1]), all_of(right[1:])) if len(parts) > 2 else All(())]
    ways += [_both(all_of(left), all_but_two(right))] if len(right) > 1 else []
    ways += [_both(all_but_two(left), all_of(right))] if len(left) > 1 else []
    return Any(tuple(ways))


def _both(one: Expression, other: Expression) -> Expression:
    """Both, where neither may be left out as saying nothing."""
    said = [part for part in (one, other) if part != All(())]
    return all_of(said) if said else All(())
