"""The demo city is a believable one, and its records agree with each other."""

from __future__ import annotations

import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker
from shapely.geometry import shape

from lacarte.demo import geography, history, population, supply
from lacarte.demo.accounts import settle_provider, settle_resident
from lacarte.demo.content import COUNTERS, read
from lacarte.demo.load import SEED, load
from lacarte.demo.load_lots import _rule
from lacarte.demo.shift import settle_shift
from lacarte.demo.told_again import TELL_AGAIN
from lacarte.engines.text import language
from lacarte.kernel import clock
from lacarte.kernel.models import Event, Role, User
from lacarte.kernel.permissions import Action, may_anywhere
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.bundles.questions import questions_for
from lacarte.loop.orders.checking import check
from lacarte.loop.orders.models import Assignment, Order, OrderState
from lacarte.loop.orders.states import ENDED, TRANSITIONS
from lacarte.loop.priority.models import Weighing
from lacarte.loop.voice.models import Rating, Reply
from lacarte.registers.entitlement.models import TableEdition
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.entitlement.tables.checking import books
from lacarte.registers.menu.attributes import read_question
from lacarte.registers.menu.capacity.counting import overbooked, with_free_units
from lacarte.registers.menu.capacity.finding import capacity_states
from lacarte.registers.menu.capacity.making import make_lots_ahead
from lacarte.registers.menu.models import (
    Attribute,
    CapacityLot,
    CapacityRule,
    LifeEvent,
    Offer,
    OfferAtPlace,
    SearchEntry,
    ServiceType,
)
from lacarte.registers.menu.searching import search
from lacarte.registers.people.models import Circumstance, Household, Person
from lacarte.registers.places.models import Boundary, Region, Zone
from lacarte.registers.places.queries import calendar_of, regions_at
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


def test_a_city_that_is_drawn_at_night_has_no_busy_day_before() -> None:
    night = NOW.replace(hour=17)  # an hour after midnight there
    now = night.astimezone(ZoneInfo("Asia/Shanghai"))
    days = Counter(moment.date() for moment in history._times(np.random.default_rng(1), 8000, now))
    before = now.date() - timedelta(days=1)
    same_weekday = [days[before - timedelta(weeks=week)] for week in range(1, 12)]
    assert days[before] < 1.5 * sum(same_weekday) / len(same_weekday)


def test_the_city_has_what_it_promises(city: None) -> None:
    assert Region.objects.filter(parent__code="lanwan").count() == 12
    assert Zone.objects.count() == 2
    assert Person.objects.filter(user=None).count() == PEOPLE
    assert Weighing.objects.count() == Need.objects.count()
    assert Event.objects.get(name="demo.drawn").payload["seed"] == SEED
    assert Need.objects.filter(channel="phone", registered_by=None).count() == 0
    assert Household.objects.count() < PEOPLE
    assert Circumstance.objects.count() > PEOPLE / 4
    drawn = Provider.objects.filter(code__startswith="demo-")
    assert Counter(drawn.values_list("kind", flat=True)) == supply.PROVIDERS
    assert Offer.objects.filter(provider__in=drawn).count() == 600
    assert set(Offer.objects.values_list("service_type", flat=True)) == set(
        ServiceType.objects.filter(orderable=True).values_list("pk", flat=True)
    ), "every service has an offer"
    assert Need.objects.count() == NEEDS + 8 + 3 + sum(TELL_AGAIN), "alarms, needs that are held, and told again"
    assert {"en", "zh-hans"} <= set(Need.objects.values_list("language", flat=True))
    assert set(Order.objects.values_list("state", flat=True)) == set(OrderState.values)
    assert Rating.objects.count() > NEEDS / 10
    assert set(Need.objects.values_list("state", flat=True)) == set(Need.State.values)
    assert Need.objects.filter(service_type=0, state="open").exists(), "some are not understood"


def test_life_events_call_for_services_that_somebody_offers(city: None) -> None:
    events = LifeEvent.objects.prefetch_related("items__service_type__offers__places", "items__after")
    assert len(events) == 12
    for event in events:
        items = list(event.items.all())
        assert 3 <= len(items) <= 7
        assert any(item.after.all() for item in items), f"nothing of {event} waits for anything"
        for text in (event.name, event.description, event.keywords, *(item.why for item in items)):
            assert set(text) == {"en", "zh-hans"}
        for item in items:
            assert any(offer.places.all() for offer in item.service_type.offers.all()), item
    for words, tag in (("a child is born", "en"), ("孩子出生", "zh-hans"), ("妈妈一个人住不了", "zh-hans")):
        assert any(found.kind == SearchEntry.Kind.LIFE_EVENT for found in search(words, tag)), words


@pytest.mark.parametrize("days", [0, 20, 80])
def test_whatever_day_it_is_the_drawn_offers_have_something_free(city: None, days: int) -> None:
    drawn = OfferAtPlace.objects.filter(offer__code__startswith="demo-")
    with transaction.atomic(), clock.stopped_at(NOW + timedelta(days=days)):
        make_lots_ahead()  # as the worker does each night
        ahead = CapacityLot.objects.filter(offer_at_place__in=drawn, ends_at__gt=clock.now())
        soon = with_free_units(ahead.filter(starts_at__lt=clock.now() + timedelta(days=42)))
        free = {lot.offer_at_place_id for lot in soon if lot.free > 0}
        transaction.set_rollback(True)
    assert len(free) > 0.95 * drawn.count()
    assert not overbooked().exists()


