"""What matching says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class MatchingRunComputed(DomainEvent):
    """A preview is there; nothing has happened yet."""

    name: ClassVar[str] = "matching.computed"
    sentence: ClassVar[str | Promise] = _("Needs were matched with offers: %(matched)s of %(needs)s.")
    run: UUID
    needs: int
    matched: int


@dataclass(frozen=True, kw_only=True)
class MatchingRunDiscarded(DomainEvent):
    """A preview does not count."""

    name: ClassVar[str] = "matching.discarded"
    sentence: ClassVar[str | Promise] = _("The matching run was discarded.")
    run: UUID


@dataclass(frozen=True, kw_only=True)
class MatchingRunPublished(DomainEvent):
    """A run counts: each of its decisions holds a unit of capacity, or was overtaken."""

    name: ClassVar[str] = "matching.published"
    sentence: ClassVar[str | Promise] = _("The matching run counts: %(held)s of %(decided)s decisions hold.")
    run: UUID
    decided: int
    held: int


@dataclass(frozen=True, kw_only=True)
class ObjectionRaised(DomainEvent):
    """Somebody says that a decision about their need is wrong."""

    name: ClassVar[str] = "objection.raised"
    sentence: ClassVar[str | Promise] = _("You objected. A case worker reads what you wrote.")
    objection: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class ObjectionAnswered(DomainEvent):
    """A case worker has answered an objection."""

    name: ClassVar[str] = "objection.answered"
    sentence: ClassVar[str | Promise] = _("A case worker has answered your objection.")
    objection: UUID
    need: UUID
    upheld: bool
