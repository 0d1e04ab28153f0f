"""Whoever must act is written to: of what is near, whoever works on it; of what is escalated, who is in charge.

With a link alone: what was said, and by whom, stays where they sign in. Each gets it once, however often it is
tried.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import ExpressionWrapper, F, IntegerField
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import jobs
from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.kernel.permissions import Action, mandates_for, over
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError, carrier_of
from lacarte.loop.needs.messages.links import site_address
from lacarte.loop.needs.messages.reaching import Medium
from lacarte.loop.orders.events import OrderEscalated, OrderNear, day_of
from lacarte.loop.orders.models import Order
from lacarte.registers.providers.models import Provider

logger = logging.getLogger(__name__)

REMIND = "orders.remind"
#: Who is told at which level: those who work there, then those who plan what is supplied there.
_LEVELS = {1: Action.WORK, 2: Action.PLAN}
#: An e-mail address, and the language to write in.
To = tuple[str, str]


@subscribe(OrderNear)
def remind(event: OrderNear, record: Event) -> None:
    """Tell the members of the provider that a deadline is near."""
    order = Order.objects.select_related("offer_at_place__offer__provider").get(pk=event.order)
    write(members(order.offer_at_place.offer.provider), record, order, "near", event.due)


@subscribe(OrderEscalated)
def call_in(event: OrderEscalated, record: Event) -> None:
    """Tell who is in charge that somebody has to decide."""
    order = Order.objects.select_related("need").get(pk=event.order)
    write(in_charge(order.need, event.level), record, order, "escalated", event.decide_by)


def members(provider: Provider) -> list[To]:
    """Who works for a provider here; its own address where nobody does."""
    people = provider.members.filter(is_active=True).exclude(email="").order_by("pk")
    found = [(one.email, one.language) for one in people]
    return found or ([(provider.email, str(settings.LANGUAGE_CODE))] if provider.email else [])


def in_charge(case: Any, level: int) -> list[To]:
    """Who is in charge of a need, or of another guarded record (``kernel.permissions``), at that level.

    Of those whose mandate covers it, the closest by region.
    """
    mandates = mandates_for(_LEVELS.get(level, Action.PLAN)).filter(over(case.service_type_id, case.region_id))
    mandates = mandates.exclude(holder__email="")
    width = ExpressionWrapper(F("region_last") - F("region_first"), output_field=IntegerField())
    rows = mandates.annotate(width=width).order_by("width", "holder").select_related("holder")
    found = [(row.region_last - row.region_first, row.holder) for row in rows]
    return list(dict.fromkeys((one.email, one.language) for width, one in found if width == found[0][0]))


def write(people: Iterable[To], record: Event, order: Order, what: str, day: datetime) -> None:
    """Have a letter about ``order`` written to each of ``people``: ``what`` is “near”, “escalated” or “reply”."""
    for address, language in people:
        key = uuid5(record.pk, address)
        payload = {"order": str(order.pk), "to": address, "language": language, "what": what, "key": str(key)}
        payload |= {"day": day.isoformat(), "at": record.at.isoformat()}
        jobs.enqueue(REMIND, payload, key=f"{REMIND}:{key}")


@jobs.job(REMIND, own_transactions=True)
def write_one(payload: jobs.Payload) -> None:
    """Write to one of them, unless the order has ended by now. Killed half-way it is done again, as the same."""
    orders = Order.objects.select_related("need__service_type")
    order = orders.filter(pk=payload["order"]).first()
    carrier = carrier_of(Medium.EMAIL)
    if order is None or carrier is None or (payload["what"] == "near" and order.ended_at is not None):
        return
    try:
        with translation.override(payload["language"]):
            carrier.send(_letter(order, payload))
    except UndeliverableError as error:
        logger.warning("a reminder of %s cannot be delivered: %s", order.need, error)


def _said(what: str) -> tuple[str, str]:
    """The subject and the text of a letter."""
    if what == "near":
        text = _("%(reference)s (%(service)s) is due on %(day)s. Please see to it: %(link)s")
        return _("Due soon [%(reference)s]"), text
    if what == "reply":
        text = _(
            "The provider of %(reference)s (%(service)s) has not answered a bad rating, due on %(day)s. "
            "Please see to it: %(link)s"
        )
        return _("Not answered [%(reference)s]"), text
    text = _("%(reference)s (%(service)s) needs somebody who decides, by %(day)s: %(link)s")
    return _("To be decided [%(reference)s]"), text


def _letter(order: Order, payload: jobs.Payload) -> Letter:
    site, what = site_address(), payload["what"]
    reference = order.need.reference
    places = {"near": f"/provider/orders/{order.pk}/", "reply": "/desk/heard/"}
    words = {
        "reference": reference,
        "service": order.need.service_type,
        "day": day_of(datetime.fromisoformat(payload["day"])),
        "link": site + places.get(what, f"/desk/needs/{reference}/"),
    }
    subject, text = _said(what)
    return Letter(
        key=UUID(payload["key"]),
        to=payload["to"],
        text=text % words,
        language=payload["language"],
        reference=reference,
        at=datetime.fromisoformat(payload["at"]),
        subject=subject % words,
        automatic=True,
    )
