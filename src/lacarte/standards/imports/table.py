"""A CSV file, row after row in constant memory: what is wrong with one row spoils no other."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

#: Signs between columns that are tried in turn where nobody says which.
DELIMITERS = (",", ";", "\t", "|")
#: Characters of one line; a longer one is cut off, and its row cannot be used.
LONGEST_LINE = 1 << 20
_TOO_LARGE = "field larger than field limit"  # as Python's csv says it
_NEVER_CLOSED = "is a quotation mark never closed, or one inside a text not doubled?"


@dataclass(frozen=True)
class Record:
    """One row: the line it begins in, and its fields; where ``fault`` says what is wrong, as near as may be."""

    line: int
    values: list[str]
    fault: str = ""


class Lines:
    """The lines of a file, some of which may be given back to be read again."""

    def __init__(self, file: TextIO, read: int = 0) -> None:
        """``read``: how many lines of the file were read before."""
        self._file, self._again = file, deque[str]()
        self.read, self.since, self.cut = read, list[str](), False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        text = self._again.popleft() if self._again else self._file.readline(LONGEST_LINE)
        if not text:
            raise StopIteration
        if len(text) == LONGEST_LINE and text[-1] not in "\r\n":
            self.cut = True
            while (rest := self._file.readline(LONGEST_LINE)) and rest[-1] not in "\r\n":
                pass
        self.read += 1
        self.since.append(text)
        return text

    def skip(self, until: int) -> None:
        """Pass over lines that were read before, up to number ``until``."""
        while self.read < until and next(self, None) is not None:
            self.begin()

    def begin(self) -> None:
        """A new row begins with the next line."""
        self.since, self.cut = [], False

    def give_back(self, first: int) -> list[str]:
        """Of the lines since the row began, have those from ``first`` on read again. Returns the others."""
        kept, back = self.since[:first], self.since[first:]
        self._again.extendleft(reversed(back))
        self.read -= len(back)
        return kept


class Table:
    """The rows below the header."""

    def __init__(self, lines: Lines, delimiter: str, columns: int) -> None:
        """``columns``: how many the header has."""
        self._lines, self._delimiter, self._columns = lines, delimiter, columns
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)

    def __iter__(self) -> Iterator[Record]:
        return self

    def __next__(self) -> Record:
        while True:
            self._lines.begin()
            line = self._lines.read + 1
            try:
                values = next(self._reader)
            except csv.Error as error:
                return self._spoilt(line, str(error))
            if self._lines.cut:
                return self._spoilt(line, f"a line of over {LONGEST_LINE} characters")
            if values:  # a blank line is no row
                return self._checked(line, values)

    def _checked(self, line: int, values: list[str]) -> Record:
        """A row with more fields than columns is not what it seems, unless what is too much is empty."""
        if len(values) > self._columns and any(values[self._columns :]):
            fault = f"{len(values)} fields, the header names {self._columns} columns"
            return Record(line, values, f"{fault} (is a “{self._delimiter}” in a text without quotation marks?)")
        return Record(line, values)

    def _spoilt(self, line: int, error: str) -> Record:
        """Leave out what cannot be read, up to the first line that is a whole row by itself."""
        taken, hint = self._lines.since, "" if self._lines.cut else f" ({_NEVER_CLOSED})"
        whole = next((k for k in range(1, len(taken)) if self._is_whole(taken[k])), len(taken))
        text = "".join(self._lines.give_back(whole))
        if whole == len(taken) and (self._lines.cut or error.startswith(_TOO_LARGE)):
            self._skip()
        until = self._lines.read
        where = f"until line {until}: " if until > line else ""
        return Record(line, text.rstrip("\r\n").split(self._delimiter), f"{where}{error}{hint}")

    def _skip(self) -> None:
        """Pass over what is left of a field without end."""
        while True:
            self._lines.begin()
            text = next(self._lines, None)
            if text is None:
                return
            if self._is_whole(text):
                self._lines.give_back(0)
                return

    def _is_whole(self, text: str) -> bool:
        try:
            return len(next(csv.reader([text], delimiter=self._delimiter, strict=True), [])) == self._columns
        except csv.Error:
            return False
