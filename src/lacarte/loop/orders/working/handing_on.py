"""The end of a shift: one page for whoever goes on; until they accept a case it stays with whoever wrote it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel import clock
from lacarte.kernel.events import describe, publish
from lacarte.kernel.models import Event, User
from lacarte.kernel.permissions import Action, permitted
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.reasons import checked
from lacarte.loop.orders.models import ShiftCase, ShiftHandover
from lacarte.loop.orders.working.assigning import AssignmentRefusedError, give
from lacarte.loop.orders.working.events import ShiftAnswered, ShiftHandedOver, ShiftWithdrawn
from lacarte.loop.orders.working.seeing import works_on
from lacarte.loop.orders.working.workload import lights_of

LONGEST_NOTE = 1000
_SHIFT = timedelta(hours=12)
State = ShiftCase.State


def began() -> datetime:
    """From when on it is told what happened: since midnight, or twelve hours ago for who works at night."""
    now = clock.now()
    return min(timezone.make_aware(datetime.combine(timezone.localdate(now), time())), now - _SHIFT)


@transaction.atomic
def hand_on(taker: User, notes: Mapping[UUID, str], *, actor: User, words: str = "") -> ShiftHandover:
    """Write a hand-over of some of one's cases: ``notes`` are what must be known of each, by key of the need.

    Raises :class:`AssignmentRefusedError` when nothing is handed on, some of it is not ``actor``'s or ``taker``
    has no mandate for it, naming what, and ``OrderRefusedError`` for words that cannot be kept.
    """
    if taker.pk == actor.pk:
        raise AssignmentRefusedError(_("Please choose somebody else: these are your cases already."))
    if not notes:
        raise AssignmentRefusedError(_("Please choose at least one case."))
    mine = Need.objects.filter(works_on(actor), pk__in=notes, closed_at=None)
    needs = {need.pk: need for need in mine}
    if len(needs) < len(notes):
        n = len(notes) - len(needs)
        raise AssignmentRefusedError(
            ngettext(
                "%(n)d case has ended or is not yours any more. Please look again.",
                "%(n)d cases have ended or are not yours any more. Please look again.",
                n,
            )
            % {"n": n}
        )
    _require_mandate(taker, needs)
    row = ShiftHandover.objects.create(
        writer=actor, taker=taker, since=began(), written_at=clock.now(), words=checked(words)
    )
    lights = lights_of(list(needs.values()))
    ShiftCase.objects.bulk_create(
        ShiftCase(handover=row, need=needs[key], light=lights.get(key, ""), words=checked(said, most=LONGEST_NOTE))
        for key, said in notes.items()
    )
    publish(ShiftHandedOver(handover=row.pk, cases=len(needs)), stream=row.pk, actor=actor)
    return row


def _require_mandate(taker: User, needs: Mapping[UUID, Need]) -> None:
    can = set(permitted(Need.objects.filter(pk__in=needs), taker, Action.WORK).values_list("pk", flat=True))
    cannot = [need.reference for key, need in needs.items() if key not in can]
    if cannot:
        said = {"name": taker, "references": ", ".join(cannot[:10])}
        raise AssignmentRefusedError(_("%(name)s has no mandate to work on: %(references)s.") % said)


def answer(handover: ShiftHandover, accepted: Collection[UUID], *, actor: User, decline: bool = False) -> None:
    """Accept cases of a hand-over, by key of the need; with ``decline`` say no to all others that are open.

    Each is a transaction of its own: what went to somebody else meanwhile does not stop the others, and is kept as
    gone. Sent twice it is done once. Raises ``PermissionDenied`` for anybody but the taker, and
    :class:`AssignmentRefusedError` when it was taken back.
    """
    if handover.taker_id != actor.pk:
        raise PermissionDenied(_("Only %(name)s can accept this.") % {"name": handover.taker})
    if ShiftHandover.objects.get(pk=handover.pk).withdrawn_at is not None:
        raise AssignmentRefusedError(_("This hand-over was taken back."))
    rows = list(handover.cases.filter(state=State.OPEN).select_related("need"))
    states = [_accept(row, actor) for row in rows if row.need_id in accepted]
    with transaction.atomic():
        declined = 0
        if decline:
            others = ShiftCase.objects.filter(handover=handover, state=State.OPEN).exclude(need__in=accepted)
            declined = others.update(state=State.DECLINED, answered_at=clock.now())
        n = states.count(State.ACCEPTED)
        if n or declined:
            said = ShiftAnswered(handover=handover.pk, accepted=n, declined=declined)
            publish(said, stream=handover.pk, actor=actor)


@transaction.atomic
def _accept(row: ShiftCase, actor: User) -> State | None:
    locked = ShiftCase.objects.select_for_update().get(pk=row.pk)
    if locked.state != State.OPEN:
        return None
    handover = ShiftHandover.objects.get(pk=row.handover_id)
    state = State.ACCEPTED
    try:
        with transaction.atomic():
            give(row.need, actor, actor=actor, seen=handover.writer_id)
    except AssignmentRefusedError:
        state = State.GONE
    except PermissionDenied:  # their mandate ended: it stays where it is
        return None
    locked.state, locked.answered_at = state, clock.now()
    locked.save(update_fields=["state", "answered_at"])
    return state


@transaction.atomic
def withdraw(handover: ShiftHandover, *, actor: User) -> None:
    """Take a hand-over back; what was accepted stays where it is. Raises ``PermissionDenied``."""
    if handover.writer_id != actor.pk:
        raise PermissionDenied(_("Only %(name)s can take this back.") % {"name": handover.writer})
    row = ShiftHandover.objects.select_for_update().get(pk=handover.pk)
    if row.withdrawn_at is None:
        row.withdrawn_at = clock.now()
        row.save(update_fields=["withdrawn_at"])
        publish(ShiftWithdrawn(handover=row.pk), stream=row.pk, actor=actor)


def read_by(handover: ShiftHandover, reader: User) -> None:
    """Note when the taker first opened it."""
    if handover.taker_id == reader.pk and handover.read_at is None:
        handover.read_at = clock.now()
        ShiftHandover.objects.filter(pk=handover.pk, read_at=None).update(read_at=handover.read_at)


def handovers_of(user: User) -> QuerySet[ShiftHandover]:
    """Those that ``user`` wrote or was given, newest first, each with how many ``open`` cases of ``all_cases``."""
    rows = ShiftHandover.objects.filter(Q(writer=user) | Q(taker=user)).select_related("writer", "taker")
    return rows.annotate(all_cases=Count("cases"), open_cases=Count("cases", filter=Q(cases__state=State.OPEN)))


def waits_for(user: User) -> QuerySet[ShiftHandover]:
    """Those that ``user`` has not answered yet."""
    is_open = Exists(ShiftCase.objects.filter(handover=OuterRef("pk"), state=State.OPEN))
    return handovers_of(user).filter(is_open, taker=user, withdrawn_at=None)


def happened(needs: Collection[UUID], since: datetime, until: datetime) -> dict[UUID, list[str]]:
    """What happened to each of the needs in that time, in sentences, the same in a row once."""
    rows = Event.objects.filter(stream__in=needs, at__gte=since, at__lte=until).select_related("actor")
    said: dict[UUID, list[str]] = {}
    for row in rows.order_by("at", "id"):
        words = describe(row)
        lines = said.setdefault(row.stream, [])
        if not lines or lines[-1] != words:
            lines.append(words)
    return said
