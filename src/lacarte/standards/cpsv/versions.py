"""A short word that changes whenever the menu does, without reading all of it."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from lacarte.kernel.versions import version_of
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.models import (
    Attribute,
    BundleItem,
    DirectoryRow,
    LifeEvent,
    Offer,
    OfferAtPlace,
    ServiceType,
)
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

#: The large tables say when a row changed.
_DATED: tuple[type[Any], ...] = (Provider, ServiceType, Offer, OfferAtPlace, DirectoryRow)
#: The small ones are read.
_READ: tuple[tuple[type[Any], tuple[str, ...]], ...] = (
    (Region, ("number", "code", "name")),
    (Attribute, ("service_type_id", "code", "datatype", "question", "hint", "required", "order", "values")),
    (EvidenceType, ("code", "name", "description")),
    (Requirement, ("service_type_id", "code", "circumstance", "comparison", "value", "text", "proofs__code")),
    (LifeEvent, ("code", "name", "description", "keywords", "order", "active", "business")),
    (BundleItem, ("life_event_id", "service_type_id", "order", "why", "suggested", "after__order")),
)


def version() -> str:
    """The version of the menu."""
    found = blake2b(digest_size=12)
    found.update(repr(version_of(*_DATED)).encode())
    for model, columns in _READ:
        for row in model.objects.order_by(*columns[:2]).values_list(*columns):
            found.update(repr(row).encode())
    return found.hexdigest()
