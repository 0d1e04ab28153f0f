"""Which column of a CSV file says what, in a small TOML file."""

from __future__ import annotations

import codecs
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lacarte.registers.menu.models import Subject
from lacarte.standards.imports.report import ImportFaultError
from lacarte.standards.imports.table import DELIMITERS
from lacarte.standards.imports.times import ISO

_SHIPPED = Path(__file__).parent / "mappings"
NEEDED = ("id", "received", "status", "category")
_FIELDS = frozenset({*NEEDED, "ended", "updated", "text", "address", "latitude", "longitude", "point", "provider"})
#: Of these, several columns are put one after the other; of the others the first that is not empty counts.
JOINED = frozenset({"text", "address"})
#: One field: its parts, each with the names that its column may have.
Parts = tuple[tuple[str, ...], ...]


def plain(column: str) -> str:
    """The name of a column without what differs from export to export: case, blanks, dots and underscores."""
    return re.sub(r"[\W_]+", "", column.casefold())


@dataclass(frozen=True)
class Mapping:
    """A mapping file, read."""

    name: str
    zone: ZoneInfo
    dates: tuple[str, ...]
    closed: tuple[str, ...]  # what a status is called that means: done
    withdrawn: tuple[str, ...]  # … that means: closed without anything done
    subject: str
    life_area: dict[str, Any]
    columns: dict[str, Parts]
    encoding: str = ""  # found when empty
    delimiter: str = ""  # found when empty
    blanks: str = ""  # signs that stand for blanks in the text
    language: str = "en"  # of the names of categories

    def fits(self, header: Iterable[str]) -> bool:
        """Whether the file has the columns that are needed."""
        there = set(map(plain, header))
        return all(any(plain(column) in there for column in self.columns[name][0]) for name in NEEDED)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file. Raises :class:`ImportFaultError` saying what is missing or wrong."""
    try:
        return _mapping(path, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportFaultError(f"{path}: {error}") from error
    except (LookupError, TypeError, ValueError) as error:
        if not isinstance(error, KeyError) or isinstance(error, ZoneInfoNotFoundError):
            raise ImportFaultError(f"{path}: {error}") from error
        raise ImportFaultError(f"{path} lacks {error}; see san_francisco_311.toml for an example") from error


def _mapping(path: Path, written: dict[str, Any]) -> Mapping:
    columns = written["columns"]
    _only(written, frozenset(field.name for field in fields(Mapping)), f"{path}")
    _only(columns, _FIELDS, f"{path}: [columns]")
    missing = [name for name in NEEDED if name not in columns]
    if missing:
        raise ImportFaultError(f"{path}: [columns] lacks {', '.join(missing)}")
    if written["subject"] not in Subject:
        raise ImportFaultError(f"{path}: subject is one of {', '.join(Subject.values)}")
    delimiter = written.get("delimiter", "")
    if delimiter and delimiter not in DELIMITERS:
        raise ImportFaultError(f"{path}: delimiter is one of {' '.join(map(repr, DELIMITERS))}")
    return Mapping(
        name=written["name"],
        zone=ZoneInfo(written["zone"]),
        dates=_words(written["dates"]) or (ISO,),
        closed=_words(written["closed"]),
        withdrawn=_words(written.get("withdrawn", [])),
        subject=written["subject"],
        life_area={name: written["life_area"][name] for name in ("code", "name")},
        columns={name: _parts(name, said) for name, said in columns.items()},
        encoding=_encoding(written.get("encoding", "")),
        delimiter=delimiter,
        blanks=written.get("blanks", ""),
        language=written.get("language", "en"),
    )


def _only(written: dict[str, Any], known: frozenset[str], where: str) -> None:
    """A word that nobody knows is most likely mistyped."""
    unknown = sorted(set(written) - known)
    if unknown:
        raise ImportFaultError(f"{where}: “{unknown[0]}” is unknown; there are {', '.join(sorted(known))}")


def _words(said: Any) -> tuple[str, ...]:
    """A list of words. Raises ``TypeError`` for what is none."""
    if not isinstance(said, list) or not all(isinstance(word, str) for word in said):
        raise TypeError(f"{said!r} is not a list of words")
    return tuple(said)


def _parts(name: str, said: Any) -> Parts:
    """``"A"``, ``["A", "B"]`` or, where parts are joined, ``["A", ["B", "B's other name"]]``."""
    listed = [said] if isinstance(said, str) else said
    if name not in JOINED:
        return (_words(listed),)
    return tuple((part,) if isinstance(part, str) else _words(part) for part in listed)


def _encoding(name: str) -> str:
    """A name that Python knows. Raises ``LookupError``."""
    return codecs.lookup(name).name if name else ""


def shipped() -> list[Mapping]:
    """The mappings that come with the program."""
    return [read_mapping(path) for path in sorted(_SHIPPED.glob("*.toml"))]
