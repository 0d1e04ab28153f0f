"""The desk's lists, most pressing first, and which of them a need is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.ids import read_reference
from lacarte.kernel.long_lists import Part, moment
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.queries import visible
from lacarte.loop.orders.models import Assignment, Order, OrderState
from lacarte.loop.orders.states import ENDED
from lacarte.loop.orders.working.seeing import at_work
from lacarte.pages.desk.queue import Among, Asked, Page, Tab, narrow_to, numbers, page_of
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region

_TO_ANSWER = (OrderState.REQUESTED, OrderState.RECEIVED)
_ANSWERED = (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.ON_HOLD)
_KNOWN, _UNKNOWN = Part("service_type_id > 0"), Part("service_type_id = 0")
_UNHANDLED = Among("needs_message", Part("incoming AND handled_at IS NULL"), many=True)
#: Whose work: one's own, or nobody's.
WHOSE: dict[str, str | Promise] = {"mine": _("Mine"), "nobody": _("Nobody’s")}
_OBJECTED = Among("matching_objection", Part("state = 'open'"))


@dataclass(frozen=True)
class Filters:
    """What the official looks for."""

    area: ServiceType | None = None
    district: Region | None = None
    words: str = ""
    whose: str = ""  # a key of :data:`WHOSE`


def tabs() -> list[Tab]:
    """The lists, most pressing first."""
    now = moment(clock.now())
    late = (
        Among(
            "orders_order", Part(f"ended_at IS NULL AND resolution_due < %s AND {_runs('resolution_due')}", (now,))
        ),
        Among("orders_order", Part(f"{_in(_TO_ANSWER)} AND contact_due < %s AND {_runs('contact_due')}", (now,))),
    )
    answer = (Among("orders_order", Part(_in(_TO_ANSWER))),)
    running = (Among("orders_order", Part(_in(_ANSWERED))),)
    opened, ordered = Need.State.OPEN, Need.State.ORDERED
    return [
        Tab("answer", _("To answer"), ordered, among=answer, due=_("Answer by")),
        Tab("late", _("Late"), ordered, among=late, due=_("Due")),
        Tab("running", _("In progress"), ordered, among=running, due=_("Done by")),
        Tab("objections", _("Objections"), among=(_OBJECTED,)),
        Tab("messages", _("Messages"), among=(_UNHANDLED,)),
        Tab("unclear", _("To understand"), opened, _UNKNOWN),
        Tab("waiting", _("Waiting for an offer"), opened, _KNOWN),
        Tab("held", _("To be read first"), Need.State.HELD),
        Tab("all", _("All")),
    ]


def _in(states: tuple[OrderState, ...]) -> str:
    return f"state IN ({', '.join(repr(state.value) for state in states)})"


def _runs(due: str) -> str:
    """The clock of an order did not stand still when ``due`` came, as ``delivery.lights`` has it."""
    stopped = (
        f"orders_pause.order_id = orders_order.id AND orders_pause.ended_at IS NULL AND since < orders_order.{due}"
    )
    return f"NOT EXISTS (SELECT 1 FROM orders_pause WHERE {stopped})"  # noqa: S608 (names of our own)


def asked_by(user: User, filters: Filters) -> Asked:
    """What ``user`` looks for. A full reference is looked up as one."""
    area, district, words = filters.area, filters.district, filters.words
    services, regions = area.interval if area else None, district.interval if district else None
    mine: list[Part] = []
    also: tuple[Part, ...] = ()
    if filters.whose == "mine":
        mine.append(_worked_on("id IN", at_work().filter(official=user)))
    elif filters.whose == "nobody":  # what is joined is worked on with its lead
        also = (_worked_on("id NOT IN", at_work()), Part("closed_at IS NULL"), Part("lead_id IS NULL"))
    try:
        reference = read_reference(words) if words else ""
    except ValueError:
        narrow = narrow_to(user, services, regions)
        return Asked(user, (*narrow, *mine), also, words=tuple(words.split()[:5]))
    return Asked(user, (*narrow_to(user, services, regions, reference), *mine), also, named=bool(reference))


def _worked_on(begins: str, rows: QuerySet[Assignment]) -> Part:
    sql, values = rows.order_by().values("need_id").query.sql_with_params()
    return Part(f"{begins} ({sql})", tuple(values))


def counts(asked: Asked, lists: list[Tab], within: int = 0) -> dict[str, int | None]:
    """How many needs each list has, in one query; more than ``queue.MOST_COUNTED`` are not told apart.

    Not told (``None``) where words are looked for, as that would read all of them, and where it takes more than
    ``within`` milliseconds.
    """
    found = None if asked.words else numbers(asked, lists, within)
    return {tab.key: None for tab in lists} if found is None else found


@dataclass(frozen=True)
class Shown:
    """A page of the queue. ``stopped``: words were looked for in so many needs and no further (0: in all)."""

    needs: list[Need]
    next: str
    stopped: int


def queue(asked: Asked, tab: Tab, *, after: str, most: int) -> Shown:
    """The needs of one list, most urgent first; all of them newest first.

    Where the list has a deadline, each need has it as ``due``: of its answer, or once answered of its end. Raises
    ``ValueError`` for an ``after`` that is none.
    """
    page = page_of(asked, tab, after, most)
    rows = visible(asked.user).filter(pk__in=page.keys).order_by()
    found = {need.pk: need for need in (rows.annotate(due=Subquery(_due())) if tab.due else rows)}
    return Shown([found[key] for key in page.keys if key in found], page.next, page.stopped)


def first_keys(asked: Asked, tab: Tab, most: int) -> Page:
    """The keys of the first ``most`` needs of a list."""
    return page_of(asked, tab, "", most)


def _due() -> QuerySet[Order, Any]:
    next_deadline = Case(When(state__in=_TO_ANSWER, then="contact_due"), default=F("resolution_due"))
    running = Order.objects.filter(need=OuterRef("pk")).exclude(state__in=ENDED)
    return running.order_by("-pk").values(due=next_deadline)[:1]
