"""The orders that were sent to a provider: accepted or returned, worked on, done. For its members alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.queries import orders_of_members
from lacarte.loop.orders.seen import Filters, orders_seen_by
from lacarte.pages.delivering.access import WITH, as_seen
from lacarte.pages.delivering.showing import booked_of, shown_of
from lacarte.pages.desk.person import hear_purpose, person_shown
from lacarte.pages.provider.access import is_member, page, provider_of, who
from lacarte.pages.provider.queries import counts, order_tabs, orders
from lacarte.registers.people.queries import note_look

_PAGE = 30
_PURPOSE = "work on this need"


@login_required
@require_GET
def queue(request: HttpRequest, code: str) -> HttpResponse:
    """The provider's own orders: first those that wait for its answer."""
    provider = provider_of(request, code)
    if not is_member(request, provider):
        raise Http404(_("Only members of the provider see its orders."))
    user, tabs = who(request), order_tabs()
    chosen = next((tab for tab in tabs if tab.key == request.GET.get("list")), tabs[0])
    listed = Filters(provider=provider, states=sorted(chosen.states))
    try:
        found = orders_seen_by(user, listed, sort=chosen.sort, after=request.GET.get("after", ""), most=_PAGE)
    except ValueError:  # no such page
        return redirect(f"{request.path}?list={chosen.key}")
    mine = orders(user, provider)
    records = list(mine.filter(pk__in=[one.pk for one in found.orders]))
    booked = dict(zip((one.pk for one in records), booked_of(records), strict=True))
    return page(
        request,
        provider,
        "orders",
        "orders",
        tabs=counts(mine, tabs),
        chosen=chosen,
        found=found,
        rows=[(one, booked.get(one.pk, "")) for one in found.orders],
        now=clock.now(),
    )


@login_required
@never_cache
@require_GET
def order(request: HttpRequest, key: UUID) -> HttpResponse:
    """One order; that it was looked at is written down for whose it is."""
    found = _mine(request, key)
    if found.need.person is not None:
        note_look(found.need.person, reader=who(request), purpose=_PURPOSE)
    return _show(request, found)


@login_required
@require_POST
def reveal(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say what the name and phone number are read for; the page then shows them and writes that down."""
    found = _mine(request, key)
    if found.ended_at:
        raise Http404
    hear_purpose(request, found.need, who(request))
    return redirect(f"{reverse('provider-order', args=[found.pk])}#person")


def _mine(request: HttpRequest, key: UUID) -> Order:
    found = orders_of_members(who(request)).filter(pk=key).select_related(*WITH).first()
    if found is None:
        raise Http404(_("There is no such order, or it was sent to another provider."))
    return found


def _show(request: HttpRequest, found: Order, **more: Any) -> HttpResponse:
    shown: dict[str, Any] = {
        **shown_of(as_seen(who(request), found)),
        "order": found,
        "need": found.need,
        **person_shown(found.need, who(request), may_say=found.ended_at is None),
        "events": [event for event in timeline(found.need.pk) if event.payload.get("order") == str(found.pk)],
    }
    return page(request, found.offer_at_place.offer.provider, "orders", "order", **shown, **more)
