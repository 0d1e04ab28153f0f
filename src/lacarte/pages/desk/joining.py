"""One thing, many reports: the desk joins needs into one case, takes them out, or says that they differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from lacarte.kernel.ids import read_reference
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, permitted
from lacarte.loop.needs.cases.duplicates import Alike, alike_to
from lacarte.loop.needs.cases.joining import JoiningRefusedError, join, part, say_different
from lacarte.loop.needs.models import Joining, Need
from lacarte.loop.needs.queries import people_behind, visible
from lacarte.pages.desk.access import official, readable

#: Why two needs may be the same, in words.
REASONS: dict[str, str | Promise] = {
    "near": gettext_lazy("near"),
    "same-time": gettext_lazy("within a day"),
    "same-type": gettext_lazy("same service"),
    "same-words": gettext_lazy("like words"),
    "same-photo": gettext_lazy("like photo"),
    "same-number": gettext_lazy("same number of a house or building"),
}
_MOST_SHOWN = 20
_UNDER_WAY = (Need.State.OPEN, Need.State.HELD, Need.State.ORDERED)


@dataclass(frozen=True)
class Suggested:
    """A need that may tell of the same thing, with the reasons in words."""

    need: Need
    probability: float
    reasons: list[str]


def same_thing(need: Need, user: User, *, may_work: bool) -> dict[str, Any]:
    """What the page of a need shows of its case: its lead or what is joined to it, and what may be the same."""
    told = visible(user).filter(lead=need).select_related("joining__said_by").order_by("received_at")
    suggested = alike_to(need) if may_work and need.state in _UNDER_WAY else []
    return {
        "joining": _joining(need, user),
        "joined": list(told[:_MOST_SHOWN]),
        "joined_count": need.joined.count(),
        "people": people_behind([need])[need.pk],
        "suggested": _workable(suggested, user),
        "may_join": may_work and need.state in _UNDER_WAY,
    }


def _joining(need: Need, user: User) -> dict[str, Any] | None:
    """The decision that joined the need, and its lead where the official may read that."""
    joining = Joining.objects.select_related("said_by").filter(need=need).first()
    if joining is None:
        return None
    return {"decision": joining, "lead": visible(user).filter(joined=need).first()}


def _workable(found: list[Alike], user: User) -> list[Suggested]:
    """Those that the official may join."""
    keys = [one.need.pk for one in found]
    allowed = set(permitted(Need.objects.filter(pk__in=keys), user, Action.WORK).values_list("pk", flat=True))
    return [
        Suggested(
            one.need,
            one.probability,
            [str(REASONS[code]) for code in one.reasons if code in REASONS],
        )
        for one in found
        if one.need.pk in allowed
    ]


@login_required
@require_POST
def decide(request: HttpRequest, reference: str) -> HttpResponse:
    """Join the need with another, take one out of the case, or say that two are different things."""
    user = official(request, Action.WORK)
    need = readable(user, reference)
    verb = next((name for name in _VERBS if name in request.POST), None)
    if verb is None:
        raise Http404
    try:
        other = _named(user, request.POST[verb].strip())
        if other is None:
            messages.warning(
                request,
                _("There is no such need, or your mandate does not cover it. A reference is like 7KQ2-M4XD."),
            )
        else:
            _VERBS[verb](need, other, user)
            messages.success(request, str(_DONE[verb]) % {"reference": other.reference})
    except JoiningRefusedError as error:
        messages.warning(request, str(error))
    return redirect("desk-need", need.reference)


def _named(user: User, reference: str) -> Need | None:
    """The need that was named, if the official may read it."""
    try:
        return visible(user).filter(reference=read_reference(reference)).first()
    except ValueError:  # a slip of the finger: a reference has a check sign
        return None


def _join(need: Need, other: Need, user: User) -> None:
    """The later of two is joined to the earlier."""
    later, earlier = sorted((need, other), key=lambda one: (one.received_at, one.pk), reverse=True)
    if later.state == Need.State.JOINED:
        later, earlier = earlier, later
    join(later, earlier, actor=user)


def _take_out(need: Need, other: Need, user: User) -> None:
    part(other, actor=user)


def _differ(need: Need, other: Need, user: User) -> None:
    say_different(need, other, actor=user)


_VERBS = {"join": _join, "part": _take_out, "different": _differ}
_DONE: dict[str, str | Promise] = {
    "join": gettext_lazy("Joined with %(reference)s: all who told of it are told how it goes."),
    "part": gettext_lazy("%(reference)s is dealt with on its own again."),
    "different": gettext_lazy("%(reference)s is another thing and is not suggested here any more."),
}
