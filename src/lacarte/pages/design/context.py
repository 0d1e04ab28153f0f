"""What every page knows: the city, the doors this user may open, the other languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from lacarte.kernel import tree
from lacarte.kernel.permissions import Action, AnyUser, may_anywhere
from lacarte.registers.menu.keeping import keeps_any
from lacarte.registers.places.models import Region


@dataclass(frozen=True)
class Door:
    """A link in the navigation; ``here`` is its ``aria-current``."""

    label: str
    address: str
    here: str = ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """The context processor. A page of an error has no user, and is drawn without asking the database more."""
    user = getattr(request, "user", None)
    spoken = (get_language() or settings.LANGUAGE_CODE).lower()
    return {
        "city": city(),
        "doors": [_here(door, request.path) for door in _doors(user)] if user is not None else [],
        "other_languages": [get_language_info(code) for code, _name in settings.LANGUAGES if code != spoken],
    }


def city() -> str:
    """The name of this installation: as set, or of its first city."""
    if settings.CONFIGURED["city"]:
        return str(settings.CONFIGURED["city"])
    if connection.needs_rollback:
        return _("City")
    first = Region.objects.filter(parent__number=tree.ROOT_NUMBER).order_by("number").first()
    return str(first) if first else _("City")


def _doors(user: AnyUser) -> list[Door]:
    doors = [Door(_("Services"), reverse("home"))]
    if user.is_authenticated:
        doors.append(Door(_("My page"), reverse("my-page")))
        if keeps_any(user):
            doors.append(Door(_("Our offers"), reverse("provider")))
            doors.append(Door(_("Today's round"), reverse("field")))
        for action, label, name in (
            (Action.READ, _("Desk"), "desk"),
            (Action.PLAN, _("Unmet need"), "unmet"),
            (Action.SET_RULES, _("Urgency rules"), "rules"),
            (Action.AUDIT, _("Urgency rules"), "rules"),
            (Action.ADMINISTER, _("Operations"), "operations"),
        ):
            if all(door.label != label for door in doors) and may_anywhere(user, action):
                doors.append(Door(label, reverse(name)))
    doors.append(Door(_("How we are doing"), reverse("rates")))
    return doors


def _here(door: Door, path: str) -> Door:
    if path == door.address:
        return Door(door.label, door.address, "page")
    # The front page is the door to the menu; every address begins with its own.
    under = [reverse("menu"), reverse("order-new")] if door.address == reverse("home") else [door.address]
    inside = any(path.startswith(address) for address in under)
    return Door(door.label, door.address, "true") if inside else door
