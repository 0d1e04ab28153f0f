"""Why a service is for somebody or not, on a page that can be printed: facts, rules, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from lacarte.engines.rules import Difference
from lacarte.kernel import clock
from lacarte.kernel.text import in_language, listed
from lacarte.pages.resident.menu.rows import TONES, verdict_in_words
from lacarte.pages.resident.menu.said import Known, known_of
from lacarte.pages.resident.menu.service import service_of
from lacarte.registers.entitlement.explaining import Explanation, FactUsed, Reason, RowTold, explain
from lacarte.registers.entitlement.explaining.objections import objections_of
from lacarte.registers.entitlement.explaining.rule_words import (
    differences_in_words,
    name_of,
    row_in_words,
    source_in_words,
    wanted_in_words,
)
from lacarte.registers.entitlement.judging import Between, Facts
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.circumstances import FACTS, in_words, value_in_words

#: So many rows of a table are shown; of more it is said how many there are.
_MOST_ROWS = 5
_SURE = 0.999


@dataclass(frozen=True)
class FactRow:
    """A fact that was used, in words; each of the last three may be empty."""

    name: str
    value: str
    since: str
    source: str
    proofs: str


@dataclass(frozen=True)
class ReasonRow:
    """A requirement in words; ``rows`` are those of its table that count, ``others`` how many more there are."""

    text: str
    holds: bool | None
    since: str
    basis: str
    table: str
    table_basis: str
    rows: tuple[str, ...]
    others: int
    sure: bool
    law: str
    law_rules: tuple[str, ...]
    references: tuple[str, ...]
    different: tuple[str, ...]
    no_way: bool


@dataclass(frozen=True)
class MissingRow:
    """A fact that is missing: what it would do, and whether they may be asked or would rather not say."""

    kind: str
    name: str
    settles: str
    asked: bool
    withheld: bool


@require_GET
def why(request: HttpRequest, code: str) -> HttpResponse:
    """The whole explanation, to whoever it is about or who may act for them."""
    kind = service_of(code)
    known = known_of(request)
    return render(request, "resident/menu/why.html", explained(kind, known, request.get_full_path()))


def explained(kind: ServiceType, known: Known, here: str) -> dict[str, Any]:
    """What the page shows of one service."""
    judged = entitled(known.facts)([kind.number])[kind.number]
    told = explain(kind, judged, known.facts, person=known.person, said_now=known.said.facts)
    return {
        "kind": kind,
        "known": known,
        "verdict": verdict_in_words(judged),
        "tone": TONES[judged.verdict],
        "facts": [_fact_row(one) for one in told.facts],
        "reasons": [_reason_row(one, known.facts) for one in told.reasons],
        "missing": _missing_rows(told, known),
        "used": {one.kind: _value(one.kind, one.value) for one in told.facts},
        "objection": objections_of(known.person).filter(service_type=kind).first() if known.person else None,
        "on": clock.now(),
        "here": here,
    }


def _fact_row(one: FactUsed) -> FactRow:
    either = str(pgettext("between alternatives", " or "))
    alternatives = (either.join(in_language(proof.name) or proof.code for proof in some) for some in one.proofs)
    return FactRow(
        in_words(one.kind),
        _value(one.kind, one.value),
        formats.date_format(one.since, "DATE_FORMAT") if one.since else "",
        source_in_words(one.source),
        listed(alternatives),
    )


def _value(kind: str, value: Any) -> str:
    if isinstance(value, Between):
        ends = {"low": value_in_words(kind, value.low), "high": value_in_words(kind, value.high)}
        return _("from %(low)s to %(high)s") % ends
    if isinstance(value, list):
        return listed(value_in_words(kind, one) for one in value)
    return value_in_words(kind, value)


def _reason_row(one: Reason, facts: Facts) -> ReasonRow:
    table, law = one.table, one.law
    rows: Sequence[RowTold] = table.rows if table else ()
    return ReasonRow(
        text=in_language(one.rule.text) or in_words(one.rule.fact),
        holds=one.holds,
        since=formats.date_format(one.since, "DATE_FORMAT") if one.since else "",
        basis=one.rule.legal_basis,
        table=(in_language(table.name) or table.code) if table else "",
        table_basis=table.legal_basis if table and table.legal_basis != one.rule.legal_basis else "",
        rows=tuple(row_in_words(row, table.labels) for row in rows[:_MOST_ROWS]) if table else (),
        others=max(len(rows) - _MOST_ROWS, 0),
        sure=table.sure if table else True,
        law=law.package if law else "",
        law_rules=tuple(f"{words} ({since})" if since else words for words, since in law.rules) if law else (),
        references=law.references if law else (),
        different=_different(one, facts) if one.holds is False else (),
        no_way=bool(table) and one.holds is False and not one.differences and one.all_tried and _one_hit(one),
    )


def _one_hit(one: Reason) -> bool:
    return one.table is not None and one.table.one_hit


def _different(one: Reason, facts: Facts) -> tuple[str, ...]:
    """What would have to be different, one way a line."""
    if one.table is not None and one.table.one_hit:
        found: Sequence[Difference] = one.differences
        return tuple(differences_in_words(way, one.table) for way in found)
    if one.law is not None:
        return ()
    wanted = wanted_in_words(one.rule)
    if not wanted:
        return ()
    fact = name_of(one.rule.fact, one.table)
    value = facts.get(one.rule.fact)
    if value is None:
        return (_("%(fact)s: %(wanted)s") % {"fact": fact, "wanted": wanted},)
    said = {"fact": fact, "wanted": wanted, "value": _value(one.rule.fact, value)}
    return (_("%(fact)s: %(wanted)s (now: %(value)s)") % said,)


def _missing_rows(told: Explanation, known: Known) -> list[MissingRow]:
    rows = []
    for kind in told.judged.missing:
        share = told.settles.get(kind, 0.0)
        if share > _SURE:
            words = _("This alone would settle it.")
        elif share > 0:
            words = _("This alone may settle it.")
        else:
            words = _("This matters together with something else.")
        withheld = kind in known.withheld
        asked = kind in FACTS and not withheld and (known.facts.get(kind) is None or kind in told.settles)
        rows.append(MissingRow(kind, in_words(kind), words, asked, withheld))
    return rows
