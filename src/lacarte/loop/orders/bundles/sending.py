"""A part of a bundle becomes a need, and an order where an offer was chosen: exactly once, whoever is killed."""

from __future__ import annotations

import logging
from functools import partial
from uuid import UUID

from django.db import transaction

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.loop.needs.actions import NeedRefusedError, receive
from lacarte.loop.needs.models import Attachment, Channel, Need
from lacarte.loop.orders.actions import OrderRefusedError, place_order
from lacarte.loop.orders.bundles.events import BundlePartFailed, BundlePartSent, ToldOnBehalf
from lacarte.loop.orders.bundles.reasons import OFFER_FULL, OFFER_PAUSED, REFUSED, SLOT_GONE, TROUBLE
from lacarte.loop.orders.models import BundlePart, EvidenceGiven, Order
from lacarte.loop.orders.queries import waited_for
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.menu.capacity.counting import is_open
from lacarte.registers.menu.capacity.holding import NoCapacityError, release, take_earliest
from lacarte.registers.menu.models import CapacityLot, CapacityRule, Hold, OfferAtPlace

logger = logging.getLogger(__name__)
State = BundlePart.State
#: The job that sends a part.
SEND = "bundles.send-part"
_DATA = ("bundle__person__household", "bundle__household__region", "bundle__registered_by", "service_type")


class _NotDueError(Exception):
    """The part was sent or left out meanwhile."""


def key_of_holder(part: UUID) -> str:
    """Whose a unit is that is kept for a part (``Hold.holder``)."""
    return f"part:{part}"


def send_part(key: UUID, *, held: str = "") -> None:
    """Make a part a need; call it outside of a transaction. What is not due, or sent already, stays as it is.

    The need, its order and the part's new state are written in one transaction: a process that dies leaves all of
    it or nothing, and two that send the same part send it once. A part that cannot be sent says why; what may go
    better later is raised, so that its job is tried again.
    """
    part = BundlePart.objects.select_related(*_DATA, "bundle__mandate__holder__user").filter(pk=key).first()
    if part is None or not is_due(part):
        return
    bundle = part.bundle
    teller = bundle.mandate.holder if bundle.mandate is not None else bundle.person
    try:
        receive(
            text=part.note,
            channel=Channel.PHONE if bundle.registered_by is not None else Channel.WEB,
            service_type=part.service_type,
            person=bundle.person,
            household=bundle.household,
            answers=part.answers,
            language=bundle.language,
            actor=bundle.registered_by or (teller.user if teller is not None else None),
            external_id=f"bundle:{part.pk}",
            held=held,
            also=partial(_write_with, part.pk),
        )
    except _NotDueError:
        return
    except NoCapacityError:
        _fail_now(part, SLOT_GONE)
    except NeedRefusedError:
        logger.warning("part %s of a bundle was refused", part.pk, exc_info=True)
        _fail_now(part, REFUSED)
    except Exception:
        _fail_now(part, TROUBLE)
        raise


def is_due(part: BundlePart) -> bool:
    """Whether it may be sent now: it waits, or had trouble, and all that it comes after are met."""
    waits = part.state == State.WAITING or (part.state == State.FAILED and part.why == TROUBLE)
    return waits and not part.after.exclude(need__state=Need.State.MET).exists()


def _write_with(key: UUID, need: Need) -> None:
    """What is written down with the need of a part, in its transaction."""
    locked = BundlePart.objects.select_for_update(of=("self",))
    part = locked.select_related("bundle__mandate", "service_type").get(pk=key)
    if not is_due(part) or part.need_id is not None:
        raise _NotDueError
    bundle = part.bundle
    if bundle.mandate is not None:
        Need.objects.filter(pk=need.pk).update(mandate=bundle.mandate)
        told = ToldOnBehalf(need=need.pk, mandate=bundle.mandate.pk, kind=bundle.mandate.kind)
        publish(told, stream=need.pk, actor=need.registered_by)
    why = _order(part, need) if need.state == Need.State.OPEN else ""
    part.state, part.need, part.why = State.SENT, need, why
    part.save(update_fields=["state", "need", "why", "hold"])
    _hand_over_evidence(part, need)
    sent = BundlePartSent(bundle=bundle.pk, part=part.pk, service=part.service_type.name, need=need.pk)
    publish(sent, stream=bundle.pk)


