"""Who worked together on which case, at what cost, and who lent what to whom: for planners and auditors.

No words that somebody wrote, and nothing of whose it is: they plan and oversee, they do not work on the case.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may, require_anywhere
from lacarte.loop.orders.delivery.lending import lent_for
from lacarte.loop.orders.models import Contribution, Order
from lacarte.pages.delivering.together_parts import costs_of

_PAGE = 30


@login_required
@require_GET
def together(request: HttpRequest) -> HttpResponse:
    """The cases at which several work, the newest first."""
    user = request.user
    assert isinstance(user, User)  # login_required
    require_anywhere(user, Action.PLAN)
    orders = Order.objects.filter(may(user, Action.PLAN), pk__in=Contribution.objects.values("order"))
    orders = orders.select_related("need", "service_type", "region", "offer_at_place__offer__provider")
    listed = Paginator(orders.order_by("-requested_at", "-pk"), _PAGE).get_page(request.GET.get("page"))
    return render(request, "planner/together.html", {"page": listed, **_shown(list(listed))})


def _shown(orders: list[Order]) -> dict[str, Any]:
    """Cases with their parts and costs; what was lent for them, in the order of time."""
    parts = list(Contribution.objects.filter(order__in=orders).select_related("provider").order_by("due", "pk"))
    of_order: dict[Any, list[Contribution]] = {}
    for part in parts:
        of_order.setdefault(part.order_id, []).append(part)
    references, lent = {order.pk: order.need.reference for order in orders}, lent_for(parts)
    return {
        "cases": [(order, of_order[order.pk], costs_of(of_order[order.pk])) for order in orders],
        "loans": [
            (hold, hold.resource.lent(hold.units), part, references[part.order_id])
            for part in parts
            for hold in lent[part.pk]
        ],
    }
