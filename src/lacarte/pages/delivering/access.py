"""Who may open which order, and as what they see it; what is not theirs is not there."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.seeing import who_is
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.seen import seen
from lacarte.loop.orders.states import Who

#: What the pieces show of an order, read at once.
WITH = (
    *("need__service_type", "need__region", "need__person", "offer_at_place__region", "hold__lot"),
    "offer_at_place__offer__provider",
)


@dataclass(frozen=True)
class Seen:
    """An order, who looks at it, and as what; ``works`` says whether they may do anything with it."""

    order: Order
    need: Need
    user: User
    who: Who
    works: bool

    @property
    def page(self) -> str:
        """The address of the page on which they work on it."""
        if self.who == Who.PROVIDER:
            return reverse("provider-order", args=[self.order.pk])
        return reverse("desk-need", args=[self.need.reference])


def order_of(request: HttpRequest, key: UUID) -> Seen:
    """The order, as whoever asks sees it; ``Http404`` for one that they may not see."""
    assert request.user.is_authenticated  # login_required
    found = Order.objects.filter(seen(request.user), pk=key).select_related(*WITH).first()
    if found is None:
        raise Http404(_("There is no such order, or it is not yours to work on."))
    return as_seen(request.user, found)


def as_seen(user: User, order: Order) -> Seen:
    """An order that ``user`` may see, as what they see it: their own need and a mandate to read allow nothing."""
    try:
        who = who_is(user, order, order.need)
    except PermissionDenied:
        return Seen(order, order.need, user, Who.WORKER, works=False)
    return Seen(order, order.need, user, who, works=who != Who.RESIDENT)
