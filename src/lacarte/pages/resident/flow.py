"""From question to question: which comes next, the way back, and what each page says above it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from lacarte.loop.needs.urgency.judging import Judgement, judge
from lacarte.pages.resident.alike import possibly_same
from lacarte.pages.resident.draft import STEPS, Draft
from lacarte.registers.menu.models import ServiceType


def ahead(request: HttpRequest, draft: Draft, step: str) -> HttpResponse | None:
    """To the first question without an answer, for who would skip it; past those that are not asked."""
    signed_in = request.user.is_authenticated
    first_open = draft.missing(signed_in=signed_in)
    if STEPS.index(step) > STEPS.index(first_open):
        return redirect("need-question", first_open)
    return None if step in draft.steps(signed_in=signed_in) else go_on(request, draft)


def around(request: HttpRequest, draft: Draft, step: str) -> dict[str, Any]:
    """What every page of the questions shows: the way back, and advice where there may be danger."""
    asked = draft.steps(signed_in=request.user.is_authenticated)
    before = [name for name in asked[: asked.index(step)] if name != "same"]
    back = reverse("need-question", args=[before[-1]]) if before else reverse("home")
    return {
        "step": step,
        "steps": asked,
        "back": back,
        "advice": advice_for(draft.text or "", draft.service_type()),
    }


def advice_for(text: str, service_type: ServiceType | None) -> Judgement | None:
    """What has to be said at once to somebody who may be in danger."""
    judged = judge(text, service_type=service_type, month=timezone.localdate().month) if text else None
    return judged if judged and judged.advice else None


def go_on(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Keep the draft and go to the next question."""
    signed_in = request.user.is_authenticated
    if draft.missing(signed_in=signed_in) == "same" and not possibly_same(draft):
        draft.different, draft.look_again = draft.different or [], False
    draft.keep(request.session)
    return redirect(next_address(request, draft))


def next_address(request: HttpRequest, draft: Draft) -> str:
    """The page of the first question without an answer, or the check."""
    step = draft.missing(signed_in=request.user.is_authenticated)
    return reverse("need-check") if step == "check" else reverse("need-question", args=[step])
