"""A table as a file holds it: with what people call its parts, and with what is wrong about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from lacarte.engines.rules.cases import Case
from lacarte.engines.rules.tables import Kind, Table
from lacarte.standards.imports.report import Rejected

#: Bytes of a file that is read at all: a table of 10,000 rules takes 3.6 million as XML, 0.6 as CSV.
LARGEST = 5_000_000
#: What XML 1.0 (section 2.2) can hold.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PART = r"\w[\w.:'?-]*"
#: Words with spaces between, and no sign between them that reckons.
_FACT = re.compile(rf"(?!\d){_PART}(?: {_PART})*")
#: As DMN writes them; a type of one's own leads to one of these.
_KINDS = {
    **{kind.value: kind for kind in Kind},
    **dict.fromkeys(("integer", "int", "long", "double", "float", "decimal"), Kind.NUMBER),
}


class UnwritableError(ValueError):
    """A table cannot be written as a file that would be read as the same table; the message says why."""


@dataclass(frozen=True)
class Ids:
    """What other tools know parts by; an empty text where a part has no id."""

    table: str = ""
    columns: tuple[str, ...] = ()  # of the inputs, then of the outputs
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notes:
    """A further column for people, beside the notes of the rows: a text a row."""

    name: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Decision:
    """A table with its names. Texts of ``name`` and ``labels`` are by language; empty ones are left out.

    ``labels`` are of the inputs, then of the outputs. ``note`` is what the column of the rows' notes is called.
    ``cases`` are the test cases beside the table, ``law`` is where it is written.
    """

    table: Table
    name: Mapping[str, str] = field(default_factory=dict)
    labels: tuple[Mapping[str, str], ...] = ()
    note: str = ""
    more: tuple[Notes, ...] = ()
    ids: Ids = field(default_factory=Ids)
    cases: tuple[Case, ...] = ()
    law: str = ""

    def __post_init__(self) -> None:
        """Every column has labels and an id, be they empty, so that what is the same is equal."""
        columns = len(self.table.inputs) + len(self.table.outputs)
        ids, rows = self.ids, len(self.table.rows)
        labels = (*map(_said, self.labels), *({} for _more in range(columns)))[:columns]
        full = Ids(ids.table, (*ids.columns, *[""] * columns)[:columns], (*ids.rows, *[""] * rows)[:rows])
        cases = tuple(Case(one.name.strip(), _told(one.facts), _said(one.says)) for one in self.cases)
        for name, value in (("name", _said(self.name)), ("labels", labels), ("ids", full), ("cases", cases)):
            object.__setattr__(self, name, value)

    @property
    def has_notes(self) -> bool:
        """Whether there is anything in the column of the rows' notes."""
        return bool(self.note or self.more or any(row.note for row in self.table.rows))


@dataclass(frozen=True)
class Taken:
    """What a file holds, and what of it was left out."""

    decisions: tuple[Decision, ...]
    faults: tuple[Rejected, ...]


def _said(words: Mapping[str, str]) -> dict[str, str]:
    return {language: text.strip() for language, text in words.items() if text.strip()}


def _told(facts: Mapping[str, str]) -> dict[str, str]:
    """The facts of a case that are known: ``-`` asks nothing of a rule, and says nothing of a person."""
    return {fact: text for fact, text in _said(facts).items() if text != "-"}


def kind_of(name: str) -> Kind | None:
    """The kind that a type of FEEL is, or ``None``; a prefix such as ``feel:`` is passed over."""
    return _KINDS.get(name.rpartition(":")[2].strip())


def kinds() -> str:
    """The kinds that a column may have, for people."""
    return ", ".join(kind.value for kind in Kind)


def unkeepable(text: str) -> bool:
    """Whether a text holds signs that no XML file can hold."""
    return _NO_XML.search(text) is not None


def unkeepable_words() -> str:
    """What to do about such a text."""
    return _("holds signs that no file can hold: take the control characters out")


def writable(decision: Decision) -> Decision:
    """The same decision. Raises :class:`UnwritableError` where a file of it would not give it back."""
    for field_name, reason in faults(decision):
        raise UnwritableError(f"“{decision.table.code}”, {field_name}: {reason}")
    return decision


def faults(decision: Decision) -> Iterator[tuple[str, str]]:
    """What is wrong with a table, whatever file it is from: where, and what to do about it."""
    table = decision.table
    if not table.code.strip():
        yield "code", _("is empty: give the table a short name of its own")
    if not table.inputs:
        yield "input", _("the table asks for nothing: add a column for at least one fact")
    if not table.outputs:
        yield "output", _("the table says nothing: add a column for at least one result")
    yield from _wrong_names(table)
    yield from _wrong_cases(decision)
    for number, row in enumerate(table.rows, 1):
        if (len(row.tests), len(row.says)) != (len(table.inputs), len(table.outputs)):
            words = _(
                "has %(tests)d tests and %(says)d results, the table has %(inputs)d inputs and %(outputs)d outputs"
            )
            yield (
                _("rule %(number)d") % {"number": number},
                words
                % {
                    "tests": len(row.tests),
                    "says": len(row.says),
                    "inputs": len(table.inputs),
                    "outputs": len(table.outputs),
                },
            )
    if any(map(unkeepable, _texts(decision))):
        yield "text", unkeepable_words()


def _wrong_names(table: Table) -> Iterator[tuple[str, str]]:
    kinds: dict[str, Kind] = {}
    for asked in table.inputs:
        if not _FACT.fullmatch(asked.fact):
            words = _("“%(fact)s” is no name of a fact: reckon beforehand, and ask for the result by a name")
            yield "input", words % {"fact": asked.fact[:60]}
        if kinds.setdefault(asked.fact, asked.kind) != asked.kind:
            yield "input", _("“%(fact)s” is of two types: give it one") % {"fact": asked.fact[:60]}
    names = [output.name for output in table.outputs]
    for name in dict.fromkeys(names):
        if not name.strip():
            yield "output", _("has no name: give each output one")
        elif names.count(name) > 1:
            yield (
                "output",
                _("“%(name)s” is there twice: give each output a name of its own") % {"name": name[:60]},
            )


def _wrong_cases(decision: Decision) -> Iterator[tuple[str, str]]:
    known = {one.fact for one in decision.table.inputs}, {one.name for one in decision.table.outputs}
    seen: set[str] = set()
    for case in decision.cases:
        if not case.name or case.name.lower() in seen:
            yield "case", _("“%(name)s” is no name of its own: give each case one") % {"name": case.name[:60]}
        seen.add(case.name.lower())
        for column in (*(case.facts.keys() - known[0]), *(case.says.keys() - known[1])):
            words = _("the case “%(name)s” speaks of “%(column)s”, which is no column of the table")
            yield "case", words % {"name": case.name[:60], "column": column[:60]}


def _texts(decision: Decision) -> Iterable[str]:
    table = decision.table
    yield from (table.code, decision.note, decision.law, *decision.name, *decision.name.values())
    for words in decision.labels:
        yield from (*words, *words.values())
    for asked in table.inputs:
        yield from (asked.fact, asked.allowed)
    for output in table.outputs:
        yield from (output.name, output.allowed, output.default)
    for row in table.rows:
        yield from (*row.tests, *row.says, row.note)
    for column in decision.more:
        yield from (column.name, *column.says)
    for case in decision.cases:
        yield from (case.name, *case.facts.values(), *case.says.values())
