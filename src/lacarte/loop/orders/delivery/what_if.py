"""What another rule or another calendar would do to orders under way; nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from lacarte.kernel import clock, tree
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted, require_over
from lacarte.loop.orders.delivery.deadlines import Facts, assign, in_batches, within
from lacarte.loop.orders.delivery.lights import Light, light
from lacarte.loop.orders.models import Order, Pause
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.calendars import CalendarChange, would_change
from lacarte.registers.places.models import Region


@dataclass(frozen=True)
class Preview:
    """What a change would do to orders under way: how many go from which light to which, and the first of them."""

    orders: int
    moved: int
    lights: Counter[tuple[Light, Light]]
    changed: list[tuple[UUID, Light, Light]]

    def become(self, colour: Light) -> int:
        """How many turn ``colour`` that are not so now."""
        return sum(n for (before, after), n in self.lights.items() if after == colour != before)

    def turned(self) -> list[tuple[Light, Light, int]]:
        """From which light to which how many turn, most first."""
        return [(before, after, n) for (before, after), n in self.lights.most_common() if before != after]


def what_if(
    orders: QuerySet[Order], facts_of: Callable[[Sequence[Order]], Facts], *, actor: User, most: int = 50
) -> Preview:
    """What would become of ``orders`` by other facts, in a constant number of queries for some hundred at a time.

    Counted over all of them; named (up to ``most``) where ``actor`` may read them.
    """
    now, count, moved = clock.now(), 0, 0
    lights: Counter[tuple[Light, Light]] = Counter()
    changed: list[tuple[UUID, Light, Light]] = []
    readable = permitted(Order.objects.all(), actor, Action.READ, "need__")
    for batch in in_batches(orders):
        before = _lights(batch, now)
        moved += len(assign(batch, facts_of(batch)))
        after = _lights(batch, now)
        count += len(batch)
        lights.update((before[one], after[one]) for one in before)
        turned = [one for one in before if before[one] != after[one]]
        if turned and len(changed) < most:
            shown = readable.filter(pk__in=turned).order_by("resolution_due", "pk").values_list("pk", flat=True)
            changed.extend((one, before[one], after[one]) for one in shown[: most - len(changed)])
    return Preview(count, moved, lights, changed)


def preview_calendar(region: Region, change: CalendarChange, *, actor: User, most: int = 50) -> Preview:
    """What declaring ``change`` would do. Raises as ``places.calendars.change_calendar`` does."""
    require_over(actor, Action.SET_RULES, services=tree.ROOT, regions=region.interval)
    instead = would_change(region, change)
    root = ServiceType.objects.get(pk=tree.ROOT_NUMBER)
    orders = within(root.interval, region.interval) if instead else Order.objects.none()
    return what_if(orders, lambda batch: Facts.of(batch, instead=instead), actor=actor, most=most)


def _lights(orders: Sequence[Order], now: datetime) -> dict[UUID, Light]:
    living = Pause.objects.filter(order__in=[order.pk for order in orders], ended_at=None)
    since = dict(living.values_list("order", "since"))
    return {order.pk: light(order, paused_since=since.get(order.pk), now=now) for order in orders}
