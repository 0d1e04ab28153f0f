"""The phone desk: one page on which a call is written down while somebody speaks, by keyboard alone."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.kernel.text import storable
from lacarte.loop.needs.actions import NeedRefusedError, receive
from lacarte.loop.needs.cases.following import FollowingRefusedError, follow
from lacarte.loop.needs.messages.expecting import expected
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.needs.queries import people_seen_by, visible
from lacarte.loop.needs.urgency.judging import Judgement, advice_of
from lacarte.pages.desk.access import official
from lacarte.pages.desk.call import Call, Sent, note_sent, sent_lately
from lacarte.pages.desk.finding import two_facts
from lacarte.pages.desk.looking import Looked, look
from lacarte.pages.desk.register_form import ACCEPTED, Register
from lacarte.pages.desk.spelling import spoken
from lacarte.registers.people.finding import TooFewFactsError, find
from lacarte.registers.people.models import Person


@login_required
@require_http_methods(["GET", "POST"])
def register(request: HttpRequest) -> HttpResponse:
    """The page. Posted, it is looked at once more, or sent; nothing that was typed is lost either way."""
    user = official(request, Action.REGISTER)
    if request.method == "GET":
        call = Call.of(request.session, user)
        form = Register(call.data())
        form.offer_choices()
        return _page(request, call, form, look(call, form, user))
    act = request.POST.get("act", "send")
    call = Call.posted(request.POST, user)
    if act == "forget":
        call.forget(request.session)
        return redirect("desk-register")
    if act != "send" or "accept" in request.POST:
        form, looked = _looked(request, call, user)
        form.offer_choices()
        return _page(request, call, form, looked)
    return _send(request, call, user)


@login_required
@require_POST
def look_again(request: HttpRequest) -> HttpResponse:
    """What is suggested now, as a part of the page; what was typed is kept on the way."""
    user = official(request, Action.REGISTER)
    call = Call.posted(request.POST, user)
    form, looked = _looked(request, call, user)
    asked = request.POST.get("asked", "")
    shown = _shown(call, form, looked) | {"other_questions": asked != (looked.kind.code if looked.kind else "")}
    return HttpResponse(
        render_to_string("desk/register_looked.html", shown)
    )  # no frame: nobody waits for its queries


def _looked(request: HttpRequest, call: Call, user: User) -> tuple[Register, Looked]:
    """Take up what was accepted, look for a person where that was asked for, and keep all of it."""
    call.said |= _accepted(request.POST.get("accept", ""))
    searching = request.POST.get("act") == "find"
    problem = _search(call, user) if searching else ""
    call.keep(request.session, user, search=searching and not problem)
    form = Register(call.data())
    looked = look(call, form, user)
    looked.problem = problem or looked.problem
    return form, looked


def _search(call: Call, user: User) -> str:
    """Look for who calls. Returns why that cannot be done; empty where it could."""
    try:
        search = find(Register(call.data()).facts(), within=people_seen_by(user), reader=user)
    except TooFewFactsError:
        return two_facts()
    except ValueError as error:
        return str(error)
    call.found, call.more, call.searched = [one.key for one in search.found], search.more, True
    call.said["person"] = [""]
    return ""


def _accepted(chosen: str) -> dict[str, list[str]]:
    """The fields that a suggestion sets; what is no suggestion sets nothing."""
    try:
        sets = json.loads(chosen or "{}")
    except ValueError:
        return {}
    fields = sets.items() if isinstance(sets, dict) else ()
    return {
        name: [value] for name, value in fields if name in ACCEPTED and isinstance(value, str) and storable(value)
    }


def _page(request: HttpRequest, call: Call, form: Register, looked: Looked, status: int = 200) -> HttpResponse:
    shown = _shown(call, form, looked) | {
        "errors_on_page": bool(form.is_bound and form.errors),
        "sent_lately": sent_lately(request.session),
    }
    return render(request, "desk/register.html", shown, status=status)


def _shown(call: Call, form: Register, looked: Looked) -> dict[str, Any]:
    return {"call": call, "form": form, "looked": looked}


def _send(request: HttpRequest, call: Call, user: User) -> HttpResponse:
    """Write the need down, or say what is missing."""
    earlier = call.sent()
    if earlier is not None and earlier.text == "".join(call.said.get("text", [])).strip():
        return redirect("desk-told", earlier.reference)  # pressed twice
    if earlier is not None:  # another window went on with it; this is another call
        call.token = Call().token
    call.keep(request.session, user)
    form = Register(call.data(), sent=True)
    form.offer_choices()
    looked, status = look(call, form, user), 422
    form.where_known = looked.where_known
    if form.is_valid():
        try:
            sent = _written_down(call, form, looked, user)
        except (NeedRefusedError, FollowingRefusedError) as error:
            form.add_error(None, str(error))
        except PermissionDenied:
            status = 403
            form.add_error(
                None, _("Your mandate does not cover this service here. Nothing was sent; what you typed is kept.")
            )
        else:
            call.forget(request.session)
            note_sent(request.session, sent)
            return redirect("desk-told", sent.reference)
    return _page(request, call, form, looked, status)


def _written_down(call: Call, form: Register, looked: Looked, user: User) -> Sent:
    """The need, or whose need it is that the caller follows. What is beyond the mandate is undone."""
    said, place = form.cleaned_data, form.chosen_place()
    person = _person(form, looked)
    language = said["language"] or get_language()
    if said["same"]:
        return Sent(_followed(said["same"], person, user).reference, language, followed=True)
    need = receive(
        text=said["text"],
        channel=Channel.PHONE,
        service_type=form.chosen_service(),
        region=form.chosen_region() or (place.region if place else None),
        longitude=place.longitude if place else None,
        latitude=place.latitude if place else None,
        address=said["address"] or (str(place) if place else ""),
        answers=said["answers"],
        person=person,
        actor=user,
        external_id=call.external_id,
        also=lambda need: require(user, Action.REGISTER, need),
    )
    return Sent(need.reference, language)


def _person(form: Register, looked: Looked) -> Person | None:
    """Who calls: the person that was chosen, or a new one; nobody where nothing is known of them."""
    said = form.cleaned_data
    if looked.caller is not None:
        return Person.objects.select_related("household__region").get(pk=looked.caller.key)
    if not (said["name"] or said["phone"]):
        return None
    return Person(
        name=said["name"], phone=said["phone"], birth_year=said["birth_year"], language=said["language"] or "en"
    )


@transaction.atomic
def _followed(reference: str, person: Person | None, user: User) -> Need:
    need = Need.objects.filter(reference=reference).first()
    if need is None:
        raise FollowingRefusedError(_("There is no such need any more. Send it as one of its own."))
    if person is None:
        raise FollowingRefusedError(
            _("Who is to be told how it goes? Write down a name or a phone number, or take the suggestion back.")
        )
    if person._state.adding:
        person.save()
    follow(need, person, actor=user)
    return need


@login_required
@require_GET
def told(request: HttpRequest, reference: str) -> HttpResponse:
    """What the caller is told at the end: the reference to be read out, what happens next, and by when."""
    user = official(request, Action.REGISTER)
    sent = next((one for one in sent_lately(request.session) if one.reference == reference), None)
    need = (
        Need.objects.select_related("service_type", "region", "understanding").filter(reference=reference).first()
    )
    if sent is None or need is None:
        raise Http404(_("This call is not among your last ones."))
    with override(sent.language):
        judged = advice_of(need.understanding.rules) if hasattr(need, "understanding") else Judgement(None)
        shown = {
            "sent": sent,
            "need": need,
            "service": str(need.service_type) if need.service_type_id else "",
            "judged": judged,
            "signs": spoken(reference, sent.language),
            "expected": expected(need),
            "readable": visible(user).filter(pk=need.pk).exists(),
            "told": sent_lately(request.session)[1:],
        }
    return render(request, "desk/register_told.html", shown)