def order_released(need: Need) -> None:
    """Order what was chosen for a need that a person had to read first, within the caller's transaction.

    Where another offer was quicker, the unit that was kept for it is free again.
    """
    part = BundlePart.objects.select_for_update(of=("self",)).filter(need=need.pk, state=State.SENT).first()
    if part is None or Order.objects.filter(need=need.pk, offer_at_place=part.offer_at_place_id).exists():
        return
    try:
        with transaction.atomic():
            part.why = _order(part, need)
    except (NoCapacityError, OrderRefusedError):
        part.why = OFFER_FULL if part.offer_at_place_id else ""
        give_up_unit(part)
    part.save(update_fields=["why", "hold"])


def give_up_unit(part: BundlePart) -> None:
    """Set free what is kept for a part and no order has; the caller saves it."""
    kept = part.hold
    if kept is not None and not Order.objects.filter(hold=kept.pk).exists():
        release(kept)
        part.hold = None


def _order(part: BundlePart, need: Need) -> str:
    """Order from the chosen offer. Returns why that cannot be, so that another offer is looked for; mostly empty.

    Raises :class:`NoCapacityError` where the very time that was chosen is gone.
    """
    if part.offer_at_place_id is None:
        return ""
    offer = OfferAtPlace.objects.select_related("offer").get(pk=part.offer_at_place_id)
    kept = Hold.objects.select_related("lot").filter(pk=part.hold_id).first() if part.hold_id else None
    if offer.offer.paused:
        if kept is not None:
            release(kept)
        part.hold = None
        return OFFER_PAUSED
    if kept is not None and (kept.state != Hold.State.CONFIRMED or not is_open(kept.lot, clock.now())):
        raise NoCapacityError("the time that was chosen is over or was given away")
    if kept is None and _is_counted(offer):
        kept = None if waited_for([offer.pk]) else take_earliest([offer.pk])[0]
        if kept is None:
            return OFFER_FULL
        part.hold = kept
    place_order(need, offer_at_place=offer, hold=kept)
    return ""


def _is_counted(offer: OfferAtPlace) -> bool:
    """Whether the provider keeps count of what is free; of what nobody counts there is enough."""
    lots = CapacityLot.objects.filter(offer_at_place=offer)
    return lots.exists() or CapacityRule.objects.filter(offer_at_place=offer).exists()


def _hand_over_evidence(part: BundlePart, need: Need) -> None:
    """The proofs that this part asks for go with its need; another part gets a row of its own of the same file."""
    asked = Requirement.objects.filter(service_type=part.service_type_id).values("proofs")
    given = EvidenceGiven.objects.filter(bundle=part.bundle_id, evidence_type__in=asked)
    for evidence in given.select_related("attachment"):
        attachment = evidence.attachment
        if attachment.need_id is not None:
            attachment = _another(attachment)
        attachment.need, attachment.draft = need, ""
        attachment.save()


def _another(attachment: Attachment) -> Attachment:
    looked_at = ("kind", "state", "as_sent", "harm")
    same = (*looked_at, "file", "media_type", "size", "width", "height", "sha256", "likeness")
    return Attachment(**{name: getattr(attachment, name) for name in same})


def fail(part: BundlePart, why: str) -> None:
    """Say why a part could not be sent, within the caller's transaction. What was sent meanwhile stays sent."""
    unsent = BundlePart.objects.filter(pk=part.pk, need=None).exclude(state=State.LEFT_OUT)
    changed = unsent.exclude(state=State.FAILED, why=why).update(state=State.FAILED, why=why)
    if changed:
        part.state, part.why = State.FAILED, why
        failed = BundlePartFailed(bundle=part.bundle_id, part=part.pk, service=part.service_type.name, why=why)
        publish(failed, stream=part.bundle_id)


def _fail_now(part: BundlePart, why: str) -> None:
    with transaction.atomic():
        fail(part, why)
        if why == SLOT_GONE:
            BundlePart.objects.filter(pk=part.pk, need=None).update(hold=None)
