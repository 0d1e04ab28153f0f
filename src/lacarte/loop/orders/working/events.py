"""Who works on a case: for officials alone, residents do not read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.events import DomainEvent
from lacarte.kernel.models import User


@dataclass(frozen=True, kw_only=True)
class _OfOfficial(DomainEvent):
    """Something that names an official."""

    name: ClassVar[str] = "case.of-official"
    inside: ClassVar[bool] = True
    need: UUID
    official: UUID

    def words(self) -> dict[str, Any]:
        """The official's name."""
        return {**super().words(), "official": User.objects.filter(pk=self.official).first() or "–"}


@dataclass(frozen=True, kw_only=True)
class CaseTaken(_OfOfficial):
    """An official works on a case."""

    name: ClassVar[str] = "case.taken"
    sentence: ClassVar[str | Promise] = _("%(official)s works on it.")


@dataclass(frozen=True, kw_only=True)
class CaseGiven(_OfOfficial):
    """Somebody gave a case to an official."""

    name: ClassVar[str] = "case.given"
    sentence: ClassVar[str | Promise] = _("It was given to %(official)s, who works on it.")


@dataclass(frozen=True, kw_only=True)
class CaseGivenBack(_OfOfficial):
    """Nobody works on a case any more: whoever did gave it back, or it was taken from them."""

    name: ClassVar[str] = "case.given-back"
    sentence: ClassVar[str | Promise] = _("%(official)s does not work on it any more.")


@dataclass(frozen=True, kw_only=True)
class CaseLeft(_OfOfficial):
    """Nobody works on a case any more, as the account of whoever did may not."""

    name: ClassVar[str] = "case.left"
    sentence: ClassVar[str | Promise] = _(
        "Nobody works on it any more: the account of %(official)s may not work on it now."
    )


@dataclass(frozen=True, kw_only=True)
class ShiftHandedOver(DomainEvent):
    """Somebody wrote a hand-over at the end of a shift; the stream is the hand-over's."""

    name: ClassVar[str] = "shift.handed-over"
    sentence: ClassVar[str | Promise] = _("A hand-over was written: %(cases)s cases.")
    inside: ClassVar[bool] = True
    handover: UUID
    cases: int


@dataclass(frozen=True, kw_only=True)
class ShiftAnswered(DomainEvent):
    """Whoever a hand-over is for accepted cases of it, or not."""

    name: ClassVar[str] = "shift.answered"
    sentence: ClassVar[str | Promise] = _("%(accepted)s cases were accepted, %(declined)s were not.")
    inside: ClassVar[bool] = True
    handover: UUID
    accepted: int
    declined: int


@dataclass(frozen=True, kw_only=True)
class ShiftWithdrawn(DomainEvent):
    """Whoever wrote a hand-over took it back."""

    name: ClassVar[str] = "shift.withdrawn"
    sentence: ClassVar[str | Promise] = _("The hand-over was taken back.")
    inside: ClassVar[bool] = True
    handover: UUID
