"""What the clock does with orders, and what follows from their changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from lacarte.kernel import clock, tree
from lacarte.kernel.events import publish_many, subscribe
from lacarte.kernel.jobs import Payload, job
from lacarte.kernel.models import Event
from lacarte.kernel.schedule import every
from lacarte.loop.needs.events import ResidentWrote
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.delivery.deadlines import BATCH, in_batches, set_anew, within
from lacarte.loop.orders.delivery.dispatching import came_back
from lacarte.loop.orders.delivery.escalating import (
    OF_THE_ORDER,
    Why,
    escalate_many,
    late_since,
    set_decisions_anew,
    settle,
    settle_in_time,
)
from lacarte.loop.orders.delivery.lights import Light, lit, next_due
from lacarte.loop.orders.delivery.pausing import answered, end_pause, end_pauses_over
from lacarte.loop.orders.delivery.rules import SET_ANEW, set_anew_within
from lacarte.loop.orders.delivery.together import end_parts
from lacarte.loop.orders.events import OrderChanged, OrderNear, OrderOverdue, OrderPlaced
from lacarte.loop.orders.models import Escalation, Extension, Handover, Order, OrderChange, OrderState, Warned
from lacarte.loop.orders.states import ENDED, NOT_ANSWERED, Who
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.events import CalendarChanged
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

#: What nobody has decided goes up so many levels.
LEVELS = 2


@every(timedelta(minutes=5), "orders.overdue")
def watch_deadlines() -> None:
    """End pauses that are over, remind of what is near, escalate what is late or has lost its provider; once."""
    end_pauses_over()
    warn_near()
    settle_in_time()
    escalate_late()
    escalate_withdrawn()
    escalate_undecided()


def warn_near() -> int:
    """Tell whoever must act of deadlines that are near. Returns how many."""
    answer, end = (
        Exists(Warned.objects.filter(order=OuterRef("pk"), due=OuterRef(due)))
        for due in ("contact_due", "resolution_due")
    )
    unanswered = Q(state__in=NOT_ANSWERED)
    told = Q(unanswered, answer) | Q(~unanswered, end)
    return sum(_warn(keys) for keys in _batches(Order.objects.filter(lit(Light.AMBER), ~told)))


@transaction.atomic
def _warn(keys: list[UUID]) -> int:
    rows = list(_locked(keys).filter(lit(Light.AMBER)))
    Warned.objects.bulk_create([Warned(order=row, due=next_due(row)) for row in rows])
    publish_many((OrderNear(order=row.pk, need=row.need_id, due=next_due(row)), row.need_id, None) for row in rows)
    return len(rows)


def escalate_late() -> int:
    """Escalate what is late. Returns how many."""
    n = 0
    for why, among in ((Why.CONTACT, Q(state__in=NOT_ANSWERED)), (Why.RESOLUTION, ~Q(state__in=NOT_ANSWERED))):
        stands = Q(ended_at=None) | Q(raised_at__gte=OuterRef(late_since(why)))
        done = Escalation.objects.filter(stands, order=OuterRef("pk"), why=why, level=1)
        late = Order.objects.filter(lit(Light.RED), among)
        n += sum(_escalate(keys, why) for keys in _batches(late.filter(~Exists(done))))
    return n


@transaction.atomic
def _escalate(keys: list[UUID], why: Why) -> int:
    rows = list(_locked(keys).exclude(state__in=ENDED))
    told = Event.objects.filter(name=OrderOverdue.name, stream__in=[row.need_id for row in rows])
    said = set(told.values_list("payload__order", flat=True))
    late = [row for row in rows if str(row.pk) not in said and why != Why.WITHDRAWN]
    publish_many((OrderOverdue(order=row.pk, need=row.need_id), row.need_id, None) for row in late)
    return len(escalate_many(rows, why))


def escalate_withdrawn() -> int:
    """Escalate the orders of providers that had somebody who worked on them here and have nobody left."""
    worked = OrderChange.objects.filter(who=Who.PROVIDER, order__ended_at=None).order_by()
    theirs = set(worked.values_list("order__offer_at_place__offer__provider", flat=True).distinct())
    active = Provider.members.through.objects.filter(provider=OuterRef("pk"), user__is_active=True)
    gone = Provider.objects.filter(~Exists(active), pk__in=theirs)
    done = Escalation.objects.filter(order=OuterRef("pk"), why=Why.WITHDRAWN)
    left = Order.objects.filter(~Exists(done), ended_at=None, offer_at_place__offer__provider__in=gone)
    return sum(_escalate(keys, Why.WITHDRAWN) for keys in _batches(left))


def escalate_undecided() -> int:
    """What was not decided in its time goes a level up, once for each. Returns how many."""
    n = 0
    same = Escalation.objects.filter(order=OuterRef("order"), why=OuterRef("why"))
    above = same.filter(level=OuterRef("level") + 1, raised_at__gte=OuterRef("raised_at"))
    over = Escalation.objects.filter(~Exists(above), ended_at=None, decide_by__lt=clock.now(), level__lt=LEVELS)
    for key in list(over.order_by("decide_by", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = over.select_for_update(of=("self",)).select_related("order").filter(pk=key).first()
            if row is not None:  # nobody has decided it meanwhile
                n += len(escalate_many([row.order], Why(row.why), row.level + 1))
    return n


@job(SET_ANEW, own_transactions=True)
def set_deadlines_anew(payload: Payload) -> None:
    """Set the deadlines of orders under way below a service type and a region; harmless to run twice."""
    services, regions = (tree.Interval(*payload[name]) for name in ("services", "regions"))
    for rows in in_batches(within(services, regions)):
        with transaction.atomic():
            set_anew([row.pk for row in rows])
            set_decisions_anew(rows)
    settle_in_time()


@subscribe(CalendarChanged)
def move_deadlines(event: CalendarChanged, record: Event) -> None:
    """A holiday that was declared late moves what is under way."""
    region = Region.objects.filter(pk=event.region).first()
    if region is not None:
        set_anew_within(ServiceType.objects.get(pk=tree.ROOT_NUMBER).interval, region.interval)


@subscribe(ResidentWrote)
def go_on(event: ResidentWrote, record: Event) -> None:
    """The resident answered: the clock goes on."""
    answered(Need.objects.get(pk=event.need))


@subscribe(OrderChanged)
def end_what_hung_on_it(event: OrderChanged, record: Event) -> None:
    """What was asked for and not answered ends with its order; an answer ends that it was late."""
    order = Order.objects.get(pk=event.order)
    if order.responded_at is not None:
        settle(Escalation.objects.filter(order=order, why=Why.CONTACT))
    if order.state not in ENDED:
        return
    end_pause(order)
    end_parts(order)
    now = clock.now()
    order.handovers.filter(state=Handover.State.ASKED).update(state=Handover.State.WITHDRAWN, answered_at=now)
    order.extensions.filter(state=Extension.State.ASKED).update(state=Extension.State.REFUSED, decided_at=now)
    settle(Escalation.objects.filter(order=order, why__in=OF_THE_ORDER))


@subscribe(OrderChanged)
def dispatch_anew(event: OrderChanged, record: Event) -> None:
    """What came back goes on to somebody else."""
    if event.target == OrderState.REJECTED:
        came_back(Order.objects.get(pk=event.order))


@subscribe(OrderPlaced)
def decided_by_order(event: OrderPlaced, record: Event) -> None:
    """What waited for a decision who does it has somebody who does."""
    settle(Escalation.objects.filter(need=event.need, why=Why.RETURNED))


def _batches(orders: QuerySet[Order]) -> Iterator[list[UUID]]:
    """The keys of what is there now, some hundred at a time: each is looked at once, whatever becomes of it."""
    keys = list(orders.order_by("pk").values_list("pk", flat=True))
    for at in range(0, len(keys), BATCH):
        yield keys[at : at + BATCH]


def _locked(keys: list[UUID]) -> QuerySet[Order]:
    return Order.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
