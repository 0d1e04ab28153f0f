"""Tables of a TOML file, with the lines on which they and their keys stand."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lacarte.kernel.text import storable
from lacarte.standards.imports.report import ImportFaultError, Report

_HEADING = re.compile(r"""\s*\[\[\s*([A-Za-z0-9_.-]+)\s*\]\]""")
#: A code: of a life event, a requirement, a fact, …
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,119}")


@dataclass(frozen=True)
class Source:
    """What a file says, and where: ``headings`` are the lines of each kind of table, in their order."""

    tables: dict[str, Any]
    lines: list[str]
    headings: Mapping[str, list[int]]

    @classmethod
    def read(cls, path: Path) -> Source:
        """Read ``path``. Raises :class:`ImportFaultError` when it is no TOML."""
        try:
            text = path.read_text(encoding="utf-8")
            tables = tomllib.loads(text)
        except OSError as error:
            raise ImportFaultError(f"{path}: {error.strerror or error}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ImportFaultError(f"{path} is no TOML: {error}") from error
        lines, headings = text.splitlines(), defaultdict(list)
        for number, line in enumerate(lines, start=1):
            if found := _HEADING.match(line):
                headings[found[1]].append(number)
        return cls(tables, lines, headings)

    def line_of(self, kind: str, at: int, key: str = "") -> int:
        """The line of the ``at``-th table of a kind, or of ``key`` in it; 1 where it is written in another way."""
        starts = self.headings.get(kind, [])
        if at >= len(starts):
            return 1
        for number in range(starts[at], len(self.lines)):
            if _HEADING.match(self.lines[number]):
                break
            if key and re.match(rf"\s*{re.escape(key)}\s*[.=]", self.lines[number]):
                return number + 1
        return starts[at]


@dataclass(frozen=True)
class Table:
    """One table of a file, which tells the report what is wrong with it. ``name`` is how the report calls it."""

    source: Source
    report: Report
    kind: str
    at: int
    name: str
    said: Mapping[str, Any]
    languages: Collection[str]

    def wrong(self, key: str, reason: str) -> None:
        """Say that something is wrong with ``key``."""
        self.report.reject(self.source.line_of(self.kind, self.at, key), f"{self.name}, {key}", reason)

    def known(self, *keys: str) -> None:
        """Say which keys nobody knows."""
        for key in self.said:
            if key not in keys:
                self.wrong(key, f"is not known; known are {', '.join(keys)}")

    def code(self, key: str = "code") -> str:
        """A code that has to be there; empty where it is none."""
        said = self.said.get(key)
        if isinstance(said, str) and CODE.fullmatch(said):
            return said
        self.wrong(key, "takes letters, digits, “-”, “_” and “.”, such as child-born")
        return ""

    def codes(self, key: str) -> tuple[str, ...]:
        """A list of codes; empty without it."""
        said = self.said.get(key, [])
        if isinstance(said, list) and all(isinstance(one, str) and CODE.fullmatch(one) for one in said):
            return tuple(said)
        self.wrong(key, 'is a list of codes, such as ["birth-registration"]')
        return ()

    def truth(self, key: str, *, otherwise: bool) -> bool:
        """True or false."""
        said = self.said.get(key, otherwise)
        if isinstance(said, bool):
            return said
        self.wrong(key, "is true or false")
        return otherwise

    def text(self, key: str, *, needed: bool) -> dict[str, str]:
        """A text in every language of the file."""
        said = self.said.get(key)
        if said is None:
            if needed:
                example = ", ".join(f'{tag} = "…"' for tag in self.languages)
                self.wrong(key, f"is missing, such as {{{example}}}")
            return {}
        if not isinstance(said, dict) or not all(isinstance(words, str) for words in said.values()):
            self.wrong(key, 'is a text in each language, such as {en = "A child is born"}')
            return {}
        if missing := [tag for tag in self.languages if not said.get(tag, "").strip()]:
            self.wrong(key, f"is not there in {', '.join(missing)}")
        if not all(map(storable, said.values())):
            self.wrong(key, "holds a character that is no text")
        return dict(said)
