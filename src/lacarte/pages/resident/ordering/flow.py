"""From page to page of an order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.loop.needs.urgency.judging import Judgement
from lacarte.pages.resident.flow import advice_for
from lacarte.pages.resident.ordering.draft import STEPS, OrderDraft
from lacarte.registers.menu.models import Hold


def ahead(draft: OrderDraft, step: str) -> HttpResponse | None:
    """To the first page without an answer, for who would skip it; past those that this order has not."""
    missing = draft.missing()
    if STEPS.index(step) > STEPS.index(missing):
        return redirect(address(missing))
    return None if step in draft.steps() else redirect(address(missing))


def address(step: str) -> str:
    """The address of a page."""
    if step in ("parts", "check"):
        return reverse("order-new" if step == "parts" else "order-check")
    return reverse("order-step", args=[step])


def go_on(request: HttpRequest, draft: OrderDraft) -> HttpResponse:
    """Keep the order and go to the next page."""
    draft.keep(request.session)
    return redirect(address(draft.missing()))


def around(draft: OrderDraft, step: str) -> dict[str, Any]:
    """What every page shows: the way back, what is ordered, and for how long a time is held."""
    asked = draft.steps()
    before = asked[asked.index(step) - 1] if step != "parts" else ""
    return {
        "step": step,
        "number": asked.index(step) + 1,
        "numbers": len(asked),
        "back": address(before) if before else reverse("home"),
        "services": draft.chosen(),
        "draft": draft,
        "advice": advice_on(draft),
        **held_until(draft),
    }


def advice_on(draft: OrderDraft) -> Judgement | None:
    """What has to be said at once to somebody whose notes tell of danger."""
    noted = ((draft.notes.get(service.code, ""), service) for service in draft.chosen())
    return next(filter(None, (advice_for(note, service) for note, service in noted)), None)


def held_until(draft: OrderDraft) -> dict[str, Any]:
    """Until when the times are held, and for how many minutes still (0: they may be given away by now)."""
    if not draft.holds:
        return {}
    held = Hold.objects.filter(pk__in=draft.holds.values(), holder=draft.holder, state=Hold.State.HELD)
    until: datetime | None = held.aggregate(first=Min("expires_at"))["first"]
    if until is None:
        return {}
    return {"held_until": until, "held_minutes": max(0, int((until - clock.now()).total_seconds() // 60))}
