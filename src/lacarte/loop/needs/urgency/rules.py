"""The rules of urgency as records: what is shipped, and officials' edits kept with their history."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid5

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.engines.phrases import PhraseError, read
from lacarte.kernel import clock, tree
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_over
from lacarte.loop.needs.models import UrgencyRule
from lacarte.registers.menu.models import PriorityClass

SHIPPED = Path(__file__).parent / "content" / "urgency.toml"
_STREAMS = UUID("7b0f6c1e-0b5e-4c3a-9d52-3f1f1a4f6a10")
_COLUMNS = ("name", "words", "unless", "months", "service_first", "service_last", "urgency", "advice", "active")
MOST_PHRASES, LONGEST_PHRASE = 500, 120


class RuleRefusedError(ValueError):
    """A rule cannot be kept as it is; the message says what and why."""


@dataclass(frozen=True, kw_only=True)
class UrgencyRuleChanged(DomainEvent):
    """A rule of urgency was made or edited; ``before`` and ``after`` are the columns that differ."""

    name: ClassVar[str] = "urgency-rule.changed"
    sentence: ClassVar[str | Promise] = gettext_lazy("The rule “%(rule)s” was changed.")
    rule: str
    before: dict[str, Any]
    after: dict[str, Any]


def stream_of(code: str) -> UUID:
    """The timeline of a rule's changes."""
    return uuid5(_STREAMS, code)


@lru_cache(maxsize=1)
def shipped() -> list[dict[str, Any]]:
    """The rules that come with the program, as columns."""
    return list(tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["rule"])


def save_rule(rule: UrgencyRule, *, actor: User) -> UrgencyRule:
    """Keep a rule, new or edited, and what changed.

    Raises :class:`RuleRefusedError`, and ``PermissionDenied`` unless the mandate covers all regions and the
    rule's service types, before and after.
    """
    _check(rule)
    with transaction.atomic():
        old = UrgencyRule.objects.select_for_update().filter(pk=rule.pk).first()
        for one in (old, rule):
            if one is not None:
                require_over(actor, Action.SET_RULES, services=services_of(one), regions=tree.ROOT)
        before = {} if old is None else {column: getattr(old, column) for column in _COLUMNS}
        after = {
            column: getattr(rule, column) for column in _COLUMNS if before.get(column) != getattr(rule, column)
        }
        if not after:
            return rule
        rule.changed_by, rule.changed_at = actor, clock.now()
        rule.save()
        changed = UrgencyRuleChanged(
            rule=rule.code, before={column: before[column] for column in after if column in before}, after=after
        )
        publish(changed, stream=stream_of(rule.code), actor=actor)
    return rule


def services_of(rule: UrgencyRule) -> tree.Interval:
    """The service types that a rule is about."""
    if rule.service_first is None or rule.service_last is None:
        return tree.ROOT
    return tree.Interval(rule.service_first, rule.service_last)


def _check(rule: UrgencyRule) -> None:
    if not any(rule.words.values()):
        raise RuleRefusedError(_("A rule needs at least one phrase to look for."))
    if not any(rule.name.values()):
        raise RuleRefusedError(_("A rule needs a name."))
    if rule.urgency not in PriorityClass.values:
        raise RuleRefusedError(_("Please choose how urgent it is."))
    if any(month not in range(1, 13) for month in rule.months):
        raise RuleRefusedError(_("Months are numbers from 1 to 12."))
    for phrases in (rule.words, rule.unless):
        for language, lines in phrases.items():
            _check_phrases(language, lines)


def _check_phrases(language: str, lines: list[str]) -> None:
    if len(lines) > MOST_PHRASES:
        raise RuleRefusedError(_("At most %(n)d phrases in one language.") % {"n": MOST_PHRASES})
    for line in lines:
        if len(line) > LONGEST_PHRASE or "\0" in line:
            raise RuleRefusedError(
                _("“%(phrase)s” (%(language)s) is too long for a phrase.")
                % {"phrase": line[:40].replace("\0", ""), "language": language}
            )
        try:
            read(line.lower())
        except PhraseError as error:
            raise RuleRefusedError(
                _(
                    "“%(phrase)s” (%(language)s) cannot be looked for: give whole words, at most three parts with "
                    "+ between, and three letters or more before *."
                )
                % {"phrase": line, "language": language}
            ) from error
