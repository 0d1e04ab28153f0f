"""Rows of text from CSV and Parquet files, so many at a time that memory stays small."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, TextIO

from lacarte.standalone.faults import FaultError, Reject, shown

__all__ = ["Chunk", "Source", "open_source"]

#: Rows read together.
CHUNK = 65_536
_DELIMITERS = ",;\t"


@dataclass
class Chunk:
    """Some rows as columns of text without surrounding blanks; ``lines[r]`` is where row ``r`` begins."""

    lines: list[int]
    cells: dict[str, list[str]]
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True)
class Source:
    """A file: the names of its columns, lower case, and its rows."""

    name: str
    columns: tuple[str, ...]
    chunks: Iterator[Chunk]


def open_source(path: Path, wanted: Sequence[str]) -> Source:
    """The rows of ``path``, Parquet or CSV (UTF-8, with comma, semicolon or tab), ``wanted`` columns only.

    Raises :class:`FaultError` for a file that cannot be read, now or while rows are taken.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(4)
    except OSError as error:
        raise FaultError(f"{path} cannot be read: {error.strerror or error}") from error
    if begins == b"PAR1":
        return _parquet(path, wanted)
    if path.suffix.lower() == ".parquet":
        raise FaultError(f"{path} is not a Parquet file; save it anew, or as CSV")
    return _csv(path, wanted)


def _csv(path: Path, wanted: Sequence[str]) -> Source:
    rows = _CsvRows(path, wanted)
    first = next(rows)  # up to the header; from now on chunks come
    assert not first.cells
    return Source(shown(path), rows.columns, rows)


class _CsvRows(Iterator[Chunk]):
    """The header first, as an empty chunk, then the rows."""

    def __init__(self, path: Path, wanted: Sequence[str]) -> None:
        self.path, self.wanted, self.columns = path, wanted, ()
        self._steps = self._read()

    columns: tuple[str, ...]

    def __next__(self) -> Chunk:
        return next(self._steps)

    def _read(self) -> Iterator[Chunk]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            try:
                yield from self._parse(file)
            except UnicodeDecodeError as error:
                raise FaultError(
                    f"{self.path} is not UTF-8 text (byte {error.object[error.start]:#04x}); "
                    "save it as “CSV UTF-8”"
                ) from error

    def _parse(self, file: TextIO) -> Iterator[Chunk]:
        header = file.readline()
        if not header.strip():
            raise FaultError(f"{self.path} is empty; its first line must name the columns")
        delimiter = _delimiter(header, self.wanted)
        reader = csv.reader(chain([header], file), delimiter=delimiter)
        try:
            self.columns = _named(next(reader), self.path)
            yield Chunk([], {})
            yield from self._chunks(reader)
        except csv.Error as error:
            raise FaultError(
                f"{self.path}, near line {reader.line_num}: {error}; is a quotation mark left open?"
            ) from error

    def _chunks(self, reader: Any) -> Iterator[Chunk]:
        rows: list[list[str]] = []
        lines: list[int] = []
        rejects: list[Reject] = []
        width, begins = len(self.columns), reader.line_num + 1
        for row in reader:
            if len(row) == width:
                rows.append(row)
                lines.append(begins)
            elif any(cell.strip() for cell in row):
                rejects.append(_of_wrong_width(shown(self.path), begins, reader.line_num, len(row), width))
            begins = reader.line_num + 1
            if len(rows) >= CHUNK:
                yield self._chunk(rows, lines, rejects)
                rows, lines, rejects = [], [], []
        yield self._chunk(rows, lines, rejects)

    def _chunk(self, rows: list[list[str]], lines: list[int], rejects: list[Reject]) -> Chunk:
        at = {name: self.columns.index(name) for name in self.wanted if name in self.columns}
        return Chunk(lines, {name: [row[i].strip() for row in rows] for name, i in at.items()}, rejects)


def _of_wrong_width(name: str, first: int, last: int, has: int, width: int) -> Reject:
    advice = "Give every row a value for each column, empty ones too; put text with separators in quotation marks."
    if last > first:
        advice = f"It goes on to line {last}: close the quotation mark that is open."
    return Reject(name, first, "", f"the row has {has} values, the first line names {width} columns", advice)


def _delimiter(header: str, wanted: Sequence[str]) -> str:
    """The one that makes most known columns; then the one that makes most columns."""

    def fit(delimiter: str) -> tuple[int, int]:
        names = [name.strip().lower() for name in next(csv.reader([header], delimiter=delimiter))]
        return len(set(names) & set(wanted)), len(names)

    return max(_DELIMITERS, key=fit)


def _named(header: Sequence[str], path: Path) -> tuple[str, ...]:
    columns = tuple(name.strip().lower() for name in header)
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise FaultError(f"{path} has the column {twice[0]} twice; name each column once")
    return columns


def _parquet(path: Path, wanted: Sequence[str]) -> Source:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise FaultError(
            f"{path} is a Parquet file: `pip install lacarte[parquet]` reads it, or save it as CSV"
        ) from error
    try:
        file = parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise FaultError(f"{path} is not a whole Parquet file; save it anew ({_line(error)})") from error
    columns = _named(file.schema_arrow.names, path)
    own = [name for name in file.schema_arrow.names if name.strip().lower() in wanted]

    def chunks() -> Iterator[Chunk]:
        row = 1
        try:
            for batch in file.iter_batches(batch_size=CHUNK, columns=own):
                cells = {
                    name.strip().lower(): [_text(value) for value in batch.column(name).to_pylist()]
                    for name in own
                }
                yield Chunk(list(range(row, row + batch.num_rows)), cells)
                row += batch.num_rows
        except (pyarrow.ArrowException, OSError) as error:
            raise FaultError(f"{path} breaks off after row {row - 1} ({_line(error)})") from error

    return Source(shown(path), columns, chunks())


def _text(value: object) -> str:
    """A value of a Parquet file as CSV would write it; lists with semicolons."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(_text(part) for part in value)
    return str(value).strip()


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())
