"""The needs and orders that an act on many is for, read with a constant number of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Value

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may, permitted
from lacarte.loop.needs.models import Need, ReadyAnswer
from lacarte.loop.needs.queries import visible
from lacarte.loop.orders.delivery.handing_over import could_go_to
from lacarte.loop.orders.delivery.seeing import LIVING
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.working.seeing import at_work
from lacarte.registers.menu.models import ServiceType


@dataclass(frozen=True)
class Row:
    """A need with its order, the named or the newest one, and what an official may do with it.

    ``works_then``: they would work on it as the service that was chosen; ``fits``: the ready answer is for it;
    ``could_go``: the provider that was chosen could take the order over.
    """

    need: Need
    order: Order | None
    works: bool
    works_then: bool
    fits: bool
    parts: int  # of the order, that have not ended
    worker: UUID | None
    could_go: bool = False

    def seen(self) -> dict[str, Any]:
        """What the official decides on, as JSON; it is compared when it is done."""
        return {
            "version": self.order.version if self.order else None,
            "state": self.need.state,
            "service": self.need.service_type_id,
            "urgency": self.need.urgency,
            "worker": str(self.worker) if self.worker else None,
        }


def rows_of(
    user: User, needs: Sequence[UUID], orders: Sequence[UUID] = (), *, said: Mapping[str, str] | None = None
) -> list[Row]:
    """The needs with these keys, and those of these orders, that ``user`` may read, each once, in this order."""
    said = said or {}
    named = {order.need_id: order for order in _orders(Q(pk__in=orders))} if orders else {}
    at = {pk: n for n, pk in enumerate(orders)}
    keys = list(dict.fromkeys([*needs, *sorted(named, key=lambda need: at[named[need].pk])]))
    found = {need.pk: need for need in visible(user).filter(pk__in=keys).order_by()}
    newest = {order.need_id: order for order in _orders(Q(need__in=keys)).order_by("requested_at", "pk")} | named
    here = Need.objects.filter(pk__in=keys).order_by()
    works = set(permitted(here, user, Action.WORK).values_list("pk", flat=True))
    then = ServiceType.objects.filter(code=said["service"]).first() if said.get("service") else None
    works_then = works if then is None else _works_as(user, here, then)
    answers = ReadyAnswer.objects.select_related("service_type").filter(active=True)
    answer = answers.filter(code=said["answer"]).first() if said.get("answer") else None
    could_go = _could_go([order.pk for order in newest.values()], said.get("provider", ""))
    workers = dict(at_work().filter(need__in=keys).values_list("need", "official"))
    return [
        Row(
            need=found[key],
            order=newest.get(key),
            works=key in works,
            works_then=key in works_then,
            fits=answer is not None and _is_for(answer, found[key]),
            parts=newest[key].living_parts if key in newest else 0,  # type: ignore[attr-defined]
            worker=workers.get(key),
            could_go=key in newest and newest[key].pk in could_go,
        )
        for key in keys
        if key in found
    ]


def _orders(which: Q) -> QuerySet[Order]:
    living = Count("contributions", filter=Q(contributions__state__in=LIVING))
    return Order.objects.filter(which).annotate(living_parts=living).select_related("need")


def _could_go(orders: list[UUID], provider: str) -> set[UUID]:
    """Those that a provider could be asked to take over."""
    if not provider:
        return set()
    rows = Order.objects.filter(could_go_to(UUID(provider)), pk__in=orders).order_by()
    return set(rows.values_list("pk", flat=True))


def _works_as(user: User, needs: QuerySet[Need], kind: ServiceType) -> set[UUID]:
    """Those that ``user`` would work on if they called for another service."""
    then = needs.annotate(then=Value(kind.number))
    return set(then.filter(may(user, Action.WORK, service_at="then")).values_list("pk", flat=True))


def _is_for(answer: ReadyAnswer, need: Need) -> bool:
    return answer.service_type is None or need.service_type_id in answer.service_type.interval
