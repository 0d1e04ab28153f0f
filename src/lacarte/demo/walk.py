"""Turns the whole loop once, with new needs through the real doors, and says what happened at every stage."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.test import Client

from lacarte.kernel import clock, jobs
from lacarte.kernel.events import timeline
from lacarte.kernel.models import User
from lacarte.loop.matching.actions import match
from lacarte.loop.matching.models import Price
from lacarte.loop.matching.queries import latest_run
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import change
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.planning.errors import NoPlanError
from lacarte.loop.planning.grounds import Who, services_waited_for
from lacarte.loop.planning.kept import kept
from lacarte.loop.planning.sharing import most_promising, partners_to_try
from lacarte.loop.planning.sites import Aim, plan_sites
from lacarte.loop.planning.unmet import unmet
from lacarte.loop.sensing.actions import observe
from lacarte.loop.sensing.models import Datastream
from lacarte.loop.voice.actions import rate
from lacarte.loop.voice.queries import rates
from lacarte.registers.menu.capacity.counting import overbooked, with_free_units
from lacarte.registers.menu.models import Attribute, CapacityLot, OfferAtPlace


class LoopBrokenError(Exception):
    """A stage did not do what it should; the message says which and what."""


@dataclass(frozen=True)
class Said:
    """One line of the report."""

    stage: str
    words: str


def _check(holds: bool, words: str) -> None:
    if not holds:
        raise LoopBrokenError(words)


def walk() -> Iterator[Said]:
    """Sensed, understood, weighed, matched, delivered, heard back, counted. Raises :class:`LoopBrokenError`.

    Every figure is read from the database after the stage has done its work.
    """
    before = {need.pk for need in Need.objects.all().only("pk")}
    yield from _sense()
    work()
    fresh = (
        Need.objects.exclude(pk__in=before).select_related("service_type", "region").order_by("received_at", "pk")
    )
    _check(len(fresh) == 3, f"three needs were told, {len(fresh)} arrived")
    for need in fresh:
        how = "chosen by a person" if need.type_certainty == 1 else f"{need.type_certainty:.0%} certain"
        yield Said("understood", f"{need.reference}: {need.service_type} ({how}), {need.region}, {need.language}")
    for need in fresh:
        _check(need.priority_class is not None, f"{need.reference} was not weighed")
        yield Said("weighed", f"{need.reference}: class {need.priority_class}, index {need.need_index:.2f}")
    run = match()
    work()
    _check(run.gap == 0, f"the matching run is not proved optimal: gap {run.gap}")
    yield Said("matched", f"{run.matched} of {run.needs} needs that waited, proved optimal, {run.seconds:.1f} s")
    orders = [_deliver(need) for need in fresh]
    for order in filter(None, orders):
        yield Said("delivered", f"{order.need.reference}: {order.offer_at_place.offer.provider}, {order.state}")
    delivered = [order for order in orders if order]
    _check(bool(delivered), "none of the three needs found an offer")
    yield _hear(delivered[0])
    yield from _count()


def work() -> None:
    """Run background jobs until none is due."""
    while jobs.work_once():
        pass


def _sense() -> Iterator[Said]:
    """A need by the web's questions, one by Open311, one by a sensor; where something is free."""
    client = Client(headers={"host": "localhost"})
    offer = _with_capacity()
    code, region = offer.offer.service_type.code, offer.region.code
    answers = {
        "what": {"text": "Could somebody help us with this, please?"},
        "kind": {"service": code},
        "where": {"region": region, "longitude": offer.longitude, "latitude": offer.latitude},
        "contact": {"name": "Demo"},
    }
    client.post("/need/choose/", {"service": code})
    for step, given in answers.items():
        client.post(f"/need/{step}/", given)
    reply = client.post("/need/check/")
    _check(reply.status_code == 302, f"the web form answered {reply.status_code}")
    yield Said("sensed", f"a need by the web form: {offer.offer.service_type}")
    other = _with_capacity(besides=code)
    form = {"service_code": other.offer.service_type.code, "lat": other.latitude, "long": other.longitude}
    reply = client.post("/open311/v2/requests.json", {**form, "description": "您好，请问能安排一下吗？"})
    _check(reply.status_code == 201, f"Open311 answered {reply.status_code}")
    yield Said("sensed", f"a need by Open311: {other.offer.service_type}")
    stream = Datastream.objects.filter(alarms=None, high__isnull=False).select_related("thing").order_by("pk")[0]
    observe(stream, value=(stream.high or 0.0) * 1.5, at=clock.now())
    yield Said("sensed", f"an alarm of {stream.thing}: {stream.observed_property}")


