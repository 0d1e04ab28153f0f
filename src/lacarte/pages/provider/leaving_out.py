"""A provider proposes to leave an order out of its rates; somebody else decides, and the resident reads it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lacarte.loop.orders.queries import orders_of_members
from lacarte.loop.orders.states import NOT_ANSWERED
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.exclusions import propose as propose_exclusion
from lacarte.loop.voice.models import Exclusion
from lacarte.pages.desk.heard import Propose
from lacarte.pages.provider.access import page, who


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, key: UUID) -> HttpResponse:
    """What was proposed of an order and what became of it; and the form, unless it is open or decided so."""
    mine = orders_of_members(who(request)).exclude(state__in=NOT_ANSWERED)
    order = mine.select_related("need__service_type", "offer_at_place__offer__provider").filter(pk=key).first()
    if order is None:
        raise Http404(_("There is no order that could be left out."))
    form = Propose(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            propose_exclusion(order, reason=said["reason"], words=said["words"], actor=who(request))
        except RefusedError as error:
            form.add_error("words", str(error))
        else:
            messages.success(request, _("Written down. Somebody else decides."))
            return redirect("provider-leave-out", order.pk)
    said_before = list(order.exclusions.select_related("proposed_by", "decided_by").order_by("-proposed_at"))
    stands = any(one.state in (Exclusion.State.PROPOSED, Exclusion.State.APPROVED) for one in said_before)
    return page(
        request,
        order.offer_at_place.offer.provider,
        "orders",
        "leaving_out",
        status=422 if form.errors else 200,
        order=order,
        need=order.need,
        before=said_before,
        form=None if stands and not form.errors else form,
        errors_on_page=bool(form.errors),
    )
