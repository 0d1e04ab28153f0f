"""The map of a list: the same offers by the same numbers; the list is what it says in words."""

from __future__ import annotations

from lacarte.pages.design.map import RegionMap, region_map
from lacarte.registers.entitlement.judging import Judgement
from lacarte.registers.menu.personal import PersonalList
from lacarte.registers.places.outlines import districts


def map_of(found: PersonalList[Judgement], title: str) -> RegionMap:
    """The offers of a page of the list that have a point, numbered as in the list."""
    points = [
        (one.place.longitude, one.place.latitude, f"{one.place.offer} – {one.place.offer.provider}")
        for service in found.services
        for one in service.offers
        if one.place.longitude is not None and one.place.latitude is not None
    ]
    return region_map("", districts() if points else [], words=title, points=points, numbered=True)