def _with_capacity(besides: str = "") -> OfferAtPlace:
    """The offer with most units free now, of a service that asks nothing of its own."""
    now = clock.now()
    lots = CapacityLot.objects.filter(starts_at__lte=now, ends_at__gt=now, offer_at_place__longitude__isnull=False)
    wanted = with_free_units(lots).exclude(offer_at_place__offer__service_type__code=besides).filter(free__gt=0)
    asking = Attribute.objects.values("service_type")
    wanted = wanted.exclude(offer_at_place__offer__service_type__in=asking)
    lot = (
        wanted.select_related("offer_at_place__offer__service_type", "offer_at_place__region")
        .order_by("-free")
        .first()
    )
    _check(lot is not None, "no offer has capacity")
    assert lot is not None
    place: OfferAtPlace = lot.offer_at_place
    return place


def _deliver(need: Need) -> Order | None:
    """The provider accepts, does it, and says so. ``None`` where no offer could serve the need."""
    placed = Order.objects.filter(need=need).select_related("need", "offer_at_place__offer__provider").first()
    if placed is None:
        return None
    worker = User.objects.get(username="case-worker")
    for state in (OrderState.ACCEPTED, OrderState.IN_PROGRESS, OrderState.COMPLETED):
        change(placed, to=state, actor=worker)
    placed.refresh_from_db()
    _check(placed.state == OrderState.COMPLETED, f"the order of {need.reference} is {placed.state}")
    return placed


def _hear(order: Order) -> Said:
    rate(order, contacted_in_time=True, solved=True, satisfaction=5)
    last = timeline(order.need_id).last()
    _check(last is not None and last.name == "order.rated", "the rating is not on the timeline")
    return Said(
        "heard back",
        f"{order.need.reference} is rated; its timeline has {timeline(order.need_id).count()} entries",
    )


def _count() -> Iterator[Said]:
    by_kind = rates("kind")
    solved = ", ".join(
        f"{row.label} {row.resolution.share:.0%}" for row in by_kind if row.resolution.share is not None
    )
    yield Said("counted", f"solved, by kind of provider: {solved or 'too few ratings to show'}")
    planner = User.objects.get(username="planner")
    found = unmet(planner)
    told, waiting = found.everybody.waiting, Need.objects.filter(state=Need.State.OPEN).count()
    worst = next((row for row in found.rows if row.waiting), None)
    right = told is None or (told.people == waiting if told.exact else told.people < waiting)
    _check(right, "the plan and the needs differ")
    words = f"; most: {worst.service_type}, {worst.region or 'all districts'} ({worst.waiting})" if worst else ""
    yield Said("planned", f"{waiting} needs stay unmet{words}")
    offers = Price.objects.filter(run=latest_run(), people__gt=0).count()
    _check(offers > 0, "needs stay unmet, and no offer has a price")
    yield Said("planned", f"one more unit of capacity would serve one person more at {offers} offers")
    yield from _plan(planner)
    _check(not overbooked().exists(), "a lot is overbooked")


def _plan(planner: User) -> Iterator[Said]:
    """New sites for what most wait for, and the two districts that could gain most by sharing."""
    waits = services_waited_for(planner)
    kind = max(waits, key=lambda one: waits[one])
    try:
        sites = plan_sites(planner, kind, Who.LATELY, 3, Aim.WAY, within=30 * 60)
        minutes = [f"{round((ways.mean_seconds or 0) / 60)}" for ways in (sites.before, sites.after)]
        yield Said("planned", f"3 more sites for {kind}: a mean way of {minutes[1]} minutes, today {minutes[0]}")
    except NoPlanError as error:
        yield Said("planned", f"no plan of sites for {kind}: {error}")
    for pair in most_promising(kept(planner, None), partners_to_try(planner, None), n=1):
        partners, most = pair.partners, pair.at_most.people or "fewer than 10"
        yield Said("planned", f"{partners.one} and {partners.other} sharing offers: {most} people more at most")
