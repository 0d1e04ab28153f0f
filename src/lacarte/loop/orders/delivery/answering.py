"""What waits for the answer of a provider: the same on its pages and in the letter that tells of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from lacarte.kernel.models import User
from lacarte.loop.orders.delivery.seeing import bodies_of
from lacarte.loop.orders.models import Contribution, Handover, Order
from lacarte.loop.orders.states import NOT_ANSWERED
from lacarte.registers.providers.models import Provider


@dataclass(frozen=True)
class Waiting:
    """Orders that were sent to it, its parts of others' orders, and orders that it is asked to take over."""

    orders: QuerySet[Order]
    parts: QuerySet[Contribution]
    handovers: QuerySet[Handover]

    def numbers(self) -> dict[str, int]:
        """How many of each; one query each."""
        return {"orders": self.orders.count(), "parts": self.parts.count(), "handovers": self.handovers.count()}


def waiting_for(provider: Provider, *, member: User | None = None) -> Waiting:
    """What waits for ``provider``; for pages as ``member`` may see it: nothing for who is none."""
    bodies = Provider.objects.all() if member is None else bodies_of(member)
    it = bodies.filter(pk=provider.pk).values("pk")
    return Waiting(
        Order.objects.filter(offer_at_place__offer__provider__in=it, state__in=NOT_ANSWERED),
        Contribution.objects.filter(provider__in=it, state=Contribution.State.REQUESTED),
        Handover.objects.filter(target__offer__provider__in=it, state=Handover.State.ASKED),
    )
