"""Taking back what was found and done: one case, or all of a run."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import publish
from lacarte.kernel.ids import read_reference
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may, require
from lacarte.loop.needs.actions import withdraw
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.models import OrderState
from lacarte.loop.orders.queries import newest_order
from lacarte.loop.orders.states import Who
from lacarte.loop.takeup.events import TakeUpRunUndone
from lacarte.loop.takeup.finding import UNDONE, digest_of, remove
from lacarte.loop.takeup.models import Finding, Notice, NotSo, TakeUpRun
from lacarte.loop.takeup.telling import correct

UNDO = "take-up.undo-run"
_NOT_BEGUN = (OrderState.REQUESTED, OrderState.RECEIVED, OrderState.ACCEPTED)
_WAITS = (Need.State.OPEN, Need.State.HELD, Need.State.JOINED)
_BATCH = 200


class UndoRefusedError(ValueError):
    """There is nothing to take back; the message says why."""


class Undone(StrEnum):
    """What became of a case: nothing is left of it, or the work has begun and goes on."""

    GONE = "gone"
    BEGUN = "begun"


def by_reference(text: str) -> Finding:
    """The case whose number somebody reads out. Raises :class:`UndoRefusedError`."""
    try:
        reference = read_reference(text)
    except ValueError as error:
        raise UndoRefusedError(str(error)) from error
    found = Finding.objects.select_related("person", "service_type").filter(reference=reference).first()
    if found is None:
        raise UndoRefusedError(_("There is no such case (any more)."))
    return found


@transaction.atomic
def undo_case(finding: Finding, *, actor: User | None) -> Undone:
    """Take a finding back: what was granted is called off unless the work has begun, who was told hears of it.

    It is not found again from the same facts by the same rules. ``actor`` None: whoever keeps the installation.
    Raises ``PermissionDenied``.
    """
    invited = ("notice__person__user", "notice__mandate__holder__user")
    locked = Finding.objects.select_for_update(of=("self",)).select_related("person", "need", *invited)
    found = locked.filter(pk=finding.pk).first()
    if found is None:
        return Undone.GONE
    if actor is not None:
        require(actor, Action.REACH_OUT, found)
    if found.need is not None and not _called_off(found.need, actor):
        return Undone.BEGUN
    rules = digest_of(found.rules)
    NotSo.objects.update_or_create(
        person=found.person,
        service_type_id=found.service_type_id,
        defaults={"mark": found.mark, "rules": rules, "at": clock.now()},
    )
    if found.notice is not None and found.notice.state == Notice.State.SENT and found.taken_at is None:
        correct(found.notice, [found.service_type_id])
    remove(found, UNDONE)
    return Undone.GONE


def _called_off(need: Need, actor: User | None) -> bool:
    """Whether nothing (more) comes of a need that was granted."""
    if need.state == Need.State.WITHDRAWN:
        return True
    if need.state in _WAITS:
        withdraw(need, actor=actor)
        return True
    order = newest_order(need)
    if need.state != Need.State.ORDERED or order is None or order.state not in _NOT_BEGUN:
        return False
    reason = _("It was granted by mistake.")
    change(order, to=OrderState.CANCELLED, actor=actor, who=Who.WORKER, reason=reason)
    return True


@transaction.atomic
def undo_run(run: TakeUpRun, *, actor: User | None) -> TakeUpRun:
    """Take back all that a run has found and done; one that is under way stops. A job does it, case by case.

    Raises ``PermissionDenied`` unless the mandate covers all that the run has counted, and
    :class:`UndoRefusedError` where it was undone before.
    """
    run = TakeUpRun.objects.select_for_update().get(pk=run.pk)
    if actor is not None:
        for of_run in (run.measures.all(), run.findings.all()):
            if of_run.exclude(may(actor, Action.REACH_OUT)).exists():
                raise PermissionDenied(_("Your mandate does not cover all of this run."))
    if run.state in (TakeUpRun.State.UNDOING, TakeUpRun.State.UNDONE):
        raise UndoRefusedError(_("This run was undone before."))
    run.state, run.undone_at, run.undone_by = TakeUpRun.State.UNDOING, clock.now(), actor
    run.save(update_fields=["state", "undone_at", "undone_by"])
    publish(TakeUpRunUndone(run=run.pk), stream=run.pk, actor=actor)
    jobs.enqueue(UNDO, {"run": str(run.pk)}, key=f"{UNDO}:{run.pk}")
    return run


def undo_all_of(key: UUID) -> None:
    """Take back each case of a run that is being undone; call it outside of a transaction, again where it died."""
    run = TakeUpRun.objects.filter(pk=key, state=TakeUpRun.State.UNDOING).select_related("undone_by").first()
    if run is None:
        return
    theirs, last = Finding.objects.filter(run=run).order_by("pk"), None
    while found := list((theirs.filter(pk__gt=last) if last else theirs)[:_BATCH]):
        for one in found:
            undo_case(one, actor=None)
        last = found[-1].pk
    TakeUpRun.objects.filter(pk=run.pk).update(state=TakeUpRun.State.UNDONE)
