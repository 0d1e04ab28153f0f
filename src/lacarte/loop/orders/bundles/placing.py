"""Ordering one service or several at once: written down together, then each part goes its own way."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lacarte.kernel import jobs
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.kernel.text import storable
from lacarte.loop.needs.models import Attachment
from lacarte.loop.needs.urgency.judging import judge, this_month
from lacarte.loop.orders.bundles.events import BundlePlaced
from lacarte.loop.orders.bundles.reasons import SLOT_GONE
from lacarte.loop.orders.bundles.sending import SEND, fail, key_of_holder
from lacarte.loop.orders.models import BundleOrder, BundlePart, EvidenceGiven
from lacarte.registers.entitlement.models import EvidenceType
from lacarte.registers.menu.answering import Answers
from lacarte.registers.menu.bundles import find_ring
from lacarte.registers.menu.capacity.holding import NoCapacityError, confirm
from lacarte.registers.menu.models import Hold, LifeEvent, OfferAtPlace, ServiceType
from lacarte.registers.people.mandates import ORDER, ORDER_AT_DESK, mandate_of, note_act
from lacarte.registers.people.models import Household, Mandate, Person
from lacarte.registers.people.queries import note_look
from lacarte.registers.people.saying import remember

State = BundlePart.State
LONGEST_NOTE = 1000


class BundleRefusedError(ValueError):
    """Nothing was ordered; the message says why and what to do."""


@dataclass(frozen=True)
class Part:
    """One service to be ordered, the offer and the unit that were chosen, and for which services it waits.

    ``note`` is for who provides it, and becomes the words of its need.
    """

    service_type: ServiceType
    offer_at_place: OfferAtPlace | None = None
    hold: Hold | None = None
    answers: Answers = field(default_factory=dict)
    note: str = ""
    after: frozenset[int] = frozenset()  # numbers of service types


@dataclass(frozen=True)
class Whose:
    """For whom it is ordered, where they live, and who orders it.

    ``mandate``: ``actor`` acts for its principal, who is ``person``. ``registers``: ``actor`` is an official who
    writes it down for somebody. A person or household that is not saved yet is saved with the order.
    """

    person: Person | None = None
    household: Household | None = None
    actor: User | None = None
    mandate: Mandate | None = None
    registers: bool = False
    language: str = "en"


@dataclass(frozen=True)
class Said:
    """What was said for all parts: facts by kind, whether to keep them, what proves them; why it is held."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    remember: bool = False
    evidence: Sequence[tuple[EvidenceType, Attachment]] = ()
    held: str = ""


def place_bundle(
    parts: Sequence[Part], whose: Whose, said: Said, *, sent_with: str, life_event: LifeEvent | None = None
) -> BundleOrder:
    """Order ``parts`` together: all are written down in one transaction, and each is sent by a job of its own.

    Sent twice with the same ``sent_with`` it is one order. A unit that was held for a part is kept for it; where
    it is gone, that part alone fails. Raises :class:`BundleRefusedError` for no part, a service that comes twice,
    or parts that wait for each other, and ``PermissionDenied`` without the mandate to act.
    """
    if (known := BundleOrder.objects.filter(sent_with=sent_with).first()) is not None:
        return known
    _check(parts)
    parts = [replace(part, after=frozenset()) if _tells_of_danger(part) else part for part in parts]
    _check_permission(parts, whose)
    unsaved = [one for one in (whose.household, whose.person) if one is not None and one._state.adding]
    try:
        with transaction.atomic():
            for one in unsaved:
                one.save()
            return _write(parts, whose, said, sent_with, life_event)
    except IntegrityError:
        if (known := BundleOrder.objects.filter(sent_with=sent_with).first()) is not None:
            return known
        raise


def _check(parts: Sequence[Part]) -> None:
    numbers = [part.service_type.number for part in parts]
    if not parts:
        raise BundleRefusedError(_("Please choose at least one service."))
    if len(set(numbers)) < len(numbers):
        raise BundleRefusedError(_("A service is there twice."))
    for part in parts:
        offer = part.offer_at_place
        if offer is not None and offer.offer.service_type_id != part.service_type.number:
            raise BundleRefusedError(_("This offer is of another service. Please choose again."))
        if len(part.note) > LONGEST_NOTE or not storable(part.note):
            raise BundleRefusedError(_("A note is a text of at most %(n)d characters.") % {"n": LONGEST_NOTE})
        if part.hold is not None and (offer is None or part.hold.lot.offer_at_place_id != offer.pk):
            raise BundleRefusedError(_("This time is of another offer. Please choose again."))
    if find_ring({part.service_type.number: part.after & set(numbers) for part in parts}):
        raise BundleRefusedError(_("These services wait for each other. Please order them one by one."))


