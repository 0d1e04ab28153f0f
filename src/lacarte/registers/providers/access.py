"""Who keeps the records of which provider: its members, and officials whose mandate covers it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, may_there
from lacarte.registers.providers.models import Provider


def providers_of(user: User | None) -> QuerySet[Provider]:
    """The providers whose records ``user`` keeps; ``None``: the system, which keeps all."""
    if user is None:
        return Provider.objects.all()
    return Provider.objects.filter(member_of(user) | may_there(user, Action.KEEP_MENU, "region_id"))


def member_of(user: User, at: str = "") -> Q:
    """A condition for ``.filter()``: rows of providers that ``user`` is a member of. ``at``: the path there."""
    members = Provider.members.through.objects.filter(user_id=user.pk, user__is_active=True)
    return Q(**{f"{at}pk__in": members.values("provider_id")})


def keeps_any(user: User) -> bool:
    """Whether ``user`` is a member of a provider (to show a door, not to open it)."""
    return Provider.objects.filter(member_of(user)).exists()
