"""Decision tables that are kept, and requirements that they decide.

A requirement whose fact is ``table.CODE.OUTPUT`` is decided by what the table of that code, as it is today, says
there of the facts that are known. It stays open, with what to ask for, as long as an answer could matter.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.engines import rules
from lacarte.engines.rules import Compiled, HitPolicy, Input, Kind, Output, Row, Table
from lacarte.kernel import clock
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.versions import remembered
from lacarte.registers.entitlement.judging import Between, Decided, Facts, Rule, compare, decided_by
from lacarte.registers.entitlement.models import DecisionTable

PREFIX = "table."
_LONGEST_CODE = 80
#: Of these one row decides; the others reckon with all that hold.
ONE_HIT = (HitPolicy.UNIQUE, HitPolicy.FIRST, HitPolicy.ANY)
_LOG = logging.getLogger(__name__)


class TableRefusedError(ValueError):
    """A table that cannot be kept; the message says why."""


@dataclass(frozen=True, kw_only=True)
class DecisionTableKept(DomainEvent):
    """A table of rules was kept; ``since`` is an ISO date."""

    name: ClassVar[str] = "decision-table.kept"
    sentence: ClassVar[str | Promise] = gettext_lazy("The table of rules “%(code)s” counts from %(since)s on.")
    table: UUID
    code: str
    since: str


@dataclass(frozen=True)
class Kept:
    """A table as it is from a day on; ``answers`` remembers it in the forms that requirements ask for."""

    since: date
    table: Table
    answers: dict[tuple[Any, ...], Compiled] = field(default_factory=dict, compare=False, repr=False)


@transaction.atomic
def keep_table(
    table: Table, *, since: date, name: Mapping[str, str] | None = None, legal_basis: str = ""
) -> DecisionTable:
    """Keep a table from a day on, instead of one of the same code and day.

    Raises :class:`~lacarte.engines.rules.WrongTable` with all faults, and :class:`TableRefusedError` where two
    rules hold at once that must not.
    """
    if not 0 < len(table.code) <= _LONGEST_CODE:
        raise TableRefusedError(_("The code of a table has from 1 to %(n)d characters.") % {"n": _LONGEST_CODE})
    if overlaps := rules.check(rules.compile_table(table), most=1).overlaps:
        one = overlaps[0]
        example = ", ".join(f"{at.fact}={rules.literal_text(at.example)}" for at in one.where)
        words = _("Rules %(first)d and %(second)d of “%(code)s” both hold, such as for %(example)s.")
        said = {"first": one.first, "second": one.second, "code": table.code, "example": example}
        raise TableRefusedError(words % said)
    values = {
        "name": dict(name or {}),
        "legal_basis": legal_basis,
        "body": _body(table),
        "changed_at": clock.now(),
    }
    row, _new = DecisionTable.objects.update_or_create(code=table.code, since=since, defaults=values)
    publish(DecisionTableKept(table=row.pk, code=row.code, since=since.isoformat()), stream=row.pk, actor=None)
    return row


def table_of(row: DecisionTable) -> Table:
    """The table that a record holds."""
    body = row.body
    return Table(
        row.code,
        tuple(Input(one["fact"], Kind(one["kind"]), one["allowed"]) for one in body["inputs"]),
        tuple(Output(one["name"], Kind(one["kind"]), one["allowed"], one["default"]) for one in body["outputs"]),
        tuple(Row(tuple(one["tests"]), tuple(one["says"]), one["note"]) for one in body["rows"]),
        HitPolicy(body["hit_policy"]),
    )


def in_force(code: str, day: date) -> Kept | None:
    """The table of a code on a day, as it was when :func:`remember` looked last."""
    kept = (_now or remember()).get(code, ())
    return next((one for one in kept if one.since <= day), None)


def remember() -> Mapping[str, tuple[Kept, ...]]:
    """All tables by code, the newest first, read again when one has changed; one query."""
    global _now
    _now = _read()
    return _now


def facts_asked(fact: str) -> tuple[str, ...]:
    """The facts to ask people for, for a requirement of ``fact``: those of its table today, else itself."""
    if not fact.startswith(PREFIX):
        return (fact,)
    remember()  # whoever asks has read no rules of it
    kept = in_force(fact.removeprefix(PREFIX).rpartition(".")[0], clock.now().date())
    return tuple(one.fact for one in kept.table.inputs) if kept else ()


def decide(rule: Rule, facts: Facts) -> Decided:
    """Whether a requirement holds today by its table, for somebody of whom ``facts`` are known.

    Where there is no such table or it contradicts itself it stays open, and the log says why: a person decides.
    """
    code, _dot, output = rule.fact.removeprefix(PREFIX).rpartition(".")
    kept = in_force(code, clock.now().date())
    if kept is None or output not in [one.name for one in kept.table.outputs]:
        _LOG.warning("requirement %s: no table “%s” says “%s” today", rule.code, code, output)
        return Decided(None)
    table = asked(kept, rule, output)
    found = rules.decide(table, {one.fact: known(one.kind, facts.get(one.fact)) for one in table.table.inputs})
    if found.contradicts:
        _LOG.warning("requirement %s: rules %s of “%s” contradict each other", rule.code, found.holds, code)
    if not found.settled or found.said is None:
        missing = sorted(found.missing, key=lambda one: (-one.settles, one.fact))
        return Decided(None, tuple(one.fact for one in missing))
    (said,) = found.said if len(found.said) == 1 else (None,)
    if kept.table.hit_policy in ONE_HIT:
        return Decided(said if isinstance(said, bool) else None)
    return Decided(compare(rule, said.isoformat() if isinstance(said, date) else said))


def asked(kept: Kept, rule: Rule, output: str) -> Compiled:
    """The table with one output; where one row decides, it is whether the requirement holds by what the row says.

    So it is settled as soon as all rows that may still decide agree about that, whatever else they say.
    """
    asked = (output, rule.comparison, repr(rule.value))
    if asked not in kept.answers:
        at = [one.name for one in kept.table.outputs].index(output)
        said = kept.table.outputs[at]
        says = [row.says[at] for row in kept.table.rows]
        if kept.table.hit_policy in ONE_HIT:
            says = [_holds(rule, said, text) for text in says]
            said = Output(output, Kind.BOOLEAN, default=_holds(rule, said, said.default or "null"))
        rows = tuple(replace(row, says=(text,)) for row, text in zip(kept.table.rows, says, strict=True))
        kept.answers[asked] = rules.compile_table(replace(kept.table, outputs=(said,), rows=rows))
    return kept.answers[asked]


def _holds(rule: Rule, said: Output, text: str) -> str:
    value = rules.parse_literal(text, said.kind)
    holds = compare(rule, value.isoformat() if isinstance(value, date) else value)
    return "null" if holds is None else str(holds).lower()


def known(kind: Kind, value: Any) -> Any:
    """A fact as the engine takes it. What cannot be of that kind it refuses, and takes for not known."""
    if value is None:
        return rules.NOT_KNOWN
    if isinstance(value, Between):
        return rules.Between(value.low, value.high)
    if kind is Kind.DATE and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return rules.NOT_KNOWN
    return value


def _body(table: Table) -> dict[str, Any]:
    body = asdict(table)
    del body["code"]
    return body


_now: Mapping[str, tuple[Kept, ...]] | None = None


@remembered(DecisionTable)
def _read() -> Mapping[str, tuple[Kept, ...]]:
    found: dict[str, tuple[Kept, ...]] = {}
    for row in DecisionTable.objects.order_by("code", "-since"):
        found[row.code] = (*found.get(row.code, ()), Kept(row.since, table_of(row)))
    return found


decided_by(PREFIX, decide)
