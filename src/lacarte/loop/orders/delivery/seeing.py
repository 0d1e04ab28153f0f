"""As what somebody acts on an order, and what of it they may read: by conditions in the queries themselves."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may, require
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Contribution, Note, Order
from lacarte.loop.orders.queries import orders_of_members
from lacarte.loop.orders.states import Who
from lacarte.registers.people.queries import note_look, read_personal
from lacarte.registers.providers.access import member_of
from lacarte.registers.providers.models import Provider

_SEES = {
    Contribution.Sees.PART: ("name", "phone"),
    Contribution.Sees.ALL: ("name", "phone", "email", "birth_year"),
}
#: While a part is in one of these, its body works on the order.
LIVING = (Contribution.State.REQUESTED, Contribution.State.ACCEPTED, Contribution.State.IN_PROGRESS)


def locked(order: Order) -> tuple[Order, Need]:
    """An order and its need; nobody else changes the order until the transaction ends."""
    Order.objects.select_for_update().get(pk=order.pk)  # alone: PostgreSQL would lose it if a join changed
    found = Order.objects.select_related("hold", "offer_at_place").get(pk=order.pk)
    need = Need.objects.select_related("person__user", "service_type", "region").get(pk=found.need_id)
    return found, need


def who_is(user: User, order: Order, need: Need) -> Who:
    """As what ``user`` acts on the order of a need: its resident, the provider's, or an official with a mandate.

    Raises ``PermissionDenied`` for anybody else.
    """
    if need.person is not None and need.person.user_id == user.pk:
        return Who.RESIDENT
    if orders_of_members(user).filter(pk=order.pk).exists():
        return Who.PROVIDER
    require(user, Action.WORK, need)
    return Who.WORKER


def require_part(user: User, order: Order, need: Need) -> Who:
    """As :func:`who_is`, for what a resident never does. Raises ``PermissionDenied``."""
    who = who_is(user, order, need)
    if who == Who.RESIDENT:
        raise PermissionDenied(_("Only the provider or an official does this."))
    return who


def require_member(user: User, provider: Provider) -> None:
    """Raise ``PermissionDenied`` unless ``user`` works for ``provider``."""
    if not Provider.objects.filter(member_of(user), pk=provider.pk).exists():
        raise PermissionDenied(_("Only members of “%(provider)s” do this.") % {"provider": provider})


def bodies_of(user: User) -> QuerySet[Provider]:
    """The providers that ``user`` works for."""
    return Provider.objects.filter(member_of(user))


def contributions_of(user: User) -> QuerySet[Contribution]:
    """The parts that the bodies of ``user`` were asked for, and those of the orders that they lead or oversee."""
    asked = Q(provider__in=bodies_of(user).values("pk"))
    leads = Q(order__in=orders_of_members(user).values("pk"))
    return Contribution.objects.filter(asked | leads | may(user, Action.READ, "order__need__"))


def notes_for(user: User, *orders: Order) -> QuerySet[Note]:
    """The notes of orders that ``user`` may read, oldest first.

    Officials read all. Who leads it, or works on a part of it, reads their own, those for all and those for them.
    """
    bodies = bodies_of(user).values("pk")
    named = Exists(Note.bodies.through.objects.filter(note=OuterRef("pk"), provider__in=bodies))
    works = Exists(Contribution.objects.filter(order=OuterRef("order"), provider__in=bodies, state__in=LIVING))
    leads = Q(order__in=orders_of_members(user).values("pk"))
    among = (works | leads) & (Q(for_all=True) | Q(author=user) | Q(provider__in=bodies) | named)
    of_these = Note.objects.filter(order__in=[order.pk for order in orders])
    readable = of_these.filter(among | may(user, Action.READ, "order__need__"))
    return readable.select_related("author", "provider").prefetch_related("bodies")


def read_for_part(part: Contribution, *, reader: User, purpose: str) -> dict[str, Any]:
    """What a body may read of whose order it is, for its part of it; the read is logged for that person.

    With all that identifies comes where they need it. Empty where it may read nothing or the order is nobody's.
    Raises ``PermissionDenied`` for anybody but a member of the body while it works on its part, ``ValueError``
    without a purpose.
    """
    require_member(reader, part.provider)
    now = Contribution.objects.select_related("order__need__person").get(pk=part.pk)
    if now.state not in LIVING or now.order.ended_at is not None:
        raise PermissionDenied(_("This part has ended: what identifies somebody is not shown any more."))
    fields, person = _SEES.get(Contribution.Sees(now.sees), ()), now.order.need.person
    if not fields or person is None:
        return {}
    told = read_personal(person, reader=reader, fields=fields, purpose=purpose)
    if now.sees == Contribution.Sees.ALL:
        note_look(person, reader=reader, purpose=purpose)
        told["address"] = now.order.need.address
    return told
