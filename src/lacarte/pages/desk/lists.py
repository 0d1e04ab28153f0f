"""Filtered lists that officials keep by a name: a name and an address, and no record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lacarte.kernel.models import SavedList, User
from lacarte.kernel.permissions import Action
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.desk.access import official
from lacarte.pages.desk.forms import Search
from lacarte.pages.desk.queries import tabs

#: So many lists somebody may keep.
MOST = 40
_FILTERS = ("words", "area", "district", "whose")


class KeepList(WordsForm):
    """The name under which a list is kept. One of the same name takes its place."""

    short = ("name",)
    name = forms.CharField(
        label=gettext_lazy("Keep this list as"),
        max_length=80,
        error_messages={"required": gettext_lazy("Please give the list a name.")},
    )
    shared = forms.BooleanField(label=gettext_lazy("For everybody at the desk"), required=False)
    query = forms.CharField(max_length=400, required=False, widget=forms.HiddenInput())


def lists_beside(user: User, search: Search, chosen: str) -> dict[str, Any]:
    """What the queue shows of kept lists: one's own and shared ones, which is open, and how to keep this one."""
    query = asked_for({**search.said(), "list": chosen})
    return {
        "saved": _seen_by(user),
        "open_query": query,
        "keep": KeepList(None, initial={"query": query}, auto_id="keep_%s"),
    }


def asked_for(said: dict[str, Any]) -> str:
    """The address of what was asked for, always in the same order and without anything else."""
    pairs: Iterable[tuple[str, str]] = ((name, str(said.get(name) or "").strip()) for name in ("list", *_FILTERS))
    return urlencode([(name, value) for name, value in pairs if value])


def _seen_by(user: User) -> QuerySet[SavedList]:
    return SavedList.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner")[: 2 * MOST]


@login_required
@require_POST
def keep_list(request: HttpRequest) -> HttpResponse:
    """Keep the list that is open."""
    user = official(request, Action.READ)
    form = KeepList(request.POST, auto_id="keep_%s")
    if form.is_valid():
        query = _checked(form.cleaned_data["query"])
        if _keep(user, form.cleaned_data["name"], query, shared=form.cleaned_data["shared"]):
            messages.success(request, _("The list is kept."))
            return redirect(f"{reverse('desk')}?{query}")
        form.add_error("name", _("You keep %(n)d lists already. Please remove one first.") % {"n": MOST})
    return render(request, "desk/keep_list.html", {"keep": form, "errors_on_page": True}, status=422)


def _checked(query: str) -> str:
    """Of an address what the queue knows; a list that it does not know is its first."""
    given = QueryDict(query)
    known = {tab.key for tab in tabs()}
    chosen = given.get("list", "")
    return asked_for({**Search(given).said(), "list": chosen if chosen in known else ""})


@transaction.atomic
def _keep(user: User, name: str, query: str, *, shared: bool) -> bool:
    """Keep a list under a name of the owner's; false where they keep too many already."""
    User.objects.select_for_update().get(pk=user.pk)  # of two at once, one counts after the other
    own = SavedList.objects.filter(owner=user)
    if not own.filter(name=name).exists() and own.count() >= MOST:
        return False
    SavedList.objects.update_or_create(owner=user, name=name, defaults={"query": query, "shared": shared})
    return True


@login_required
@require_POST
def remove_list(request: HttpRequest, key: UUID) -> HttpResponse:
    """Keep a list of one's own no longer."""
    user = official(request, Action.READ)
    removed, _models = SavedList.objects.filter(owner=user, pk=key).delete()
    if not removed:
        raise Http404
    messages.success(request, _("The list is removed."))
    return redirect("desk")
