"""What a provider's pages list; only of that provider, whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.orders.delivery.answering import waiting_for
from lacarte.loop.orders.models import Contribution, Handover, Order, OrderState
from lacarte.loop.orders.queries import orders_of_members
from lacarte.loop.orders.seen import Sort
from lacarte.loop.orders.states import ENDED, NOT_ANSWERED
from lacarte.loop.voice import replies
from lacarte.registers.menu.capacity.finding import CapacityState, with_capacity_state
from lacarte.registers.menu.capacity.making import Standing, standing_against
from lacarte.registers.menu.keeping import offers_of, places_of
from lacarte.registers.menu.models import OfferAtPlace
from lacarte.registers.providers.models import Provider

_SHOWN = 10
_WITH = ("need__service_type", "need__region", "offer_at_place__offer", "offer_at_place__region", "hold__lot")
_LED_BY = ("order__need__service_type", "order__offer_at_place__offer__provider")
_FROM = ("order__need__service_type", "source__offer__provider")


@dataclass(frozen=True)
class Tab:
    """One list of offers."""

    key: str
    label: str | Promise
    condition: Q


@dataclass(frozen=True)
class OrderTab:
    """One list of orders."""

    key: str
    label: str | Promise
    states: frozenset[OrderState]
    sort: Sort

    @property
    def condition(self) -> Q:
        """What is in it."""
        return Q(state__in=self.states)


T = TypeVar("T", Tab, OrderTab)


@dataclass(frozen=True)
class Overview:
    """What a member looks at first."""

    to_answer: list[Order]
    late: int
    parts: list[Contribution]  # of orders that others lead
    handovers: list[Handover]  # orders of others that it is asked to take over
    waiting: dict[str, int]  # how many of these three there are
    ratings: int  # bad ones to answer
    full: list[OfferAtPlace]
    full_count: int
    paused: list[Any]
    paused_count: int
    drafts: list[Any]
    standing: list[Standing]
    offers: int


def overview(user: User, provider: Provider) -> Overview:
    """What waits for an answer, what is full, what is paused, what is not shown yet."""
    waits, offers = waiting_for(provider, member=user), kept_offers(user, provider)
    numbers = {tab.key: n for tab, n in counts(offers, offer_tabs())}
    places = places_of(user).filter(offer__provider=provider)
    full = with_capacity_state(places).filter(capacity_state=CapacityState.WAITLIST)
    ours = full.select_related("offer", "region").order_by("offer__code", "pk")
    return Overview(
        to_answer=list(waits.orders.select_related(*_WITH).order_by("contact_due", "pk")[:_SHOWN]),
        late=waits.orders.filter(contact_due__lt=clock.now()).count(),
        parts=list(waits.parts.select_related(*_LED_BY).order_by("due", "pk")[:_SHOWN]),
        handovers=list(waits.handovers.select_related(*_FROM).order_by("asked_at", "pk")[:_SHOWN]),
        waiting=waits.numbers(),
        ratings=replies.owed_by(user).filter(**{replies.PROVIDER: provider}).count(),
        full=list(ours[:_SHOWN]),
        full_count=full.count(),
        paused=list(offers.filter(paused=True)[:_SHOWN]),
        paused_count=numbers["paused"],
        drafts=list(offers.filter(is_draft=True)[:_SHOWN]),
        standing=standing_against(places.values_list("pk", flat=True))[:_SHOWN],
        offers=numbers["all"],
    )


def kept_offers(user: User, provider: Provider) -> QuerySet[Any]:
    """The offers of a provider that ``user`` keeps, by code, with ``is_draft`` and the number of places."""
    has_place = Exists(OfferAtPlace.objects.filter(offer=OuterRef("pk")))
    mine = offers_of(user).filter(provider=provider).select_related("service_type", "provider")
    return mine.annotate(is_draft=~has_place, n_places=Count("places")).order_by("code")


def offer_tabs(day: date | None = None) -> list[Tab]:
    """The lists of offers."""
    today = day or timezone.localdate(clock.now())
    return [
        Tab("all", _("All"), Q()),
        Tab("shown", _("Offered now"), Q(paused=False, is_draft=False) & (Q(until=None) | Q(until__gte=today))),
        Tab("drafts", _("Drafts"), Q(is_draft=True)),
        Tab("paused", _("Paused"), Q(paused=True)),
    ]


def order_tabs() -> list[OrderTab]:
    """The lists of orders."""
    running = frozenset(OrderState) - NOT_ANSWERED - ENDED
    return [
        OrderTab("answer", _("To answer"), NOT_ANSWERED, Sort.ANSWER),
        OrderTab("running", _("In progress"), running, Sort.DUE),
        OrderTab("ended", _("Ended"), ENDED, Sort.NEWEST),
    ]


def counts(rows: QuerySet[Any], tabs: Sequence[T]) -> list[tuple[T, int]]:
    """The lists, each with how many it has, in one query."""
    found = rows.order_by().aggregate(
        **{tab.key: Count("pk", filter=tab.condition, distinct=True) for tab in tabs}
    )
    return [(tab, found[tab.key]) for tab in tabs]


def orders(user: User, provider: Provider) -> QuerySet[Order]:
    """The orders that were sent to a provider that ``user`` is a member of."""
    sent = orders_of_members(user).filter(offer_at_place__offer__provider=provider)
    return sent.select_related(*_WITH)


def first_due(user: User, providers: QuerySet[Provider]) -> dict[object, tuple[int, object]]:
    """How many orders wait for an answer of each provider, and when the first has to be answered; by key."""
    waits = orders_of_members(user).filter(
        state__in=NOT_ANSWERED, offer_at_place__offer__provider__in=providers.values("pk")
    )
    rows = waits.order_by().values_list("offer_at_place__offer__provider")
    return {key: (n, due) for key, n, due in rows.annotate(n=Count("pk"), due=Min("contact_due"))}
