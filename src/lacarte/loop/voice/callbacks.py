"""The call-back list: people who have a phone and no other way are rung up in working time, at most thrice."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted, require
from lacarte.loop.needs.models import Need
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.events import ResidentCalled
from lacarte.loop.voice.models import CallAttempt, FollowUp
from lacarte.registers.places.queries import calendar_of

MOST_ATTEMPTS = 3
#: Who has taken a call has it for so long.
TAKEN_FOR = timedelta(minutes=15)
#: Not further away may somebody ask to be called.
FURTHEST = timedelta(days=14)
Outcome = CallAttempt.Outcome


def first_try(need: Need) -> datetime:
    """When to ring first: now, or when work begins again."""
    return _next_try(need, 0)


def _next_try(need: Need, attempts: int) -> datetime:
    """Now or in the morning at first, then the next day after noon, then the day after in the morning."""
    calendar, now = calendar_of(need.region), clock.now()
    closes = calendar.deadline(now, 1 if attempts else 0).astimezone(calendar.zone)
    opens = datetime.combine(closes.date(), calendar.hours_on(closes.date()).opens, calendar.zone)
    return max(now, opens + (closes - opens) / 2 if attempts % 2 else opens)


def calls(user: User) -> QuerySet[FollowUp]:
    """All who are to be called of those whose needs ``user`` may register, who waits longest first."""
    waiting = FollowUp.objects.filter(state=FollowUp.State.TO_CALL)
    waiting = permitted(waiting, user, Action.REGISTER, "order__need__")
    related = ("order__need__service_type", "order__need__region", "order__need__person", "taken_by")
    return waiting.select_related(*related).annotate(tried=Count("attempts")).order_by("next_try", "pk")


def due(user: User) -> QuerySet[FollowUp]:
    """Those to be called now that nobody else is calling."""
    now = clock.now()
    free = Q(taken_by=None) | Q(taken_by=user) | Q(taken_at__lt=now - TAKEN_FOR)
    return calls(user).filter(free, next_try__lte=now)


def take(follow_up: FollowUp, *, actor: User) -> FollowUp:
    """Take a call, so that nobody else rings, too. Raises :class:`RefusedError` and ``PermissionDenied``."""
    with transaction.atomic():
        locked = _lock(follow_up, actor)
        if locked.taken_by is not None and locked.taken_by != actor and not _is_over(locked):
            raise RefusedError(_("%(name)s is calling them just now.") % {"name": locked.taken_by})
        locked.taken_by, locked.taken_at = actor, clock.now()
        locked.save(update_fields=["taken_by", "taken_at"])
    return locked


def _is_over(follow_up: FollowUp) -> bool:
    return follow_up.taken_at is None or follow_up.taken_at < clock.now() - TAKEN_FOR


def _lock(follow_up: FollowUp, actor: User) -> FollowUp:
    """The follow-up, which nobody else changes until the transaction ends; the need is locked before it."""
    need = Need.objects.select_for_update(of=("self",)).get(orders__pk=follow_up.pk)
    require(actor, Action.REGISTER, need)
    locked = (
        FollowUp.objects.select_for_update(of=("self",)).select_related("order", "taken_by").get(pk=follow_up.pk)
    )
    if locked.state != FollowUp.State.TO_CALL:
        raise RefusedError(_("Nobody has to be called about this any more."))
    return locked


@transaction.atomic
def note_attempt(follow_up: FollowUp, outcome: str, *, actor: User, call_at: datetime | None = None) -> FollowUp:
    """Write down that somebody rang, and when to ring again: ``call_at`` if they asked for a time.

    After :data:`MOST_ATTEMPTS` without an answer nobody rings again. Raises :class:`RefusedError` and
    ``PermissionDenied``. What was answered is taken by ``actions.rate`` in the same transaction.
    """
    locked = _lock(follow_up, actor)
    if locked.taken_by is not None and locked.taken_by != actor and not _is_over(locked):
        raise RefusedError(_("%(name)s is calling them just now.") % {"name": locked.taken_by})
    if outcome == Outcome.LATER:
        _check_time(call_at)
    CallAttempt.objects.create(follow_up=locked, outcome=outcome, by=actor)
    need = Need.objects.select_related("region").get(orders__pk=locked.pk)
    locked.taken_by = locked.taken_at = locked.next_try = None
    attempts = locked.attempts.count()
    if outcome == Outcome.DECLINED:
        locked.state = FollowUp.State.DECLINED
    elif outcome == Outcome.WRONG_NUMBER or (outcome == Outcome.NO_ANSWER and attempts >= MOST_ATTEMPTS):
        locked.state = FollowUp.State.UNREACHED
    elif outcome != Outcome.ANSWERED:
        locked.next_try = call_at if outcome == Outcome.LATER else _next_try(need, attempts)
    locked.save()
    called = ResidentCalled(order=locked.pk, need=need.pk, outcome=outcome)
    publish(called, stream=need.pk, actor=actor)
    return locked


def _check_time(call_at: datetime | None) -> None:
    now = clock.now()
    if call_at is None or not now < call_at <= now + FURTHEST:
        raise RefusedError(_("Please give a time within the next %(n)d days.") % {"n": FURTHEST.days})