def test_the_rules_of_drawn_offers_give_about_what_was_drawn() -> None:
    content, rng = read(), np.random.default_rng(SEED)
    offers = supply.draw(rng, content, geography.draw(rng, content), weekly_needs=620).offers
    rules = [_rule(OfferAtPlace(), offer, number, NOW) for number, offer in enumerate(offers)]
    hours = [rule.closes.hour - rule.opens.hour if rule.opens and rule.closes else 12 / 52 for rule in rules]
    weekly = sum(rule.units * each for rule, each in zip(rules, hours, strict=True))
    assert weekly == pytest.approx(sum(offer.weekly for offer in offers), rel=0.15)


def test_some_counters_are_free_and_some_are_full_with_a_waiting_list(city: None) -> None:
    with clock.stopped_at(NOW):
        counters = OfferAtPlace.objects.exclude(offer__code__startswith="demo-")
        states = capacity_states(list(counters.values_list("pk", flat=True)))
        full = counters.get(offer__code="gull-nursery-infant-care-place")
        assert states.pop(full.pk) == "waitlist"
        assert set(states.values()) == {"capacity"}
        assert set(CapacityRule.objects.values_list("bucket", flat=True)) == set(CapacityRule.Bucket.values)
    assert full.waiting.filter(state="waiting").exists()
    assert full.orders.count() >= 2
    assert check().well


def test_what_a_new_child_needs_is_asked_once(city: None) -> None:
    items = LifeEvent.objects.get(code="child-born").items.select_related("service_type")
    asked = questions_for([item.service_type for item in items])
    facts = [one.circumstance for one in asked if one.circumstance]
    assert len(facts) == len(set(facts))
    born = next(one for one in asked if one.circumstance == "child-born-on")
    assert len(born.answers) == 4


def test_the_days_off_by_law_are_not_worked_in_any_district(city: None) -> None:
    for district in Region.objects.filter(parent__code=read().city["code"]):
        calendar = calendar_of(district)
        assert not calendar.is_working_day(date(2027, 10, 1)), "a Friday"
        sent = datetime(2026, 12, 31, 10, tzinfo=calendar.zone)
        assert calendar.deadline(sent, 1).date() == date(2027, 1, 4), "after New Year's Day and a weekend"


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


def test_bad_ratings_are_answered_and_verified_and_some_of_it_waits(city: None) -> None:
    bad = Rating.objects.filter(satisfaction__lte=2)
    states = Counter(Reply.objects.values_list("state", flat=True))
    assert sum(states.values()) == bad.count() > 0
    assert states["verified"] > states["answered"] > 0
    assert states["due"] > 0
    for reply in Reply.objects.all():
        moments = [reply.rating.at, reply.answered_at, reply.verified_at, NOW]
        assert [one for one in moments if one] == sorted(one for one in moments if one)
        late = reply.due < (reply.answered_at or NOW)
        assert late == (reply.escalated_at is not None)


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
    settle_provider()
    settle_provider()
    assert User.objects.get(username="provider").providers.count() == 1
    settle_shift()
    settle_shift()
    cases = Assignment.objects.filter(until=None).values_list("official__username", "need__region__number")
    assert Counter(name for name, _ in cases) == {"case-worker": 5, "demo-desk-1": 7, "demo-desk-2": 4}
    district = Region.objects.get(code="old-port")
    assert all(district.number <= at <= district.last for name, at in cases if name == "demo-desk-1")


def test_the_citys_own_tables_decide_about_services(city: None) -> None:
    assert books().wrong == ()
    assert TableEdition.objects.count() == 5
    assert set(TableEdition.objects.values_list("kept_by__username", flat=True)) == {"planner"}
    kinds = ServiceType.objects.in_bulk(["home-care", "rent-help", "after-school-care"], field_name="code")
    care, rent, after = (kinds[code].number for code in ("home-care", "rent-help", "after-school-care"))
    facts = {"needs-daily-help": True, "rents-home": True, "household-income": 2000, "school-child": False}
    found = entitled(facts)([care, rent, after])
    assert {kind: judged.verdict for kind, judged in found.items()} == {care: "yes", rent: "yes", after: "no"}
    assert entitled({"rents-home": True})([rent])[rent].missing == ("household-income", "household-size")


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
    counters = tomllib.loads(COUNTERS.read_text(encoding="utf-8"))["service"]
    services = {service.code for service in content.services} | {service["code"] for service in counters}
    assert set(content.questions) <= services
    asked = [read_question(one) for rows in content.questions.values() for one in rows]
    assert {one.datatype for one in asked} == set(Attribute.DataType.values), "each sort is shown"
    for one in asked:
        texts = [one.question, one.hint or {"en": "", "zh-hans": ""}, *(value["name"] for value in one.values)]
        assert all(set(text) == {"en", "zh-hans"} for text in texts), one.code
