"""How a table lies in a sheet: its columns, its lines above the rules, and fields that are no formula."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lacarte.engines.rules.tables import Kind

#: What the first field of a line above the rules says; those with a language have it behind, a case its name.
CODE, LAW, NAME, LABEL = "code", "law", "name", "label"
ALLOWED, DEFAULT, CASE = "values", "default", "case"
ASKS, SAYS, NOTES = "if", "then", "note"
_NUMBER = re.compile(r"\d[\d.,]*")
_TYPED = re.compile(r"(?is)(if|then)\s+(.*?)\s*[(（]\s*([^()（）]*?)\s*[)）]")
_NOTED = re.compile(r"(?is)note(?:\s+(.*))?")
#: What a spreadsheet would reckon with; ``-`` by itself or with a number does nothing.
_FORMULA = re.compile(r"'*(?:[=+@]|-(?!\d+(?:\.\d+)?$|$))")


@dataclass(frozen=True)
class Column:
    """A column: ``part`` is one of :data:`ASKS`, :data:`SAYS` and :data:`NOTES`; notes are of no kind."""

    part: str
    name: str
    written: str = ""  # the type, as it is written

    @property
    def heading(self) -> str:
        """As the first line has it."""
        return f"{self.part} {self.name} ({self.written})" if self.written else f"{self.part} {self.name}".strip()


def column_of(heading: str) -> Column | None:
    """A column by its heading, or ``None`` where it is none."""
    if typed := _TYPED.fullmatch(heading.strip()):
        return Column(typed[1].lower(), typed[2], typed[3])
    noted = _NOTED.fullmatch(heading.strip())
    return Column(NOTES, (noted[1] or "").strip()) if noted else None


def is_number(field: str) -> bool:
    """Whether the first field of a line is that of a rule."""
    return not field or _NUMBER.fullmatch(field) is not None


def guarded(field: str) -> str:
    """A field that no spreadsheet takes for a formula."""
    field = field.strip()
    return f"'{field}" if _FORMULA.match(field) else field


def plain(field: str) -> str:
    """A field without that guard."""
    field = field.strip()
    return field[1:] if field.startswith("'") and _FORMULA.match(field) else field


def cell(field: str, kind: Kind) -> str:
    """A cell of a column. Spreadsheets write truth values in capitals."""
    return field.lower() if kind is Kind.BOOLEAN and field in ("TRUE", "FALSE") else field
