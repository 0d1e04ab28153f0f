"""Texts whose type is known: from a file, or from needs whose type a person chose."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TextIO

from django.db.models import Q, QuerySet

from lacarte.engines.text import language as language_of
from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.loop.needs.models import Channel, Need

__all__ = [
    "Example",
    "ExamplesError",
    "Rejected",
    "chosen_by_people",
    "examples_in",
    "examples_of_needs",
    "fingerprint",
]

#: Needs to learn from: the newest, so that a night is long enough.
MOST_NEEDS = 20_000
_LONGEST_CATEGORY = 120
#: NUL, and what is left of bytes that are not UTF-8.
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")


class ExamplesError(Exception):
    """Nothing can be learnt from a file; the message says why and what to do."""


@dataclass(frozen=True)
class Example:
    """A text, what it is about, and its language."""

    text: str
    label: str
    language: str


@dataclass(frozen=True)
class Rejected:
    """A row that is left out: its line, from 1 with the header, the column, and what is wrong with it."""

    line: int
    column: str
    reason: str


def examples_in(path: Path) -> tuple[list[Example], list[Rejected]]:
    """The rows of a CSV file with ``text``, ``category`` and, if it likes, ``language``; and the rows left out.

    Raises :class:`ExamplesError` where the file cannot be read, has no such columns, or no usable row at all.
    """
    rejected: list[Rejected] = []
    try:
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            found = list(_rows(file, path, rejected))
    except OSError as error:
        raise ExamplesError(f"{path} cannot be read: {error.strerror}") from error
    if not found:
        first = f"; line {rejected[0].line}, {rejected[0].column}: {rejected[0].reason}" if rejected else ""
        raise ExamplesError(f"{path} has no row to learn from{first}")
    return found, rejected


def chosen_by_people() -> QuerySet[Need]:
    """The needs whose type a person chose for their text; alarms of sensors are no texts of people.

    What is held teaches nothing, nor what was turned away: nobody has yet found that it means what it says.
    """
    passed_on = Q(understanding=None) | Q(understanding__held="")
    return (
        Need.objects.filter(passed_on, type_certainty=1.0, service_type__orderable=True)
        .exclude(text="")
        .exclude(channel=Channel.SENSOR)
    )


def examples_of_needs() -> list[Example]:
    """What people chose for the texts of needs, newest first."""
    chosen = (
        chosen_by_people()
        .exclude(service_type=ROOT_NUMBER)
        .order_by("-received_at", "pk")
        .values_list("text", "service_type__code", "language")[:MOST_NEEDS]
    )
    return [Example(text, code, language) for text, code, language in chosen.iterator(chunk_size=2000)]


def fingerprint(examples: Iterable[Example]) -> str:
    """SHA-256 of the examples, whatever their order."""
    digest = sha256()
    for one in sorted((one.label, one.text) for one in examples):
        digest.update(repr(one).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


def _rows(file: TextIO, path: Path, rejected: list[Rejected]) -> Iterator[Example]:
    reader = csv.DictReader(file)
    try:
        header = [name.strip().lower() for name in reader.fieldnames or []]
    except csv.Error as error:
        raise ExamplesError(f"{path}, line 1: {error}; is it a CSV file?") from error
    if any(_UNREADABLE.search(name) for name in header):
        raise ExamplesError(f"{path} is not in UTF-8: save it as “CSV UTF-8”")
    if missing := {"text", "category"} - set(header):
        raise ExamplesError(
            f"{path}, line 1: there is no column “{min(missing)}”; the header is “text,category” or "
            f"“text,category,language”, found “{','.join(header)[:200]}”"
        )
    reader.fieldnames = header
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            reason = f"{error} (is a quotation mark never closed?)"
            rejected.append(Rejected(line, "all columns", f"until line {reader.line_num}: {reason}"))
            continue
        example = _example(values, line)
        if isinstance(example, Rejected):
            rejected.append(example)
        else:
            yield example


def _example(values: dict[str, str | None], line: int) -> Example | Rejected:
    given = {name: (values.get(name) or "").strip() for name in ("text", "category", "language")}
    for name, value in given.items():
        if _UNREADABLE.search(value):
            return Rejected(line, name, "it is not in UTF-8, or holds a NUL")
        if not value and name != "language":
            return Rejected(line, name, "it is empty")
    if len(given["category"]) > _LONGEST_CATEGORY:
        return Rejected(line, "category", f"it is longer than {_LONGEST_CATEGORY} characters")
    if None in values:
        return Rejected(line, "all columns", "there are more fields than columns; quote a text that has commas")
    language = given["language"].lower().replace("_", "-") or language_of(given["text"])
    return Example(given["text"], given["category"], language[:20])
