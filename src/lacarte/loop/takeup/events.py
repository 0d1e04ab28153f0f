"""What happens between an entitlement and its service. Streams of findings name nobody once they are deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ReachSet(DomainEvent):
    """It was said whether a service reaches out; ``since`` is an ISO date."""

    name: ClassVar[str] = "take-up.reach-set"
    sentence: ClassVar[str | Promise] = _("It was set whether people are looked for who are entitled.")
    service: int
    how: str
    purpose: str
    by_law: bool
    since: str


@dataclass(frozen=True, kw_only=True)
class TakeUpRunEnded(DomainEvent):
    """Everybody who may be looked at was looked at."""

    name: ClassVar[str] = "take-up.run-ended"
    sentence: ClassVar[str | Promise] = _("A program has looked who is entitled and does not receive.")
    run: UUID


@dataclass(frozen=True, kw_only=True)
class TakeUpRunUndone(DomainEvent):
    """What a run has found and done is taken back."""

    name: ClassVar[str] = "take-up.run-undone"
    sentence: ClassVar[str | Promise] = _("What was found and granted by a run was taken back.")
    run: UUID


@dataclass(frozen=True, kw_only=True)
class EntitledFound(DomainEvent):
    """Somebody is entitled to a service and does not have it; the stream is the finding's."""

    name: ClassVar[str] = "take-up.found"
    sentence: ClassVar[str | Promise] = _("Somebody was found who is entitled.")
    inside: ClassVar[bool] = True
    finding: UUID
    service: int
    how: str


@dataclass(frozen=True, kw_only=True)
class ServiceGranted(DomainEvent):
    """The city has ordered a service for somebody who is entitled to it; the stream is the need's."""

    name: ClassVar[str] = "take-up.granted"
    sentence: ClassVar[str | Promise] = _("The city has granted this without an application.")
    finding: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class FindingRemoved(DomainEvent):
    """A finding is gone. ``why``: not-so, undone, consent, changed, ended; the stream is the finding's."""

    name: ClassVar[str] = "take-up.removed"
    sentence: ClassVar[str | Promise] = _("What was found about somebody was deleted.")
    inside: ClassVar[bool] = True
    finding: UUID
    service: int
    why: str
