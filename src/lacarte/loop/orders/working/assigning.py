"""An official takes a case, gives it to another or gives it back. At most one works on a case at a time."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, mandates_for, over, require, those_who_may
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Assignment
from lacarte.loop.orders.working.events import CaseGiven, CaseGivenBack, CaseLeft, CaseTaken

Ended = Assignment.Ended
_BATCH = 200


class AssignmentRefusedError(ValueError):
    """The case cannot change hands now; the message says why, and who has it."""


@transaction.atomic
def take(need: Need, *, actor: User) -> Assignment:
    """“I work on this.” Taken twice it is once.

    Raises :class:`AssignmentRefusedError` where somebody else was quicker or the case has ended, and
    ``PermissionDenied``.
    """
    need, has = _locked(need, actor)
    if has is not None and has.official_id == actor.pk:
        return has
    _require_as_seen(has, None)
    return _begin(need, actor, actor=actor)


@transaction.atomic
def give(need: Need, to: User, *, actor: User, seen: UUID | None) -> Assignment:
    """Give a case to ``to``, from nobody or from whoever has it; ``seen`` is the key of whom ``actor`` saw there.

    Raises :class:`AssignmentRefusedError` where it changed hands meanwhile, has ended, or ``to`` has no mandate
    for it, and ``PermissionDenied``.
    """
    need, has = _locked(need, actor)
    if has is not None and has.official_id == to.pk:
        return has
    _require_as_seen(has, seen)
    if not those_who_may(Action.WORK, need).filter(pk=to.pk).exists():
        raise AssignmentRefusedError(_("%(name)s has no mandate to work on this.") % {"name": to})
    if has is not None:
        _end(has, Ended.GIVEN)
    return _begin(need, to, actor=actor)


@transaction.atomic
def give_back(need: Need, *, actor: User, seen: UUID | None = None) -> None:
    """Nobody works on it from now on; ``seen`` is the key of whoever has it, where that is not ``actor``.

    Raises :class:`AssignmentRefusedError` where somebody else has it, and ``PermissionDenied``.
    """
    need, has = _locked(need, actor, also_ended=True)
    if has is None:
        return
    _require_as_seen(has, seen or actor.pk)
    _end(has, Ended.GIVEN_BACK)
    _tell(CaseGivenBack(need=need.pk, official=has.official_id), need, actor)


def leave_withdrawn() -> int:
    """End the work of accounts that were withdrawn, or that have no mandate for the case now. Returns how many."""
    may_go_on = mandates_for(Action.WORK).filter(
        over(OuterRef("need__service_type_id"), OuterRef("need__region_id")), holder=OuterRef("official")
    )
    left = Assignment.objects.filter(~Exists(may_go_on), until=None, need__closed_at=None)
    keys = list(left.order_by("pk").values_list("pk", flat=True))
    return sum(_leave(keys[at : at + _BATCH]) for at in range(0, len(keys), _BATCH))


@transaction.atomic
def _leave(keys: list[UUID]) -> int:
    rows = list(Assignment.objects.select_for_update(of=("self",)).filter(pk__in=keys, until=None))
    for row in rows:
        _end(row, Ended.LEFT)
        publish(CaseLeft(need=row.need_id, official=row.official_id), stream=row.need_id)
    return len(rows)


def _locked(need: Need, actor: User, *, also_ended: bool = False) -> tuple[Need, Assignment | None]:
    """The need, whose hands nobody else changes until the transaction ends, and who has it."""
    Need.objects.select_for_update().get(pk=need.pk)  # alone: PostgreSQL would lose it if a join changed
    found = Need.objects.select_related("service_type", "region", "lead").get(pk=need.pk)
    require(actor, Action.WORK, found)
    if not also_ended and found.closed_at is not None:
        raise AssignmentRefusedError(_("This has ended: nobody works on it any more."))
    if not also_ended and found.lead is not None:
        raise AssignmentRefusedError(
            _("This is dealt with together with %(reference)s. Please take that one.")
            % {"reference": found.lead.reference}
        )
    now = Assignment.objects.select_for_update(of=("self",)).select_related("official")
    has = now.filter(need=found, until=None).first()
    if has is not None and not those_who_may(Action.WORK, found).filter(pk=has.official_id).exists():
        _end(has, Ended.LEFT)
        _tell(CaseLeft(need=found.pk, official=has.official_id), found, None)
        has = None
    return found, has


def _require_as_seen(has: Assignment | None, seen: UUID | None) -> None:
    if (has.official_id if has else None) == seen:
        return
    if has is None:
        raise AssignmentRefusedError(_("Nobody works on this any more. Please look again."))
    since = timezone.localtime(has.since)
    at = formats.time_format(since, "TIME_FORMAT")
    if since.date() != timezone.localdate():
        at = formats.date_format(since, "SHORT_DATETIME_FORMAT")
    raise AssignmentRefusedError(_("%(name)s works on this, since %(at)s.") % {"name": has.official, "at": at})


def _begin(need: Need, official: User, *, actor: User) -> Assignment:
    given_by = None if official.pk == actor.pk else actor
    row = Assignment.objects.create(need=need, official=official, given_by=given_by, since=clock.now())
    kind = CaseGiven if given_by else CaseTaken
    _tell(kind(need=need.pk, official=official.pk), need, actor)
    return row


def _end(row: Assignment, how: Ended) -> None:
    row.until, row.ended = clock.now(), how
    row.save(update_fields=["until", "ended"])


def _tell(event: DomainEvent, need: Need, actor: User | None) -> None:
    publish(event, stream=need.pk, actor=actor)
