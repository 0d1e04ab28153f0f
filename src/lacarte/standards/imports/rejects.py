"""The rows that were left out, as they came, with what is wrong: a file to mend and import again."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lacarte.standards.imports.report import BYTES_AS_MARKS, ImportFaultError, Rejected

#: The columns that come first; an import does not mind them.
OWN = ("Rejected line", "Rejected column", "Rejected because")


class Rejects:
    """Writes rejected rows to a file, which is made with the first of them.

    Encoding and delimiter are those of the import, so that every byte of a row is kept.
    """

    def __init__(
        self, path: Path, header: Sequence[str], encoding: str, delimiter: str, kept: dict[str, Any] | None
    ) -> None:
        """``kept``: what :meth:`kept` said when an earlier run of the same import stopped.

        Raises :class:`ImportFaultError` where the file cannot be made, or is there for something else.
        """
        self._path, self._header, self._delimiter = path, header, delimiter
        self._encoding = "utf-8-sig" if encoding.startswith("utf") else encoding
        self._skip = len(OWN) if tuple(header[: len(OWN)]) == OWN else 0
        self._file: io.TextIOWrapper | None = None
        ours = kept is not None and kept["path"] == str(path.resolve())
        if kept and ours and path.is_file() and path.stat().st_size >= kept["size"]:
            os.truncate(path, kept["size"])  # what is behind was not kept by the import: it comes again
            self._file = self._opened("a") if kept["size"] else None
        elif path.exists():
            raise ImportFaultError(f"{path} exists already: name another file for the rejected rows")
        elif not os.access(path.parent, os.W_OK):
            raise ImportFaultError(f"{path} cannot be written: name another file for the rejected rows")

    def write(self, values: list[str], why: Rejected) -> None:
        """Add one row."""
        if self._file is None:
            self._file = self._opened("w")
            self._row(OWN, self._header[self._skip :])
        self._row((str(why.line), why.field, why.reason), values[self._skip :])

    def kept(self) -> dict[str, Any]:
        """How much of the file stands. To be known before the first row is written: then the file is ours."""
        size = 0
        if self._file is not None:
            self._file.flush()
            size = os.fstat(self._file.fileno()).st_size
        return {"path": str(self._path.resolve()), "size": size}

    def close(self) -> None:
        """Nothing more is rejected."""
        if self._file is not None:
            self._file.close()

    def _opened(self, how: str) -> io.TextIOWrapper:
        try:
            file = self._path.open(f"{how}b")
        except OSError as error:
            raise ImportFaultError(f"{self._path}: {error.strerror}") from error
        return io.TextIOWrapper(file, encoding=self._encoding, errors=BYTES_AS_MARKS, newline="")

    def _row(self, own: Sequence[str], values: Sequence[str]) -> None:
        assert self._file is not None
        csv.writer(self._file, delimiter=self._delimiter).writerow([*own, *values])
