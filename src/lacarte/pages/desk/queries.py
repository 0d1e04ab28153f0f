"""The desk's lists: only needs that the official may read, whichever list it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock, tree
from lacarte.kernel.ids import read_reference
from lacarte.kernel.permissions import AnyUser
from lacarte.loop.matching.models import Objection
from lacarte.loop.needs.messages.conversation import has_unhandled
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import visible
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import ENDED
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region

_TO_ANSWER = (OrderState.REQUESTED, OrderState.RECEIVED)
_RUNNING = (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.ON_HOLD)


@dataclass(frozen=True)
class Tab:
    """One list of the desk."""

    key: str
    label: str | Promise
    condition: Q
    due: str | Promise = ""  # what its needs' ``due`` says, if they have one


@dataclass(frozen=True)
class Filters:
    """What the official looks for."""

    area: ServiceType | None = None
    district: Region | None = None
    words: str = ""


def _orders(**conditions: object) -> Q:
    return Q(Exists(Order.objects.filter(need=OuterRef("pk"), **conditions)))


def _objected() -> Q:
    return Q(Exists(Objection.objects.filter(need=OuterRef("pk"), state=Objection.State.OPEN)))


def tabs() -> list[Tab]:
    """The lists, most pressing first."""
    now = clock.now()
    overdue = Order.objects.filter(
        Q(resolution_due__lt=now) | Q(contact_due__lt=now, state__in=_TO_ANSWER), need=OuterRef("pk")
    ).exclude(state__in=ENDED)
    return [
        Tab("answer", _("To answer"), Q(state=Need.State.ORDERED) & _orders(state__in=_TO_ANSWER), _("Answer by")),
        Tab("late", _("Late"), Q(state=Need.State.ORDERED) & Q(Exists(overdue)), _("Due")),
        Tab("running", _("In progress"), Q(state=Need.State.ORDERED) & _orders(state__in=_RUNNING), _("Done by")),
        Tab("objections", _("Objections"), _objected()),
        Tab("messages", _("Messages"), has_unhandled()),
        Tab("unclear", _("To understand"), Q(state=Need.State.OPEN, service_type=tree.ROOT_NUMBER)),
        Tab("waiting", _("Waiting for an offer"), Q(state=Need.State.OPEN, service_type__gt=tree.ROOT_NUMBER)),
        Tab("held", _("To be read first"), Q(state=Need.State.HELD)),
        Tab("all", _("All"), Q()),
    ]


def search(user: AnyUser, filters: Filters) -> QuerySet[Need]:
    """The needs ``user`` may read that fit the filters. A full reference is looked up as one."""
    needs = visible(user)
    if filters.area is not None:
        needs = needs.filter(service_type__gte=filters.area.number, service_type__lte=filters.area.last)
    if filters.district is not None:
        needs = needs.filter(region__gte=filters.district.number, region__lte=filters.district.last)
    if filters.words:
        try:
            return needs.filter(reference=read_reference(filters.words))
        except ValueError:
            for word in filters.words.split()[:5]:
                needs = needs.filter(Q(text__icontains=word) | Q(address__icontains=word))
    return needs


def counts(needs: QuerySet[Need], lists: list[Tab]) -> dict[str, int]:
    """How many needs each list has, in one query."""
    return needs.order_by().aggregate(**{tab.key: Count("pk", filter=tab.condition) for tab in lists})


def queue(needs: QuerySet[Need], tab: Tab) -> QuerySet[Need]:
    """The needs of one list, most urgent first; all of them newest first.

    Where the list has a deadline, each need has it as ``due``: of its answer, or once answered of its end.
    """
    if tab.key == "all":
        return needs.order_by("-received_at", "pk")
    listed = needs.filter(tab.condition).order_by("priority_class", "-need_index", "received_at", "pk")
    return listed.annotate(due=Subquery(_due())) if tab.due else listed


def _due() -> QuerySet[Order, Any]:
    next_deadline = Case(When(state__in=_TO_ANSWER, then="contact_due"), default="resolution_due")
    running = Order.objects.filter(need=OuterRef("pk")).exclude(state__in=ENDED)
    return running.order_by("-pk").values(due=next_deadline)[:1]
