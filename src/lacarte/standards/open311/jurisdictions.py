"""Whom a client speaks to: the whole installation, or one of its regions under a name of its own."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import is_served, region_number_at
from lacarte.standards.open311.errors import Open311Error


@dataclass(frozen=True)
class Jurisdiction:
    """A ``jurisdiction_id`` with its region; without one it is all that this installation serves."""

    name: str
    region: Region | None = None

    def inside(self) -> Q:
        """The needs that are its own."""
        if self.region is None:
            return Q()
        return Q(region__gte=self.region.number, region__lte=self.region.last)

    def has_point(self, longitude: float, latitude: float) -> bool:
        """Whether a point (degrees, WGS84) is inside; any is where no boundary is known."""
        if self.region is None:
            return is_served(longitude, latitude)
        return region_number_at(longitude, latitude) in self.region.interval


def named(said: str) -> Jurisdiction:
    """The jurisdiction of a ``jurisdiction_id``; where none is named, the whole installation.

    Raises :class:`Open311Error` for one that is not served here.
    """
    ours: str = settings.CONFIGURED["jurisdiction"]
    if said in ("", ours):
        return Jurisdiction(ours)
    regions = dict(written.split("=", 1) for written in settings.CONFIGURED["jurisdictions"])
    known = {name.strip(): code.strip() for name, code in regions.items()}
    region = Region.objects.filter(code=known[said]).first() if said in known else None
    if region is None:
        served = ", ".join([ours, *known])
        words = _("jurisdiction_id: “%(said)s” is not served here; this is %(served)s")
        raise Open311Error(404, words % {"said": said[:80], "served": served})
    return Jurisdiction(said, region)
