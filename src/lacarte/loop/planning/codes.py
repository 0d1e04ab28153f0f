"""Codes of districts and life areas by number, and what they are called."""

from __future__ import annotations

from collections.abc import Callable

from lacarte.kernel import tree
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.outlines import districts

#: The code of what lies in no district, and of what is not yet known.
UNKNOWN = "-"


def district_codes() -> Callable[[int], str]:
    """The district of a region's number; ``UNKNOWN`` where it is in none."""
    known = [(region.interval, region.code) for region in districts()]
    return lambda number: next((code for interval, code in known if number in interval), UNKNOWN)


def area_codes() -> Callable[[int], str]:
    """The life area of a service type's number; ``UNKNOWN`` for what is not yet known."""
    areas = ServiceType.objects.filter(parent__number=tree.ROOT_NUMBER)
    known = [(area.interval, area.code) for area in areas]
    return lambda number: next((code for interval, code in known if number in interval), UNKNOWN)


def names() -> tuple[dict[str, str], dict[str, str]]:
    """What districts and life areas are called in the reader's language, by code."""
    areas = ServiceType.objects.filter(parent__number=tree.ROOT_NUMBER)
    return {one.code: str(one) for one in districts()}, {one.code: str(one) for one in areas}
