"""The rules of a match from a TOML file; without one, those of the engine."""

from __future__ import annotations

import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from lacarte.engines.geography import Speeds
from lacarte.engines.matching.candidates.build import Rules
from lacarte.standalone.columns import Vocabulary
from lacarte.standalone.faults import FaultError

__all__ = ["FORBIDDEN", "NAMES", "read_rules"]

#: What to write instead of seconds where a misfit is not allowed at all.
FORBIDDEN = "forbidden"
#: The keys of a rules file, beside ``remote_modes`` (names) and the table ``speeds``.
NAMES = tuple(
    one.name for one in fields(Rules) if one.name not in ("agreements", "speeds", "remote_modes", "most_full")
)
_SPEEDS = tuple(one.name for one in fields(Speeds))


def read_rules(path: Path | None, words: dict[str, Vocabulary]) -> Rules:
    """The rules of the file ``path``, the engine's own for what it does not name.

    Raises :class:`FaultError` for a file that cannot be read, a key that is not known or a value that makes no
    sense.
    """
    if path is None:
        return Rules()
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise FaultError(f"{path} cannot be read: {error.strerror or error}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise FaultError(f"{path} is not TOML: {error}") from error
    _refuse_unknown(path, given, (*NAMES, "remote_modes", "speeds"))
    try:
        return _rules(path, given, words["mode"])
    except (ValueError, TypeError) as error:
        raise FaultError(f"{path}: {error}") from error


def _rules(path: Path, given: dict[str, Any], modes: Vocabulary) -> Rules:
    found: dict[str, Any] = {}
    for name, value in given.items():
        if name == "remote_modes":
            found[name] = _remote(value, modes)
        elif name == "speeds":
            _refuse_unknown(path, value, _SPEEDS)
            found[name] = replace(Speeds(), **{key: _as(float, key, speed) for key, speed in value.items()})
        else:
            found[name] = _value(name, value)
    return Rules(**found)


def _value(name: str, value: Any) -> Any:
    if name in ("language_misfit", "mode_misfit") and value == FORBIDDEN:
        return None
    kind = {"unknown_place_fits": bool, "needs_a_unit": float, "version": str}.get(name, int)
    return _as(kind, name, value)


def _as(kind: type, name: str, value: Any) -> Any:
    """``value`` if it is of a ``kind``; whole numbers are numbers too."""
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        what = {bool: "true or false", float: "a number", str: "text in quotation marks", int: "a whole number"}
        or_forbidden = f", or “{FORBIDDEN}”" if name.endswith("_misfit") else ""
        raise ValueError(f"{name} is {value!r}, it must be {what[kind]}{or_forbidden}")
    return value


def _remote(value: Any, modes: Vocabulary) -> int:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise ValueError(f"remote_modes is {value!r}, it must be a list of names")
    numbers = [modes.number(name.strip()) for name in value if name.strip()]
    if -1 in numbers:
        raise ValueError(f"remote_modes: there are more than {modes.most} modes")
    return sum({1 << (number - 1) for number in numbers})


def _refuse_unknown(path: Path, given: Any, known: tuple[str, ...]) -> None:
    if not isinstance(given, dict):
        raise FaultError(f"{path}: speeds must be a table")
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise FaultError(f"{path}: there is no rule {unknown[0]}; there are {', '.join(sorted(known))}")
