"""A folder of results: written so that it is whole or not there, read back without believing it."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from filecmp import cmp
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.standalone.faults import FaultError, Reject
from lacarte.standalone.words import LANGUAGES

__all__ = [
    "BY_CHOICE",
    "LONGEST_NAME",
    "SUMMARY",
    "compare",
    "compare_all",
    "compare_files",
    "read_assignment",
    "read_rows",
    "read_summary",
    "refuse_replacing",
    "short",
    "write_all",
    "write_rejects",
    "write_table",
]

Row = Iterable[object]
Write = Callable[[Path], None]
SUMMARY = "summary.json"
#: What the summary calls a match of choices; the other kind has no name.
BY_CHOICE = "by-choice"
#: What the files of a match are called in its summary.
_FILES = {"needs", "offers", "agreements", "rules"}
#: What says nothing of the match and cannot be made again.
_OWN_WORD = ("seconds", "lacarte")
#: Characters of a name that is shown.
LONGEST_NAME = 60


def refuse_replacing(folder: Path, tables: Sequence[str], inputs: Iterable[Path | None]) -> None:
    """Raises :class:`FaultError` where a result in ``folder`` would replace an input, whatever its name."""
    for name in (*tables, SUMMARY):
        for path in inputs:
            if path is not None and _same(folder / name, path):
                raise FaultError(f"{path} would be overwritten by the {name} of the match; name another folder")


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        return False


def write_all(folder: Path, write: Write, summary: Callable[[], dict[str, Any]]) -> None:
    """Write the tables, and ``summary.json`` last: where it is, all is.

    Raises :class:`FaultError` where the folder cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SUMMARY).unlink(missing_ok=True)
        write(folder)
        text = json.dumps(summary(), indent=2, ensure_ascii=False)
        (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise FaultError(f"{error.filename or folder} cannot be written: {error.strerror or error}") from error


def write_table(path: Path, header: Row, rows: Iterable[Row]) -> None:
    """A table as CSV, the same bytes on every machine. Raises ``OSError``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_rejects(folder: Path, rejects: Iterable[Reject]) -> None:
    """What was wrong with which row. Raises ``OSError``."""
    names = ("file", "line", "column", "reason", "advice")
    write_table(folder / "rejects.csv", names, ([getattr(one, name) for name in names] for one in rejects))


def read_summary(folder: Path, kinds: Mapping[str, type], by_choice: bool = False) -> dict[str, Any]:
    """What the summary says; ``kinds`` are what it has to say, beside seed, files and language.

    Raises :class:`FaultError` where anything of that is missing or of another kind, or the match is.
    """
    path = folder / SUMMARY
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FaultError(f"{path} cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise FaultError(f"{path} is not what lacarte wrote: {error}") from error
    if isinstance(said, dict) and (said.get("mode") == BY_CHOICE) != by_choice:
        raise FaultError(f"{folder} was made {'without' if by_choice else 'with'} --{BY_CHOICE}; do the same here")
    for name, kind in {"seed": str, "files": dict, "language": str, **kinds}.items():
        if not isinstance(said, dict) or type(said.get(name)) is not kind:
            raise FaultError(f"{path} is not what lacarte wrote: {name} is missing or of another kind")
    if said["language"] not in LANGUAGES:
        raise FaultError(f"{path} is not what lacarte wrote: language cannot be")
    if not said["files"].keys() <= _FILES:
        raise FaultError(f"{path} is not what lacarte wrote: files names one that no match has")
    return said


def compare_files(folder: Path, said: Mapping[str, Any], files: Mapping[str, Mapping[str, str]]) -> None:
    """Raises :class:`FaultError` unless ``files`` are those that the folder was made from."""
    for what, one in files.items():
        told = said["files"].get(what)
        if not isinstance(told, dict) or told.get("sha256") != one["sha256"]:
            raise FaultError(f"{one['name']} is not the file of {what} that {folder} was made from")
    if missing := sorted(set(said["files"]) - set(files)):
        raise FaultError(f"{folder} was made with --{' --'.join(missing)}; name the same files")


def compare(folder: Path, name: str, said: Mapping[str, Any], value: object) -> None:
    """Raises :class:`FaultError` unless the summary says ``value``."""
    # Equal is not enough: 1 is true and 1.0 in Python, but not in the file.
    if said.get(name) != value or json.dumps(said[name], sort_keys=True) != json.dumps(value, sort_keys=True):
        raise FaultError(f"{folder / SUMMARY}: {name} is not what follows from the files")


def compare_all(
    folder: Path, said: Mapping[str, Any], expected: Mapping[str, Any], tables: Sequence[str], write: Write
) -> None:
    """Raises :class:`FaultError` unless the summary is ``expected`` and ``tables`` are what ``write`` writes."""
    if said.keys() != expected.keys():
        raise FaultError(f"{folder / SUMMARY} does not say what lacarte says, no less and no more")
    for name, value in expected.items():
        if name not in _OWN_WORD:
            compare(folder, name, said, value)
    with TemporaryDirectory() as anew:
        write(Path(anew))
        for table in tables:
            try:
                same = cmp(folder / table, Path(anew) / table, shallow=False)
            except OSError as error:
                raise FaultError(f"{folder / table} cannot be read: {error.strerror or error}") from error
            if not same:
                raise FaultError(f"{folder / table} is not what follows from the files")


def read_assignment(folder: Path, needs: Sequence[str], offers: Sequence[str]) -> npt.NDArray[np.int32]:
    """``int32[n]``: who has which offer, as ``assignment.csv`` tells; ids of all needs and offers are given."""
    path = folder / "assignment.csv"
    offer_of = {name: at for at, name in enumerate(offers)}
    need_of = {name: at for at, name in enumerate(needs)}
    assignment = np.full(len(need_of), -1, dtype=np.int32)
    for need, offer in read_rows(path, ("need", "offer")):
        if need not in need_of or offer not in offer_of:
            raise FaultError(f"{path}: there is no need {short(need)} or no offer {short(offer)} in the files")
        assignment[need_of[need]] = offer_of[offer]
    return assignment


def read_rows(path: Path, columns: Sequence[str]) -> list[list[str]]:
    """Some columns of a table that was written here. Raises :class:`FaultError` for another file."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return [[row[name] or "" for name in columns] for row in csv.DictReader(file)]
    except OSError as error:
        raise FaultError(f"{path} cannot be read: {error.strerror or error}") from error
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        raise FaultError(f"{path} is not what lacarte wrote: {error}") from error


def short(text: str) -> str:
    """In one line, whatever somebody wrote."""
    return repr(text if len(text) <= LONGEST_NAME else text[:LONGEST_NAME] + "…")
