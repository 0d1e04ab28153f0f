"""What differs between two versions of a table, line by line in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lacarte.engines.rules import ChangedRow, HitPolicy, Kind, Table, compared
from lacarte.kernel.text import in_language, listed
from lacarte.pages.entitlement.casing import case_in_words
from lacarte.pages.entitlement.grid import heads_of, kind_at
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.entitlement.tables.wording import KINDS, POLICIES, asked_in_words, paired, said_in_words


@dataclass(frozen=True)
class Change:
    """Where something differs, what stood there and what stands there now; either is empty where nothing did."""

    where: str
    before: str
    now: str


def changes(before: Written, now: Written) -> list[Change]:
    """All that differs, in the order in which one reads a table."""
    return [*_of_words(before, now), *_of_columns(before, now), *_of_rows(before, now), *_of_cases(before, now)]


def _of_words(before: Written, now: Written) -> Iterator[Change]:
    for language in sorted({*before.name, *now.name}):
        old, new = before.name.get(language, ""), now.name.get(language, "")
        if old != new:
            yield Change(_("Name (%(language)s)") % {"language": language}, old, new)
    if before.legal_basis != now.legal_basis:
        yield Change(_("By law"), before.legal_basis, now.legal_basis)


def _of_columns(before: Written, now: Written) -> Iterator[Change]:
    found = compared(before.table, now.table)
    names = _names(before) | _names(now)
    if found.hit_policy:
        old, new = (str(POLICIES[HitPolicy(sign)]) for sign in found.hit_policy)
        yield Change(_("How rules count together"), old, new)
    for code in found.inputs_gone:
        yield Change(_("Facts that are asked"), names[code], "")
    for code in found.inputs_new:
        yield Change(_("Facts that are asked"), "", names[code])
    for code in found.outputs_gone:
        yield Change(_("Results"), names[code], "")
    for code in found.outputs_new:
        yield Change(_("Results"), "", names[code])
    for code, what, old, new in found.columns:
        yield _of_column(now.table, names[code], code, what, old, new)
    if found.moved:
        yield Change(_("Order"), "", _("The same rules or columns stand in another order."))


def _of_column(table: Table, name: str, code: str, what: str, old: str, new: str) -> Change:
    kind, _says = kind_at(table, code) or (Kind.STRING, False)
    if what == "kind":
        return Change(
            _("%(column)s: kind of answer") % {"column": name}, str(KINDS[Kind(old)]), str(KINDS[Kind(new)])
        )
    if what == "default":
        where = _("%(column)s, where no rule holds") % {"column": name}
        return Change(where, said_in_words(kind, old or "null"), said_in_words(kind, new or "null"))
    where = _("%(column)s: values that are allowed") % {"column": name}
    return Change(where, asked_in_words(code, kind, old), asked_in_words(code, kind, new))


def _of_rows(before: Written, now: Written) -> Iterator[Change]:
    for row in compared(before.table, now.table).rows:
        if not row.before:
            yield Change(_("Rule %(n)d, new") % {"n": row.now}, "", _whole(now, row, 2))
        elif not row.now:
            yield Change(_("Rule %(n)d, removed") % {"n": row.before}, _whole(before, row, 1), "")
        else:
            yield from _of_cells(before, now, row)


def _whole(written: Written, row: ChangedRow, side: int) -> str:
    """A rule in one line."""
    names = _names(written)
    return listed(paired(names[cell[0]], _words(written.table, cell[0], cell[side])) for cell in row.cells)


def _of_cells(before: Written, now: Written, row: ChangedRow) -> Iterator[Change]:
    names = _names(before) | _names(now)
    for code, old, new in row.cells:
        where = _("Rule %(n)d, %(column)s") % {"n": row.now, "column": names[code]}
        yield Change(where, _words(before.table, code, old), _words(now.table, code, new))


def _of_cases(before: Written, now: Written) -> Iterator[Change]:
    old, new = ({one.name: one for one in written.cases} for written in (before, now))
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            words = [
                case_in_words(written, of[name]) if name in of else ""
                for written, of in ((before, old), (now, new))
            ]
            yield Change(_("Test case “%(name)s”") % {"name": name}, *words)


def _words(table: Table, code: str, text: str) -> str:
    """What stands in a cell; nothing for a column that this version does not have."""
    found = kind_at(table, code)
    if not code or found is None:
        return text
    kind, says = found
    if says:
        return said_in_words(kind, text)
    return asked_in_words(code, kind, text or "-")


def _names(written: Written) -> dict[str, str]:
    return {"": _("Note"), **{head.code: head.name for head in heads_of(written)}}


def name_of(written: Written) -> str:
    """What people call a table."""
    return in_language(written.name) or written.table.code
