"""Requirements and rows of tables in people's words: what would have to be so, and where a fact comes from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lacarte.engines.rules import Difference, Kind, literal_text
from lacarte.kernel.text import in_language, listed
from lacarte.registers.entitlement.explaining import SAID_NOW, YEAR_OF_BIRTH, RowTold, TableTold
from lacarte.registers.entitlement.judging import Comparison, Rule
from lacarte.registers.entitlement.tables.wording import asked_in_words, paired, said_in_words
from lacarte.registers.people.circumstances import FACTS, Datatype, in_words, value_in_words
from lacarte.registers.people.saying import SAID

_KINDS = {bool: Kind.BOOLEAN, int: Kind.NUMBER, float: Kind.NUMBER, str: Kind.STRING, date: Kind.DATE}


def source_in_words(source: str) -> str:
    """Where a fact comes from; empty where that is not known."""
    match source:
        case "":
            return ""
        case str(one) if one == SAID:
            return _("you told us")
        case str(one) if one == SAID_NOW:
            return _("you told us just now")
        case str(one) if one == YEAR_OF_BIRTH:
            return _("from your year of birth")
        case "entered":
            return _("entered by an official")
    return _("from the city's records (%(source)s)") % {"source": source}


def kept_in_words(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Facts as an objection keeps them, each with its name; of bounds both."""
    return [(in_words(kind), value_of(kind, value)) for kind, value in facts.items()]


def value_of(kind: str, value: Any) -> str:
    """A value of a fact in words; of bounds both ends."""
    if isinstance(value, list):
        low, high = (value_in_words(kind, end) for end in (value[0], value[-1]))
        return _("from %(low)s to %(high)s") % {"low": low, "high": high}
    return value_in_words(kind, value)


def name_of(fact: str, table: TableTold | None) -> str:
    """What a fact is called: by the label of the table that asks or says it, or as people call it."""
    label = table.labels.get(fact.rpartition(".")[2] if fact.startswith("table.") else fact) if table else None
    return in_language(label or {}) or (in_words(fact) if fact in FACTS else fact.rpartition(".")[2] or fact)


def row_in_words(row: RowTold, labels: Mapping[str, Mapping[str, str]]) -> str:
    """A row of a table as one line: what it asks, and what it says; with its note."""

    def named(code: str) -> str:
        return in_language(labels.get(code) or {}) or in_words(code)

    asks = [paired(named(fact), asked_in_words(fact, kind, tests)) for fact, kind, tests in row.asks]
    says = [paired(named(name), said_in_words(kind, text)) for name, kind, text in row.says]
    between = str(pgettext("between the parts of a rule", "; "))
    line = f"{between.join(asks) or _('in every case')} → {between.join(says)}"
    return _("%(rule)s (%(note)s)") % {"rule": line, "note": row.note} if row.note else line


def differences_in_words(way: Difference, table: TableTold) -> str:
    """Facts that would have to change together."""
    kinds = table.kinds
    return listed(
        paired(name_of(one.fact, table), asked_in_words(one.fact, kinds[one.fact], one.into))
        for one in way.changes
    )


def wanted_in_words(rule: Rule) -> str:
    """The values with which a requirement holds; empty where it compares with what cannot be said."""
    values = [_value(rule.fact, one) for one in (rule.value if isinstance(rule.value, list) else [rule.value])]
    kinds = {_KINDS.get(type(one)) for one in values}
    if len(kinds) != 1 or None in kinds:
        return ""
    (kind,) = kinds
    assert kind is not None
    texts = ", ".join(literal_text(one) for one in values)
    match rule.comparison:
        case Comparison.AT_LEAST:
            texts = f">= {texts}"
        case Comparison.AT_MOST:
            texts = f"<= {texts}"
        case Comparison.IS_NOT:
            texts = f"not({texts})"
    return asked_in_words(rule.fact, kind, texts)


def _value(fact: str, value: Any) -> Any:
    """A value of a requirement as the engine writes it: a day is a day."""
    if isinstance(value, str) and (fact not in FACTS or FACTS[fact].datatype is Datatype.DATE):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return value
    return value
