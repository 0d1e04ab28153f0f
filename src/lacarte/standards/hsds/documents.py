"""Services and organisations as finished texts, kept beside the records: those that still hold are only read.

What is kept is what :mod:`~lacarte.standards.hsds.records` would say; see docs/decisions/directory-documents.md.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Literal, NamedTuple, TypeVar
from uuid import UUID

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from lacarte.kernel.bulk import insert_all
from lacarte.registers.menu.models import Offer, OrganizationDocument, ServiceDocument
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds import stamps
from lacarte.standards.hsds.forms import json_of, listed
from lacarte.standards.hsds.lines import lines_of, packed
from lacarte.standards.hsds.ours import RECORD, Object
from lacarte.standards.hsds.records import objects_of
from lacarte.standards.hsds.tables import Flat, filled
from lacarte.standards.hsds.validating import validated

D = TypeVar("D", ServiceDocument, OrganizationDocument)
_AT_ONCE = 1000
#: Which text of a document is wanted.
Form = Literal["listed", "whole", "rows"]


class Told(NamedTuple):
    """A record in the form that was asked for."""

    key: str  # as the database writes it, which is quicker to read than a UUID
    provider: str
    text: str
    capacities: str  # what the directory of a service told is free


def services(offers: QuerySet[Offer], form: Form, *, every: bool = False) -> list[Told]:
    """Offers in the order of their keys, by three queries where all are kept, else by a few more.

    ``every``: they are all that there are from the first to the last key, which is quicker to ask for.
    """
    columns = (stamps.key("pk"), stamps.key("provider_id"), "service_type_id", stamps.of_columns_of_offers())
    kept = ("document__stamp", f"document__{form}", "document__capacities")
    rows = list(Offer.objects.filter(pk__in=offers.values("pk")).order_by("pk").values_list(*columns, *kept))
    present = stamps.of_services([(row[0], row[2], row[3]) for row in rows], every=every)
    found, stale = [], {}
    for key, provider, _kind, _digest, stamp, text, capacities in rows:
        if stamp != present[key]:
            stale[UUID(key)] = present[key]
        found.append(Told(key, provider, text, capacities))
    if not stale:
        return found
    fresh = _anew(ServiceDocument, stale, _made_services, _stamps_of_services)
    return [one for told in found if (one := _replaced(told, stale, fresh, form))]


def _replaced(
    told: Told, stale: Container[UUID], fresh: Mapping[UUID, ServiceDocument], form: Form
) -> Told | None:
    """A service as it is now; ``None`` where it is gone since."""
    key = UUID(told.key)
    if key not in stale:
        return told
    new = fresh.get(key)
    return told._replace(text=getattr(new, form), capacities=new.capacities) if new else None


def with_owner(one: Told, owners: Mapping[str, str]) -> str:
    """A service as lists show it, with its organisation."""
    return f'{one.text},"organization":{owners[one.provider]}}}}}'


def with_all(one: Told, owners: Mapping[str, str], ours: Object | None) -> str:
    """A whole service with its organisation, and with what we know is free of it."""
    free = ",".join(filter(None, (one.capacities, json_of(ours) if ours else "")))
    told = f',"capacities":[{free}]' if free else ""
    return f'{one.text}{told},"organization":{owners[one.provider]}}}}}'


def organizations(providers: QuerySet[Provider], form: Form) -> dict[str, str]:
    """Providers by their keys and in the order of these, by one query where all are kept, else by a few more."""
    columns = (stamps.key("pk"), stamps.of_columns_of_providers(), "document__stamp", f"document__{form}")
    found, stale, keys = {}, {}, {}
    for key, digest, stamp, text in providers.order_by("pk").values_list(*columns):
        found[key] = text
        if stamp != (present := stamps.stamp((digest,))):
            stale[UUID(key)], keys[UUID(key)] = present, key
    for new in _anew(OrganizationDocument, stale, _made_organizations, _stamps_of_organizations).values():
        found[keys.pop(new.pk)] = getattr(new, form)
    for gone in keys.values():
        del found[gone]
    return found


def _anew(
    model: type[D],
    stale: Mapping[UUID, str],
    make: Callable[[Sequence[UUID]], Iterable[D]],
    again: Callable[[Sequence[UUID]], Mapping[UUID, str]],
) -> dict[UUID, D]:
    """The documents of ``stale`` keys, made and kept under these stamps.

    What changed while they were made is not kept: its stamp would be of one thing and its text of another.
    """
    made: dict[UUID, D] = {}
    for at in range(0, len(stale), _AT_ONCE):
        keys = list(islice(stale, at, at + _AT_ONCE))
        new = {one.pk: one for one in make(keys)}
        now = again(keys)
        for key, one in new.items():
            one.stamp = stale[key]
        with suppress(DatabaseError), transaction.atomic():  # only time is lost: it is made again the next time
            model._default_manager.filter(pk__in=keys).delete()
            insert_all([one for key, one in new.items() if now.get(key) == one.stamp])
        made |= new
    return made


def _made_services(keys: Sequence[UUID]) -> Iterable[ServiceDocument]:
    return map(_service, objects_of("service", keys))


def _service(found: Object) -> ServiceDocument:
    own = {RECORD["id"], found["attributes"][-2]["taxonomy_term_id"]}  # its type's term is the last but one
    rows = _rows("service", found, own)
    del found["organization_id"]
    theirs = ",".join(map(json_of, found.pop("capacities", ())))
    return ServiceDocument(pk=UUID(found["id"]), capacities=theirs, rows=rows, **_texts("service", found))


def _made_organizations(keys: Sequence[UUID]) -> Iterable[OrganizationDocument]:
    return map(_organization, objects_of("organization", keys))


def _organization(found: Object) -> OrganizationDocument:
    rows = _rows("organization", found)
    return OrganizationDocument(pk=UUID(found["id"]), rows=rows, **_texts("organization", found))


def _texts(name: str, found: Object) -> dict[str, str]:
    return {"listed": json_of(listed(name, found))[:-1], "whole": json_of(found)[:-1]}


def _rows(name: str, found: Object, left_out: Container[str] = (RECORD["id"],)) -> str:
    """Lines of tables, and what is wrong with them. The terms that are ``left_out`` every export has anyway."""
    flat = Flat()
    flat.add(name, found)
    tables = filled({name: rows for name, rows in flat.tables.items() if rows})
    tables["taxonomy_term"] = {key: row for key, row in tables["taxonomy_term"].items() if key not in left_out}
    lines = lines_of(tables)
    lines.faults = validated(tables).faults
    return packed(lines)


def _stamps_of_services(keys: Sequence[UUID]) -> dict[UUID, str]:
    columns = (stamps.key("pk"), "service_type_id", stamps.of_columns_of_offers())
    found = stamps.of_services(list(Offer.objects.filter(pk__in=keys).values_list(*columns)))
    return {UUID(key): stamp for key, stamp in found.items()}


def _stamps_of_organizations(keys: Sequence[UUID]) -> dict[UUID, str]:
    found = Provider.objects.filter(pk__in=keys).values_list("pk", stamps.of_columns_of_providers())
    return {key: stamps.stamp((digest,)) for key, digest in found}
