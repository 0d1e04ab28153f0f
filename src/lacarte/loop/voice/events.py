"""What residents say afterwards, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent
from lacarte.loop.voice.models import CallAttempt, Exclusion


@dataclass(frozen=True, kw_only=True)
class OrderRated(DomainEvent):
    """The resident has given their word."""

    name: ClassVar[str] = "order.rated"
    sentence: ClassVar[str | Promise] = _("You told us how it went.")
    order: UUID
    need: UUID
    solved: bool
    satisfaction: int


@dataclass(frozen=True, kw_only=True)
class ResidentCalled(DomainEvent):
    """Somebody rang to ask how it went."""

    name: ClassVar[str] = "follow-up.called"
    sentence: ClassVar[str | Promise] = _("We called to ask how it went: %(outcome)s.")
    order: UUID
    need: UUID
    outcome: str

    def words(self) -> dict[str, Any]:
        """What came of it, in words."""
        return {**super().words(), "outcome": CallAttempt.Outcome(self.outcome).label}


@dataclass(frozen=True, kw_only=True)
class CommentReleased(DomainEvent):
    """A person looked at a comment: it is shown to everybody, or not."""

    name: ClassVar[str] = "comment.released"
    sentence: ClassVar[str | Promise] = _("Somebody looked at what you wrote, and whether all may read it.")
    order: UUID
    need: UUID
    shown: bool


@dataclass(frozen=True, kw_only=True)
class ReplyDue(DomainEvent):
    """A bad rating calls for an answer of the provider."""

    name: ClassVar[str] = "reply.due"
    sentence: ClassVar[str | Promise] = _("We asked the provider what they will do about it.")
    reply: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class ReplyGiven(DomainEvent):
    """The provider answered; somebody else verifies it."""

    name: ClassVar[str] = "reply.given"
    sentence: ClassVar[str | Promise] = _("The provider answered. Somebody else looks whether it is so.")
    reply: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class ReplyVerified(DomainEvent):
    """An official looked whether it is so."""

    name: ClassVar[str] = "reply.verified"
    sentence: ClassVar[str | Promise] = _("An official looked at the provider's answer.")
    reply: UUID
    need: UUID
    accepted: bool


@dataclass(frozen=True, kw_only=True)
class ReplyLate(DomainEvent):
    """The provider did not answer in time."""

    name: ClassVar[str] = "reply.late"
    sentence: ClassVar[str | Promise] = _("The provider did not answer in time. The people in charge know.")
    reply: UUID
    need: UUID


@dataclass(frozen=True, kw_only=True)
class ExclusionProposed(DomainEvent):
    """Somebody proposes to leave an order out of the rates."""

    name: ClassVar[str] = "exclusion.proposed"
    sentence: ClassVar[str | Promise] = _("Somebody proposed to leave this out of the rates: %(reason)s.")
    exclusion: UUID
    order: UUID
    need: UUID
    reason: str

    def words(self) -> dict[str, Any]:
        """The reason in words."""
        return {**super().words(), "reason": Exclusion.Reason(self.reason).label}


@dataclass(frozen=True, kw_only=True)
class ExclusionDecided(DomainEvent):
    """Somebody else decided, or took it back."""

    name: ClassVar[str] = "exclusion.decided"
    sentence: ClassVar[str | Promise] = _("Whether this counts in the rates was decided: %(state)s.")
    exclusion: UUID
    order: UUID
    need: UUID
    state: str

    def words(self) -> dict[str, Any]:
        """The decision in words."""
        return {**super().words(), "state": Exclusion.State(self.state).label}


@dataclass(frozen=True, kw_only=True)
class InquiryRaised(DomainEvent):
    """Something about a provider's figures calls for a question; the stream is the provider."""

    name: ClassVar[str] = "inquiry.raised"
    sentence: ClassVar[str | Promise] = _("A question about the figures was raised.")
    inquiry: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class InquiryAnswered(DomainEvent):
    """Somebody answered it; the stream is the provider."""

    name: ClassVar[str] = "inquiry.answered"
    sentence: ClassVar[str | Promise] = _("A question about the figures was answered.")
    inquiry: UUID
    kind: str


@dataclass(frozen=True, kw_only=True)
class AnswerObjectionNear(DomainEvent):
    """An objection to an answer whether a service is for somebody is due soon; the stream is the objection's."""

    name: ClassVar[str] = "voice.answer-objection-near"
    sentence: ClassVar[str | Promise] = _("It has to be answered soon: officials were told.")
    inside: ClassVar[bool] = True
    objection: UUID
    due: datetime


@dataclass(frozen=True, kw_only=True)
class AnswerObjectionLate(DomainEvent):
    """Nobody has answered it in its time."""

    name: ClassVar[str] = "voice.answer-objection-late"
    sentence: ClassVar[str | Promise] = _("It was not answered in time: who is in charge was told.")
    objection: UUID
    due: datetime
