"""The shipped rules of urgency reach installations that are there already; what officials made of a rule stays.

Each row keeps the fingerprint of the shipped rule that it was last brought in step with. A row that still reads so
is nobody's work, and becomes what is shipped now. Whether a rule is in force is never changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import Event
from lacarte.loop.needs.models import UrgencyRule
from lacarte.loop.needs.urgency.rules import UrgencyRuleChanged, shipped, stream_of

#: What is shipped of a rule; whether it is in force is for officials to say.
_SAID = ("name", "words", "unless", "months", "service_first", "service_last", "urgency", "advice")


@dataclass(frozen=True)
class Shipping:
    """Codes of the shipped rules: those that are not there, that change, and that were edited here and stay."""

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.new or self.updated or self.edited)


@dataclass(frozen=True)
class _Kept:
    """A rule as it is kept: whose it is follows from the fingerprint that it had when it was last in step."""

    said: dict[str, Any]
    in_step_with: str
    edited_by_somebody: bool

    @property
    def is_untouched(self) -> bool:
        if self.in_step_with:
            return fingerprint(self.said) == self.in_step_with
        return not self.edited_by_somebody  # kept since before fingerprints were


def fingerprint(said: dict[str, Any]) -> str:
    """SHA-256 of what a rule says."""
    return sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def plan() -> Shipping:
    """What :func:`bring` would change of an installation that is there; nothing where the database is empty.

    Reads only, also where the database is yet to be brought up to date.
    """
    is_new = UrgencyRule._meta.db_table not in connection.introspection.table_names()
    return Shipping() if is_new else _planned(_kept())


@transaction.atomic
def bring() -> Shipping:
    """Add the shipped rules that are not there, and bring those in step that nobody has edited. Returns which."""
    kept = _kept()
    done = _planned(kept)
    now = clock.now()
    for one in shipped():
        rule, said = UrgencyRule(**one), _said_of(UrgencyRule(**one))
        rule.shipped, rule.changed_at = fingerprint(said), now
        if rule.code in done.new:
            UrgencyRule.objects.bulk_create([rule], ignore_conflicts=True)  # two may migrate at once
        elif rule.code in done.updated:
            rule.save(update_fields=[*_SAID, "shipped", "changed_at"])
            _tell(rule.code, kept[rule.code].said, said)
        elif kept[rule.code].in_step_with != rule.shipped:
            UrgencyRule.objects.filter(code=rule.code).update(shipped=rule.shipped)
    return done


def _planned(kept: dict[str, _Kept]) -> Shipping:
    done = Shipping()
    for one in shipped():
        code, said = one["code"], _said_of(UrgencyRule(**one))
        if code not in kept:
            done.new.append(code)
        elif kept[code].said != said and kept[code].in_step_with != fingerprint(said):
            (done.updated if kept[code].is_untouched else done.edited).append(code)
    return done


def _kept() -> dict[str, _Kept]:
    rules = {row.pop("code"): row for row in UrgencyRule.objects.values("code", "changed_by", *_SAID)}
    fingerprints = dict(UrgencyRule.objects.values_list("code", "shipped")) if _has_fingerprints() else {}
    edited = _edited(rules)
    return {
        code: _Kept(row, fingerprints.get(code, ""), row.pop("changed_by") is not None or code in edited)
        for code, row in rules.items()
    }


def _has_fingerprints() -> bool:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, UrgencyRule._meta.db_table)
    return any(column.name == "shipped" for column in columns)


def _edited(codes: Iterable[str]) -> set[str]:
    """The rules that somebody has edited, even if that account is gone."""
    streams = {stream_of(code): code for code in codes}
    changed = Event.objects.filter(stream__in=streams, name=UrgencyRuleChanged.name)
    return {streams[stream] for stream in changed.values_list("stream", flat=True)}


def _said_of(rule: UrgencyRule) -> dict[str, Any]:
    return {column: getattr(rule, column) for column in _SAID}


def _tell(code: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    differ = [column for column in _SAID if before[column] != after[column]]
    changed = UrgencyRuleChanged(
        rule=code, before={column: before[column] for column in differ}, after={c: after[c] for c in differ}
    )
    publish(changed, stream=stream_of(code))
