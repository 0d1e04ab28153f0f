"""What is done with one order; each has a page of its own, that the page of the order takes a piece of."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lacarte.kernel.permissions import Action, permitted
from lacarte.loop.orders.models import Escalation, Extension
from lacarte.pages.delivering.access import order_of
from lacarte.pages.delivering.acting import by_form
from lacarte.pages.delivering.doings import DOINGS
from lacarte.pages.delivering.forms import Decide, Grant

forms_only = require_http_methods(["GET", "POST"])


@login_required
@forms_only
def do(request: HttpRequest, key: UUID, what: str) -> HttpResponse:
    """One of all that can be done."""
    doing = DOINGS.get(what)
    if doing is None:
        raise Http404(_("There is no such page."))
    seen = order_of(request, key)
    return by_form(request, seen, partial(doing.form, seen=seen))


@login_required
@forms_only
def decide_escalation(request: HttpRequest, key: UUID) -> HttpResponse:
    """Say what was decided about a case that was brought to an official."""
    assert request.user.is_authenticated  # login_required
    row = permitted(Escalation.objects.all(), request.user, Action.WORK, "need__").filter(pk=key).first()
    if row is None:
        raise Http404(_("There is nothing to decide, or your mandate does not cover it."))
    seen = order_of(request, row.order_id)
    return by_form(request, seen, partial(Decide, seen=seen, escalation=row))


@login_required
@forms_only
def decide_extension(request: HttpRequest, key: UUID) -> HttpResponse:
    """Grant a later deadline or refuse it."""
    assert request.user.is_authenticated  # login_required
    rows = permitted(Extension.objects.all(), request.user, Action.WORK, "order__need__")
    row = rows.select_related("reason").filter(pk=key).first()
    if row is None:
        raise Http404(_("There is nothing to decide, or your mandate does not cover it."))
    seen = order_of(request, row.order_id)
    return by_form(request, seen, partial(Grant, seen=seen, extension=row))
