"""Taking what somebody says for their list: a fact, where they are, or that all of it is to be forgotten."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.pages.resident.draft import account_person, person_of
from lacarte.pages.resident.menu.forms import FactForm, Place
from lacarte.pages.resident.menu.said import Said
from lacarte.registers.entitlement.interview.withholding import ask_again, withhold
from lacarte.registers.people.circumstances import FACTS
from lacarte.registers.people.mandates import WRITE, held_by, mandate_of, note_act
from lacarte.registers.people.saying import remember

#: The list is for oneself.
ME = "me"


@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest) -> HttpResponse:
    """Take one fact and go back to the list; what is no answer is asked again on a page of its own."""
    given = request.POST if request.method == "POST" else request.GET
    kind, back = given.get("kind", ""), back_of(request)
    if kind not in FACTS:
        return redirect(back)
    if request.method == "POST" and "again" in request.POST:
        return _ask_again(request, kind)
    if request.method == "POST" and "skip" in request.POST:
        return _answered(request, kind, None)
    form = FactForm(kind, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _answered(request, kind, form.cleaned_data["value"])
    shown = {"form": form, "back": back, "errors_on_page": bool(form.errors)}
    return render(request, "resident/menu/fact.html", shown, status=422 if form.errors else 200)


def _answered(request: HttpRequest, kind: str, value: Any) -> HttpResponse:
    said, person = Said.of(request.session), person_of(request.user)
    said.answer(kind, value)
    said.keep(request.session)
    if person is not None and not said.whose:  # of somebody else it stays in this session
        if value is None:
            withhold(person, kind)
        else:
            ask_again(person, kind)
    return redirect(back_of(request))


def _ask_again(request: HttpRequest, kind: str) -> HttpResponse:
    """Forget that they would rather not say a fact, and ask for it."""
    said, person = Said.of(request.session), person_of(request.user)
    said.ask_again(kind)
    said.keep(request.session)
    if person is not None and not said.whose:
        ask_again(person, kind)
    return redirect(f"{reverse('menu-answer')}?{urlencode({'kind': kind, 'next': back_of(request)})}")


@require_http_methods(["GET", "POST"])
def where(request: HttpRequest) -> HttpResponse:
    """Take where somebody is, or that they would rather not say."""
    back = back_of(request)
    form = Place(request.POST if request.method == "POST" else None)
    said = Said.of(request.session)
    if request.method == "POST" and "skip" in request.POST:
        said.where, said.longitude, said.latitude, said.region, said.nowhere = "", None, None, None, True
        said.keep(request.session)
        return redirect(back)
    if request.method == "POST" and form.is_valid():
        form.answer(said)
        said.keep(request.session)
        return redirect(back)
    shown = {"form": form, "back": back, "errors_on_page": bool(form.errors)}
    return render(request, "resident/menu/where.html", shown, status=422 if form.errors else 200)


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Drop what was said."""
    Said.forget(request.session)
    messages.success(request, _("What you had told us is deleted."))
    return redirect(back_of(request))


@require_POST
@login_required
def whose(request: HttpRequest) -> HttpResponse:
    """Make the list for somebody else, under a mandate, or for oneself again. What was said was of another."""
    assert request.user.is_authenticated
    said, key = Said(), request.POST.get("whose", "")
    if key != ME and key_of(key) is not None and held_by(request.user).filter(pk=key).exists():
        said.whose = key
    elif key != ME:
        messages.warning(request, _("You may not act for this person (any more)."))
        return redirect(back_of(request))
    said.keep(request.session)
    return redirect(back_of(request))


@require_POST
@login_required
def remember_it(request: HttpRequest) -> HttpResponse:
    """Keep what was said with the person, so that it is said once; under a mandate it is written down for them."""
    assert request.user.is_authenticated
    said = Said.of(request.session)
    if said.whose:
        mandate = mandate_of(request.user, said.whose)
        note_act(mandate, actor=request.user, purpose=WRITE, fields="facts")
        remember(mandate.principal, said.facts)
    else:
        remember(account_person(request.user), said.facts)
    said.facts = {}
    said.keep(request.session)
    messages.success(request, _("We remember it. Your page shows it, and nobody asks you again."))
    return redirect(back_of(request))


def back_of(request: HttpRequest) -> str:
    """A page of this site to go back to."""
    said = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(said, allowed_hosts=None, require_https=False)
    return said if safe and said.startswith("/") else reverse("menu")


def key_of(said: str) -> UUID | None:
    """A key as an address or a form says it; ``None`` for what is none."""
    try:
        return UUID(said)
    except ValueError:
        return None
