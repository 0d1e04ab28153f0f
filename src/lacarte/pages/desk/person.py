"""Whose case it is: hidden until a purpose is said, once for the case, then shown on its pages and logged."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest

from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.pages.desk.forms import Reveal
from lacarte.registers.people.purposes import hide, say_purpose, told
from lacarte.registers.people.reading import purpose_in_words


def person_shown(need: Need, reader: User, *, purpose: str = "", may_say: bool = True) -> dict[str, Any]:
    """What ``desk/person.html`` shows. That it shows a name or number is logged for their owner each time.

    A page with a ``purpose`` of its own asks for none. ``may_say``: whether the reader may see them at all.
    """
    if need.person is None or not may_say:
        return {}
    shown = told(need.person, reader=reader, case=need.pk, ended_at=need.closed_at, purpose=purpose)
    said = {"purpose": shown.purpose} if shown else {}
    return {
        "told": shown,
        "told_for": purpose_in_words(shown.purpose) if shown else "",
        "reveal": None if purpose else Reveal(None, initial=said),
    }


def hear_purpose(request: HttpRequest, need: Need, reader: User) -> None:
    """Keep the purpose that was said, or hide who it is again. Raises ``Http404`` where there is none to say."""
    if need.person is None:
        raise Http404
    if "hide" in request.POST:
        hide(need.person, reader=reader, case=need.pk)
        return
    form = Reveal(request.POST)
    if not form.is_valid():
        raise Http404
    say_purpose(need.person, form.cleaned_data["purpose"], reader=reader, case=need.pk)
