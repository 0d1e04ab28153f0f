"""What happens to a need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class NeedReceived(DomainEvent):
    """A need has reached the city."""

    name: ClassVar[str] = "need.received"
    sentence: ClassVar[str | Promise] = _("We have received your need.")
    need: UUID
    channel: str


@dataclass(frozen=True, kw_only=True)
class NeedClassified(DomainEvent):
    """A need's service type was set or corrected by a person."""

    name: ClassVar[str] = "need.classified"
    sentence: ClassVar[str | Promise] = _("We have looked at what kind of service this calls for.")
    need: UUID
    service_type: int


@dataclass(frozen=True, kw_only=True)
class NeedWithdrawn(DomainEvent):
    """The need is no longer there."""

    name: ClassVar[str] = "need.withdrawn"
    sentence: ClassVar[str | Promise] = _("The need was withdrawn.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class NeedImported(DomainEvent):
    """A need was taken over from another system, with its past."""

    name: ClassVar[str] = "need.imported"
    sentence: ClassVar[str | Promise] = _("Taken over from another system: %(source)s.")
    need: UUID
    source: str


@dataclass(frozen=True, kw_only=True)
class PhotoReleased(DomainEvent):
    """A person looked at a photo: nothing in it is anybody's secret."""

    name: ClassVar[str] = "need.photo-released"
    sentence: ClassVar[str | Promise] = _("A photo was looked at and may be shown to everybody.")
    need: UUID
    attachment: UUID


@dataclass(frozen=True, kw_only=True)
class PhotoTakenBack(DomainEvent):
    """A photo that was released is not shown to the public any more."""

    name: ClassVar[str] = "need.photo-taken-back"
    sentence: ClassVar[str | Promise] = _("A photo is not shown to everybody any more.")
    need: UUID
    attachment: UUID


@dataclass(frozen=True, kw_only=True)
class HarmFound(DomainEvent):
    """The scanner found something harmful in what was sent along; nobody can open it."""

    name: ClassVar[str] = "need.harm-found"
    sentence: ClassVar[str | Promise] = _("A file that came with it holds something harmful and is locked away.")
    need: UUID
    attachment: UUID


@dataclass(frozen=True, kw_only=True)
class DocumentsRemoved(DomainEvent):
    """Photos and documents were deleted, because the time for which they are kept was over."""

    name: ClassVar[str] = "need.documents-removed"
    sentence: ClassVar[str | Promise] = _("Photos and documents were deleted: their time was over.")
    need: UUID
    count: int


@dataclass(frozen=True, kw_only=True)
class DocumentsHeld(DomainEvent):
    """The documents of a need are kept beyond their time, for a reason in law."""

    name: ClassVar[str] = "need.documents-held"
    sentence: ClassVar[str | Promise] = _("Photos and documents are kept beyond their time, for a reason in law.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class DocumentsLetGo(DomainEvent):
    """They are deleted again when their time is over."""

    name: ClassVar[str] = "need.documents-let-go"
    sentence: ClassVar[str | Promise] = _("Photos and documents are deleted again when their time is over.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class NeedHeld(DomainEvent):
    """A person reads a need before anything else happens; ``reason`` is a code of ``needs.abuse``."""

    name: ClassVar[str] = "need.held"
    sentence: ClassVar[str | Promise] = _("A person reads it before anything else happens.")
    need: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class NeedReleased(DomainEvent):
    """A need that was held is one like any other."""

    name: ClassVar[str] = "need.released"
    sentence: ClassVar[str | Promise] = _("A person has read it and passed it on.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class NeedTurnedAway(DomainEvent):
    """A person read a held need and found nothing in it to be done."""

    name: ClassVar[str] = "need.turned-away"
    sentence: ClassVar[str | Promise] = _("A person has read it and found nothing in it that we could do.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class ResidentWrote(DomainEvent):
    """The resident said something about their need."""

    name: ClassVar[str] = "need.resident-wrote"
    sentence: ClassVar[str | Promise] = _("A message came in.")
    need: UUID
    message: UUID


@dataclass(frozen=True, kw_only=True)
class ResidentTold(DomainEvent):
    """The resident was told something about their need."""

    name: ClassVar[str] = "need.resident-told"
    sentence: ClassVar[str | Promise] = _("A message was sent.")
    need: UUID
    message: UUID


@dataclass(frozen=True, kw_only=True)
class MessageLost(DomainEvent):
    """What the resident was told cannot be delivered, or came back."""

    name: ClassVar[str] = "need.message-lost"
    sentence: ClassVar[str | Promise] = _("A message could not be delivered. The page of the need has it.")
    need: UUID
    message: UUID


@dataclass(frozen=True, kw_only=True)
class NeedJoined(DomainEvent):
    """A need tells of the same thing as another, its lead: the two are dealt with as one."""

    name: ClassVar[str] = "need.joined"
    sentence: ClassVar[str | Promise] = _(
        "Somebody has told us of the same thing. Both are dealt with as one, under %(reference)s."
    )
    need: UUID
    lead: UUID
    reference: str  # the lead's
    automatic: bool = False


@dataclass(frozen=True, kw_only=True)
class NeedCounted(DomainEvent):
    """Another need was joined to this one."""

    name: ClassVar[str] = "need.counted"
    sentence: ClassVar[str | Promise] = _("Somebody else has told us of the same thing. It counts here too.")
    need: UUID
    joined: UUID


@dataclass(frozen=True, kw_only=True)
class NeedLed(DomainEvent):
    """The lead of a joined need was joined to another itself, or taken out, or gave way to another."""

    name: ClassVar[str] = "need.led"
    sentence: ClassVar[str | Promise] = _("It is now dealt with under %(reference)s.")
    need: UUID
    lead: UUID
    reference: str


@dataclass(frozen=True, kw_only=True)
class NeedParted(DomainEvent):
    """A need tells of another thing than its lead after all."""

    name: ClassVar[str] = "need.parted"
    sentence: ClassVar[str | Promise] = _("This is another thing than %(reference)s. It is dealt with on its own.")
    need: UUID
    lead: UUID
    reference: str


@dataclass(frozen=True, kw_only=True)
class NeedDiscounted(DomainEvent):
    """A need that was joined to this one tells of another thing after all."""

    name: ClassVar[str] = "need.discounted"
    sentence: ClassVar[str | Promise] = _("A report that counted here was of another thing.")
    need: UUID
    parted: UUID


@dataclass(frozen=True, kw_only=True)
class NeedTakesLead(DomainEvent):
    """The lead was withdrawn; the thing is still there, so this need goes on for all of them."""

    name: ClassVar[str] = "need.takes-lead"
    sentence: ClassVar[str | Promise] = _("The report that this counted with was withdrawn. Yours goes on.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class NeedMetTogether(DomainEvent):
    """What the need is joined to was met, and so is it."""

    name: ClassVar[str] = "need.met-together"
    sentence: ClassVar[str | Promise] = _("The provider says it is done, under %(reference)s.")
    need: UUID
    lead: UUID
    reference: str


@dataclass(frozen=True, kw_only=True)
class NeedOpenTogether(DomainEvent):
    """What the need is joined to was not met after all."""

    name: ClassVar[str] = "need.open-together"
    sentence: ClassVar[str | Promise] = _("It was not solved after all. We go on under %(reference)s.")
    need: UUID
    lead: UUID
    reference: str


@dataclass(frozen=True, kw_only=True)
class NeedsDiffer(DomainEvent):
    """Somebody said that two needs tell of different things."""

    name: ClassVar[str] = "need.different"
    sentence: ClassVar[str | Promise] = _("Somebody looked: this is another thing than %(reference)s.")
    need: UUID
    other: UUID
    reference: str


@dataclass(frozen=True, kw_only=True)
class NeedFollowed(DomainEvent):
    """Somebody wants to hear how the need goes, without having told it."""

    name: ClassVar[str] = "need.followed"
    sentence: ClassVar[str | Promise] = _("Somebody else follows how this goes.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class NeedUnfollowed(DomainEvent):
    """Somebody does not follow the need any more."""

    name: ClassVar[str] = "need.unfollowed"
    sentence: ClassVar[str | Promise] = _("Somebody does not follow this any more.")
    need: UUID


@dataclass(frozen=True, kw_only=True)
class NeedWorsened(DomainEvent):
    """What the resident added speaks of danger to life."""

    name: ClassVar[str] = "need.worsened"
    sentence: ClassVar[str | Promise] = _("What was added makes this a matter of life or safety.")
    need: UUID
