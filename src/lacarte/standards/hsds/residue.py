"""What a file says otherwise than we would: kept beside a record, so that nothing of the file is lost.

We say of a record what its columns hold (``ours``). The file said ``theirs``. The residue is what turns the one
into the other. Where a column changes later, we say something new there, and what the file said holds no more.
"""

from __future__ import annotations

from typing import Any

#: Short names, for a residue is kept with every record.
_CHANGED, _ADDED, _GONE, _INSIDE, _ORDER, _DROPPED = "changed", "added", "gone", "inside", "order", "dropped"

Json = Any
Residue = dict[str, Any]


def residue(ours: Json, theirs: Json) -> Residue:
    """What :func:`restored` needs to make ``theirs`` of ``ours``; empty where they are the same."""
    if same(ours, theirs):
        return {}
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return _of_objects(ours, theirs)
    if isinstance(ours, list) and isinstance(theirs, list):
        return _of_lists(ours, theirs)
    return {_CHANGED: [ours, theirs]}


def restored(ours: Json, kept: Residue) -> Json:
    """What the file said of a record, as far as the record still is what it was; otherwise what we say."""
    if not kept:
        return ours
    if _CHANGED in kept:
        was, theirs = kept[_CHANGED]
        return theirs if same(ours, was) else ours
    if _ORDER in kept:
        return _list(ours, kept) if isinstance(ours, list) else ours
    return _object(ours, kept) if isinstance(ours, dict) else ours


def same(one: Json, other: Json) -> bool:
    """Whether two JSON values are equal; ``1`` and ``true`` are not."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _of_objects(ours: dict[str, Json], theirs: dict[str, Json]) -> Residue:
    inside = {name: residue(ours[name], theirs[name]) for name in ours.keys() & theirs.keys()}
    found = {
        _ADDED: {name: value for name, value in theirs.items() if name not in ours},
        _GONE: {name: value for name, value in ours.items() if name not in theirs},
        _INSIDE: {name: kept for name, kept in inside.items() if kept},
    }
    return {name: value for name, value in found.items() if value}


def _object(ours: dict[str, Json], kept: Residue) -> dict[str, Json]:
    gone, inside = kept.get(_GONE, {}), kept.get(_INSIDE, {})
    found = {
        name: restored(value, inside.get(name, {}))
        for name, value in ours.items()
        if name not in gone or not same(value, gone[name])
    }
    for name, value in kept.get(_ADDED, {}).items():
        found.setdefault(name, value)
    return found


def _of_lists(ours: list[Json], theirs: list[Json]) -> Residue:
    """Each of theirs is one of ours with a residue of its own, or stands for itself."""
    pairs, order = _paired(ours, theirs), []
    for at, value in enumerate(theirs):
        order.append([pairs[at], residue(ours[pairs[at]], value)] if at in pairs else [value])
    found: Residue = {_ORDER: order}
    if dropped := {str(at): ours[at] for at in range(len(ours)) if at not in pairs.values()}:
        found[_DROPPED] = dropped
    return found


def _list(ours: list[Json], kept: Residue) -> list[Json]:
    found, used = [], {int(at) for at, value in kept.get(_DROPPED, {}).items() if _still(ours, int(at), value)}
    for entry in kept[_ORDER]:
        if len(entry) == 1:
            found.append(entry[0])
            continue
        at, inner = entry
        if at < len(ours):
            used.add(at)
            found.append(restored(ours[at], inner))
    return found + [value for at, value in enumerate(ours) if at not in used]


def _still(ours: list[Json], at: int, value: Json) -> bool:
    return at < len(ours) and same(ours[at], value)


def _paired(ours: list[Json], theirs: list[Json]) -> dict[int, int]:
    """Which of ours each of theirs is (by place): the one that says most of the same, each once."""
    free, pairs = set(range(len(ours))), dict[int, int]()
    for at, value in enumerate(theirs):
        best = max(sorted(free), key=lambda mine: _alike(ours[mine], value), default=None)
        if best is not None and _alike(ours[best], value):
            pairs[at] = best
            free.discard(best)
    return pairs


def _alike(one: Json, other: Json) -> int:
    """How many fields two values share; a whole match counts most."""
    if same(one, other):
        return 1_000
    if isinstance(one, dict) and isinstance(other, dict):
        return sum(name in other and same(value, other[name]) for name, value in one.items())
    return 0
