"""Many at once, from both lists: what is chosen, what would happen, what became of it, and the way back."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import visible
from lacarte.loop.orders.actions import OrderRefusedError
from lacarte.loop.orders.bulk.acts import ACTS, refuses
from lacarte.loop.orders.bulk.doing import MOST, begin, numbers, take_all_back, undo_until
from lacarte.loop.orders.bulk.rows import Row, rows_of
from lacarte.loop.orders.models import BulkAct, Order
from lacarte.loop.orders.seen import Sort, orders_seen_by
from lacarte.pages.desk.access import official
from lacarte.pages.desk.bulk_forms import ActForm, name_of
from lacarte.pages.desk.forms import Search
from lacarte.pages.desk.orders import OrderSearch
from lacarte.pages.desk.queries import asked_by, first_keys, tabs

_LATELY = 20


@dataclass(frozen=True)
class _Chosen:
    """What was ticked, or all of a list: keys of needs and of orders; ``more``: there are more than ``MOST``."""

    needs: list[UUID]
    orders: list[UUID]
    more: bool

    @property
    def number(self) -> int:
        return len(self.needs) + len(self.orders)


@login_required
@require_GET
def lately(request: HttpRequest) -> HttpResponse:
    """What one did to many lately."""
    user = official(request, Action.WORK)
    acts = [(act, name_of(act.kind)) for act in BulkAct.objects.filter(actor=user)[:_LATELY]]
    return render(request, "desk/bulk_lately.html", {"acts": acts})


@login_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """What the act has to know, and then what would happen to each."""
    user = official(request, Action.WORK)
    back = "desk-orders" if request.POST.get("from") == "orders" else "desk"
    kind, chosen = request.POST.get("act", ""), _chosen(request, user)
    if kind not in ACTS or not chosen.number:
        nothing = _("Please choose what to do.") if chosen.number else _("Please tick what you want to work on.")
        messages.warning(request, nothing)
        return redirect(back)
    said = request.POST if "preview" in request.POST else None
    form = ActForm(said, kind=kind, services=_services(chosen))
    ready = not form.fields or form.is_valid()
    if not form.fields:
        form = ActForm({}, kind=kind)
        form.is_valid()
    shown = {"kind": kind, "name": name_of(kind), "chosen": chosen, "most": MOST, "back": back, "form": form}
    if ready:
        shown |= _preview(user, kind, form, chosen)
    wrong = "preview" in request.POST and not ready
    shown["errors_on_page"] = wrong
    return render(request, "desk/bulk.html", shown, status=422 if wrong else 200)


def _preview(user: User, kind: str, form: ActForm, chosen: _Chosen) -> dict[str, Any]:
    said = form.said()
    rows = rows_of(user, chosen.needs, chosen.orders, said=said)
    why = {row.need.pk: refuses(kind, row, said) for row in rows}
    will = [row for row in rows if not why[row.need.pk]]
    minutes = int(settings.CONFIGURED["undo_minutes"]) if ACTS[kind].undo is not None else 0
    return {
        "ready": True,
        "key": uuid4(),
        "said": said,
        "in_words": form.in_words(),
        "will": [(row, _as_token(row)) for row in will],
        "will_not": [(row, why[row.need.pk]) for row in rows if why[row.need.pk]],
        "minutes": minutes,
        "sends": kind == "answer",
    }


def _as_token(row: Row) -> str:
    return json.dumps([row.need.pk.hex, row.order.pk.hex if row.order else "", row.seen()], separators=(",", ":"))


def _chosen(request: HttpRequest, user: User) -> _Chosen:
    asked = request.POST
    if asked.get("all"):
        return _all_of_list(request, user)
    references = list(dict.fromkeys(asked.getlist("need")))[: 5 * MOST]
    orders = list(dict.fromkeys(_uuids(asked.getlist("order"))))
    found = dict(visible(user).filter(reference__in=references).values_list("reference", "pk"))
    needs = [found[one] for one in references if one in found] + _uuids(asked.getlist("key"))
    return _Chosen(needs[:MOST], orders[: max(0, MOST - len(needs))], len(needs) + len(orders) > MOST)


def _services(chosen: _Chosen) -> set[int]:
    needs = [*chosen.needs, *Order.objects.filter(pk__in=chosen.orders).values_list("need", flat=True)]
    return set(Need.objects.filter(pk__in=needs).order_by().values_list("service_type", flat=True))


def _all_of_list(request: HttpRequest, user: User) -> _Chosen:
    """The first of the list that the form was on, however many pages it has."""
    if request.POST.get("from") == "orders":
        search = OrderSearch(request.POST, may_work=True)
        if not search.is_valid():
            return _Chosen([], [], False)
        sort = Sort(search.cleaned_data["sort"] or Sort.NEWEST)
        page = orders_seen_by(user, search.filters(), sort=sort, most=MOST)
        return _Chosen([], [one.pk for one in page.orders], bool(page.next))
    lists = tabs()
    tab = next((tab for tab in lists if tab.key == request.POST.get("list")), lists[0])
    first = first_keys(asked_by(user, Search(request.POST).filters()), tab, MOST)
    return _Chosen(first.keys, [], bool(first.next))


def _uuids(said: list[str]) -> list[UUID]:
    found = []
    for one in said:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found


@login_required
@require_POST
def do(request: HttpRequest) -> HttpResponse:
    """Have it done to what was shown, as it was shown."""
    user = official(request, Action.WORK)
    kind = request.POST.get("act", "")
    form = ActForm(request.POST, kind=kind) if kind in ACTS else None
    seen = _read_tokens(request.POST.getlist("row"))
    try:
        key = UUID(request.POST.get("key", ""))
        if form is None or not form.is_valid() or seen is None:
            raise ValidationError("")
        rows = rows_of(
            user,
            [need for need, (order, _s) in seen.items() if order is None],
            [order for order, _s in seen.values() if order is not None],
        )
        act = begin(key, kind, form.said(), [(row, seen[row.need.pk][1]) for row in rows], actor=user)
    except OrderRefusedError as error:
        messages.warning(request, str(error))
        return redirect("desk")
    except (ValueError, ValidationError):
        messages.warning(request, _("This could not be read, and nothing was done. Please choose again."))
        return redirect("desk")
    return redirect("desk-bulk-act", act.pk)


def _read_tokens(said: list[str]) -> dict[UUID, tuple[UUID | None, dict[str, Any]]] | None:
    """By need: its order, and how both were when they were shown; ``None`` where that makes no sense."""
    found = {}
    try:
        for token in said[: MOST + 1]:
            need, order, seen = json.loads(token)
            if set(seen) != {"version", "state", "service", "urgency", "worker"}:
                return None
            found[UUID(need)] = (UUID(order) if order else None, seen)
    except (ValueError, TypeError, AttributeError):
        return None
    return found


@login_required
@require_GET
def one_act(request: HttpRequest, key: UUID) -> HttpResponse:
    """What became of it."""
    user = official(request, Action.WORK)
    act = _own(user, key)
    steps = act.steps.filter(need__in=Need.objects.filter(pk__in=visible(user).values("pk"))).select_related(
        "need__service_type"
    )
    n = numbers(act)
    busy = act.done_at is None or (act.undo_at is not None and act.undone_at is None)
    shown = {
        "act": act,
        "name": name_of(act.kind),
        "steps": sorted(steps, key=lambda step: (not step.why, step.place)),
        "n": n,
        "all": sum(n.values()),
        "busy": busy,
        "undo_until": undo_until(act) if n["done"] else None,
        "result": _result(n),
    }
    return render(request, "desk/bulk_act.html", shown)


def _result(n: dict[str, int]) -> list[str]:
    """How many of what, in sentences."""
    why = _("Beside each it says why.")
    told = {
        "done": ngettext("%(n)d is done.", "%(n)d are done.", n["done"]),
        "undone": ngettext("%(n)d is taken back.", "%(n)d are taken back.", n["undone"]),
        "refused": ngettext("%(n)d could not be done.", "%(n)d could not be done.", n["refused"]),
        "kept": ngettext("%(n)d could not be taken back.", "%(n)d could not be taken back.", n["kept"]),
        "waiting": ngettext("%(n)d is still to be done.", "%(n)d are still to be done.", n["waiting"]),
    }
    sentences = [words % {"n": n[state]} for state, words in told.items() if n[state]]
    return [*sentences, why] if n["refused"] or n["kept"] else sentences


@login_required
@require_POST
def undo(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take it all back."""
    user = official(request, Action.WORK)
    act = _own(user, key)
    try:
        take_all_back(act, actor=user)
    except OrderRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-bulk-act", act.pk)


def _own(user: User, key: UUID) -> BulkAct:
    act = BulkAct.objects.filter(pk=key, actor=user).first()
    if act is None:
        raise Http404
    return act
