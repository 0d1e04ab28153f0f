"""Opens a CSV file whose encoding, delimiter and mapping may have to be found first."""

from __future__ import annotations

import codecs
import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from lacarte.standards.imports.mapping import Mapping, shipped
from lacarte.standards.imports.report import BYTES_AS_MARKS, ImportFaultError, keepable
from lacarte.standards.imports.table import DELIMITERS, Lines, Table

#: What a file may begin with to say its encoding; that wins over what a mapping says.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass
class Source:
    """A table that is open: what its columns are called and how it is read."""

    header: list[str]
    using: Mapping
    encoding: str
    delimiter: str
    lines: Lines
    table: Table
    file: BinaryIO

    def share(self) -> float:
        """How much of the file was read, of 1."""
        return self.file.tell() / max(os.fstat(self.file.fileno()).st_size, 1)


@contextmanager
def opened(path: Path, given: Mapping | None) -> Iterator[Source]:
    """The table in ``path``, at its first row; its mapping is found unless one is ``given``.

    Raises :class:`ImportFaultError` for what is no such file, also while it is being read.
    """
    encoding = "?"
    try:
        encoding = _encoding(path, given)
        with path.open(encoding=encoding, errors=BYTES_AS_MARKS, newline="") as file:
            yield _source(path, file, given, encoding)
    except OSError as error:
        raise ImportFaultError(f"{path}: {error.strerror}") from error
    except (UnicodeError, csv.Error) as error:
        raise ImportFaultError(f"{path} is not a CSV file in {encoding.removesuffix('-sig')}: {error}") from error


def _encoding(path: Path, given: Mapping | None) -> str:
    with path.open("rb") as file:
        start = file.read(4)
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), "")
    return marked or (given.encoding if given else "") or "utf-8-sig"


def _source(path: Path, file: TextIO, given: Mapping | None, encoding: str) -> Source:
    lines, found = Lines(file), list[str]()
    for delimiter in given.delimiter if given and given.delimiter else DELIMITERS:
        lines.begin()
        header = [column.strip() for column in next(csv.reader(lines, delimiter=delimiter), [])]
        if not all(map(keepable, header)):
            raise ImportFaultError(f"{path} is not a CSV file in UTF-8; a mapping may name another `encoding`")
        using = next((one for one in ([given] if given else shipped()) if one.fits(header)), None)
        if using is not None:
            table = Table(lines, delimiter, len(header))
            return Source(header, using, encoding, delimiter, lines, table, file.buffer)
        found = max(found, header, key=len)
        lines.give_back(0)
    raise ImportFaultError(
        f"{path}: no mapping fits its columns ({', '.join(found)[:500]}); write one, see --mapping"
    )
