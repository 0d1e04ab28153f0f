"""The desk: the queue, one need, and needs told over the phone."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_anywhere, permitted
from lacarte.loop.matching.explaining import in_words
from lacarte.loop.matching.models import Objection
from lacarte.loop.matching.objections import ObjectionRefusedError, answer, newest_objection
from lacarte.loop.matching.queries import why_unserved
from lacarte.loop.needs.actions import classify
from lacarte.loop.needs.cases.joining import JoiningRefusedError
from lacarte.loop.needs.messages.conversation import timeline_beside
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError, change
from lacarte.loop.orders.models import Order
from lacarte.loop.orders.queries import match_of, newest_order
from lacarte.loop.orders.states import Who, possible
from lacarte.pages.design.map import region_map
from lacarte.pages.desk.access import official, readable
from lacarte.pages.desk.conversation import talk
from lacarte.pages.desk.forms import Answer, Change, Classify, Reveal, Search
from lacarte.pages.desk.holding import held
from lacarte.pages.desk.joining import same_thing
from lacarte.pages.desk.parts import VERBS, said_urgent, weight_parts
from lacarte.pages.desk.queries import counts, queue, search, tabs
from lacarte.pages.desk.urgency_form import UrgencyForm
from lacarte.registers.people.queries import note_look, read_personal
from lacarte.registers.places.outlines import districts

_PAGE = 25


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """The queue: what is most pressing first."""
    user = official(request, Action.READ)
    form = Search(request.GET)
    lists = tabs()
    chosen = next((tab for tab in lists if tab.key == request.GET.get("list")), lists[0])
    needs = search(user, form.filters())
    numbers = counts(needs, lists)
    page = Paginator(queue(needs, chosen), _PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    for name in ("list", "page"):
        kept.pop(name, None)
    shown = {
        "search": form,
        "tabs": [(tab, numbers[tab.key]) for tab in lists],
        "chosen": chosen,
        "page": page,
        "now": clock.now(),
        "kept": kept.urlencode(),
        "may_register": may_anywhere(user, Action.REGISTER),
    }
    return render(request, "desk/queue.html", shown)


@login_required
@require_GET
def one_need(request: HttpRequest, reference: str) -> HttpResponse:
    """All an official needs to work on one need."""
    user = official(request, Action.READ)
    need = readable(user, reference)
    if need.person is not None:
        note_look(need.person, reader=user, purpose="work on this need")
    return _show(request, user, need)


def _show(request: HttpRequest, user: User, need: Need, status: int = 200, **more: Any) -> HttpResponse:
    order = newest_order(need)
    may_work = permitted(Need.objects.filter(pk=need.pk), user, Action.WORK).exists()
    points = (
        [] if need.longitude is None or need.latitude is None else [(need.longitude, need.latitude, need.address)]
    )
    shown = {
        "need": need,
        "order": order,
        **_decision(need, order, may_work),
        "held": held(need),
        "parts": weight_parts(need),
        "events": timeline_beside(need),
        **talk(need, may_work=may_work),
        **same_thing(need, user, may_work=may_work),
        "may_work": may_work,
        "steps": _steps(order) if may_work and order else [],
        "said": said_urgent(need),
        "urgency_form": UrgencyForm.of(need) if may_work and need.closed_at is None else None,
        "classify": Classify(None, need=need) if may_work and need.state == Need.State.OPEN else None,
        "reveal": Reveal() if need.person_id else None,
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


def _steps(order: Order) -> list[dict[str, Any]]:
    """What may be done with the order next, as buttons."""
    return [
        {"to": step.target, "label": VERBS[step.target], "needs_reason": step.needs_reason}
        for step in possible(order.state, Who.WORKER)
    ]


@login_required
@require_POST
def change_order(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the need's order to another state."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    order, form = newest_order(need), Change(request.POST)
    if order is None or not form.is_valid():
        raise Http404
    try:
        change(order, to=form.cleaned_data["to"], actor=user, reason=form.cleaned_data["reason"])
    except OrderRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-need", need.reference)


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
    """Show the name and phone number, and write down for their owner that they were read."""
    user = official(request, Action.READ)
    need = readable(user, reference)
    form = Reveal(request.POST)
    if need.person is None or not form.is_valid():
        raise Http404
    told = read_personal(need.person, reader=user, fields=("name", "phone"), purpose=form.cleaned_data["purpose"])
    return _show(request, user, need, told=told)