def _tells_of_danger(part: Part) -> bool:
    """Whether somebody must look at its note at once, so that it waits for no other part."""
    return bool(part.note) and judge(part.note, service_type=part.service_type, month=this_month()).danger


@dataclass(frozen=True)
class _There:
    """What a mandate is asked for before there is a need."""

    service_type_id: int
    region_id: int


def _check_permission(parts: Sequence[Part], whose: Whose) -> None:
    if whose.mandate is not None:
        assert whose.actor is not None
        if mandate_of(whose.actor, whose.mandate.pk).principal_id != getattr(whose.person, "pk", None):
            raise BundleRefusedError(_("This mandate is for somebody else."))
    if whose.registers:
        assert whose.actor is not None
        region = whose.household.region_id if whose.household else 0
        for part in parts:
            require(whose.actor, Action.REGISTER, _There(part.service_type.number, region))


def _write(
    parts: Sequence[Part], whose: Whose, said: Said, sent_with: str, life_event: LifeEvent | None
) -> BundleOrder:
    bundle = BundleOrder.objects.create(
        secret=secrets.token_urlsafe(24),
        life_event=life_event,
        person=whose.person,
        household=whose.household,
        mandate=whose.mandate,
        registered_by=whose.actor if whose.registers else None,
        language=whose.language,
        facts=dict(said.facts),
        sent_with=sent_with,
    )
    if said.remember and whose.person is not None:
        remember(whose.person, said.facts)
        if whose.person.household_id is None and whose.household is not None:
            whose.person.household = whose.household
            whose.person.save(update_fields=["household"])
    if whose.mandate is not None and whose.actor is not None:
        note_act(whose.mandate, actor=whose.actor, purpose=ORDER)
    if whose.registers and whose.actor is not None and whose.person is not None:
        note_look(whose.person, reader=whose.actor, purpose=ORDER_AT_DESK)
    publish(BundlePlaced(bundle=bundle.pk, parts=len(parts)), stream=bundle.pk, actor=whose.actor)
    _write_evidence(bundle, said.evidence)
    _send_first(_write_parts(bundle, parts), parts, said.held)
    return bundle


def _write_parts(bundle: BundleOrder, parts: Sequence[Part]) -> dict[int, BundlePart]:
    made = {
        part.service_type.number: BundlePart(
            bundle=bundle,
            service_type=part.service_type,
            order=order,
            answers=part.answers,
            note=part.note.strip(),
            offer_at_place=part.offer_at_place,
            hold=part.hold,
        )
        for order, part in enumerate(parts, start=1)
    }
    BundlePart.objects.bulk_create(made.values())
    for part in parts:
        made[part.service_type.number].after.set(made[number] for number in part.after if number in made)
    return made


def _send_first(made: Mapping[int, BundlePart], parts: Sequence[Part], held: str) -> None:
    """Keep the units that were chosen, in the order in which everybody locks, and send what waits for nothing."""
    chosen = [(part.hold, made[part.service_type.number]) for part in parts if part.hold is not None]
    for unit, kept_for in sorted(chosen, key=lambda one: one[0].lot_id):
        try:
            confirm(unit)
        except NoCapacityError:
            BundlePart.objects.filter(pk=kept_for.pk).update(hold=None)
            fail(kept_for, SLOT_GONE)
        else:
            Hold.objects.filter(pk=unit.pk).update(holder=key_of_holder(kept_for.pk), expires_at=None)
    for part in parts:
        if not part.after & made.keys():
            send_soon(made[part.service_type.number].pk, held=held)


def _write_evidence(bundle: BundleOrder, evidence: Sequence[tuple[EvidenceType, Attachment]]) -> None:
    """Each proof waits with the bundle for the first part that it is asked for with."""
    EvidenceGiven.objects.bulk_create(
        EvidenceGiven(bundle=bundle, evidence_type=kind, attachment=attachment) for kind, attachment in evidence
    )
    keys = [attachment.pk for _kind, attachment in evidence]
    Attachment.objects.filter(pk__in=keys, need=None).update(
        draft=f"bundle:{bundle.pk.hex}", kind=Attachment.Kind.PROOF
    )


def send_soon(part: UUID, *, held: str = "") -> None:
    """Have a part sent by a job, within the caller's transaction."""
    jobs.enqueue(SEND, {"part": str(part), "held": held})
