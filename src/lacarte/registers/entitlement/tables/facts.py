"""What tables may ask: facts that people are asked, each with its kind and the values that answers can have."""

from __future__ import annotations

from dataclasses import replace

from lacarte.engines.rules import Input, Kind, Table, literal_text
from lacarte.registers.menu.models import Attribute
from lacarte.registers.people.circumstances import FACTS, Datatype

__all__ = ["KIND_OF", "PREFIX", "asked_anywhere", "known_kinds", "narrowed", "values_of"]

#: A requirement whose fact begins so asks a table: ``table.CODE.OUTPUT``.
PREFIX = "table."
KIND_OF = {
    Datatype.BOOL: Kind.BOOLEAN,
    Datatype.NUMBER: Kind.NUMBER,
    Datatype.DATE: Kind.DATE,
    Datatype.CHOICE: Kind.STRING,
}


def values_of(fact: str) -> str:
    """The values that an answer to a fact can have, as unary tests; an empty text where it is none of ours."""
    if fact not in FACTS:
        return ""
    match FACTS[fact].datatype:
        case Datatype.BOOL:
            return "true, false"
        case Datatype.NUMBER:
            return f">= {FACTS[fact].least}"
        case Datatype.DATE:
            return "not(null)"
    return ", ".join(literal_text(key) for key, _name in FACTS[fact].choices)


def narrowed(table: Table) -> Table:
    """The table with the values that answers can have, where it does not say which are allowed itself.

    Nobody answers “none”, a number below zero or a choice that is not offered; what only these would decide is
    no gap, and never a reason to ask.
    """
    return replace(table, inputs=tuple(_narrowed(one) for one in table.inputs))


def _narrowed(asked: Input) -> Input:
    fact = FACTS.get(asked.fact)
    if asked.allowed.strip() or fact is None or KIND_OF[fact.datatype] is not asked.kind:
        return asked
    return replace(asked, allowed=values_of(asked.fact))


def known_kinds(table: Table) -> dict[str, Kind]:
    """The kinds of what a table asks: of our facts ours, of others what the table says."""
    return {one.fact: KIND_OF[FACTS[one.fact].datatype] if one.fact in FACTS else one.kind for one in table.inputs}


def asked_anywhere() -> set[str]:
    """All facts that people are asked: ours, and those that follow-up questions of services ask for; one query."""
    asked = Attribute.objects.exclude(circumstance="").values_list("circumstance", flat=True).distinct()
    return {*FACTS, *asked}
