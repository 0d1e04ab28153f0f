"""From DMN XML to tables: what is no table of ours is named with its line, the others are taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lacarte.engines.rules.cases import Case
from lacarte.engines.rules.tables import HitPolicy, Input, Output, Row, Table
from lacarte.standards.dmn import document
from lacarte.standards.dmn.document import Decision, Ids, Notes, Taken
from lacarte.standards.dmn.elements import Element, parsed
from lacarte.standards.dmn.names import BESIDE, EXPRESSIONS, LANGUAGE, MADE_UP, OURS, POLICIES, VERSIONS
from lacarte.standards.dmn.types import Types
from lacarte.standards.imports.report import ImportFaultError, Rejected

#: Where a rule's own description goes: among the notes.
_DESCRIPTION = "description"
Wrong = Callable[[Element, str, str], None]


def read_xml(data: bytes, language: str = "en") -> Taken:
    """The tables of a DMN file, in their order, and what of it was left out, with the line of each.

    ``language`` is that of names and labels where the file does not say it. DMN 1.1 to 1.5 are read. A table with
    anything wrong is left out as a whole: with a rule less it would be another table. Raises
    :class:`ImportFaultError` where it is no such file. Source: DMN 1.4, clauses 6 to 8, and its XML schema.
    """
    root = parsed(data)
    if root.name != "definitions" or root.namespace not in VERSIONS:
        words = _("This is no DMN file: it begins with “%(name)s” of “%(namespace)s”. Known are DMN %(versions)s.")
        known = {
            "name": root.name[:60],
            "namespace": root.namespace[:80],
            "versions": ", ".join(VERSIONS.values()),
        }
        raise ImportFaultError(words % known)
    return _File(root, language).taken()


class _File:
    """One file while it is read."""

    def __init__(self, root: Element, language: str) -> None:
        self._root, self._types = root, Types.of(root)
        self._language = root.get(f"{OURS} language") or language
        self._faults: list[Rejected] = []

    def taken(self) -> Taken:
        decisions: dict[str, Decision] = {}
        for element in self._root.children:
            if element.namespace != self._root.namespace:
                continue
            if element.name in BESIDE:
                words = _("“%(kind)s” is no decision table and is left out; what needs it may decide otherwise")
                self._wrong(element, _who(element), words % {"kind": element.name})
            elif element.name == "decision" and (decision := self._decision(element)) is not None:
                if decision.table.code in decisions:
                    words = _("the file has this code twice: give each decision an id of its own")
                    self._wrong(element, _who(element), words)
                else:
                    decisions[decision.table.code] = decision
        if not decisions and not self._faults:
            self._wrong(self._root, "definitions", _("holds no decision"))
        return Taken(tuple(decisions.values()), tuple(self._faults))

    def _wrong(self, element: Element, where: str, reason: str) -> None:
        self._faults.append(Rejected(element.line, where, reason))

    def _decision(self, element: Element) -> Decision | None:
        who, before = _who(element), len(self._faults)
        table = element.one("decisionTable")
        if table is None:
            held = next((one.name for one in element.children if one.name in EXPRESSIONS), "")
            words = _("holds “%(held)s” and no decision table") if held else _("holds no decision table")
            self._wrong(element, who, words % {"held": held})
            return None

        def wrong(at: Element, where: str, reason: str) -> None:
            self._wrong(at, f"{who}, {where}" if where else who, reason)

        found = _Reader(self._types, self._language, wrong).decision(element, table)
        if found is not None and len(self._faults) == before:
            for where, reason in document.faults(found):
                wrong(element, where, reason)
        self._not_feel(element, table, who)
        return found if len(self._faults) == before else None

    def _not_feel(self, element: Element, table: Element, who: str) -> None:
        """Cells in another language than FEEL would be read as what they are not."""
        cells = [one for row in table.all("rule") for one in row.children]
        asked = [one for column in table.all("input") for one in column.all("inputExpression")]
        for part in (self._root, element, table, *asked, *cells):
            written = part.get("expressionLanguage")
            if written and "feel" not in written.lower():
                words = _("is written in “%(language)s”: only FEEL is read")
                self._wrong(part, who, words % {"language": written[:80]})
                return


def _who(element: Element) -> str:
    return element.get("id") or element.get("name") or element.name


@dataclass(frozen=True)
class _Reader:
    """What turns the elements of one decision into a table."""

    types: Types
    language: str
    wrong: Wrong

    def decision(self, element: Element, table: Element) -> Decision | None:
        policy = self._policy(table)
        inputs = [self._input(column) for column in table.all("input")]
        outputs = self._outputs(element, table, policy)
        rows = list(table.all("rule"))
        kept = tuple(self._row(row, number, len(inputs), len(outputs)) for number, row in enumerate(rows, 1))
        if policy is None or None in inputs or None in outputs:
            return None  # named already
        asked, said = tuple(filter(None, inputs)), tuple(filter(None, outputs))
        names, notes = _notes(table, rows)
        code = element.get(f"{OURS} code") or element.get("id") or element.get("name")
        noted = tuple(Row(row.tests, row.says, notes[0][k] if notes else "") for k, row in enumerate(kept))
        columns = [*table.all("input"), *table.all("output")]
        return Decision(
            Table(code, asked, said, noted, policy),
            self._words(element, "" if element.get("name") == code else element.get("name")),
            tuple(self._words(column, column.get("label")) for column in columns),
            names[0] if names else "",
            tuple(Notes(name, tuple(says)) for name, says in zip(names[1:], notes[1:], strict=True)),
            Ids(_known(table), tuple(map(_known, columns)), tuple(map(_known, rows))),
            tuple(_case(one) for one in _ours(element, "case")),
            next((one.text for one in _ours(element, "law")), ""),
        )

    def _policy(self, table: Element) -> HitPolicy | None:
        policy, aggregation = table.get("hitPolicy") or "UNIQUE", table.get("aggregation")
        found = POLICIES.get((policy, aggregation if policy == "COLLECT" else ""))
        if found is None:
            words = _("the hit policy “%(policy)s” is not known: take unique, first, any or collect")
            self.wrong(table, "", words % {"policy": f"{policy} {aggregation}".strip()[:60]})
        return found

    def _input(self, column: Element) -> Input | None:
        expression = column.one("inputExpression")
        fact = column.said("inputExpression")
        written = expression.get("typeRef") if expression else ""
        found = self.types.find(written or self.types.variables.get(fact, ""))
        where = _("input “%(name)s”") % {"name": (fact or column.get("label"))[:60]}
        if found.kind is None or found.many:
            self._untyped(expression or column, where, written)
            return None
        return Input(fact, found.kind, column.said("inputValues") or found.allowed)

    def _outputs(self, element: Element, table: Element, policy: HitPolicy | None) -> list[Output | None]:
        columns = list(table.all("output"))
        variable = element.one("variable")
        if len(columns) != 1:
            return [self._output(column, column.get("name"), column.get("typeRef")) for column in columns]
        column = columns[0]
        named = column.get("name") or column.get(f"{OURS} name")
        named = named or (variable.get("name") if variable else "") or element.get("name") or _who(element)
        typed = column.get("typeRef") or column.get(f"{OURS} typeRef") or table.get("typeRef")
        typed = typed or (variable.get("typeRef") if variable else "")
        return [self._output(column, named, typed, many=policy is HitPolicy.COLLECT)]

    def _output(self, column: Element, name: str, typed: str, *, many: bool = False) -> Output | None:
        """``many``: the type may be that of a list, which is then what is said of all rows together."""
        found = self.types.find(typed)
        if found.kind is None or (found.many and not many):
            self._untyped(column, _("output “%(name)s”") % {"name": name[:60]}, typed)
            return None
        allowed = column.said("outputValues") or found.allowed
        return Output(name, found.kind, allowed, column.said("defaultOutputEntry"))

    def _untyped(self, at: Element, where: str, written: str) -> None:
        if written:
            words = _("the type “%(type)s” is none that a table takes: give it one of %(kinds)s")
        else:
            words = _("has no type: give it one of %(kinds)s")
        self.wrong(at, where, words % {"type": written[:60], "kinds": document.kinds()})

    def _row(self, row: Element, number: int, inputs: int, outputs: int) -> Row:
        tests = [_cell(one) or "-" for one in row.all("inputEntry")]
        says = [_cell(one) for one in row.all("outputEntry")]
        if (len(tests), len(says)) != (inputs, outputs):
            words = _(
                "has %(tests)d tests and %(says)d results, the table has %(inputs)d inputs and %(outputs)d outputs"
            )
            counted = {"tests": len(tests), "says": len(says), "inputs": inputs, "outputs": outputs}
            self.wrong(row, _("rule %(number)d") % {"number": number}, words % counted)
        return Row(tuple(tests), tuple(says))

    def _words(self, element: Element, plain: str) -> dict[str, str]:
        """A text by language. The plain one counts where another tool changed it."""
        words = {one.get(LANGUAGE): one.text for one in _ours(element, "text") if one.get(LANGUAGE)}
        if plain and plain not in words.values():
            words[self.language] = plain
        return words


def _ours(element: Element, name: str) -> list[Element]:
    """What we have put into the extensions of an element."""
    extension = element.one("extensionElements")
    return [one for one in extension.children if (one.namespace, one.name) == (OURS, name)] if extension else []


def _case(element: Element) -> Case:
    facts, says = ({one.get("name"): one.text for one in element.all(tag)} for tag in ("fact", "says"))
    return Case(element.get("name"), facts, says)


def _known(element: Element) -> str:
    known = element.get("id")
    return "" if known.startswith(MADE_UP) else known


def _cell(entry: Element) -> str:
    text = entry.one("text")
    return text.text if text else ""


def _notes(table: Element, rows: list[Element]) -> tuple[list[str], list[list[str]]]:
    """The names of the columns of notes, and for each what it says of every row."""
    names = [column.get("name") for column in table.all("annotation")]
    entries = [[_cell(one) for one in row.all("annotationEntry")] for row in rows]
    names += [""] * (max(map(len, entries), default=0) - len(names))
    columns = [[row[k] if k < len(row) else "" for row in entries] for k in range(len(names))]
    said = [one.text if (one := row.one(_DESCRIPTION)) else "" for row in rows]
    if any(said):
        names.append(_DESCRIPTION)
        columns.append(said)
    return names, columns
