"""Verbs on the parts of a bundle: try again, leave out, and what follows when a part ends without being met."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.loop.needs.actions import withdraw
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.bundles.events import BundlePartLeftOut, BundlePartTried
from lacarte.loop.orders.bundles.placing import BundleRefusedError, send_soon
from lacarte.loop.orders.bundles.reasons import BEFORE_ENDED, REASONS, SLOT_GONE
from lacarte.loop.orders.bundles.sending import fail, give_up_unit, is_due
from lacarte.loop.orders.models import BundlePart, OrderState
from lacarte.loop.orders.queries import newest_order
from lacarte.loop.orders.states import Who
from lacarte.registers.people.mandates import STOP, note_act

State = BundlePart.State
_WITHDRAWABLE = (Need.State.OPEN, Need.State.HELD)


def _locked(part: BundlePart) -> BundlePart:
    locked = BundlePart.objects.select_for_update(of=("self",))
    return locked.select_related("bundle__mandate", "service_type", "need", "hold").get(pk=part.pk)


@transaction.atomic
def try_again(part: BundlePart, *, actor: User | None, choosing: bool = False) -> None:
    """Send a part that failed once more: without the time that is gone, or without what it was to come after.

    ``choosing``: whoever has it chooses a time or an offer then, so that none is taken for them.
    Raises :class:`BundleRefusedError` for one that has not failed, or that would only fail again.
    """
    part = _locked(part)
    if part.state != State.FAILED or not REASONS[part.why].again:
        raise BundleRefusedError(_("This part does not wait to be tried again."))
    if part.why == SLOT_GONE:
        part.hold = None
    if choosing:
        give_up_unit(part)
        part.offer_at_place = None
    if part.why == BEFORE_ENDED:
        part.after.remove(*(one for one in part.after.select_related("need") if is_over(one)))
    part.state, part.why = State.WAITING, ""
    part.save(update_fields=["state", "why", "hold", "offer_at_place"])
    tried = BundlePartTried(bundle=part.bundle_id, part=part.pk, service=part.service_type.name)
    publish(tried, stream=part.bundle_id, actor=actor)
    if any(is_over(before) for before in part.after.select_related("need")):
        fail(part, BEFORE_ENDED)
    elif is_due(part):
        send_soon(part.pk)


def leave_out(part: BundlePart, *, actor: User | None) -> None:
    """Want a part no more: what waits is left out; what was sent is withdrawn, or its order cancelled.

    The caller has checked that it is theirs. Raises :class:`BundleRefusedError`, and as the verbs of needs and
    orders do.
    """
    if _left_out_unsent(part, actor):
        return
    part = BundlePart.objects.select_related("need", "bundle__mandate").get(pk=part.pk)
    if part.need is None:
        raise BundleRefusedError(_("This part was left out before."))
    order = newest_order(part.need)
    with transaction.atomic():
        if part.need.state in _WITHDRAWABLE:
            withdraw(part.need, actor=actor)
        elif order is None:
            raise BundleRefusedError(_("This part has ended already."))
        else:
            change(order, to=OrderState.CANCELLED, actor=actor, who=Who.RESIDENT)
        _note(part, actor)


@transaction.atomic
def _left_out_unsent(part: BundlePart, actor: User | None) -> bool:
    part = _locked(part)
    if part.state not in (State.WAITING, State.FAILED):
        return False
    give_up_unit(part)
    part.state, part.why = State.LEFT_OUT, ""
    part.save(update_fields=["state", "why", "hold"])
    gone = BundlePartLeftOut(bundle=part.bundle_id, part=part.pk, service=part.service_type.name)
    publish(gone, stream=part.bundle_id, actor=actor)
    _note(part, actor)
    let_down(part)
    return True


def _note(part: BundlePart, actor: User | None) -> None:
    mandate = part.bundle.mandate
    if mandate is not None and actor is not None:
        note_act(mandate, actor=actor, purpose=STOP)


def is_over(part: BundlePart) -> bool:
    """Whether nothing more comes of a part, though it was not met."""
    return part.state == State.LEFT_OUT or (part.need is not None and part.need.state == Need.State.WITHDRAWN)


def let_down(part: BundlePart) -> None:
    """What waits for a part that is over asks what to do, within the caller's transaction."""
    for waits in part.before.filter(state=State.WAITING).select_related("service_type"):
        fail(waits, BEFORE_ENDED)


def ended(need: UUID) -> None:
    """A need was withdrawn or its order cancelled: its part keeps nothing, what waits for it asks what to do."""
    part = BundlePart.objects.select_related("need", "hold").filter(need=need).first()
    if part is not None and is_over(part):
        give_up_unit(part)
        part.save(update_fields=["hold"])
        let_down(part)


def met(need: UUID) -> None:
    """A need was met; what waits for nothing else is sent, within the caller's transaction."""
    for waits in BundlePart.objects.filter(after__need=need, state=State.WAITING):
        if is_due(waits):
            send_soon(waits.pk)
