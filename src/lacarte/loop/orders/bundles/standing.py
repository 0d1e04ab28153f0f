"""How each part of an order stands, what comes next, and what can be done about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from lacarte.kernel.text import listed
from lacarte.kernel.working_calendar import WorkingCalendar
from lacarte.loop.needs.messages.expecting import Deadlines, by_when
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.bundles.queries import proofs_for
from lacarte.loop.orders.bundles.reasons import OFFER_FULL, OFFER_PAUSED, REASONS, SLOT_GONE
from lacarte.loop.orders.delivery.deadlines import promised
from lacarte.loop.orders.models import BundleOrder, BundlePart, Order, OrderState
from lacarte.loop.orders.standing import Standing, standing
from lacarte.loop.orders.states import Who, find
from lacarte.loop.orders.time_words import in_words
from lacarte.registers.entitlement.models import EvidenceType
from lacarte.registers.places.queries import calendars_of

State = BundlePart.State
_WITHDRAWABLE = (Need.State.OPEN, Need.State.HELD)


@dataclass(frozen=True)
class Line:
    """One part: in short, in words, who does it, when and by when, and what its owner may do."""

    part: BundlePart
    label: str
    tone: str
    standing: Standing
    by_when: str = ""
    order: Order | None = None
    time: str = ""
    can_stop: bool = False
    can_choose: bool = False  # another time or offer, or to wait in turn
    again: str = ""


def lines(parts: list[BundlePart]) -> list[Line]:
    """A line for each of the parts (``bundles.queries.parts_of``); the same few queries for any number."""
    calendars = calendars_of({order.offer_at_place.region for part in parts for order in _orders(part)})
    needs = [part.need for part in parts if part.need is not None]
    waiting = [need for need in needs if need.state == Need.State.OPEN and need.service_type_id]
    until = dict(zip((need.pk for need in waiting), promised(waiting), strict=True))
    return [_line(part, calendars, until) for part in parts]


def _orders(part: BundlePart) -> list[Order]:
    return list(part.need.orders.all()) if part.need is not None else []


@dataclass(frozen=True)
class Document:
    """A kind of proof that the parts of an order ask for, and whether it came."""

    kind: EvidenceType
    given: bool
    part: BundlePart  # the first that asks for it


def documents(bundle: BundleOrder, parts: list[BundlePart]) -> list[Document]:
    """What proves something, each kind once; of alternatives nothing is missing once one of them came."""
    by_service = {part.service_type.number: part for part in parts if part.state != State.LEFT_OUT}
    given = set(bundle.evidence.values_list("evidence_type", flat=True))
    found: dict[int, Document] = {}
    for rule, service in proofs_for([part.service_type for part in by_service.values()]):
        kinds = list(rule.proofs.all())
        came = any(kind.pk in given for kind in kinds)
        for kind in kinds:
            if kind.pk in given or not came:
                found.setdefault(kind.pk, Document(kind, kind.pk in given, by_service[service.number]))
    return list(found.values())


def _line(part: BundlePart, calendars: Mapping[int, WorkingCalendar], until: Mapping[UUID, Deadlines]) -> Line:
    label = part.get_state_display()
    if part.need is not None:
        return _sent(part, part.need, calendars, until.get(part.need.pk))
    if part.state == State.LEFT_OUT:
        return Line(part, label, "", Standing(_("You left this out"), _("You can always order it again.")))
    if part.state == State.FAILED:
        reason = REASONS[part.why]
        said = Standing(str(reason.words), str(reason.advice), "caution")
        choose = part.why == SLOT_GONE
        return Line(part, label, "urgent", said, can_stop=True, can_choose=choose, again=str(reason.again))
    before = [one.service_type for one in part.after.all()]
    words = _("We send it as soon as this is done: %(services)s.") % {"services": listed(before)}
    said = Standing(_("Waits its turn"), words) if before else Standing(_("On its way to us"), "")
    return Line(part, label, "", said, can_stop=True)


def _sent(part: BundlePart, need: Need, calendars: Mapping[int, WorkingCalendar], until: Deadlines | None) -> Line:
    order = next(iter(_orders(part)), None)
    said, waits = standing(need, order), need.state == Need.State.OPEN
    if part.why in REASONS and order is None and waits:
        said = Standing(str(REASONS[part.why].words), f"{REASONS[part.why].advice} {said.words}", "caution")
    cancellable = order is not None and find(order.state, OrderState.CANCELLED, Who.RESIDENT) is not None
    more: dict[str, Any] = {}
    if order is not None and need.state in (Need.State.ORDERED, Need.State.MET):
        more["order"] = order
        if order.hold is not None:
            more["time"] = in_words(order.hold.lot, calendars[order.offer_at_place.region_id].zone)
    return Line(
        part,
        label=need.get_state_display(),
        tone="",
        standing=said,
        by_when=by_when(until) if until else "",
        can_choose=waits and part.why in (OFFER_FULL, OFFER_PAUSED),
        can_stop=need.state in _WITHDRAWABLE or (need.state == Need.State.ORDERED and cancellable),
        **more,
    )
