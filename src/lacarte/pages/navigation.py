"""The links in every page's head: only doors that this user may open."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lacarte.kernel.permissions import Action, may_anywhere

#: url name, label, action needed (None: everybody), signed in only
_DOORS: tuple[tuple[str, Any, Action | None, bool], ...] = (
    ("home", _("Services"), None, False),
    ("my", _("My page"), None, True),
    ("desk", _("Desk"), Action.READ, True),
    ("unmet", _("Unmet need"), Action.PLAN, True),
    ("public", _("How we do"), None, False),
    ("operations", _("Operations"), Action.ADMINISTER, True),
)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``navigation`` is a list of (label, address, is it this page)."""
    links = []
    for name, label, action, signed_in in _DOORS:
        if signed_in and not request.user.is_authenticated:
            continue
        if action is not None and not may_anywhere(request.user, action):
            continue
        address = reverse(name)
        links.append((label, address, request.path == address))
    return {"navigation": links}
