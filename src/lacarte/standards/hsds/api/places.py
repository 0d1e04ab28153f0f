"""Services at locations near a postcode. What has a postcode is what the directory itself gives one."""

from __future__ import annotations

import math
from uuid import UUID

from django.db.models import Avg, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Replace
from django.utils.translation import gettext as _

from lacarte.registers.menu.models import OfferAtPlace
from lacarte.standards.hsds.api.asking import Asked, offers_asked
from lacarte.standards.hsds.api.errors import HsdsError
from lacarte.standards.hsds.writing import STANDARD, kept

_METRES_PER_DEGREE = 111_195.0
_FARTHEST = 1_000_000.0


def places_asked(said: Asked) -> QuerySet[OfferAtPlace]:
    """The offers at places that the filters mean, in the order of their keys; those that no file tells are not."""
    places = OfferAtPlace.objects.filter(offer__in=offers_asked(said).order_by()).order_by("pk")
    told = Q(**{f"carried__{STANDARD}__unsaid__isnull": True}) | ~Q(address={}) | Q(longitude__isnull=False)
    places = places.filter(told)
    return _near(places, said) if said.text("postcode") or said.text("proximity") else places


def _near(places: QuerySet[OfferAtPlace], said: Asked) -> QuerySet[OfferAtPlace]:
    postcode = said.text("postcode")
    if not postcode:
        raise HsdsError(400, _("proximity: say from which postcode"))
    metres = _metres(said.text("proximity"))
    within = [key for key, row in _mentioning(postcode) if _has(row, postcode)]
    if metres is None:
        return places.filter(pk__in=within)
    middle = OfferAtPlace.objects.filter(pk__in=within).aggregate(x=Avg("longitude"), y=Avg("latitude"))
    if middle["x"] is None or middle["y"] is None:
        return places.none()
    return places.filter(_around(middle["x"], middle["y"], metres))


def _metres(text: str) -> float | None:
    if not text:
        return None
    try:
        metres = float(text)
    except ValueError:
        metres = math.nan
    if not 0 <= metres <= _FARTHEST:
        raise HsdsError(400, _("proximity: metres, from 0 to %(most)d") % {"most": _FARTHEST})
    return metres


def _mentioning(postcode: str) -> list[tuple[UUID, dict[str, object]]]:
    """Places in whose file the signs occur at all."""
    said = Replace(Cast("carried", TextField()), Value(" "), Value(""), output_field=TextField())
    found = OfferAtPlace.objects.annotate(said=said).filter(said__icontains=_squeezed(postcode))
    return list(found.values_list("pk", "carried"))


def _squeezed(postcode: str) -> str:
    """Without blanks, which some write and others do not."""
    return postcode.casefold().replace(" ", "")


def _has(carried: dict[str, object], postcode: str) -> bool:
    """Whether a residue, however deep, sets this postcode."""
    wanted = _squeezed(postcode)
    pending: list[object] = [kept({"carried": carried})]
    while pending:
        one = pending.pop()
        if isinstance(one, list):
            pending += one
        elif isinstance(one, dict):
            said = one.get("postal_code")
            said = said["changed"][-1] if isinstance(said, dict) and "changed" in said else said
            if isinstance(said, str) and _squeezed(said) == wanted:
                return True
            pending += one.values()
    return False


def _around(x: float, y: float, metres: float) -> Q:
    """A box in which everything within ``metres`` is; a circle is not asked of the database."""
    north = metres / _METRES_PER_DEGREE
    east = north / max(math.cos(math.radians(y)), 0.01)
    return Q(latitude__range=(y - north, y + north), longitude__range=(x - east, x + east))
