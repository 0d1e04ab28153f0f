"""The desk: the queue, one need, and needs told over the phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.objecting import ObjectionRefusedError
from lacarte.kernel.permissions import Action, may_anywhere, permitted
from lacarte.kernel.presence import be_at, others_at
from lacarte.loop.matching.explaining import in_words
from lacarte.loop.matching.models import Objection
from lacarte.loop.matching.objections import answer, newest_objection
from lacarte.loop.matching.queries import why_unserved
from lacarte.loop.needs.actions import classify
from lacarte.loop.needs.cases.joining import JoiningRefusedError
from lacarte.loop.needs.messages.conversation import timeline_beside
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.queries import match_of, newest_order
from lacarte.loop.orders.working.seeing import workers_of
from lacarte.loop.priority.explaining import weight_of
from lacarte.pages.delivering.access import as_seen
from lacarte.pages.delivering.lists import to_decide
from lacarte.pages.delivering.showing import shown_of
from lacarte.pages.design.map import region_map
from lacarte.pages.desk import queue as keys
from lacarte.pages.desk.access import looked_at, official, readable
from lacarte.pages.desk.bulk_forms import many_beside
from lacarte.pages.desk.conversation import talk
from lacarte.pages.desk.forms import Answer, Classify, Search
from lacarte.pages.desk.holding import held
from lacarte.pages.desk.joining import same_thing
from lacarte.pages.desk.lists import lists_beside
from lacarte.pages.desk.offering import may_be_sent
from lacarte.pages.desk.parts import said_urgent
from lacarte.pages.desk.person import hear_purpose, person_shown
from lacarte.pages.desk.queries import asked_by, counts, queue, tabs
from lacarte.pages.desk.urgency_form import UrgencyForm
from lacarte.pages.desk.working import working
from lacarte.registers.places.outlines import districts

_PAGE = 50


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The queue: what is most pressing first."""
    user = official(request, Action.READ)
    form = Search(request.GET)
    lists = tabs()
    chosen = next((tab for tab in lists if tab.key == request.GET.get("list")), lists[0])
    asked = asked_by(user, form.filters())
    try:
        page = queue(asked, chosen, after=request.GET.get("after", ""), most=_PAGE)
    except ValueError:
        return redirect(f"{request.path}?{_without(request, 'after')}")
    later = "numbers" in request.GET  # they were asked for by themselves, after the page
    many = counts(asked, lists, within=0 if later else keys.AT_ONCE_MS)
    shown = lists_beside(user, form, chosen.key) | {
        "search": form,
        "tabs": [(tab, many[tab.key]) for tab in lists],
        "counted_to": keys.MOST_COUNTED,
        "numbers_later": not (later or asked.words) and None in many.values(),
        "chosen": chosen,
        "page": page,
        "workers": workers_of([need.reference for need in page.needs]),
        "now": clock.now(),
        "kept": _without(request, "list", "after", "numbers"),
        "same": _without(request, "numbers"),
        "many": many_beside(request) if may_anywhere(user, Action.WORK) else None,
        "may_register": may_anywhere(user, Action.REGISTER),
        "may_keep_mandates": may_anywhere(user, Action.KEEP_MANDATES),
        "to_decide": to_decide(user),
    }
    return render(request, "desk/queue.html", shown)


def _without(request: HttpRequest, *names: str) -> str:
    kept = request.GET.copy()
    for name in names:
        kept.pop(name, None)
    return str(kept.urlencode())


@login_required
@never_cache
@require_GET
def one_need(request: HttpRequest, reference: str) -> HttpResponse:
    """All an official needs to work on one need."""
    user = official(request, Action.READ)
    need = readable(user, reference)
    looked_at(need, user)
    return _show(request, user, need)


def _show(request: HttpRequest, user: User, need: Need, status: int = 200, **more: Any) -> HttpResponse:
    order = newest_order(need)
    may_work = permitted(Need.objects.filter(pk=need.pk), user, Action.WORK).exists()
    points = (
        [] if need.longitude is None or need.latitude is None else [(need.longitude, need.latitude, need.address)]
    )
    be_at(user, need.pk)
    shown = {
        "need": need,
        "order": order,
        "others": others_at(user, need.pk),
        **_decision(need, order, may_work),
        "held": held(need),
        "weight": weight_of(need),
        "events": timeline_beside(need, inside=True),
        **talk(need, may_work=may_work),
        **same_thing(need, user, may_work=may_work),
        "may_work": may_work,
        **working(need, user, may_work=may_work),
        **(shown_of(as_seen(user, order)) if order else {}),
        "said": said_urgent(need),
        "urgency_form": UrgencyForm.of(need) if may_work and need.closed_at is None else None,
        "classify": Classify(None, need=need) if may_work and need.state == Need.State.OPEN else None,
        "may_send": may_work and may_be_sent(need),
        **person_shown(need, user),
        "map": region_map("", districts(), words=str(need.region), points=points) if points else None,
    }
    return render(request, "desk/need.html", shown | more, status=status)


def _decision(need: Need, order: Order | None, may_work: bool) -> dict[str, Any]:
    """Why the need has this offer, or none; what somebody objects to, and the form to answer."""
    match, objection = match_of(order) if order else None, newest_objection(need)
    about = match if need.state != Need.State.OPEN else why_unserved(need.pk)
    unanswered = objection is not None and objection.state == Objection.State.OPEN
    return {
        "match": match,
        "sentences": in_words(about) if about else (),
        "objection": objection,
        "had_told": in_words(objection) if objection else (),
        "answer": Answer(None, objection=objection) if may_work and objection and unanswered else None,
    }


@login_required
@require_POST
def classify_need(request: HttpRequest, reference: str) -> HttpResponse:
    """Set which service the need calls for."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    form = Classify(request.POST, need=need)
    if not form.is_valid():
        return _show(request, user, need, status=422, classify=form, errors_on_page=True)
    try:
        classify(need, service_type=form.chosen(), actor=user)
    except JoiningRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-need", need.reference)


@login_required
@require_POST
def answer_objection(request: HttpRequest, reference: str) -> HttpResponse:
    """Uphold the objection of the need, or not."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    objection = newest_objection(need)
    if objection is None:
        raise Http404
    form = Answer(request.POST, objection=objection)
    if not form.is_valid():
        return _show(request, user, need, status=422, answer=form, errors_on_page=True)
    try:
        answer(objection, upheld=form.cleaned_data["upheld"], words=form.cleaned_data["words"], actor=user)
    except ObjectionRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-need", need.reference)


@login_required
@require_POST
def reveal_person(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what the name and phone number are read for; the page then shows them and writes that down."""
    user = official(request, Action.READ)
    need = readable(user, reference)
    hear_purpose(request, need, user)
    return redirect(f"{reverse('desk-need', args=[need.reference])}#person")
