"""Writes the demo city: drawn in memory first, then written in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from django.db import transaction
from shapely.geometry import mapping

from lacarte.demo import geography, history, population, streets, supply
from lacarte.demo.accounts import add_accounts
from lacarte.demo.content import Content, read
from lacarte.demo.events import DemoCityDrawn
from lacarte.demo.held import write_held
from lacarte.demo.load_history import write_history
from lacarte.demo.load_lots import Lots, write_lots
from lacarte.demo.load_menu import write_menu
from lacarte.demo.load_tables import write_tables
from lacarte.demo.load_things import write_things
from lacarte.demo.replies import write_replies
from lacarte.demo.told_again import write_told_again
from lacarte.demo.weights import write_reports, write_weights
from lacarte.kernel import clock
from lacarte.kernel.events import record_past
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.loop.orders.delivery.deadlines import in_batches, set_anew, under_way
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.attributes import read_question, set_questions
from lacarte.registers.menu.models import Offer, OfferAtPlace, ServiceType
from lacarte.registers.menu.searching import refresh
from lacarte.registers.people.models import Circumstance, Household, Person
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import PlaceDeprivation, Region, Zone
from lacarte.registers.places.queries import calendar_of, root
from lacarte.registers.providers.models import Provider

SEED = 2026
TIME_ZONE = "Asia/Shanghai"
RESIDENTS, NEEDS = 30_000, 8_000
_BATCH = 2_000
_STEPS = 4  # one of so many offers cannot be reached without steps
_SINCE = timedelta(days=400)


class OtherDataError(Exception):
    """There is another city in this database already."""


@dataclass(frozen=True)
class Written:
    """The records that later parts refer to, in the order of what was drawn."""

    services: list[ServiceType]
    neighbourhoods: list[Region]
    districts: list[Region]
    households: list[Household]
    persons: list[Person]
    places: list[OfferAtPlace]
    lots: Lots
    users: dict[str, User]


def _silent(text: str) -> None:
    """Nobody watches."""


def is_loaded() -> bool:
    """Whether the demo city is there."""
    return Region.objects.filter(code=read().city["code"]).exists()


def load(
    *,
    seed: int = SEED,
    residents: int = RESIDENTS,
    needs: int = NEEDS,
    progress: Callable[[str], None] = _silent,
) -> bool:
    """Load the demo city, once. Returns whether there was anything to do.

    The same seed on the same day draws the same city. Raises :class:`OtherDataError` where another city is.
    """
    if is_loaded():
        return False
    if Region.objects.exclude(number=0).exists():
        raise OtherDataError("there is another city in this database; give the demo a home of its own with --home")
    began, content = time.monotonic(), read()
    now = clock.now().astimezone(ZoneInfo(TIME_ZONE))
    progress("drawing the city")
    rng = np.random.default_rng(seed)
    land = geography.draw(rng, content)
    people = population.draw(rng, content, land, residents)
    supplied = supply.draw(rng, content, land, needs / (history.DAYS / 7))
    units = history.draw_units(rng, supplied)
    drawn = history.draw_needs(rng, content, land, people, needs, now)
    with transaction.atomic():
        progress(f"writing {len(content.neighbourhoods)} neighbourhoods and {len(content.services)} service types")
        districts, neighbourhoods = _write_places(content, land)
        write_weights(now)
        services = _write_menu(content)
        progress(f"writing {residents} residents")
        laid = streets.lay(land, content)
        streets.write_named_places(content, land, laid, neighbourhoods)
        households, persons = _write_people(content, people, laid, neighbourhoods, now)
        progress(f"writing {len(supplied.providers)} providers and {len(supplied.offers)} offers")
        places = _write_supply(supplied, services, neighbourhoods, districts, laid, history.first_monday(now))
        history.serve(rng, content, supplied, drawn, units, now, calendar_of(districts[0]).deadline)
        lots = write_lots(supplied.offers, places, units, drawn, now)
        users = add_accounts(now)
        written = Written(services, neighbourhoods, districts, households, persons, places, lots, users)
        progress(f"writing {needs} needs and what became of them")
        write_history(rng, drawn, written, now)
        write_replies(content, users["case-worker"], now)
        for orders in in_batches(under_way()):
            set_anew(order.pk for order in orders)  # also when each light turns
        write_things(rng, content, written, now)
        write_held(neighbourhoods, now)
        write_told_again(rng, now)
        progress("writing counters with times to book, and life events")
        write_tables(users, now.date())
        write_menu(content, land, neighbourhoods, now.date())
        refresh()
        write_reports(now)
        city = uuid7()
        record_past([(DemoCityDrawn(seed=seed, residents=residents, needs=needs), city, None, now)])
    progress(f"the city stands ({time.monotonic() - began:.0f} s)")
    return True


def _write_places(content: Content, land: geography.Land) -> tuple[list[Region], list[Region]]:
    city = add_region(root(), **content.city, boundary=mapping(land.city))
    calendar = {"zone": TIME_ZONE, "weekdays": [0, 1, 2, 3, 4], "holidays": content.holidays}
    Region.objects.filter(pk=city.pk).update(calendar=calendar)
    districts = [
        add_region(city, code=one.code, name=one.name, boundary=mapping(outline), deprivation=one.deprivation)
        for one, outline in zip(content.districts, land.districts, strict=True)
    ]
    neighbourhoods = [
        add_region(
            districts[d],
            code=one["code"],
            name=one["name"],
            boundary=mapping(outline),
            deprivation=content.districts[d].deprivation,
        )
        for (d, one), outline in zip(content.neighbourhoods, land.neighbourhoods, strict=True)
    ]
    PlaceDeprivation.objects.bulk_create(_deprivation([*districts, *neighbourhoods]))
    for zone, outline in zip(content.zones, land.zones, strict=True):
        Zone.objects.create(code=zone["code"], name=zone["name"], boundary=mapping(outline))
    return districts, neighbourhoods


def _deprivation(regions: list[Region]) -> Iterator[PlaceDeprivation]:
    """As if read from a census in which a column was missing here and there."""
    for at, region in enumerate(regions):
        middle, open_by = region.deprivation or 0.0, 0.05 * (at % 3)
        yield PlaceDeprivation(
            region=region,
            low=max(0.0, middle - open_by),
            high=min(1.0, middle + open_by),
            source="Census of Lanwan (invented)",
            of=date(2025, 11, 1),
            columns={"income": [0.7, "low"], "unemployed": [0.3, "high"]},
        )


def _write_menu(content: Content) -> list[ServiceType]:
    everything = ServiceType.objects.get(number=0)
    areas = [
        add_service_type(everything, code=area["code"], name=area["name"], orderable=False)
        for area in content.areas
    ]
    columns = ("code", "name", "description", "keywords", "subject", "urgency", "contact_days", "resolution_days")
    services = [
        add_service_type(areas[one.area], **{column: getattr(one, column) for column in columns})
        for one in content.services
    ]
    for service in services:
        set_questions(service, [read_question(one) for one in content.questions.get(service.code, [])])
    return services


def _write_people(
    content: Content,
    people: population.Population,
    laid: streets.Streets,
    neighbourhoods: list[Region],
    now: datetime,
) -> tuple[list[Household], list[Person]]:
    households = _households(people, laid, neighbourhoods)
    Household.objects.bulk_create(households, batch_size=_BATCH)
    persons = [_person(content, people, households, p, now) for p in range(people.home.size)]
    Person.objects.bulk_create(persons, batch_size=_BATCH)
    since = (now - _SINCE).date()
    Circumstance.objects.bulk_create(_circumstances(people, households, persons, since), batch_size=_BATCH)
    return households, persons


def _households(
    people: population.Population, laid: streets.Streets, neighbourhoods: list[Region]
) -> list[Household]:
    speaks_english = np.zeros(people.place.size, dtype=np.bool_)
    speaks_english[people.home[people.english]] = True
    return [
        Household(
            region=neighbourhoods[place],
            address=_address(*laid.address(place, street, number), english=english),
            longitude=x,
            latitude=y,
        )
        for place, street, number, x, y, english in zip(
            people.place.tolist(),
            people.street.tolist(),
            people.number.tolist(),
            people.longitude.tolist(),
            people.latitude.tolist(),
            speaks_english.tolist(),
            strict=True,
        )
    ]


def _circumstances(
    people: population.Population, households: list[Household], persons: list[Person], since: date
) -> Iterator[Circumstance]:
    yield from (
        Circumstance(person=persons[p], kind=kind, value=True, since=since, source="demo")
        for kind, those in people.of_persons.items()
        for p in those.tolist()
    )
    yield from (
        Circumstance(household=households[h], kind=kind, value=True, since=since, source="demo")
        for kind, those in people.of_households.items()
        for h in those.tolist()
    )


def _address(street: dict[str, str], number: int, *, english: bool) -> str:
    return f"{street['en']} {number}" if english else f"{street['zh-hans']}{number}号"


def _in_both(street: dict[str, str], number: int) -> dict[str, str]:
    return {
        "en": _address(street, number, english=True),
        "zh-hans": _address(street, number, english=False),
    }


def _person(
    content: Content, people: population.Population, households: list[Household], p: int, now: datetime
) -> Person:
    language = "en" if people.english[p] else "zh-hans"
    surname = content.words["surnames"][language][people.surname[p]]
    given = content.words["given"][language][people.given[p]]
    return Person(
        household=households[people.home[p]],
        name=f"{given} {surname}" if language == "en" else f"{surname}{given}",
        birth_year=now.year - int(people.age[p]),
        language=language,
        phone=f"555 01{p % 100:02d} {p:05d}",
    )


def _write_supply(
    drawn: supply.Supply,
    services: list[ServiceType],
    neighbourhoods: list[Region],
    districts: list[Region],
    laid: streets.Streets,
    since: datetime,
) -> list[OfferAtPlace]:
    providers = [
        Provider(code=one.code, name=one.name, kind=one.kind, region=districts[one.district], changed_at=since)
        for one in drawn.providers
    ]
    Provider.objects.bulk_create(providers)
    offers = [
        Offer(
            code=one.code,
            service_type=services[one.service],
            provider=providers[one.provider],
            name=services[one.service].name,
            languages=one.languages,
            price_minor=one.price_minor,
            changed_at=since,
        )
        for one in drawn.offers
    ]
    Offer.objects.bulk_create(offers, batch_size=_BATCH)
    places = [
        OfferAtPlace(
            offer=offer,
            region=neighbourhoods[one.place],
            address=_in_both(*laid.address(one.place, at, at)),
            step_free=at % _STEPS != 0,
            longitude=one.longitude,
            latitude=one.latitude,
            reach_metres=one.reach_metres,
            hours={str(day): [["09:00", "17:00"]] for day in range(1, 6)},
            changed_at=since,
        )
        for at, (one, offer) in enumerate(zip(drawn.offers, offers, strict=True))
    ]
    OfferAtPlace.objects.bulk_create(places, batch_size=_BATCH)
    return places
