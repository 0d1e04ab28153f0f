"""The places of a service that a program sends: kept, added, or taken away."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from lacarte.kernel.models import User
from lacarte.registers.menu import keeping
from lacarte.registers.menu.keeping.verbs import OF_PLACE as KEPT
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import is_served, region_at
from lacarte.standards.hsds.fitting import fitted
from lacarte.standards.hsds.ours import RADIUS, Object, record_attribute, taken_apart
from lacarte.standards.hsds.own.merging import OF_PLACE, merged
from lacarte.standards.hsds.own.refusing import RefusedError
from lacarte.standards.hsds.residue import same
from lacarte.standards.hsds.taking import codes_served, place_row

_WHERE = "service_at_locations"


class Places:
    """Brings the places of an offer in step with those that were sent."""

    def __init__(self, offer: Offer, there: Object, actor: User) -> None:
        """``there``: the service as it was told before."""
        self._offer, self._actor = offer, actor
        self._told: dict[str, Object] = {one["id"]: one for one in there.get(_WHERE, ())}
        self._regions = {region.code: region for region in Region.objects.all()}

    def keep(self, service: Object) -> None:
        """Keep the places of ``service``; a told one that is not among them is taken away."""
        known = {str(place.pk): place for place in self._offer.places.all()}
        sent: list[Object] = service.get(_WHERE, [])
        for found in sent:
            key = str(found["id"]).lower()
            try:
                self._keep(UUID(key), known.get(key), found, service)
            except ValidationError as error:
                name, words = next(iter(error.message_dict.items()))
                raise RefusedError(f"{_WHERE}.{name}", words[0]) from None
        stay = {str(found["id"]).lower() for found in sent}
        for key in self._told.keys() - stay:
            keeping.remove_place(known[key], actor=self._actor)

    def _keep(self, key: UUID, known: OfferAtPlace | None, found: Object, service: Object) -> None:
        if known is None and OfferAtPlace.objects.filter(pk=key).exists():
            raise RefusedError(f"{_WHERE}.id", _("is the id of a place of another service"))
        there = self._told.get(str(key), {})
        whole = self._with_areas(key, merged(key, there, found, OF_PLACE), there)
        row, extras = place_row(fitted("service_at_location", whole), service, key)
        fields: dict[str, Any] = {name: value for name, value in row.items() if name in KEPT}
        fields["region"] = self._region(row, extras)
        fields["serves"] = [self._regions[code] for code in codes_served(extras) if code in self._regions]
        if known is not None:
            keeping.change_place(known, actor=self._actor, **fields)
        else:
            keeping.add_place(self._offer, actor=self._actor, key=key, **fields)

    def _region(self, row: dict[str, Any], extras: Object) -> Region:
        """The region that our attribute names, or else the one around the point."""
        named = self._regions.get(str(extras.get("region")))
        if named is not None:
            return named
        if row["longitude"] is None:
            raise RefusedError(f"{_WHERE}.location", _("says neither longitude and latitude nor the region"))
        if not is_served(row["longitude"], row["latitude"]):
            raise RefusedError(f"{_WHERE}.location", _("is at a point outside the city"))
        return region_at(row["longitude"], row["latitude"])

    def _with_areas(self, key: UUID, whole: Object, there: Object) -> Object:
        """Areas that are new are those of regions by their names, or a radius; a place serves them alone."""
        areas = whole.get("service_areas") or []
        if same(areas, there.get("service_areas") or []):
            return whole
        others, extras, _term = taken_apart(whole["attributes"])
        named = [one for one in areas if one.get("extent_type") != RADIUS]
        extras = extras | {"serves": [self._code_of(str(one.get("name"))) for one in named]}
        rest = [one for one in areas if one.get("extent_type") == RADIUS]
        found = {name: value for name, value in whole.items() if name != "service_areas"}
        found["attributes"] = [*others, record_attribute(key, extras)]
        return found | ({"service_areas": rest} if rest else {})

    def _code_of(self, name: str) -> str:
        for code, region in self._regions.items():
            if code == name or name in region.name.values():
                return code
        raise RefusedError(
            f"{_WHERE}.service_areas", _("“%(name)s” is the name of no region") % {"name": name[:80]}
        )
