"""Parts that the reports of all kinds of match share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

from lacarte.standalone.faults import Reject
from lacarte.standalone.page import Column, paragraph, section, table

__all__ = ["files_read", "how_to_check", "percent", "rejected"]

Words = Mapping[str, str]
Files = Mapping[str, Mapping[str, str]]


def files_read(files: Files, say: Words) -> list[tuple[str, object]]:
    """A row for each file that was read, with its SHA-256."""
    return [(f"{say['files']}: {one['name']}", one["sha256"]) for one in files.values()]


def how_to_check(files: Files, say: Words, options: str = "") -> str:
    """The command that works everything out anew."""
    named = " ".join(f"--{what} {one['name']}" for what, one in files.items())
    command = escape(f"lacarte match {options}--verify DIR {named}")
    return paragraph(say["check"]) + f"<pre><code>{command}</code></pre>\n"


def rejected(rejects: Sequence[Reject], say: Words) -> str:
    """How many rows were left out, by file and column; nothing where none was."""
    if not rejects:
        return ""
    counted = Counter((one.file, one.column or say["row-itself"]) for one in rejects)
    rows = [(file, column, n) for (file, column), n in sorted(counted.items())]
    heads = [Column(say["file"]), Column(say["column"]), Column(say["rows"], True)]
    many = len({(one.file, one.line) for one in rejects})
    return section(
        say["rejected"],
        paragraph(say["rejected-why"].format(n=f"{many:,}")),
        table(say["rejected"], heads, rows),
    )


def percent(part: int, of: int) -> str:
    """A share with one decimal; a dash where there is nobody."""
    return f"{part / of:.1%}" if of else "–"
