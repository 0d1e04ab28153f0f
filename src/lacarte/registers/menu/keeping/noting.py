"""Every change of the menu is kept whole, with its moment: how a record was from then on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model

from lacarte.kernel import clock
from lacarte.kernel.bulk import insert_all
from lacarte.kernel.models import User
from lacarte.registers.menu.models import CapacityRule, MenuChange, Offer, OfferAtPlace, ServiceType
from lacarte.registers.providers.models import Provider

Record = MenuChange.Record
#: What is kept, and as which model it can be read again.
MODELS: dict[str, type[Model]] = {
    Record.PROVIDER: Provider,
    Record.SERVICE_TYPE: ServiceType,
    Record.OFFER: Offer,
    Record.OFFER_AT_PLACE: OfferAtPlace,
    Record.CAPACITY_RULE: CapacityRule,
}
_NAMES = {model: name for name, model in MODELS.items()}
_BATCH = 500
_TICK = timedelta(microseconds=1)


def note(records: Iterable[Model], *, actor: User | None = None) -> None:
    """Keep how ``records`` are now, after they were made or changed. ``actor`` None: an import, or the system.

    For all kinds in :data:`MODELS`, of one kind or mixed; call it in the transaction of the change.
    """
    rows = list(records)
    serves = _serves([row.pk for row in rows if isinstance(row, OfferAtPlace)])
    insert_all(
        [
            MenuChange(
                record=_NAMES[type(row)],
                key=str(row.pk),
                provider_id=_provider_of(row),
                at=_moment(row),
                actor=actor,
                values=values_of(row, serves.get(row.pk, [])),
            )
            for row in rows
        ]
    )


def note_before(records: Sequence[Model]) -> None:
    """Keep how ``records`` are before their first change, where nobody kept it when they were made."""
    for model in {type(row) for row in records}:
        ours = [row for row in records if type(row) is model]
        for at in range(0, len(ours), _BATCH):
            batch = ours[at : at + _BATCH]
            keys = [str(row.pk) for row in batch]
            known = set(
                MenuChange.objects.filter(record=_NAMES[model], key__in=keys).values_list("key", flat=True)
            )
            note(row for row in batch if str(row.pk) not in known)


def note_removed(records: Sequence[Model], *, actor: User | None = None) -> None:
    """Keep that ``records`` are about to be removed, and how they were until then."""
    note_before(records)
    now = clock.now()
    insert_all(
        [
            MenuChange(
                record=_NAMES[type(row)],
                key=str(row.pk),
                provider_id=_provider_of(row),
                at=max(now, _moment(row) + _TICK),
                actor=actor,
                values={},
            )
            for row in records
        ]
    )


def values_of(record: Model, serves: Sequence[int] = ()) -> dict[str, Any]:
    """All fields of a record as JSON, but for the moment of its change."""
    values = {
        field.attname: _plain(getattr(record, field.attname))
        for field in record._meta.concrete_fields
        if field.name != "changed_at"
    }
    if isinstance(record, OfferAtPlace):
        values["serves"] = list(serves)
    return values


def record_of(kind: str, values: dict[str, Any]) -> Model:
    """The record that :func:`values_of` described, not of the database: to be shown, never to be saved."""
    model = MODELS[kind]
    known = {field.attname: field for field in model._meta.concrete_fields}
    made = model()
    for name, value in values.items():
        if name in known:
            setattr(made, name, known[name].to_python(value))
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _moment(record: Model) -> datetime:
    """When a record changed; the times of an offer change with their place."""
    if isinstance(record, CapacityRule):
        return record.offer_at_place.changed_at
    changed: datetime = record.changed_at  # type: ignore[attr-defined]
    return changed


def _provider_of(record: Model) -> UUID | None:
    if isinstance(record, Provider):
        return record.pk
    if isinstance(record, Offer):
        return record.provider_id
    if isinstance(record, OfferAtPlace):
        return record.offer.provider_id
    return record.offer_at_place.offer.provider_id if isinstance(record, CapacityRule) else None


def _serves(places: Sequence[UUID]) -> dict[UUID, list[int]]:
    """The regions that places serve alone, by number."""
    found: dict[UUID, list[int]] = defaultdict(list)
    through = OfferAtPlace.serves.through
    for at in range(0, len(places), _BATCH):
        rows = through.objects.filter(offeratplace__in=places[at : at + _BATCH]).order_by("region_id")
        for place, region in rows.values_list("offeratplace_id", "region_id"):
            found[place].append(region)
    return found
