"""Reading needs."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare

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


def by_reference(reference: str, *, secret: str | None = None) -> Need | None:
    """The need with a public reference, if ``secret`` opens it; ``None`` otherwise.

    Raises ``ValueError`` when the reference is mistyped.
    """
    need = Need.objects.filter(reference=read_reference(reference)).first()
    if need is None or not need.secret or not secret or not constant_time_compare(need.secret, secret):
        return None
    return need
