"""What other providers, or officials, ask somebody's providers to take over."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lacarte.loop.needs.understanding.privacy import public_text
from lacarte.loop.orders.delivery.handing_over import handovers_of, handovers_to_answer
from lacarte.loop.orders.states import Who
from lacarte.pages.delivering.access import Seen
from lacarte.pages.delivering.acting import by_form
from lacarte.pages.delivering.forms import TakeOver

_PAGE = 25


@login_required
@require_GET
def handovers(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, oldest first."""
    assert request.user.is_authenticated  # login_required
    page = Paginator(handovers_to_answer(request.user), _PAGE).get_page(request.GET.get("page"))
    return render(request, "delivering/handovers.html", {"page": page})


@login_required
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take one over, or not. It is not theirs yet: of whose it is, and of what they wrote, nothing is shown."""
    assert request.user.is_authenticated  # login_required
    asked = handovers_of(request.user).filter(pk=key).first()
    if asked is None:
        raise Http404(_("There is no such page, or it is not of a provider that you are a member of."))
    seen = Seen(asked.order, asked.order.need, request.user, Who.PROVIDER, works=True)
    make = partial(TakeOver, seen=seen, asked=asked)
    return by_form(request, seen, make, "delivering/handover.html", asked=asked, said=public_text(seen.need))
