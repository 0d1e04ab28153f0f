"""Requests of another system's CSV export as needs, and the supply that its history shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction

from lacarte.kernel import clock
from lacarte.standards.imports.bookmark import Bookmark, fingerprint
from lacarte.standards.imports.loading import Types, load
from lacarte.standards.imports.mapping import read_mapping
from lacarte.standards.imports.rejects import Rejects
from lacarte.standards.imports.report import FieldError, ImportFaultError, Report
from lacarte.standards.imports.row import Row, Rows
from lacarte.standards.imports.source import Source, opened
from lacarte.standards.imports.supply import History, give_supply
from lacarte.standards.imports.table import Record

_BATCH = 1000
_ATTEMPTS = 3


@dataclass(frozen=True)
class Progress:
    """How far an import is, in rows and as a share of the file; and where this run of it, of so long, began."""

    rows: int
    rows_before: int
    seconds: float
    share_before: float
    share: float

    @property
    def rate(self) -> float:
        """Rows a second in this run."""
        return (self.rows - self.rows_before) / max(self.seconds, 1e-9)

    @property
    def seconds_left(self) -> float:
        """What remains, as fast as so far."""
        return self.seconds * (1 - self.share) / max(self.share - self.share_before, 1e-9)


def _silent(far: Progress) -> None:
    """Nobody watches."""


def import_requests(
    path: Path,
    *,
    mapping: Path | None = None,
    rejects: Path | None = None,
    understand: bool = False,
    again: bool = False,
    progress: Callable[[Progress], None] = _silent,
) -> Report:
    """Load the rows of a CSV file as needs, a batch a transaction; closed ones are met, open ones wait.

    The mapping that fits the header is found when none is given. Rows that cannot be used are written to
    ``rejects``, if that is given. With ``understand`` the words of each need are read as if it had come today.
    Where an earlier run was interrupted this one goes on, unless it is to begin ``again``; a file loaded
    twice adds nothing. Each provider gets capacity as the file shows it: what it closed a week on average.
    Raises :class:`ImportFaultError` when the file or the mapping cannot be used.
    """
    given = read_mapping(mapping) if mapping else None
    with opened(path, given) as source:
        if rejects is not None and rejects.exists() and rejects.samefile(path):
            raise ImportFaultError(f"{rejects} is what is imported: name another file for the rejected rows")
        bookmark = Bookmark(fingerprint(path, source.using, understand), again=again)
        running = _Import(source, bookmark, rejects, understand)
        try:
            for far in running.batches():
                progress(far)
            return running.end()
        finally:
            running.close()


class _Import:
    """One run over one file."""

    def __init__(self, source: Source, bookmark: Bookmark, rejects: Path | None, understand: bool) -> None:
        kept = bookmark.so_far
        self._source, self._bookmark, self._understand = source, bookmark, understand
        self._report = Report.from_json(kept["report"]) if "report" in kept else Report()
        self._history = History.from_json(kept["history"]) if "history" in kept else History()
        if bookmark.lines:
            self._report.notes.append(f"Went on after line {bookmark.lines}, where an earlier run had stopped.")
        self._rejects: Rejects | None = None
        if rejects is not None:
            written = kept.get("rejects")
            self._rejects = Rejects(rejects, source.header, source.encoding, source.delimiter, written)
            bookmark.move(bookmark.lines, kept | {"rejects": self._rejects.kept()})
        self._rows = Rows(source.using, source.header, source.encoding, clock.now())
        self._types = Types(source.using)

    def batches(self) -> Iterator[Progress]:
        """Load all that is left, and say after each batch how far it is."""
        self._source.lines.skip(self._bookmark.lines)
        since, began, before = time.monotonic(), self._source.share(), self._report.rows
        while records := list(islice(self._source.table, _BATCH)):
            self._keep(self._usable(records))
            seconds = time.monotonic() - since
            yield Progress(self._report.rows, before, seconds, began, self._source.share())

    def end(self) -> Report:
        """Give the supply that the history shows. Returns what the import did."""
        with transaction.atomic():
            added = give_supply(self._history)
            self._bookmark.remove()
        if added:
            weeks = f"{self._history.weeks:.0f} weeks of history show."
            self._report.notes.append(f"{added} offers with the weekly capacity that {weeks}")
        return self._report

    def close(self) -> None:
        """Let go of the file of rejected rows."""
        if self._rejects is not None:
            self._rejects.close()

    def _usable(self, records: list[Record]) -> list[Row]:
        """The rows that can be loaded; the others are written down."""
        rows = []
        for record in records:
            try:
                if record.fault:
                    raise FieldError("all columns", record.fault)
                rows.append(self._rows.read(record.values))
            except FieldError as error:
                why = self._report.reject(record.line, *error.args)
                if self._rejects is not None:
                    self._rejects.write(record.values, why)
            else:
                for what in rows[-1].odd:
                    self._report.wonder(record.line, what)
        return rows

    @transaction.atomic
    def _keep(self, rows: list[Row]) -> None:
        """Commit a batch together with how far it goes."""
        loaded = self._load(rows)
        self._report.loaded += loaded
        self._report.known += len(rows) - loaded
        for row in rows:
            self._history.note(row, self._types.code(row.category))
        written = self._rejects.kept() if self._rejects is not None else None
        so_far = {"report": self._report.as_json(), "history": self._history.as_json(), "rejects": written}
        self._bookmark.move(self._source.lines.read, so_far)

    def _load(self, rows: list[Row]) -> int:
        """How many were not there. Tried again when another writer has just taken a number that was free."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with transaction.atomic():
                    return load(rows, self._source.using, self._types, understand=self._understand)
            except IntegrityError:
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError("the last attempt returns or raises")
