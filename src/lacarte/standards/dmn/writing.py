"""From tables to DMN 1.4 XML, as the standard has it and with what it has no place for in a namespace of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from xml.sax.saxutils import escape, quoteattr

from django.utils.translation import gettext as _

from lacarte.engines.rules.tables import HitPolicy, Kind, Row, Table
from lacarte.standards.dmn.document import Decision, UnwritableError, writable
from lacarte.standards.dmn.names import MADE_UP, OURS, POLICIES, WRITTEN

_ID = re.compile(r"[A-Za-z_][\w.-]*")
_POLICY = {policy: written for written, policy in POLICIES.items()}


def write_xml(decisions: Sequence[Decision], language: str = "en", name: str = "Lacarte") -> bytes:
    """A file of decisions, each with its table and the facts that it asks for.

    ``language`` is that of the names and labels that other tools show; the other languages go along. Cells and
    notes are written without the space around them. The same decisions give the same bytes. Raises
    :class:`UnwritableError` where reading would not give them back. Source: DMN 1.4, clauses 6 to 8: a table
    with one output has the name and type of that in the variable of the decision (clause 8.3.2).
    """
    sheet = _Sheet(decisions, language)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    attributes = {"xmlns": WRITTEN, "xmlns:lacarte": OURS, "lacarte:language": language}
    lines.append(_open("definitions", {**attributes, "name": name, "namespace": OURS, "exporter": "Lacarte"}))
    for line in sheet.lines():
        lines.append(line)
    return "\n".join([*lines, "</definitions>", ""]).encode()


def _open(tag: str, attributes: Mapping[str, str], end: str = "") -> str:
    said = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)
    return f"<{tag}{said}{end}>"


def _text(tag: str, text: str, attributes: Mapping[str, str] | None = None) -> str:
    return f"{_open(tag, attributes or {})}<text>{_escaped(text.strip())}</text></{tag}>"


def _escaped(text: str) -> str:
    # A carriage return as it stands would be read as the end of a line.
    return escape(text, {"\r": "&#13;"})


def _beside(decision: Decision) -> str:
    """The legal basis and the cases, for which DMN has no place."""
    written = [f"<lacarte:law>{_escaped(decision.law)}</lacarte:law>"] if decision.law else []
    for case in decision.cases:
        parts = [("fact", name, text) for name, text in case.facts.items()]
        parts += [("says", name, text) for name, text in case.says.items()]
        inside = "".join(
            f"<lacarte:{tag} name={quoteattr(name)}>{_escaped(text)}</lacarte:{tag}>" for tag, name, text in parts
        )
        written.append(f"<lacarte:case name={quoteattr(case.name)}>{inside}</lacarte:case>")
    return "".join(written)


class _Sheet:
    """A file while it is written: the ids that are used, and what facts are called."""

    def __init__(self, decisions: Sequence[Decision], language: str) -> None:
        self._decisions, self._language = [writable(one) for one in decisions], language
        codes = [one.table.code for one in decisions]
        if twice := [code for code in codes if codes.count(code) > 1]:
            raise UnwritableError(
                _("Two tables have the code “%(code)s”: write a file for each.") % {"code": twice[0]}
            )
        self._facts = _facts([one.table for one in decisions])
        self._fresh = (f"{MADE_UP}{number}" for number in count(1))
        # A decision keeps its id, whatever parts of others are called.
        self._used = {code for code in codes if _ID.fullmatch(code)}
        self._named = {fact: self._id() for fact in self._facts}

    def lines(self) -> list[str]:
        lines = []
        for fact, kind in self._facts.items():
            variable = _open("variable", {"name": fact, "typeRef": kind.value}, "/")
            lines.append(f"{_open('inputData', {'id': self._named[fact], 'name': fact})}{variable}</inputData>")
        for decision in self._decisions:
            lines += self._decision(decision)
        return lines

    def _decision(self, decision: Decision) -> list[str]:
        table, code = decision.table, decision.table.code
        plain, others = self._words(decision.name, code, _beside(decision))
        known = _ID.fullmatch(code) is not None
        head = {"id": code if known else self._id(), "name": plain, "lacarte:code": "" if known else code}
        lines = [_open("decision", head), *others]
        lines.append(_open("variable", {"name": plain, "typeRef": _result(table)}, "/"))
        for fact in dict.fromkeys(one.fact for one in table.inputs):
            required = _open("requiredInput", {"href": f"#{self._named[fact]}"}, "/")
            lines.append(f"<informationRequirement>{required}</informationRequirement>")
        return [*lines, *self._table(decision, plain), "</decision>"]

    def _table(self, decision: Decision, named: str) -> list[str]:
        table, ids = decision.table, decision.ids
        policy, aggregation = _POLICY[table.hit_policy]
        head = {"id": self._id(ids.table), "hitPolicy": policy, "aggregation": aggregation}
        lines = [_open("decisionTable", head), *self._inputs(decision), *self._outputs(decision, named)]
        if decision.has_notes:
            names = [decision.note, *(column.name for column in decision.more)]
            lines += [f"<annotation name={quoteattr(name)}/>" for name in names]
        for number, row in enumerate(table.rows):
            further = [column.says[number] for column in decision.more]
            lines += self._row(row, ids.rows[number], [row.note, *further] if decision.has_notes else [])
        return [*lines, "</decisionTable>"]

    def _inputs(self, decision: Decision) -> list[str]:
        lines = []
        for number, column in enumerate(decision.table.inputs):
            label, others = self._words(decision.labels[number])
            lines.append(_open("input", {"id": self._id(decision.ids.columns[number]), "label": label}))
            lines += [*others, _text("inputExpression", column.fact, {"typeRef": column.kind.value})]
            lines += [_text("inputValues", column.allowed)] if column.allowed.strip() else []
            lines.append("</input>")
        return lines

    def _outputs(self, decision: Decision, named: str) -> list[str]:
        lines, first = [], len(decision.table.inputs)
        alone = len(decision.table.outputs) == 1
        for number, column in enumerate(decision.table.outputs, first):
            label, others = self._words(decision.labels[number])
            head = {"id": self._id(decision.ids.columns[number]), "label": label}
            if alone:
                typed = "" if _result(decision.table) == column.kind else column.kind.value
                head |= {"lacarte:name": "" if column.name == named else column.name, "lacarte:typeRef": typed}
            else:
                head |= {"name": column.name, "typeRef": column.kind.value}
            lines += [_open("output", head), *others]
            lines += [_text("outputValues", column.allowed)] if column.allowed.strip() else []
            lines += [_text("defaultOutputEntry", column.default)] if column.default.strip() else []
            lines.append("</output>")
        return lines

    def _row(self, row: Row, known: str, notes: Sequence[str]) -> list[str]:
        lines = [_open("rule", {"id": self._id(known)})]
        lines += [_text("inputEntry", test, {"id": self._id()}) for test in row.tests]
        lines += [_text("outputEntry", said, {"id": self._id()}) for said in row.says]
        lines += [_text("annotationEntry", note) for note in notes]
        return [*lines, "</rule>"]

    def _words(self, words: Mapping[str, str], instead: str = "", more: str = "") -> tuple[str, list[str]]:
        """What other tools show, and the element with all languages where that does not say it, and ``more``."""
        plain = words.get(self._language) or next(iter(words.values()), instead)
        texts = ""
        if not (set(words) <= {self._language} and (not words or plain != instead)):
            texts = "".join(
                f"<lacarte:text xml:lang={quoteattr(tag)}>{_escaped(text)}</lacarte:text>"
                for tag, text in sorted(words.items())
            )
        return plain, [f"<extensionElements>{texts}{more}</extensionElements>"] if texts or more else []

    def _id(self, known: str = "") -> str:
        """An id, once in the file; whoever comes second gets one that is made up."""
        if not _ID.fullmatch(known) or known in self._used:
            return next(one for one in self._fresh if one not in self._used)
        self._used.add(known)
        return known


def _facts(tables: Sequence[Table]) -> dict[str, Kind]:
    """What is asked, by name, and what it is. Raises where two tables do not agree."""
    facts: dict[str, Kind] = {}
    for table in tables:
        for column in table.inputs:
            if facts.setdefault(column.fact, column.kind) != column.kind:
                words = _(
                    "“%(fact)s” is of another type in “%(code)s” than in a table before: write a file for each."
                )
                raise UnwritableError(words % {"fact": column.fact, "code": table.code})
    return facts


def _result(table: Table) -> str:
    """The type of what the decision says; none where that is a list or has parts."""
    if len(table.outputs) != 1 or table.hit_policy is HitPolicy.COLLECT:
        return ""
    return Kind.NUMBER.value if table.hit_policy is HitPolicy.COUNT else table.outputs[0].kind.value
