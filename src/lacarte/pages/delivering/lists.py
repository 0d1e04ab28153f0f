"""What waits for the decision of an official: cases that were brought to them, and later deadlines."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_anywhere
from lacarte.loop.orders.delivery.escalating import open_escalations
from lacarte.loop.orders.delivery.extending import extensions_to_decide

_PAGE = 25


@login_required
@require_GET
def escalations(request: HttpRequest) -> HttpResponse:
    """Cases that somebody has to see to, first what is due first."""
    rows = open_escalations(_worker(request))
    return _page(request, "delivering/escalations.html", rows.select_related(*_WITH))


@login_required
@require_GET
def extensions(request: HttpRequest) -> HttpResponse:
    """Later deadlines that were asked for, oldest first."""
    rows = extensions_to_decide(_worker(request))
    return _page(request, "delivering/extensions.html", rows.select_related(*(f"order__{at}" for at in _WITH[:2])))


def to_decide(user: User) -> dict[str, int]:
    """How many of each wait for ``user``."""
    return {"escalations": open_escalations(user).count(), "extensions": extensions_to_decide(user).count()}


_WITH = ("need__service_type", "need__region", "order__offer_at_place__offer__provider")


def _worker(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # login_required
    require_anywhere(request.user, Action.WORK)
    return request.user


def _page(request: HttpRequest, template: str, rows: QuerySet[Any]) -> HttpResponse:
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    return render(request, template, {"page": page, "now": clock.now()})
