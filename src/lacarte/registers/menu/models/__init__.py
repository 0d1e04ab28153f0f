"""What can be ordered: service types and life events, the offers of providers, and their capacity."""

from lacarte.registers.menu.models.capacity import CapacityLot, CapacityRule, Hold
from lacarte.registers.menu.models.catalogue import (
    Attribute,
    BundleItem,
    LifeEvent,
    PriorityClass,
    ServiceType,
    Subject,
)
from lacarte.registers.menu.models.directories import DirectoryRow, OrganizationDocument, ServiceDocument
from lacarte.registers.menu.models.offers import MenuChange, Offer, OfferAtPlace
from lacarte.registers.menu.models.searching import MissedSearch, SearchEntry, SearchWord

__all__ = [
    "Attribute",
    "BundleItem",
    "CapacityLot",
    "CapacityRule",
    "DirectoryRow",
    "Hold",
    "LifeEvent",
    "MenuChange",
    "MissedSearch",
    "Offer",
    "OfferAtPlace",
    "OrganizationDocument",
    "PriorityClass",
    "SearchEntry",
    "SearchWord",
    "ServiceDocument",
    "ServiceType",
    "Subject",
]
