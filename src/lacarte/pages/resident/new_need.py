"""Telling a need: one question a page, then a check, then it is sent."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.kernel.rate_limit import allowed
from lacarte.loop.needs.actions import NeedRefusedError, receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.pages.resident.access import opens
from lacarte.pages.resident.draft import STEPS, Draft, person_of
from lacarte.pages.resident.forms import QUESTIONS, chosen_from_menu
from lacarte.registers.people.models import Person


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, step: str) -> HttpResponse:
    """Ask one question and go to the next that has no answer."""
    draft = Draft.of(request.session)
    first_open = draft.missing(signed_in=request.user.is_authenticated)
    if STEPS.index(step) > STEPS.index(first_open):
        return redirect("need-question", first_open)
    form = QUESTIONS[step](request.POST if request.method == "POST" else None, draft=draft, user=request.user)
    if request.method == "POST" and form.is_valid():
        form.answer()
        draft.keep(request.session)
        return _next(draft, signed_in=request.user.is_authenticated)
    return render(
        request,
        "resident/question.html",
        {
            "form": form,
            "step": step,
            "back": _back(step, draft),
            "service": draft.service_type(),
            "errors_on_page": bool(form.errors),
        },
    )


def _next(draft: Draft, *, signed_in: bool) -> HttpResponse:
    step = draft.missing(signed_in=signed_in)
    return redirect("need-check") if step == "check" else redirect("need-question", step)


def _back(step: str, draft: Draft) -> str:
    before = STEPS[: STEPS.index(step)]
    if draft.service and "kind" in before:
        before = tuple(name for name in before if name != "kind")
    return reverse("need-question", args=[before[-1]]) if before else reverse("home")


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Order a service from the menu: what it is for is the only thing left to say about it."""
    chosen = chosen_from_menu(request.POST.get("service", ""))
    if chosen is None:
        messages.warning(request, _("This service is not on the menu any more. Please choose another."))
        return redirect("home")
    Draft(service=chosen.code).keep(request.session)
    return redirect("need-question", "what")


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Show the answers; send them when they are right."""
    draft = Draft.of(request.session)
    step = draft.missing(signed_in=request.user.is_authenticated)
    if step != "check":
        return redirect("need-question", step)
    refused = ""
    if request.method == "POST":
        if not allowed("need", request):
            refused = _("That was a lot at once. Please wait a minute, then send it again; nothing is lost.")
        else:
            try:
                need = _send(request, draft)
            except NeedRefusedError as error:
                refused = str(error)
            else:
                Draft.forget(request.session)
                opens(request, need)
                request.session["thanked"] = need.reference
                return redirect("need", need.reference)
    shown = {"draft": draft, "service": draft.service_type(), "region": draft.place(), "refused": refused}
    return render(request, "resident/check.html", shown, status=429 if refused else 200)


@transaction.atomic
def _send(request: HttpRequest, draft: Draft) -> Need:
    person = _person(request, draft)
    return receive(
        text=draft.text or "",
        channel=Channel.WEB,
        service_type=draft.service_type(),
        person=person,
        region=draft.place(),
        address=draft.address,
        longitude=draft.longitude,
        latitude=draft.latitude,
        actor=request.user if request.user.is_authenticated else None,
    )


def _person(request: HttpRequest, draft: Draft) -> Person | None:
    """Who asks: the person of the account, made on their first need; or the one who left a way to reach them."""
    user = request.user
    if user.is_authenticated:
        return person_of(user) or Person.objects.create(
            user=user, name=user.get_full_name(), language=user.language
        )
    if draft.name or draft.phone or draft.email:
        return Person.objects.create(name=draft.name or "", phone=draft.phone, email=draft.email)
    return None
