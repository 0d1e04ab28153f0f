"""From a sheet to a table: every line that is wrong is named, and then there is no table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from lacarte.engines.rules.cases import Case
from lacarte.engines.rules.tables import HitPolicy, Input, Kind, Output, Row, Table
from lacarte.standards.dmn import document
from lacarte.standards.dmn.document import LARGEST, Decision, Notes, Taken, kind_of
from lacarte.standards.dmn.sheet_form import (
    ALLOWED,
    ASKS,
    CASE,
    CODE,
    DEFAULT,
    LABEL,
    LAW,
    NAME,
    NOTES,
    SAYS,
    Column,
    cell,
    column_of,
    is_number,
    plain,
)
from lacarte.standards.imports.decoding import decoded
from lacarte.standards.imports.report import ImportFaultError, Rejected
from lacarte.standards.imports.table import DELIMITERS, Lines, Record
from lacarte.standards.imports.table import Table as Records

_POLICIES = {policy.value: policy for policy in HitPolicy}


def read_csv(data: bytes, code: str = "") -> Taken:
    """The table of a CSV file, or else what is wrong with it: the line and the column of each fault.

    ``code`` is that of a table whose file has no line that says it. Raises :class:`ImportFaultError` where it is
    no such file. docs/reference/decision-tables.md says what one looks like.
    """
    if len(data) > LARGEST:
        words = _("The file has %(size)d bytes, over %(most)d: take apart what it decides.")
        raise ImportFaultError(words % {"size": len(data), "most": LARGEST})
    lines = Lines(io.StringIO(decoded(data), newline=""))
    for delimiter in DELIMITERS:
        lines.begin()
        try:
            first = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
        except csv.Error as error:
            raise ImportFaultError(_("This is not a CSV file: %(error)s") % {"error": error}) from error
        if len(first) > 1 and any(column_of(heading) for heading in first[1:]):
            return _taken(first, Records(lines, delimiter, len(first)), code)
        lines.give_back(0)
    words = _("This is no decision table: its first line has no column such as “if income (number)”.")
    raise ImportFaultError(words + " " + _("Export one to see how it looks."))


def _taken(first: Sequence[str], records: Records, code: str) -> Taken:
    sheet = _Sheet(list(first), code)
    sheet.head()
    for record in records:
        sheet.take(record)
    decision = sheet.decision()
    if decision is not None:
        for where, reason in document.faults(decision):
            sheet.wrong(1, where, reason)
    return Taken((decision,) if decision and not sheet.faults else (), tuple(sheet.faults))


@dataclass
class _Sheet:
    """A table while its lines are read. ``columns`` has ``None`` for one without a heading."""

    first: list[str]
    code: str
    law: str = ""
    faults: list[Rejected] = field(default_factory=list)
    columns: list[Column | None] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)  # a kind a column, of those without one a text's
    name: dict[str, str] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=dict)
    above: dict[str, list[str]] = field(default_factory=dict)  # values and defaults
    rules: list[list[str]] = field(default_factory=list)
    cases: list[tuple[str, list[str]]] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)

    def wrong(self, line: int, where: str, reason: str) -> None:
        self.faults.append(Rejected(line, where, reason))

    def head(self) -> None:
        """What the first line says."""
        if self.first[0].upper() not in _POLICIES:
            words = _("“%(sign)s” is no hit policy: write one of %(known)s in the first field")
            self.wrong(1, self.first[0], words % {"sign": self.first[0][:60], "known": " ".join(_POLICIES)})
        for heading in self.first[1:]:
            column = column_of(plain(heading))
            kind = kind_of(column.written.lower()) if column else None
            if heading and column is None:
                words = _("is no column: write “if FACT (TYPE)”, “then RESULT (TYPE)” or “note”")
                self.wrong(1, heading, words)
            elif column is not None and column.part != NOTES and kind is None:
                words = _("the type “%(type)s” is none that a table takes: give it one of %(kinds)s")
                self.wrong(1, heading, words % {"type": column.written[:60], "kinds": document.kinds()})
            self.columns.append(column)
            self.kinds.append(kind or Kind.STRING)

    def take(self, record: Record) -> None:
        """A line below the first."""
        if record.fault:
            self.wrong(record.line, self.first[0], record.fault)
            return
        values = [plain(value) for value in record.values]
        fields = [*values[1:], *[""] * len(self.columns)][: len(self.columns)]
        word, _space, language = values[0].partition(" ")
        for heading, said in zip(self.first[1:], fields, strict=True):
            if said and not heading:
                self.wrong(record.line, said[:60], _("stands in a column without a heading: give it one"))
            elif document.unkeepable(said):
                self.wrong(record.line, heading, document.unkeepable_words())
        if is_number(values[0]):
            if any(fields):
                self.rules.append(fields)
        elif not self._above(word.lower(), language.strip(), fields):
            words = _(
                "“%(first)s” is neither the number of a rule nor one of "
                "code, law, name, label, values, default and case"
            )
            self.wrong(record.line, self.first[0], words % {"first": values[0][:60]})
        elif self.seen.setdefault(values[0].lower(), record.line) != record.line:
            words = _("says “%(first)s” as line %(line)d does: take one of them out")
            earlier = {"first": values[0][:60], "line": self.seen[values[0].lower()]}
            self.wrong(record.line, self.first[0], words % earlier)

    def _above(self, word: str, language: str, fields: list[str]) -> bool:
        """Whether a line above the rules is known; what it says is kept."""
        if word in (NAME, LABEL) and language:
            if word == NAME:
                self.name[language] = fields[0]
            else:
                self.labels[language] = fields
            return True
        if word == CASE and language:
            self.cases.append((language, fields))
            return True
        if language:
            return False
        if word == CODE:
            self.code = fields[0]
        elif word == LAW:
            self.law = fields[0]
        elif word in (ALLOWED, DEFAULT):
            self.above[word] = fields
        return word in (CODE, LAW, ALLOWED, DEFAULT)

    def decision(self) -> Decision | None:
        """The table, where its first line is as it should be."""
        if self.faults:
            return None
        asks, says, notes = (self._places(part) for part in (ASKS, SAYS, NOTES))
        table = Table(
            self.code.strip(),
            tuple(Input(self._named(k), self.kinds[k], self._said(ALLOWED, k)) for k in asks),
            tuple(
                Output(self._named(k), self.kinds[k], self._said(ALLOWED, k), self._said(DEFAULT, k)) for k in says
            ),
            tuple(self._row(fields, asks, says, notes) for fields in self.rules),
            _POLICIES[self.first[0].upper()],
        )
        labels = tuple(self._label(k) for k in (*asks, *says))
        more = tuple(Notes(self._named(k), tuple(fields[k] for fields in self.rules)) for k in notes[1:])
        cases = tuple(self._case(name, fields, asks, says) for name, fields in self.cases)
        note = self._named(notes[0]) if notes else ""
        return Decision(table, self.name, labels, note, more, cases=cases, law=self.law)

    def _places(self, part: str) -> list[int]:
        return [k for k, column in enumerate(self.columns) if column is not None and column.part == part]

    def _named(self, place: int) -> str:
        column = self.columns[place]
        return column.name if column else ""

    def _said(self, word: str, place: int) -> str:
        return cell(self.above[word][place], self.kinds[place]) if word in self.above else ""

    def _label(self, place: int) -> Mapping[str, str]:
        return {language: fields[place] for language, fields in self.labels.items()}

    def _case(self, name: str, fields: list[str], asks: list[int], says: list[int]) -> Case:
        facts, said = ({self._named(k): cell(fields[k], self.kinds[k]) for k in places} for places in (asks, says))
        return Case(name, facts, said)

    def _row(self, fields: list[str], asks: list[int], says: list[int], notes: list[int]) -> Row:
        return Row(
            tuple(cell(fields[k], self.kinds[k]) or "-" for k in asks),
            tuple(cell(fields[k], self.kinds[k]) for k in says),
            fields[notes[0]] if notes else "",
        )
