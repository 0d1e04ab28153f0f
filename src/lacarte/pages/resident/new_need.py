"""Telling a need: one question a page, then a check, then it is sent."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lacarte.kernel.rate_limit import note_trouble
from lacarte.loop.needs.actions import NeedRefusedError, receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.pages.design.answers import told
from lacarte.pages.resident.access import opens
from lacarte.pages.resident.alike import note_different
from lacarte.pages.resident.defence import NotYet, Tokens, not_yet, trapped, why_read_first, work_for
from lacarte.pages.resident.draft import SESSION_KEY, Draft, account_person
from lacarte.pages.resident.flow import ahead, around, go_on
from lacarte.pages.resident.menu_search.counting import not_left
from lacarte.pages.resident.photos import photos
from lacarte.pages.resident.questions import Contact, Kind, Question, What, When, chosen_from_menu
from lacarte.pages.resident.questions_more import More
from lacarte.pages.resident.questions_where import Where, Which
from lacarte.pages.resident.same import same
from lacarte.registers.people.models import Person

_TOKENS = Tokens(SESSION_KEY, "sent")
#: Questions that are more than a form.
_OWN_PAGES = {"photos": photos, "same": same}
_FORMS: dict[str, type[Question]] = {
    "what": What,
    "kind": Kind,
    "where": Where,
    "which": Which,
    "more": More,
    "when": When,
    "contact": Contact,
}


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, step: str) -> HttpResponse:
    """Ask one question and go to the next that has no answer."""
    if step in _OWN_PAGES:
        return _OWN_PAGES[step](request)
    draft = Draft.of(request.session)
    if request.method == "POST":
        return _answer(request, step, draft)
    return ahead(request, draft, step) or _ask(
        request, step, draft, _FORMS[step](None, draft=draft, user=request.user)
    )


def _answer(request: HttpRequest, step: str, draft: Draft) -> HttpResponse:
    if step == "what" and "anew" in request.POST and draft.text is not None:
        draft = Draft()
    if moved := ahead(request, draft, step):
        return moved
    form = _FORMS[step](request.POST, draft=draft, user=request.user)
    draft.trap = draft.trap or trapped(request)
    if not form.is_valid():
        return _ask(request, step, draft, form)
    form.answer()
    return go_on(request, draft)


def _ask(request: HttpRequest, step: str, draft: Draft, form: Question) -> HttpResponse:
    shown = {"form": form, "service": draft.service_type(), **around(request, draft, step)}
    return render(request, "resident/question.html", shown | {"errors_on_page": bool(form.errors)})


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Order a service from the menu: what it is for is the only thing left to say about it."""
    chosen = chosen_from_menu(request.POST.get("service", ""))
    if chosen is None:
        messages.warning(request, _("This service is not on the menu any more. Please choose another."))
        return redirect("home")
    not_left(request)
    Draft(service=chosen.code, from_menu=True).keep(request.session)
    return redirect("need-question", "what")


@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Drop what was told so far."""
    Draft.of(request.session).forget(request.session)
    messages.success(request, _("What you had told us is deleted."))
    return redirect("home")


@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Show the answers; send them when they are right. Sent again, from wherever, it is the same need."""
    if sent := _sent_before(request):
        return _thank(request, sent)
    draft = Draft.of(request.session)
    step = draft.missing(signed_in=request.user.is_authenticated)
    if step != "check":
        return redirect("need-question", step)
    if request.method == "GET":
        return _check(request, draft)
    if refused := not_yet(request, draft):
        return _check(request, draft, refused)
    try:
        need = _send(request, draft)
    except NeedRefusedError as error:
        return _check(request, draft, NotYet(str(error)))
    return _thank(request, need)


def _sent_before(request: HttpRequest) -> Need | None:
    """The need that was made of the draft on this page already: in another window, or by a second click."""
    token = _TOKENS.posted(request)
    return Need.objects.filter(external_id=Draft(token=token).external_id).first() if token else None


def _check(request: HttpRequest, draft: Draft, refused: NotYet | None = None) -> HttpResponse:
    shown = {
        "draft": draft,
        "service": draft.service_type(),
        "region": draft.chosen_region(),
        "place": draft.named_place(),
        "told": told(draft.questions(), draft.answers or {}, parse_date(draft.since or ""), draft.times),
        "uploads": draft.uploads(),
        "contact": [part for part in (draft.name, draft.phone, draft.email) if part],
        "refused": refused.words if refused else "",
        "work": work_for(draft),
        **around(request, draft, "check"),
    }
    return render(request, "resident/check.html", shown, status=refused.status if refused else 200)


def _send(request: HttpRequest, draft: Draft) -> Need:
    longitude, latitude = draft.point()
    need = receive(
        text=draft.text or "",
        channel=Channel.WEB,
        service_type=draft.service_type(),
        person=_person(request, draft),
        region=draft.chosen_region(),
        address=draft.told_place(),
        longitude=longitude,
        latitude=latitude,
        answers=draft.answers,
        attachments=draft.uploads(),
        since=parse_date(draft.since or ""),
        times=draft.times,
        actor=request.user if request.user.is_authenticated else None,
        external_id=draft.external_id,
        held=why_read_first(request, draft),
        also=lambda need: note_different(need, draft),
    )
    if need.state == Need.State.HELD:
        note_trouble()
    return need


def _person(request: HttpRequest, draft: Draft) -> Person | None:
    """Who asks: the person of the account, made on their first need; or the one who left a way to reach them."""
    if request.user.is_authenticated:
        return account_person(request.user)
    if draft.name or draft.phone or draft.email:
        language = get_language() or ""
        return Person(name=draft.name or "", phone=draft.phone, email=draft.email, language=language)
    return None


def _thank(request: HttpRequest, need: Need) -> HttpResponse:
    draft = Draft.of(request.session)
    if need.external_id == draft.external_id:
        draft.forget(request.session)
    _TOKENS.note_sent(request, (need.external_id or "").removeprefix("web:"))
    opens(request, need)
    request.session["thanked"] = need.reference
    return redirect("need", need.reference)
