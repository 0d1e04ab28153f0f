"""Who may do what: part of the SQL query, the same for one row and for a list.

A record that is guarded this way has two columns, ``service_type_id`` and ``region_id``, that hold tree
numbers (``kernel.tree``). An official's mandate is a rectangle over them. Source: research/trust.md, 4.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock
from lacarte.kernel.models import OfficialMandate, Role, User
from lacarte.kernel.tree import Interval

AnyUser = User | AnonymousUser
Record = TypeVar("Record", bound=Model)


class Action(TextChoices):
    """Things an official does with the records of other people."""

    REGISTER = "register", gettext_lazy("register a need for somebody")
    READ = "read", gettext_lazy("read needs and orders")
    WORK = "work", gettext_lazy("work on needs and orders")
    PLAN = "plan", gettext_lazy("see unmet need and capacity")
    PUBLISH = "publish", gettext_lazy("publish matching runs or discard them")
    KEEP_MANDATES = "keep-mandates", gettext_lazy("enter who may act for whom")
    SET_RULES = "set-rules", gettext_lazy("edit the rules of urgency")
    KEEP_MENU = "keep-menu", gettext_lazy("keep the offers of providers")
    REACH_OUT = "reach-out", gettext_lazy("say which services look for those who are entitled")
    AUDIT = "audit", gettext_lazy("see who read what")
    ADMINISTER = "administer", gettext_lazy("administer the installation")


#: The whole policy, readable at a glance: role -> actions.
ACTIONS: dict[Role, frozenset[Action]] = {
    Role.CALL_TAKER: frozenset({Action.REGISTER, Action.READ}),
    Role.CASE_WORKER: frozenset({Action.REGISTER, Action.READ, Action.WORK, Action.KEEP_MANDATES}),
    Role.PLANNER: frozenset({Action.PLAN, Action.PUBLISH, Action.SET_RULES, Action.REACH_OUT}),
    Role.AUDITOR: frozenset({Action.AUDIT, Action.PLAN}),
    Role.ADMINISTRATOR: frozenset({Action.ADMINISTER, Action.PLAN, Action.SET_RULES, Action.KEEP_MENU}),
}


def valid_mandates(user: AnyUser, action: Action) -> QuerySet[OfficialMandate]:
    """The mandates by which ``user`` may do ``action`` now."""
    holder = user.pk if user.is_authenticated and user.is_active else None
    return _valid(action).filter(holder=holder)


def mandates_for(action: Action) -> QuerySet[OfficialMandate]:
    """The mandates by which somebody may do ``action`` now, whoever it is."""
    return _valid(action).filter(holder__is_active=True)


def _valid(action: Action) -> QuerySet[OfficialMandate]:
    roles = [role for role, actions in ACTIONS.items() if action in actions]
    now = clock.now()
    return OfficialMandate.objects.filter(role__in=roles, since__lte=now, until__gt=now)


def over(service: Any, region: Any) -> Q:
    """A condition on mandates: that they reach over this service type and region (tree numbers, or references)."""
    return Q(
        service_first__lte=service, service_last__gte=service, region_first__lte=region, region_last__gte=region
    )


def those_who_may(action: Action, record: Any) -> QuerySet[User]:
    """Who may do ``action`` on this one guarded record, by name."""
    holders = mandates_for(action).filter(over(record.service_type_id, record.region_id)).values("holder")
    return User.objects.filter(pk__in=holders).order_by("first_name", "last_name", "username")


def may(
    user: AnyUser,
    action: Action,
    at: str = "",
    *,
    service_at: str = "service_type_id",
    region_at: str = "region_id",
) -> Q:
    """A condition for ``.filter()``: the rows on which ``user`` may do ``action``.

    ``at`` is the path to the guarded record, such as ``"need__"``; empty when the query is over it.
    ``service_at`` and ``region_at`` are where it keeps its two numbers, if not in columns of these names.
    """
    service, region = OuterRef(f"{at}{service_at}"), OuterRef(f"{at}{region_at}")
    return Q(Exists(valid_mandates(user, action).filter(over(service, region))))


def may_there(user: AnyUser, action: Action, region_at: str) -> Q:
    """A condition for ``.filter()``: the rows in whose region ``user`` may do ``action`` on some service type.

    For what has a region but no service type, such as a home. ``region_at`` is the path to the region's number.
    """
    region = OuterRef(region_at)
    return Q(Exists(valid_mandates(user, action).filter(region_first__lte=region, region_last__gte=region)))


def permitted(rows: QuerySet[Record], user: AnyUser, action: Action, at: str = "") -> QuerySet[Record]:
    """The rows of ``rows`` on which ``user`` may do ``action``."""
    return rows.filter(may(user, action, at))


def may_anywhere(user: AnyUser, action: Action) -> bool:
    """Whether ``user`` may do ``action`` on anything at all (to show a door, not to open it)."""
    return valid_mandates(user, action).exists()


def require_anywhere(user: AnyUser, action: Action) -> None:
    """Raise ``PermissionDenied``, saying what is missing, unless :func:`may_anywhere`."""
    if not may_anywhere(user, action):
        raise _denied(action)


def require(user: AnyUser, action: Action, record: Any) -> None:
    """Raise ``PermissionDenied`` unless ``user`` may do ``action`` on this one guarded record."""
    if not valid_mandates(user, action).filter(over(record.service_type_id, record.region_id)).exists():
        raise _denied(action)


def may_over(user: AnyUser, action: Action, *, services: Interval, regions: Interval) -> bool:
    """Whether one mandate lets ``user`` do ``action`` all over the two intervals."""
    whole = valid_mandates(user, action).filter(
        service_first__lte=services.first,
        service_last__gte=services.last,
        region_first__lte=regions.first,
        region_last__gte=regions.last,
    )
    return whole.exists()


def require_over(user: User, action: Action, *, services: Interval, regions: Interval) -> None:
    """Raise ``PermissionDenied`` unless :func:`may_over`."""
    if not may_over(user, action, services=services, regions=regions):
        raise _denied(action)


def _denied(action: Action) -> PermissionDenied:
    return PermissionDenied(_("Your account has no mandate to do this: %(action)s.") % {"action": action.label})
