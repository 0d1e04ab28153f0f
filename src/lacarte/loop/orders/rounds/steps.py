"""What a crew's phone sends, taken once: it is sent again until an answer has come, in whatever order it arrives.

The phone makes a key for each step. The step and what it did are one transaction, so a key that is known has been
dealt with, and its sender hears again what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Attachment
from lacarte.loop.needs.uploads.attachments import AttachmentRefusedError, most, store
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.reasons import checked
from lacarte.loop.orders.delivery.undoing import overtaken
from lacarte.loop.orders.events import WorkPhotographed
from lacarte.loop.orders.models import Order, OrderState, PhoneStep
from lacarte.loop.orders.queries import orders_of_members
from lacarte.loop.orders.rounds.planning import do_next, not_today
from lacarte.loop.orders.states import Who

Kind, Outcome = PhoneStep.Kind, PhoneStep.Outcome
Photo = tuple[str, "UploadedFile[Any]"]  # Attachment.Shows and what was uploaded
#: A phone may wait so long for a connection; after it, a key that comes again would count anew.
KEPT = timedelta(days=60)
_STATES = {
    Kind.BEGIN: OrderState.IN_PROGRESS,
    Kind.DONE: OrderState.COMPLETED,
    Kind.WAIT: OrderState.ON_HOLD,
    Kind.FAILED: OrderState.FAILED,
}


class TooEarlyError(Exception):
    """The step that this one follows has not come yet: send it again later."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What was done with an order: ``seen`` is its version on the phone, ``after`` the step before it there.

    Whoever has not seen what that step made of the order names the step instead of a version.
    """

    key: UUID
    order: UUID
    kind: str
    seen: int | None = None
    after: UUID | None = None
    reason: str = ""
    words: str = ""
    made_at: datetime | None = None


def take(step: Step, *, actor: User, photos: Sequence[Photo] = ()) -> PhoneStep:
    """Do what the phone says, once; what is known already is answered as it was.

    What cannot be done (any more) is kept as refused, with why and with the crew's own words. Raises
    :class:`TooEarlyError`, ``PermissionDenied`` for an order that is not theirs or another's key, and
    ``ValueError`` for a kind that there is not.
    """
    order = orders_of_members(actor).filter(pk=step.order).first()
    if order is None:
        raise PermissionDenied(_("This order is not with your provider (any more)."))
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = _claimed(step, order, actor)
        except IntegrityError:  # it has come before, or at the same moment
            return _known(step, actor)
        _do(made, step, order, photos)
        made.save()
    return made


def forget_steps() -> None:
    """Keys that no phone sends again, and the words that came with what was refused."""
    PhoneStep.objects.filter(at__lt=clock.now() - KEPT).delete()


def _claimed(step: Step, order: Order, actor: User) -> PhoneStep:
    now = clock.now()
    made = min(step.made_at or now, now)  # a phone's clock may be ahead
    return PhoneStep.objects.create(
        id=step.key, order=order, actor=actor, kind=step.kind, made_at=max(made, now - KEPT), at=now
    )


def _known(step: Step, actor: User) -> PhoneStep:
    made = PhoneStep.objects.get(pk=step.key)
    if (made.actor_id, made.order_id) != (actor.pk, step.order):
        raise PermissionDenied(_("This step is somebody else's."))
    return made


def _do(made: PhoneStep, step: Step, order: Order, photos: Sequence[Photo]) -> None:
    """Photos are taken whatever became of the order meanwhile: what was seen on the spot is not lost."""
    said = _keep_photos(order, photos, made.actor)
    try:
        with transaction.atomic():
            made.version = _changed(step, order, made.actor)
    except OrderRefusedError as error:
        made.outcome, made.words = Outcome.REFUSED, step.words[:2000]
        said = [str(error), *said]
    if step.kind == Kind.PHOTO and len(said) == len(photos) > 0:
        made.outcome = Outcome.REFUSED
    made.said = " ".join(said)


def _changed(step: Step, order: Order, actor: User) -> int | None:
    """The version of the order since then, where the step changes it."""
    if step.kind == Kind.PHOTO:
        return None
    if step.kind == Kind.NEXT:
        do_next(order, actor=actor)
        return None
    if step.kind == Kind.NOT_TODAY:
        not_today(order, actor=actor, reason=step.reason, words=step.words)
        return None
    seen, to = _seen(step), _STATES[Kind(step.kind)]
    if to != OrderState.IN_PROGRESS and _is_accepted(order, seen):  # nobody has pressed “Begin”
        order = change(order, to=OrderState.IN_PROGRESS, actor=actor, who=Who.PROVIDER, seen=seen)
        seen = order.version
    words = checked(step.words)
    # Reasons are for what is held or has failed; what is done needs none.
    reason = step.reason if to in (OrderState.ON_HOLD, OrderState.FAILED) else ""
    return change(order, to=to, actor=actor, reason=words, code=reason, who=Who.PROVIDER, seen=seen).version


def _is_accepted(order: Order, seen: int | None) -> bool:
    now = Order.objects.get(pk=order.pk)
    if seen is not None and seen != now.version:
        raise OrderRefusedError(overtaken(now, Who.PROVIDER))
    return now.state == OrderState.ACCEPTED


def _seen(step: Step) -> int | None:
    if step.after is None:
        return step.seen
    before = PhoneStep.objects.filter(pk=step.after, order=step.order).first()
    if before is None:
        raise TooEarlyError
    if before.outcome == Outcome.REFUSED:
        words = _(
            "What you did before on this order was not taken (%(why)s), so neither is this. Please look again."
        )
        raise OrderRefusedError(words % {"why": before.said.rstrip(".。")})
    return before.version


def _keep_photos(order: Order, photos: Sequence[Photo], actor: User) -> list[str]:
    """Store what came; says why some were not taken. No order has more of a kind than a need has photos."""
    refused, taken = [], 0
    for shows, upload in photos:
        if shows not in Attachment.Shows.values:
            continue
        try:
            if Attachment.objects.filter(need=order.need_id, shows=shows).count() >= most():
                raise AttachmentRefusedError(_("At most %(n)d files can be sent along.") % {"n": most()})
            store(upload, name=upload.name or "", need=order.need, shows=shows)
            taken += 1
        except AttachmentRefusedError as error:
            refused.append(str(error))
    if taken:
        event = WorkPhotographed(order=order.pk, need=order.need_id, photos=taken)
        publish(event, stream=order.need_id, actor=actor)
    return refused
