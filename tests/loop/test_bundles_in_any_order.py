"""Whatever is sent, done, left out, broken and tried again in whatever order: no part is lost, doubled or early.

Beside the records runs a model of a few lines.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.kernel import jobs
from lacarte.kernel.models import Role, User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.actions import OrderRefusedError
from lacarte.loop.orders.bundles import sending
from lacarte.loop.orders.bundles.changing import leave_out, try_again
from lacarte.loop.orders.bundles.placing import BundleRefusedError, Part, Said, place_bundle
from lacarte.loop.orders.bundles.sending import send_part
from lacarte.loop.orders.models import BundleOrder, BundlePart, Order
from lacarte.loop.orders.states import ENDED
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.capacity.counting import living_holds, overbooked
from lacarte.registers.menu.models import Hold, Offer, OfferAtPlace, ServiceType
from tests.city import City, build, official
from tests.loop.bundled import at_home, complete

PARTS = 4
UNSENT = ("waiting", "trouble", "before-ended")
STEPS = ("work", "work", "complete", "complete", "leave out", "again", "choose", "break", "mend", "send")
step = st.tuples(st.sampled_from(STEPS), st.integers(0, PARTS - 1))
graphs = st.fixed_dictionaries({key: st.sets(st.integers(0, max(0, key - 1))) for key in range(PARTS)})


@dataclass
class Model:
    """How each part stands, what it still waits for, and whose sending fails."""

    after: dict[int, set[int]]
    state: dict[int, str] = field(default_factory=lambda: dict.fromkeys(range(PARTS), "waiting"))
    broken: set[int] = field(default_factory=set)
    without_offer: set[int] = field(default_factory=set)  # chosen anew, so that nothing is ordered with it

    def due(self, key: int) -> bool:
        return self.state[key] in ("waiting", "trouble") and all(
            self.state[one] == "met" for one in self.after[key]
        )

    def send(self, key: int) -> None:
        if self.due(key):
            self.state[key] = "trouble" if key in self.broken - self.without_offer else "sent"

    def work(self) -> None:
        for key in range(PARTS):  # in an order in which what comes first is first
            if self.state[key] == "waiting":
                self.send(key)

    def leave_out(self, key: int) -> bool:
        if self.state[key] not in (*UNSENT, "sent"):
            return False
        self.state[key] = "over"
        for one in range(PARTS):
            if key in self.after[one] and self.state[one] == "waiting":
                self.state[one] = "before-ended"
        return True

    def again(self, key: int) -> bool:
        if self.state[key] not in ("trouble", "before-ended"):
            return False
        if self.state[key] == "before-ended":
            self.after[key] = {one for one in self.after[key] if self.state[one] != "over"}
        self.state[key] = "waiting"
        return True

    def choose(self, key: int) -> bool:
        if not self.again(key):
            return False
        self.without_offer.add(key)
        return True


def shown(part: BundlePart) -> str:
    """A part as the model calls it."""
    if part.need is not None:
        return {Need.State.MET: "met", Need.State.WITHDRAWN: "over"}.get(Need.State(part.need.state), "sent")
    return {"left-out": "over", "failed": part.why}.get(part.state, part.state)


class World:
    """The records, and what is done to them."""

    def __init__(self, city: City, after: dict[int, set[int]]) -> None:
        self.clerk: User = official(Role.CASE_WORKER)
        self.broken: set[int] = set()
        self.services = [_service(city, at) for at in range(PARTS)]
        offers = {one.offer.service_type_id: one for one in OfferAtPlace.objects.select_related("offer")}
        parts = [
            Part(one, offers[one.number], after=frozenset(self.services[before].number for before in after[at]))
            for at, one in enumerate(self.services)
        ]
        self.bundle: BundleOrder = place_bundle(parts, at_home(city), Said(), sent_with="x")

    def part(self, at: int) -> BundlePart:
        parts = BundlePart.objects.select_related("need", "service_type")
        return parts.get(bundle=self.bundle, service_type=self.services[at])

    def place_order(self, need: Need, **chosen: Any) -> Order:
        if self.services.index(need.service_type) in self.broken:
            raise OSError("the network is down")
        return REAL(need, **chosen)

    def work(self) -> None:
        while jobs.work_once():
            pass


REAL = sending.place_order


def _service(city: City, at: int) -> ServiceType:
    """A service with an offer that has two units free."""
    kind = add_service_type(city.area, code=f"s{at}", name={"en": f"Service {at}"})
    provider, lot = city.offer.offer.provider, city.lot
    offer = Offer.objects.create(code=f"o{at}", service_type=kind, provider=provider, name={"en": "Offer"})
    place = OfferAtPlace.objects.create(offer=offer, region=city.west)
    place.lots.create(starts_at=lot.starts_at, ends_at=lot.ends_at, units=2)
    return kind


def take(kind: str, at: int, world: World, model: Model) -> None:
    """One step in the world and in the model, which must agree on whether it is possible."""
    if kind == "work":
        world.work()
        model.work()
    elif kind == "send":  # two at once, or a worker that was late
        for _twice in range(2):
            try:
                send_part(world.part(at).pk)
            except OSError:
                assert at in model.broken
        model.send(at)
    elif kind == "complete":
        if model.state[at] == "sent":
            complete(world.part(at).need, world.clerk)  # type: ignore[arg-type]
            model.state[at] = "met"
    elif kind in ("break", "mend"):
        for broken in (world.broken, model.broken):
            (broken.add if kind == "break" else broken.discard)(at)
    else:
        verbs = {
            "leave out": (model.leave_out, leave_out),
            "again": (model.again, try_again),
            "choose": (model.choose, partial(try_again, choosing=True)),
        }
        in_model, in_world = verbs[kind]
        expected = in_model(at)
        try:
            in_world(world.part(at), actor=None)
        except (BundleRefusedError, OrderRefusedError):
            assert not expected, (kind, at)
        else:
            assert expected, (kind, at)
        world.work()  # what follows from it is done by jobs
        model.work()


@pytest.mark.django_db
@given(after=graphs, steps=st.lists(step, min_size=4, max_size=16))
@settings(max_examples=10, deadline=None)
def test_no_part_is_lost_none_doubled_and_none_early(
    after: dict[int, set[int]], steps: list[tuple[str, int]]
) -> None:
    logging.disable(logging.CRITICAL)  # what is broken here says so
    after = {key: {one for one in before if one < key} for key, before in after.items()}
    with transaction.atomic():
        world, model = World(build(), after), Model({key: set(before) for key, before in after.items()})
        with patch.object(sending, "place_order", world.place_order):
            for kind, at in [*steps, ("work", 0)]:
                take(kind, at, world, model)
                parts = [world.part(one) for one in range(PARTS)]
                assert [shown(one) for one in parts] == [model.state[one] for one in range(PARTS)]
                _check(world, parts)
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def _check(world: World, parts: list[BundlePart]) -> None:
    sent = [part for part in parts if part.need is not None]
    assert Need.objects.count() == len({part.need_id for part in sent}) == len(sent), "one need a part"
    for part in sent:
        for before in part.after.select_related("need"):
            assert before.need is not None
            assert before.need.state == Need.State.MET, "nothing is early"
    living = Order.objects.exclude(state__in=ENDED - {"completed"})
    # Nothing was free, or no offer is chosen yet: a person ordered it without a unit.
    by_hand = [part.need_id for part in sent if part.why or part.offer_at_place_id is None]
    held = living.exclude(need__in=by_hand, hold=None).count()
    assert Hold.objects.filter(living_holds()).count() == held, "what is kept is somebody's"
    assert not overbooked().exists()
