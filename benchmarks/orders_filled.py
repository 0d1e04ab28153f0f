"""An installation full of orders, quickly: written within the database, a statement for each table."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from benchmarks.own_installation import settle
from django.db import connection
from django.db.models import Model

from lacarte.kernel.bulk import insert_all
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Order
from lacarte.loop.voice.models import Rating
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import Offer, OfferAtPlace, ServiceType
from lacarte.registers.people.models import Person
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

CITIES, DISTRICTS, KINDS, PROVIDERS, OFFERS, PERSONS = 10, 20, 40, 500, 2000, 50_000
_LIVING = 50  # one in so many orders has not ended
_SQLITE = {
    "id": "lower(hex(randomblob(16)))",
    "ago": "strftime('%%Y-%%m-%%d %%H:%%M:%%f000', 'now', '-' || ({seconds}) || ' seconds')",
    "text": "CAST({number} AS TEXT)",
}
_POSTGRESQL = {
    "id": "gen_random_uuid()",
    "ago": "now() - ({seconds}) * interval '1 second'",
    "text": "CAST({number} AS TEXT)",
}


@dataclass(frozen=True)
class Filled:
    """What orders are of."""

    cities: list[Region]
    districts: list[Region]
    kinds: list[ServiceType]
    providers: list[Provider]


def fill(n: int) -> Filled:
    """``n`` orders of the last two years, spread evenly over districts, services and providers."""
    filled, places, persons = _registers()
    said = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL
    with connection.cursor() as cursor:
        for name, keys in (("place", [one.pk for one in places]), ("person", [one.pk for one in persons])):
            kind = "TEXT" if connection.vendor == "sqlite" else "UUID"
            cursor.execute(f"CREATE TEMPORARY TABLE drawn_{name} (at INTEGER PRIMARY KEY, key {kind})")
            rows = [(at, key.hex if connection.vendor == "sqlite" else key) for at, key in enumerate(keys)]
            cursor.executemany(f"INSERT INTO drawn_{name} VALUES (%s, %s)", rows)
    numbers = f"WITH RECURSIVE n(k) AS (SELECT CAST(0 AS BIGINT) UNION ALL SELECT k + 1 FROM n WHERE k + 1 < {n}) "
    ago = said["ago"].format(seconds=f"60.0 * k * {2 * 365 * 24 * 60 / n}")
    living = f"n.k * 7919 %% {n} * {_LIVING} < {n} AND n.k * 4 < {n}"
    ordinal = said["text"].format(number="k")
    _insert(
        Need,
        {
            "id": said["id"],
            "reference": ordinal,
            "secret": "''",
            "state": f"CASE WHEN {living} THEN 'ordered' ELSE 'met' END",
            "channel": "'web'",
            "subject": "'person'",
            "person_id": "person.key",
            "service_type_id": f"{filled.kinds[0].number} + (k * 31 %% {KINDS}) * {1 << 36}",
            "region_id": f"(1 + k * 17 %% {CITIES}) * {1 << 48} "
            f"+ (1 + k / {CITIES} * 7 %% {DISTRICTS}) * {1 << 36}",
            "type_certainty": "1",
            "text": "'Somebody to help with washing in the mornings, please'",
            "language": "'en'",
            "address": f"'Plum Street ' || {ordinal}",
            "cell": "0",
            "answers": "'{}'",
            "times": "''",
            "origin": "'{}'",
            "priority_class": "3",
            "received_at": ago,
            "changed_at": ago,
        },
        numbers,
        f"n JOIN drawn_person person ON person.at = n.k * 13 %% {PERSONS}",
    )
    living = "need.state = 'ordered'"
    number = "CAST(need.reference AS INTEGER)"
    _insert(
        Order,
        {
            "id": said["id"],
            "need_id": "need.id",
            "offer_at_place_id": "place.key",
            "service_type_id": "need.service_type_id",
            "region_id": "need.region_id",
            "state": f"CASE WHEN {living} THEN CASE {number} %% 3 WHEN 0 THEN 'requested' ELSE 'in-progress' END "
            f"ELSE 'completed' END",
            "reason": "''",
            "requested_at": "need.received_at",
            "responded_at": "need.received_at",
            "ended_at": f"CASE WHEN {living} THEN NULL ELSE need.received_at END",
            "contact_due": "need.received_at",
            "resolution_due": "need.received_at",
            "version": "0",
        },
        "",
        f"needs_need need JOIN drawn_place place ON place.at = {number} * 11 %% {OFFERS}",
    )
    _insert(
        Rating,
        {
            "order_id": "done.id",
            "contacted_in_time": "1 = 1",
            "solved": "1 = 1",
            "satisfaction": "4",
            "comment": "''",
            "at": "done.ended_at",
        },
        "",
        "orders_order done WHERE done.state = 'completed'",
    )
    settle()
    return filled


def _registers() -> tuple[Filled, list[OfferAtPlace], list[Person]]:
    area = add_service_type(ServiceType.objects.get(number=0), code="area", name={"en": "Area"}, orderable=False)
    kinds = [add_service_type(area, code=f"s{k}", name={"en": f"Service {k}"}) for k in range(KINDS)]
    world = Region.objects.get(number=0)
    cities = [add_region(world, code=f"c{k}", name={"en": f"City {k}"}) for k in range(CITIES)]
    districts = [
        add_region(city, code=f"{city.code}d{k}", name={"en": f"District {k}"})
        for city in cities
        for k in range(DISTRICTS)
    ]
    providers = [
        Provider(code=f"p{k}", name={"en": f"Provider {k}"}, kind="social", region=cities[0])
        for k in range(PROVIDERS)
    ]
    offers = [
        Offer(
            code=f"o{k}",
            service_type=kinds[k % KINDS],
            provider=providers[k % PROVIDERS],
            name={"en": f"Offer {k}", "zh-hans": f"服务 {k}"},
        )
        for k in range(OFFERS)
    ]
    places = [OfferAtPlace(offer=offer, region=cities[0], address={"en": "Quay Street 1"}) for offer in offers]
    persons = [Person(name=f"Ada Quay {k}") for k in range(PERSONS)]
    for records in (providers, offers, places, persons):
        insert_all(records)
    return Filled(cities, districts, kinds, providers), places, persons


def _insert(model: type[Model], said: dict[str, str], numbers: str, rows: str) -> None:
    """Write ``rows`` with the expressions that are ``said`` by column, and each other field's default."""
    meta, values = model._meta, []
    columns = dict(said)
    for field in meta.concrete_fields:
        if field.column not in columns and not field.null:
            columns[field.column] = "%s"
            values.append(field.get_db_prep_save(field.get_default(), connection))
    # Indexes are made once all is there; within the transaction of a test they stay, and it is little.
    indexes = [] if connection.in_atomic_block else meta.indexes
    with connection.schema_editor() if indexes else nullcontext() as editor:
        for index in indexes:
            editor.remove_index(model, index)
    with connection.cursor() as cursor:
        into = f"INSERT INTO {meta.db_table} ({', '.join(columns)})"
        cursor.execute(f"{into} {numbers} SELECT {', '.join(columns.values())} FROM {rows}", values or [])
    with connection.schema_editor() if indexes else nullcontext() as editor:
        for index in indexes:
            editor.add_index(model, index)
