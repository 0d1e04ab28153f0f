"""An act on many is written down and done as background work, a transaction for each; and taken back likewise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import DomainEvent, publish
from lacarte.kernel.jobs import job
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.loop.orders.bulk.acts import ACTS, REFUSALS, Said
from lacarte.loop.orders.bulk.events import DoneAtOnce, TakenBackAtOnce
from lacarte.loop.orders.bulk.rows import Row
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.undoing import grace
from lacarte.loop.orders.models import BulkAct, BulkStep

logger = logging.getLogger(__name__)
#: So many at once.
MOST = 200
_DO, _UNDO = "orders.bulk", "orders.bulk-undo"
State = BulkStep.State
Seen = tuple[Row, dict[str, Any]]


@transaction.atomic
def begin(key: UUID, kind: str, said: Said, chosen: Sequence[Seen], *, actor: User) -> BulkAct:
    """Write an act on many down, each with how it was when ``actor`` decided, and have it done.

    The same ``key`` twice is one act. Raises :class:`OrderRefusedError` for nothing, too many or an act that is
    none, ``PermissionDenied`` for who works on nothing or for somebody else's key.
    """
    require_anywhere(actor, Action.WORK)
    if kind not in ACTS:
        raise OrderRefusedError(_("Please choose what to do."))
    if not 1 <= len(chosen) <= MOST:
        raise OrderRefusedError(_("From 1 to %(n)d can be done at once.") % {"n": MOST})
    language = translation.get_language() or "en"
    own = {"kind": kind, "said": said, "actor": actor, "language": language}
    act, is_new = BulkAct.objects.get_or_create(pk=key, defaults=own)
    if act.actor_id != actor.pk:
        raise PermissionDenied
    if is_new:
        BulkStep.objects.bulk_create(
            BulkStep(act=act, place=place, need=row.need, order=row.order, seen=seen)
            for place, (row, seen) in enumerate(chosen)
        )
        jobs.enqueue(_DO, {"act": str(act.pk)}, key=f"{_DO} {act.pk}")
    return act


def undo_until(act: BulkAct) -> datetime | None:
    """Until when an act can be taken back as a whole; ``None``: it cannot (any more)."""
    until = act.at + grace()
    possible = ACTS[act.kind].undo is not None and act.undo_at is None and act.done_at is not None
    return until if possible and clock.now() < until else None


@transaction.atomic
def take_all_back(act: BulkAct, *, actor: User) -> BulkAct:
    """Take back all of an act that can be. Sent twice it is done once.

    Raises ``PermissionDenied`` for anybody but who did it, :class:`OrderRefusedError` when it is too late.
    """
    act = BulkAct.objects.select_for_update().get(pk=act.pk)
    if act.actor_id != actor.pk:
        raise PermissionDenied(_("Only whoever made this change can take it back."))
    if act.undo_at is not None:
        return act
    if undo_until(act) is None:
        raise OrderRefusedError(_("This cannot be taken back any more."))
    act.undo_at = clock.now()
    act.save(update_fields=["undo_at"])
    jobs.enqueue(_UNDO, {"act": str(act.pk)}, key=f"{_UNDO} {act.pk}")
    return act


def numbers(act: BulkAct) -> dict[str, int]:
    """How many steps are in each state, by its code."""
    rows = act.steps.order_by().values_list("state").annotate(n=Count("pk"))
    return {**dict.fromkeys(State.values, 0), **dict(rows)}


@job(_DO, own_transactions=True)
def do_all(payload: dict[str, str]) -> None:
    """Do what was not done yet; harmless to run twice."""
    act = BulkAct.objects.select_related("actor").get(pk=payload["act"])
    _each(act, State.WAITING, _do)
    _end(
        act,
        "done_at",
        lambda n: DoneAtOnce(act=act.pk, kind=act.kind, done=n[State.DONE], refused=n[State.REFUSED]),
    )


@job(_UNDO, own_transactions=True)
def undo_all(payload: dict[str, str]) -> None:
    """Take back what was not taken back yet; harmless to run twice."""
    act = BulkAct.objects.select_related("actor").get(pk=payload["act"])
    _each(act, State.DONE, _undo)
    _end(
        act,
        "undone_at",
        lambda n: TakenBackAtOnce(act=act.pk, kind=act.kind, undone=n[State.UNDONE], kept=n[State.KEPT]),
    )


@transaction.atomic
def _end(act: BulkAct, column: str, said: Callable[[dict[str, int]], DomainEvent]) -> None:
    """Write down, once, when all steps were through, and say how many there are in each state."""
    act = BulkAct.objects.select_for_update(of=("self",)).select_related("actor").get(pk=act.pk)
    if getattr(act, column) is None:
        setattr(act, column, clock.now())
        act.save(update_fields=[column])
        publish(said(numbers(act)), stream=act.pk, actor=act.actor)


Work = Callable[[BulkAct, BulkStep, User], tuple[State, dict[str, Any]]]


def _each(act: BulkAct, state: State, work: Work) -> None:
    """One after the other, each in its own transaction; what fails keeps back no other."""
    for key in list(act.steps.filter(state=state).order_by("place").values_list("pk", flat=True)):
        with transaction.atomic(), translation.override(act.language):
            BulkStep.objects.select_for_update().get(pk=key)  # alone: PostgreSQL would lose it if a join changed
            step = BulkStep.objects.select_related("need", "order").get(pk=key)
            if step.state != state:
                continue  # another worker was quicker
            _keep(act, step, work, failed=State.REFUSED if state == State.WAITING else State.KEPT)


def _keep(act: BulkAct, step: BulkStep, work: Work, *, failed: State) -> None:
    try:
        if act.actor is None:
            raise PermissionDenied(_("The account is not there any more."))
        with transaction.atomic():
            step.state, step.made = work(act, step, act.actor)
    except REFUSALS as error:
        step.state, step.why = failed, str(error)
    except Exception:
        logger.exception("%s of need %s failed", act.kind, step.need_id)
        step.state, step.why = failed, _("Something went wrong. Please try it with this one alone.")
    step.save(update_fields=["state", "made", "why"])


def _do(act: BulkAct, step: BulkStep, actor: User) -> tuple[State, dict[str, Any]]:
    return State.DONE, ACTS[act.kind].do(step, act.said, actor)


def _undo(act: BulkAct, step: BulkStep, actor: User) -> tuple[State, dict[str, Any]]:
    undo = ACTS[act.kind].undo
    if undo is None:
        raise OrderRefusedError(_("This cannot be taken back."))
    undo(step, act.said, actor)
    return State.UNDONE, step.made
