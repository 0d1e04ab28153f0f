"""Staff, equipment, premises and money of one body, lent for the part that another does of an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.seeing import LIVING, bodies_of, locked, require_part
from lacarte.loop.orders.events import ResourceLent
from lacarte.loop.orders.models import Contribution
from lacarte.loop.orders.states import ENDED
from lacarte.registers.providers.models import Resource, ResourceHold
from lacarte.registers.providers.resources import holding

_PART = "part:"


@transaction.atomic
def lend(
    part: Contribution, resource: Resource, *, units: int, since: datetime, until: datetime | None, actor: User
) -> ResourceHold:
    """Have staff, equipment, premises or funds of a body for a part of an order, for a time.

    By a member of the body whose they are, or an official. Raises ``PermissionDenied``, :class:`OrderRefusedError`
    when the part has ended, and ``ResourceRefusedError`` for more than is free.
    """
    order, need = locked(part.order)
    if not bodies_of(actor).filter(pk=resource.provider_id).exists():
        require(actor, Action.WORK, need)
    if order.state in ENDED or not Contribution.objects.filter(pk=part.pk, state__in=LIVING).exists():
        raise OrderRefusedError(_("This part has ended."))
    made = holding.hold(resource, units=units, since=since, until=until, holder=holder_of(part))
    _publish(made, part, actor, returned=False)
    return made


@transaction.atomic
def give_back(held: ResourceHold, *, actor: User) -> ResourceHold:
    """Give back what was lent for a part before its time is over; of funds, what was not spent after all.

    By whoever lent it, has it, leads the order, or an official. Raises ``PermissionDenied``,
    :class:`OrderRefusedError` when it is back already.
    """
    part = parts_of([held])[held.holder]
    order, need = locked(part.order)
    if not bodies_of(actor).filter(pk__in=[held.resource.provider_id, part.provider_id]).exists():
        require_part(actor, order, need)
    over = held.ends_at is not None and held.ends_at <= clock.now()
    if over or not holding.give_back(held):
        raise OrderRefusedError(_("This is back already."))
    _publish(held, part, actor, returned=True)
    return held


def holder_of(part: Contribution) -> str:
    """As what a part has units of resources (``ResourceHold.holder``)."""
    return f"{_PART}{part.pk}"


def lent_for(parts: Iterable[Contribution]) -> dict[UUID, list[ResourceHold]]:
    """What each part has or had, in the order of time, by its key; one query."""
    holders = {holder_of(part): part.pk for part in parts}
    found: dict[UUID, list[ResourceHold]] = defaultdict(list)
    rows = ResourceHold.objects.filter(holder__in=holders).select_related("resource__provider")
    for row in rows.order_by("starts_at", "pk"):
        found[holders[row.holder]].append(row)
    return found


def parts_of(holds: Collection[ResourceHold]) -> dict[str, Contribution]:
    """The parts that holds are for, by their holder; one query. A hold for something else has none."""
    keys = [UUID(one.holder.removeprefix(_PART)) for one in holds if one.holder.startswith(_PART)]
    rows = Contribution.objects.filter(pk__in=keys).select_related("provider", "order__need")
    return {holder_of(row): row for row in rows}


def had() -> Q:
    """A condition on holds: somebody has the units now, or is to have them; funds: they are spent."""
    return ~Q(state=ResourceHold.State.RELEASED) & (Q(ends_at=None) | Q(ends_at__gt=clock.now()))


def lent_to_nobody() -> list[UUID]:
    """The keys of what is still lent for parts that have ended, or that are not there: for ``lacarte check``."""
    now = clock.now()
    lent = ResourceHold.objects.exclude(state=ResourceHold.State.RELEASED).filter(ends_at__gt=now)
    rows = list(lent.filter(holder__startswith=_PART).values_list("pk", "holder"))
    keys = {UUID(holder.removeprefix(_PART)) for _key, holder in rows}
    living = set(Contribution.objects.filter(pk__in=keys, state__in=LIVING).values_list("pk", flat=True))
    return sorted(key for key, holder in rows if UUID(holder.removeprefix(_PART)) not in living)


def _publish(held: ResourceHold, part: Contribution, actor: User, *, returned: bool) -> None:
    said = ResourceLent(
        order=part.order_id,
        need=part.order.need_id,
        part=part.pk,
        resource=held.resource_id,
        units=held.units,
        returned=returned,
    )
    publish(said, stream=part.order.need_id, actor=actor)
