"""Providers are written to when something waits for their answer: once in a while, not for each of a thousand.

With numbers and a link alone, as in :mod:`reminding`. What is needed now is announced within a minute.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import subscribe_many
from lacarte.loop.needs.messages.carriers import Letter, UndeliverableError, carrier_of
from lacarte.loop.needs.messages.links import site_address
from lacarte.loop.needs.messages.reaching import Medium
from lacarte.loop.orders.delivery.answering import waiting_for
from lacarte.loop.orders.delivery.reminding import members
from lacarte.loop.orders.events import OrderPlaced, PartAsked, TakeOverAsked
from lacarte.loop.orders.models import Contribution, Handover, Order, OrderState
from lacarte.registers.menu.models import PriorityClass
from lacarte.registers.providers.models import Provider

logger = logging.getLogger(__name__)

ANNOUNCE = "orders.announce"
_MINUTE = timedelta(minutes=1)
#: A provider, and how urgent what waits for it is.
Waits = tuple[UUID, int | None]


@dataclass(frozen=True)
class Kind:
    """Something that waits for the answer of a provider: how much of it, and how that is said, with ``%(n)d``."""

    count: Callable[[Provider], int]
    words: Callable[[int], str]


_kinds = [
    Kind(lambda it: waiting_for(it).orders.count(), lambda n: ngettext("%(n)d order", "%(n)d orders", n)),
    Kind(
        lambda it: waiting_for(it).parts.count(),
        lambda n: ngettext("%(n)d part of another order", "%(n)d parts of other orders", n),
    ),
    Kind(
        lambda it: waiting_for(it).handovers.count(),
        lambda n: ngettext("%(n)d order to take over", "%(n)d orders to take over", n),
    ),
]


def announces(kind: Kind) -> None:
    """Have another kind stand in the letters, of a later stage."""
    _kinds.append(kind)


@subscribe_many(OrderPlaced)
def orders_wait(events: list[OrderPlaced]) -> None:
    """Of orders that nobody has answered yet."""
    orders = Order.objects.filter(pk__in=[event.order for event in events], state=OrderState.REQUESTED).order_by()
    announce(orders.values_list(F("offer_at_place__offer__provider"), F("need__priority_class")))


@subscribe_many(PartAsked)
def parts_wait(events: list[PartAsked]) -> None:
    """Of parts that bodies are asked to do."""
    asked = [event.part for event in events]
    parts = Contribution.objects.filter(pk__in=asked, state=Contribution.State.REQUESTED).order_by()
    announce(parts.values_list("provider", F("order__need__priority_class")))


@subscribe_many(TakeOverAsked)
def handovers_wait(events: list[TakeOverAsked]) -> None:
    """Of orders that others are to take over."""
    orders = [event.order for event in events]
    asked = Handover.objects.filter(order__in=orders, state=Handover.State.ASKED).order_by()
    announce(asked.values_list(F("target__offer__provider"), F("order__need__priority_class")))


def announce(waiting: Iterable[Waits]) -> None:
    """Have one letter written to each provider in each while; those of the same while are one job."""
    minutes, now = int(settings.CONFIGURED["announce_minutes"]), clock.now()
    if not minutes:
        return
    for provider, urgency in sorted(set(waiting), key=str):
        at = _end_of(now, _MINUTE if urgency == PriorityClass.NOW else timedelta(minutes=minutes))
        payload = {"provider": str(provider), "at": at.isoformat()}
        jobs.enqueue(ANNOUNCE, payload, run_at=at, key=f"{ANNOUNCE}:{provider}:{at.isoformat()}")


def _end_of(now: datetime, span: timedelta) -> datetime:
    """When the while ends that ``now`` is in: always later, or its letter might have been written already."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % span + span


@jobs.job(ANNOUNCE, own_transactions=True)
def write(payload: jobs.Payload) -> None:
    """Write to whoever works for a provider, unless all is answered by now. Done twice, it is the same letter."""
    provider = Provider.objects.filter(pk=payload["provider"]).first()
    carrier = carrier_of(Medium.EMAIL)
    if provider is None or carrier is None:
        return
    numbers = [kind.count(provider) for kind in _kinds]
    if not any(numbers):
        return
    for address, language in members(provider):
        try:
            with translation.override(language):
                carrier.send(_letter(provider, numbers, address, language, datetime.fromisoformat(payload["at"])))
        except UndeliverableError as error:
            logger.warning("an announcement to %s cannot be delivered: %s", provider.code, error)


def _letter(provider: Provider, numbers: Sequence[int], address: str, language: str, at: datetime) -> Letter:
    lines = [f"– {kind.words(n) % {'n': n}}" for kind, n in zip(_kinds, numbers, strict=True) if n]
    link = f"{site_address()}/provider/{provider.code}/"
    words = {"provider": provider, "what": "\n".join(lines), "link": link}
    return Letter(
        key=uuid5(provider.pk, f"{at.isoformat()} {address}"),
        to=address,
        text=_("This waits for an answer of %(provider)s:\n%(what)s\n\n%(link)s") % words,
        language=language,
        reference="",
        at=at,
        subject=_("Waiting for your answer: %(provider)s") % words,
        automatic=True,
    )
