"""Verbs that change places."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from lacarte.kernel import clock
from lacarte.registers.places.models import Boundary, Region


@transaction.atomic
def add_region(
    parent: Region,
    *,
    code: str,
    name: dict[str, str],
    boundary: dict[str, Any] | None = None,
    population: int | None = None,
    deprivation: float | None = None,
) -> Region:
    """Add a region below ``parent``; the next free number is its place in the tree.

    ``boundary`` is a GeoJSON geometry (WGS84). Raises ``ValueError`` when the tree is full there.
    """
    Region.objects.select_for_update().get(pk=parent.pk)  # two writers must not take the same number
    taken = parent.children.order_by("-number").values_list("number", flat=True).first()
    interval = parent.interval.child(parent.interval.next_ordinal(taken))
    region = Region.objects.create(
        number=interval.first,
        last=interval.last,
        parent=parent,
        code=code,
        name=name,
        population=population,
        deprivation=deprivation,
    )
    if boundary is not None:
        draw(region, boundary)
    return region


@transaction.atomic
def draw(region: Region, geometry: dict[str, Any]) -> None:
    """Set or change where a region is; ``geometry`` is GeoJSON polygons (WGS84)."""
    Boundary.objects.update_or_create(region=region, defaults={"geometry": geometry, "changed_at": clock.now()})
