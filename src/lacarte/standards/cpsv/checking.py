"""Whether the columns of our records can hold what a catalogue says."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field, Model

from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.capacity.making import check_rule
from lacarte.registers.menu.keeping.times import OF_RULE
from lacarte.registers.menu.models import Attribute, CapacityRule, LifeEvent, Offer, OfferAtPlace, ServiceType
from lacarte.registers.providers.models import Provider
from lacarte.standards.cpsv.taking import RefusedError, Row

#: The records of each kind.
_MODELS: dict[str, type[Model]] = {
    "evidence": EvidenceType,
    "service": ServiceType,
    "question": Attribute,
    "requirement": Requirement,
    "event": LifeEvent,
    "provider": Provider,
    "offer": Offer,
    "place": OfferAtPlace,
}
#: What is no column, or is set otherwise.
_APART = {"id", "parent", "service", "provider", "region", "serves", "proofs"}


def check(kind: str, row: Row) -> None:
    """Raises :class:`RefusedError` where a column of a kind of record cannot hold what the file says."""
    for times in row.get("times", ()):
        rule_of(times)
    columns = _columns(kind)
    for name, value in row.items():
        field = columns.get(name)
        if field is None or value is None:
            continue
        if value == "" and field.choices and field.has_default():
            row[name] = None  # the file does not say it
            continue
        try:
            if not field.blank or value:
                field.run_validators(value)
            if field.choices and value not in dict(field.flatchoices):
                raise ValidationError(
                    f"“{value}” is none of {', '.join(str(one) for one, _ in field.flatchoices)}"
                )
        except (ValidationError, TypeError) as error:
            raise RefusedError(name, " ".join(getattr(error, "messages", [str(error)]))) from error


@lru_cache
def _columns(kind: str) -> dict[str, Field[Any, Any]]:
    fields = _MODELS[kind]._meta.concrete_fields
    return {field.name: field for field in fields if field.name not in _APART}


def rule_of(said: Any) -> CapacityRule:
    """The times that a place tells of, of no place yet. Raises :class:`RefusedError` where they are none."""
    rule, known = CapacityRule(), {field.name: field for field in CapacityRule._meta.concrete_fields}
    try:
        for name in said.keys() & OF_RULE:
            value = known[name].to_python(said[name])
            if value is not None:
                known[name].run_validators(value)
            setattr(rule, name, value)
        if rule.since is None or rule.bucket not in CapacityRule.Bucket.values:
            raise TypeError(f"{said} says not since when, or of what")
        check_rule(rule)
    except (ValidationError, TypeError, AttributeError) as error:
        raise RefusedError("lac:times", " ".join(getattr(error, "messages", [str(error)]))) from error
    return rule
