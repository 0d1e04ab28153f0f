"""Reading needs."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from lacarte.kernel.ids import read_reference
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, AnyUser, permitted
from lacarte.loop.needs.models import Need


def visible(user: AnyUser) -> QuerySet[Need]:
    """The needs an official may read."""
    return permitted(Need.objects.select_related("service_type", "region"), user, Action.READ)


def own(user: User) -> QuerySet[Need]:
    """A resident's own needs and those of their household, newest first."""
    mine = Q(person__user=user) | Q(household__members__user=user, person=None)
    return Need.objects.filter(mine).select_related("service_type", "region").distinct()


def by_secret(secret: str) -> Need | None:
    """The need that a private link opens."""
    return Need.objects.filter(secret=secret).first() if secret else None


def by_reference(reference: str) -> Need | None:
    """The need with a public reference: for its state alone, unless something else opens it.

    Raises ``ValueError`` when the reference is mistyped.
    """
    found = Need.objects.filter(reference=read_reference(reference))
    return found.select_related("service_type", "region").first()
