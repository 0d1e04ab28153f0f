"""A need that is dealt with together with others: what its page says, and how to follow one or take one out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lacarte.loop.needs.cases.following import FollowingRefusedError, follow, unfollow
from lacarte.loop.needs.cases.joining import JoiningRefusedError, part_own
from lacarte.loop.needs.models import Follower, Need
from lacarte.loop.needs.queries import people_behind
from lacarte.loop.needs.understanding.privacy import is_public, public_text
from lacarte.loop.needs.uploads.attachments import JPEG
from lacarte.pages.resident.access import counted, followed_here, follows, may_open, need_or_404, stops_following
from lacarte.pages.resident.draft import account_person, person_of

_MOST_PHOTOS = 3


def together(need: Need) -> dict[str, Any]:
    """What the page of a need says of its case: its lead as everybody may see it, and how many told of it."""
    lead = need.lead
    if lead is None:
        return {"people": people_behind([need])[need.pk]}
    photos = lead.attachments.filter(media_type=JPEG).exclude(released_at=None).order_by("created_at", "id")
    return {
        "people": people_behind([need])[need.pk],
        "lead": lead,
        "lead_words": public_text(lead),
        "lead_photos": list(photos[:_MOST_PHOTOS]) if is_public(lead) else [],
    }


def following(request: HttpRequest, need: Need) -> dict[str, Any]:
    """What the public page of a need says of following it."""
    return {"can_follow": is_public(need) and need.closed_at is None, "follows": _follows(request, need)}


def followed(request: HttpRequest) -> list[Need]:
    """What a signed-in visitor follows, the newest first."""
    person = person_of(request.user)
    needs = Need.objects.filter(followers__person=person).select_related("service_type", "region", "lead")
    return list(needs.order_by("-followers__since")[:50]) if person else []


def _follows(request: HttpRequest, need: Need) -> bool:
    person = person_of(request.user)
    if person is not None and Follower.objects.filter(need=need, person=person).exists():
        return True
    return need in followed_here(request)


@require_POST
@counted
def another_thing(request: HttpRequest, reference: str) -> HttpResponse:
    """“No, mine is another thing”: the need is dealt with on its own again."""
    need = need_or_404(reference)
    if not may_open(request, need):
        raise Http404
    actor = request.user if request.user.is_authenticated else None
    try:
        part_own(need, actor=actor)
    except JoiningRefusedError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Thank you for looking. We deal with yours on its own."))
    return redirect("need", need.reference)


@require_POST
@counted
def follow_or_not(request: HttpRequest, reference: str) -> HttpResponse:
    """Follow a need from its public page, or stop: with an account, else in this browser."""
    need = need_or_404(reference)
    if "stop" in request.POST:
        person = person_of(request.user)
        if person is not None:
            unfollow(need, person, actor=request.user if request.user.is_authenticated else None)
        stops_following(request, need)
        messages.success(request, _("You do not follow it any more."))
        return redirect("need", need.reference)
    if not following(request, need)["can_follow"]:
        messages.warning(request, _("Only needs of places that everybody may see can be followed."))
        return redirect("need", need.reference)
    try:
        if request.user.is_authenticated:
            follow(need, account_person(request.user), actor=request.user)
    except FollowingRefusedError as error:
        messages.warning(request, str(error))
        return redirect("need", need.reference)
    if not request.user.is_authenticated:
        follows(request, need)
    messages.success(request, _("You follow it now. How it goes is shown here and on the first page."))
    return redirect("need", need.reference)
