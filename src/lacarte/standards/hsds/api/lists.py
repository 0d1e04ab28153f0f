"""Services, organisations and services at locations as lists: counted once, read page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet

from lacarte.kernel import clock
from lacarte.registers.menu.models import Offer
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds import documents
from lacarte.standards.hsds.api.asking import Asked, offers_asked
from lacarte.standards.hsds.api.places import places_asked
from lacarte.standards.hsds.forms import json_of, listed
from lacarte.standards.hsds.records import Services, capacities, place_rows, provider_rows
from lacarte.standards.hsds.writing import moment, organization, service_at_location

_AT_ONCE = 500


class Listing(Protocol):
    """What a client asked for, in its order."""

    def __len__(self) -> int: ...

    def part(self, first: int, last: int) -> list[str]:
        """Those from ``first`` up to, but without, ``last``, each written in JSON."""


class _Queried:
    """A list whose records are found by a query."""

    def __init__(self, found: QuerySet[Any], said: Asked) -> None:
        self._found, self._said = found, said

    def __len__(self) -> int:
        return self._found.count()

    def only(self, key: UUID) -> None:
        """Keep but the one that has this key."""
        self._found = self._found.filter(pk=key)

    def part(self, first: int, last: int) -> list[str]:
        """As :class:`Listing`."""
        raise NotImplementedError


class ServiceList(_Queried):
    """Services: of one kind only, whole, or only key and date."""

    def __init__(self, said: Asked) -> None:
        super().__init__(offers_asked(said), said)

    def part(self, first: int, last: int) -> list[str]:
        """As :class:`Listing`."""
        if self._said.minimal:
            rows = self._found.values_list("pk", "changed_at")[first:last]
            return [json_of({"id": str(key), "modified_date": moment(at)}) for key, at in rows]
        full, every = self._said.full, not self._said.filters
        found = documents.services(self._found[first:last], "whole" if full else "listed", every=every)
        providers = Provider.objects.filter(pk__in={one.provider for one in found})
        owners = documents.organizations(providers, "whole" if full else "listed")
        found = [one for one in found if one.provider in owners]  # both may have gone meanwhile
        if not full:
            return [documents.with_owner(one, owners) for one in found]
        free = capacities([one.key for one in found], clock.now(), every=every)
        return [documents.with_all(one, owners, free.get(UUID(one.key))) for one in found]


class OrganizationList(_Queried):
    """Organisations: plain, whole with the names of their services, or with whole services."""

    def __init__(self, said: Asked) -> None:
        providers = Provider.objects.order_by("pk")
        if said.text("taxonomy_term_id") or said.text("taxonomy_id") or said.text("search"):
            providers = providers.filter(pk__in=offers_asked(said).order_by().values("provider"))
        super().__init__(providers, said)

    def part(self, first: int, last: int) -> list[str]:
        """As :class:`Listing`."""
        rows = provider_rows(self._found[first:last])
        if not (self._said.full or self._said.full_service):
            return [json_of(listed("organization", organization(row))) for row in rows]
        keys = [row["id"] for row in rows]
        whole = self._said.full_service
        offers = Offer.objects.filter(provider__in=keys).order_by("pk")
        services = Services(offers, clock.now() if whole else None, places=whole)
        found = {row["id"]: organization(row) | {"services": []} for row in rows}
        for row in services.rows:
            told = services.whole(row) if whole else listed("service", services.plain(row))
            found[row["provider_id"]]["services"].append(told)
        return list(map(json_of, found.values()))


class PlaceList(_Queried):
    """Services at locations: plain, or whole with their service."""

    def __init__(self, said: Asked) -> None:
        super().__init__(places_asked(said), said)

    def part(self, first: int, last: int) -> list[str]:
        """As :class:`Listing`."""
        rows, serves = place_rows(self._found[first:last])
        offers = Offer.objects.filter(pk__in={row["offer_id"] for row in rows})
        services = Services(offers, clock.now(), places=False)
        of = {row["id"]: row for row in services.rows}
        found = []
        for row in rows:
            offer = of[row["offer_id"]]
            above = services.plain(offer)
            told = service_at_location(row, serves.get(row["id"], ()), above)
            if told is not None:
                del above["organization_id"]
                whole = told | {"service": above | {"organization": services.organization(offer["provider_id"])}}
                found.append(json_of(whole if self._said.full else listed("service_at_location", whole)))
        return found


def one(listing: _Queried, key: str) -> str | None:
    """The one of a list that has a key."""
    try:
        listing.only(UUID(key))
    except ValueError:
        return None
    return next(iter(listing.part(0, 1)), None)


def each(listing: Listing) -> Iterator[str]:
    """All of a list, some at a time."""
    for first in range(0, len(listing), _AT_ONCE):
        yield from listing.part(first, first + _AT_ONCE)
