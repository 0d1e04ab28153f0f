"""Writes the demo city: drawn in memory first, then written in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from django.db import transaction
from shapely.geometry import mapping

from lacarte.demo import geography, history, population, streets, supply
from lacarte.demo.accounts import add_accounts
from lacarte.demo.content import Content, read
from lacarte.demo.events import DemoCityDrawn
from lacarte.demo.held import write_held
from lacarte.demo.load_history import write_history
from lacarte.demo.load_things import write_things
from lacarte.demo.told_again import write_told_again
from lacarte.kernel import clock
from lacarte.kernel.events import record_past
from lacarte.kernel.ids import uuid7
from lacarte.kernel.models import User
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.attributes import read_question, set_questions
from lacarte.registers.menu.models import CapacityLot, Offer, OfferAtPlace, ServiceType
from lacarte.registers.people.models import Circumstance, Household, Person
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import Region, Zone
from lacarte.registers.places.queries import calendar_of, root
from lacarte.registers.providers.models import Provider

SEED = 2026
TIME_ZONE = "Asia/Shanghai"
RESIDENTS, NEEDS = 30_000, 8_000
_BATCH = 2_000
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
    lots: dict[tuple[int, int], CapacityLot]
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
        services = _write_menu(content)
        progress(f"writing {residents} residents")
        laid = streets.lay(land, content)
        streets.write_named_places(content, land, laid, neighbourhoods)
        households, persons = _write_people(content, people, laid, neighbourhoods, now)
        progress(f"writing {len(supplied.providers)} providers and {len(supplied.offers)} offers")
        places, lots = _write_supply(supplied, services, neighbourhoods, districts, units, now)
        users = add_accounts(now)
        written = Written(services, neighbourhoods, districts, households, persons, places, lots, users)
        progress(f"writing {needs} needs and what became of them")
        calendar = calendar_of(districts[0])
        history.serve(rng, content, supplied, drawn, units, now, calendar.deadline)
        write_history(rng, drawn, written, now)
        write_things(rng, content, written, now)
        write_held(neighbourhoods, now)
        write_told_again(rng, now)
        city = uuid7()
        record_past([(DemoCityDrawn(seed=seed, residents=residents, needs=needs), city, None, now)])
    progress(f"the city stands ({time.monotonic() - began:.0f} s)")
    return True


def _write_places(content: Content, land: geography.Land) -> tuple[list[Region], list[Region]]:
    city = add_region(root(), **content.city, boundary=mapping(land.city))
    Region.objects.filter(pk=city.pk).update(calendar={"zone": TIME_ZONE, "weekdays": [0, 1, 2, 3, 4]})
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
    for zone, outline in zip(content.zones, land.zones, strict=True):
        Zone.objects.create(code=zone["code"], name=zone["name"], boundary=mapping(outline))
    return districts, neighbourhoods


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
    speaks_english = np.zeros(people.place.size, dtype=np.bool_)
    speaks_english[people.home[people.english]] = True
    households = [
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
    Household.objects.bulk_create(households, batch_size=_BATCH)
    persons = [_person(content, people, households, p, now) for p in range(people.home.size)]
    Person.objects.bulk_create(persons, batch_size=_BATCH)
    since = (now - _SINCE).date()
    facts = [
        Circumstance(person=persons[p], kind=kind, value=True, since=since, source="demo")
        for kind, those in people.of_persons.items()
        for p in those.tolist()
    ]
    facts += [
        Circumstance(household=households[h], kind=kind, value=True, since=since, source="demo")
        for kind, those in people.of_households.items()
        for h in those.tolist()
    ]
    Circumstance.objects.bulk_create(facts, batch_size=_BATCH)
    return households, persons


def _address(street: dict[str, str], number: int, *, english: bool) -> str:
    return f"{street['en']} {number}" if english else f"{street['zh-hans']}{number}号"


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
    units: npt.NDArray[np.int64],
    now: datetime,
) -> tuple[list[OfferAtPlace], dict[tuple[int, int], CapacityLot]]:
    providers = [
        Provider(code=one.code, name=one.name, kind=one.kind, region=districts[one.district])
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
        )
        for one in drawn.offers
    ]
    Offer.objects.bulk_create(offers, batch_size=_BATCH)
    places = [
        OfferAtPlace(
            offer=offer,
            region=neighbourhoods[one.place],
            longitude=one.longitude,
            latitude=one.latitude,
            reach_metres=one.reach_metres,
            hours={str(day): [["09:00", "17:00"]] for day in range(1, 6)},
        )
        for one, offer in zip(drawn.offers, offers, strict=True)
    ]
    OfferAtPlace.objects.bulk_create(places, batch_size=_BATCH)
    return places, _write_lots(places, units, now)


def _write_lots(
    places: list[OfferAtPlace], units: npt.NDArray[np.int64], now: datetime
) -> dict[tuple[int, int], CapacityLot]:
    """A lot a week for each offer that has a unit then."""
    start, week = history.first_monday(now), timedelta(weeks=1)
    lots = {
        (o, w): CapacityLot(
            offer_at_place=places[o],
            starts_at=start + week * w,
            ends_at=start + week * (w + 1),
            units=int(units[o, w]),
        )
        for o, w in np.argwhere(units > 0).tolist()
    }
    CapacityLot.objects.bulk_create(lots.values(), batch_size=_BATCH)
    return lots
