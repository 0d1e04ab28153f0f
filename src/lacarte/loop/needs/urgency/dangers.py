"""Danger to life is looked at by a person within a minute, and how urgent a need is can be corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.models import Event, User
from lacarte.kernel.permissions import Action, AnyUser, permitted, require
from lacarte.kernel.schedule import every
from lacarte.kernel.text import storable
from lacarte.loop.needs.actions import NeedRefusedError
from lacarte.loop.needs.models import Danger, Need
from lacarte.registers.menu.models import PriorityClass

#: A danger that nobody has looked at for so long is told, and told again after each ``danger_minutes``.
LATE = timedelta(seconds=60)
LONGEST_REASON = 300
_STREAMS = UUID("3a1d3f0e-6a2b-4a49-8a3c-6f4dbb0c7d52")


@dataclass(frozen=True, kw_only=True)
class DangerSeen(DomainEvent):
    """Somebody has taken on a need that may mean danger to life."""

    name: ClassVar[str] = "danger.seen"
    sentence: ClassVar[str | Promise] = gettext_lazy("A person has looked at it, because life may be in danger.")
    need: UUID
    seconds: float  # after it was raised


@dataclass(frozen=True, kw_only=True)
class DangerUnseen(DomainEvent):
    """Nobody has looked yet. Kept on a timeline of the danger's own: it is for officials, not for the resident."""

    name: ClassVar[str] = "danger.unseen"
    sentence: ClassVar[str | Promise] = gettext_lazy("Nobody had looked at this danger after %(seconds)s seconds.")
    need: UUID
    seconds: int


@dataclass(frozen=True, kw_only=True)
class NeedUrgencySet(DomainEvent):
    """A person has said how urgent a need is; ``urgency`` is a priority class, ``None`` that of its service."""

    name: ClassVar[str] = "need.urgency-set"
    sentence: ClassVar[str | Promise] = gettext_lazy("A person has looked at how urgent this is.")
    need: UUID
    urgency: int | None
    before: int | None
    reason: str


@dataclass(frozen=True)
class Watch:
    """How many dangers nobody has looked at yet, and for how long the oldest has waited, in seconds."""

    unseen: int
    late: int
    oldest_seconds: float


def unseen() -> QuerySet[Danger]:
    """The dangers that wait for a person, oldest first.

    Whatever became of the need: whoever has its link can withdraw it, and that may be whom somebody is afraid of.
    """
    return Danger.objects.filter(seen_at=None).order_by("raised_at", "pk")


def unseen_by(user: AnyUser) -> QuerySet[Danger]:
    """Those of them that the mandate of ``user`` covers, with what the desk shows of them."""
    shown = permitted(unseen(), user, Action.READ, "need__")
    return shown.select_related("need__service_type", "need__region", "need__understanding")


def watch() -> Watch:
    """Numbers for machines that watch."""
    now = clock.now()
    raised = list(unseen().values_list("raised_at", flat=True))
    late = sum(now - at > LATE for at in raised)
    return Watch(len(raised), late, (now - raised[0]).total_seconds() if raised else 0.0)


def take(danger: Danger, *, actor: User) -> Danger:
    """“I have it”: mark that ``actor`` looks at a danger; the first one keeps it.

    Raises ``PermissionDenied`` without a mandate to read the need.
    """
    with transaction.atomic():
        danger = Danger.objects.select_for_update(of=("self",)).select_related("need").get(pk=danger.pk)
        require(actor, Action.READ, danger.need)
        if danger.seen_at is None:
            danger.seen_at, danger.seen_by = clock.now(), actor
            danger.save(update_fields=["seen_at", "seen_by"])
            waited = (danger.seen_at - danger.raised_at).total_seconds()
            publish(DangerSeen(need=danger.pk, seconds=round(waited, 1)), stream=danger.pk, actor=actor)
    return danger


def set_urgency(need: Need, urgency: PriorityClass | None, *, actor: User, reason: str) -> Need:
    """Correct how urgent a need is (``None``: as urgent as its service), with a reason.

    Danger to life is raised, or is seen to, by it. Raises ``PermissionDenied``, and ``NeedRefusedError`` without
    a reason or with one that is too long.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON or not storable(reason):
        raise NeedRefusedError(_("Please say why, in at most %(n)d characters.") % {"n": LONGEST_REASON})
    with transaction.atomic():
        need = Need.objects.select_for_update().get(pk=need.pk)
        require(actor, Action.WORK, need)
        before, need.urgency, need.changed_at = need.urgency, urgency, clock.now()
        need.save(update_fields=["urgency", "changed_at"])
        if urgency == PriorityClass.NOW:
            Danger.objects.get_or_create(need=need, defaults={"raised_at": clock.now()})
        elif danger := Danger.objects.filter(need=need, seen_at=None).first():
            take(danger, actor=actor)
        happened = NeedUrgencySet(need=need.pk, urgency=urgency, before=before, reason=reason)
        publish(happened, stream=need.pk, actor=actor)
    return need


def stream_of(danger: Danger) -> UUID:
    """The timeline of what was told of a danger that nobody looked at."""
    return uuid5(_STREAMS, str(danger.pk))


def tell_late() -> int:
    """Say of each danger that nobody has looked at for :data:`LATE` that it waits. Returns how many were told."""
    now, told = clock.now(), 0
    for danger in unseen().filter(raised_at__lte=now - LATE):
        if _told_lately(danger, now):
            continue
        seconds = int((now - danger.raised_at).total_seconds())
        with transaction.atomic():
            publish(DangerUnseen(need=danger.pk, seconds=seconds), stream=stream_of(danger))
        told += 1
    return told


@every(timedelta(seconds=10), "needs.late-dangers")
def tell_late_dangers() -> None:
    """Every ten seconds."""
    tell_late()


def _told_lately(danger: Danger, now: datetime) -> bool:
    """Whether it was told within ``danger_minutes``; what was raised anew since then was not."""
    since = max(now - timedelta(minutes=settings.CONFIGURED["danger_minutes"]), danger.raised_at)
    return Event.objects.filter(stream=stream_of(danger), name=DangerUnseen.name, at__gt=since).exists()
