"""Reading bundles."""

from __future__ import annotations

from django.db.models import Prefetch, Q, QuerySet

from lacarte.kernel.models import User
from lacarte.loop.orders.models import BundleOrder, BundlePart, Order, OrderChange
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.mandates import valid


def of_user(user: User) -> QuerySet[BundleOrder]:
    """What somebody ordered for themselves, or for others as long as they may act for them; newest first."""
    mine = Q(person__user=user) | (Q(mandate__holder__user=user) & valid("mandate__"))
    found = BundleOrder.objects.filter(mine).prefetch_related("parts__service_type", "parts__need")
    return found.select_related("life_event", "person", "mandate__holder", "mandate__principal")


def by_secret(secret: str) -> BundleOrder | None:
    """The bundle that a private link opens; one made under a mandate that has ended opens for its owner alone."""
    found = BundleOrder.objects.select_related(
        "life_event", "person__user", "mandate__holder", "mandate__principal"
    )
    return found.filter(secret=secret).first() if secret else None


def parts_of(bundle: BundleOrder) -> list[BundlePart]:
    """All parts in their order, with their needs, newest orders first, and what they come after.

    Five queries, however many there are.
    """
    orders = Order.objects.select_related(
        "offer_at_place__offer__provider", "offer_at_place__region", "rating", "hold__lot"
    ).prefetch_related("pauses", Prefetch("changes", OrderChange.objects.select_related("reason")))
    waits = BundlePart.objects.select_related("service_type", "need")
    parts = bundle.parts.select_related(
        "service_type", "need__service_type", "need__region", "need__lead", "hold__lot", "offer_at_place__offer"
    )
    newest_first = orders.order_by("-requested_at", "-pk")
    return list(parts.prefetch_related(Prefetch("need__orders", newest_first), Prefetch("after", waits)))


def proofs_for(services: list[ServiceType]) -> list[tuple[Requirement, ServiceType]]:
    """The requirements of ``services`` that something can prove, in their order, with their proofs."""
    by_number = {service.number: service for service in services}
    place = {number: at for at, number in enumerate(by_number)}
    rules = Requirement.objects.filter(service_type__in=by_number, proofs__isnull=False).distinct()
    found = sorted(rules.prefetch_related("proofs"), key=lambda one: (place[one.service_type_id], one.order))
    return [(rule, by_number[rule.service_type_id]) for rule in found]
