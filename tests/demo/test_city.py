"""The demo city is a believable one, and its records agree with each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker
from shapely.geometry import shape

from lacarte.demo import geography, history, population, supply
from lacarte.demo.accounts import settle_resident
from lacarte.demo.content import read
from lacarte.demo.load import SEED, load
from lacarte.demo.told_again import TELL_AGAIN
from lacarte.engines.text import language
from lacarte.kernel import clock
from lacarte.kernel.models import Event, Role, User
from lacarte.kernel.permissions import Action, may_anywhere
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order, OrderState
from lacarte.loop.orders.states import ENDED, TRANSITIONS
from lacarte.loop.priority.models import Weighing
from lacarte.loop.voice.models import Rating
from lacarte.registers.menu.attributes import read_question
from lacarte.registers.menu.models import Attribute, Offer, ServiceType
from lacarte.registers.menu.queries import overbooked
from lacarte.registers.people.models import Circumstance, Household, Person
from lacarte.registers.places.models import Boundary, Region, Zone
from lacarte.registers.places.queries import regions_at
from lacarte.registers.providers.models import Provider

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)  # late in the morning there
PEOPLE, NEEDS = 2500, 1500


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One small city for all tests of this file; it is rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        with clock.stopped_at(NOW):
            assert load(residents=PEOPLE, needs=NEEDS)
        yield
        transaction.set_rollback(True)


def test_the_content_is_complete_in_both_languages() -> None:
    content = read()
    assert len(content.areas) == 8
    assert len(content.services) >= 60
    assert len({service.code for service in content.services}) == len(content.services)
    assert sum(district.population_share for district in content.districts) == pytest.approx(1)
    for service in content.services:
        for text in (service.name, service.description, service.keywords):
            assert set(text) == {"en", "zh-hans"}
        for tag, texts in service.texts.items():
            assert len(set(texts)) >= 8
            assert {language(text) for text in texts} == {tag}


@pytest.mark.parametrize("seed", range(4))
def test_the_districts_tile_the_land(seed: int) -> None:
    content = read()
    land = geography.draw(np.random.default_rng(seed), content)
    assert (len(land.districts), len(land.neighbourhoods), len(land.zones)) == (12, 48, 2)
    assert all(part.is_valid for part in [*land.districts, *land.neighbourhoods, *land.zones])
    assert shapely.coverage_is_valid(land.neighbourhoods), "neither gap nor overlap"
    for zone in land.zones:
        assert sum(zone.intersection(district).area > 1e-7 for district in land.districts) >= 3


def test_the_same_seed_draws_the_same_city() -> None:
    def drawn(seed: int) -> list[history.DrawnNeed]:
        rng, content = np.random.default_rng(seed), read()
        land = geography.draw(rng, content)
        people = population.draw(rng, content, land, 300)
        supplied = supply.draw(rng, content, land, 20)
        units = history.draw_units(rng, supplied)
        needs = history.draw_needs(rng, content, land, people, 200, NOW)
        history.serve(rng, content, supplied, needs, units, NOW, lambda at, days: at)
        return needs

    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_the_city_has_what_it_promises(city: None) -> None:
    assert Region.objects.filter(parent__code="lanwan").count() == 12
    assert Zone.objects.count() == 2
    assert Person.objects.filter(user=None).count() == PEOPLE
    assert Weighing.objects.count() == Need.objects.count()
    assert Event.objects.get(name="demo.drawn").payload["seed"] == SEED
    assert Need.objects.filter(channel="phone", registered_by=None).count() == 0
    assert Household.objects.count() < PEOPLE
    assert Circumstance.objects.count() > PEOPLE / 4
    assert Counter(Provider.objects.values_list("kind", flat=True)) == supply.PROVIDERS
    assert Offer.objects.count() == 600
    assert set(Offer.objects.values_list("service_type", flat=True)) == set(
        ServiceType.objects.filter(orderable=True).values_list("pk", flat=True)
    ), "every service has an offer"
    assert Need.objects.count() == NEEDS + 8 + 3 + sum(TELL_AGAIN), "alarms, needs that are held, and told again"
    assert {"en", "zh-hans"} <= set(Need.objects.values_list("language", flat=True))
    assert set(Order.objects.values_list("state", flat=True)) == set(OrderState.values)
    assert Rating.objects.count() > NEEDS / 10
    assert set(Need.objects.values_list("state", flat=True)) == set(Need.State.values)
    assert Need.objects.filter(service_type=0, state="open").exists(), "some are not understood"


def test_supply_is_misplaced(city: None) -> None:
    waiting: Counter[str] = Counter(
        Need.objects.filter(state="open").values_list("region__parent__code", flat=True)  # type: ignore[arg-type]
    )
    told: Counter[str] = Counter(Need.objects.values_list("region__parent__code", flat=True))  # type: ignore[arg-type]
    badly = [one.code for one in read().districts if one.supply < 0.5]
    well = [one.code for one in read().districts if one.supply > 1.5]

    def share(codes: list[str]) -> float:
        return sum(waiting[code] for code in codes) / sum(told[code] for code in codes)

    assert share(badly) > 1.25 * share(well)


def test_every_point_lies_in_its_neighbourhood(city: None) -> None:
    rows = list(Need.objects.exclude(longitude=None).values_list("longitude", "latitude", "region_id"))
    found = regions_at([row[0] for row in rows], [row[1] for row in rows])
    assert np.mean(found == np.array([row[2] for row in rows])) > 0.995, "all but those on a border"
    assert all(shape(geometry).is_valid for geometry in Boundary.objects.values_list("geometry", flat=True))
    assert shapely.get_num_geometries(shape(Boundary.objects.get(region__code="lanwan").geometry)) > 1, "islands"


def test_nothing_is_overbooked_and_no_order_breaks_the_table(city: None) -> None:
    assert not overbooked().exists()
    allowed = {(step.source, step.target) for step in TRANSITIONS}
    changes = Event.objects.filter(name="order.changed").values_list("payload", flat=True)
    assert {(change["source"], change["target"]) for change in changes} <= allowed


def test_the_timeline_agrees_with_the_states(city: None) -> None:
    last: dict[str, str] = defaultdict(lambda: "requested")
    for event in Event.objects.filter(name__in=["order.changed", "order.rated"]).order_by("at", "id"):
        if event.name == "order.changed":
            last[event.payload["order"]] = event.payload["target"]
        elif not event.payload["solved"]:
            last[event.payload["order"]] = "failed"
    for pk, state in Order.objects.values_list("pk", "state"):
        assert last[str(pk)] == state
    assert not Event.objects.filter(at__gt=NOW).exists()
    for need in Need.objects.filter(state="met"):
        assert need.orders.filter(state="completed").count() == 1


def test_the_accounts_open_their_doors(city: None) -> None:
    for name, action in (
        ("call-taker", Action.REGISTER),
        ("case-worker", Action.WORK),
        ("planner", Action.PLAN),
        ("auditor", Action.AUDIT),
        ("administrator", Action.ADMINISTER),
    ):
        user = User.objects.get(username=name)
        assert may_anywhere(user, action)
        assert user.mandates.get().role == Role(name)
        assert user.check_password("welcome-to-lanwan")
    settle_resident()
    settle_resident()
    resident = Person.objects.get(user__username="resident")
    assert set(resident.needs.values_list("state", flat=True)) == {"met", "ordered", "open"}
    assert resident.needs.filter(orders__state="completed", orders__rating=None).count() == 1
    assert resident.reads.count() == 1


def test_loading_twice_adds_nothing(city: None) -> None:
    before = Need.objects.count(), Event.objects.count()
    assert not load(residents=PEOPLE, needs=NEEDS)
    assert (Need.objects.count(), Event.objects.count()) == before


def test_late_orders_are_on_the_timeline(city: None) -> None:
    late = Order.objects.filter(resolution_due__lt=NOW).exclude(state__in=ENDED)
    said = set(Event.objects.filter(name="order.overdue").values_list("payload__order", flat=True))
    assert late.exists()
    assert {str(order.pk) for order in late} <= said


def test_follow_up_questions_are_of_service_types_and_in_both_languages() -> None:
    content = read()
    assert set(content.questions) <= {service.code for service in content.services}
    asked = [read_question(one) for rows in content.questions.values() for one in rows]
    assert {one.datatype for one in asked} == set(Attribute.DataType.values), "each sort is shown"
    for one in asked:
        texts = [one.question, one.hint or {"en": "", "zh-hans": ""}, *(value["name"] for value in one.values)]
        assert all(set(text) == {"en", "zh-hans"} for text in texts), one.code
