"""For whom an offer at a place is: its area served, said once for whoever lists or matches offers."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from lacarte.registers.menu.models import OfferAtPlace

_Serves = OfferAtPlace.serves.through


def serves_filter(region: int | OuterRef, at: str = "") -> Q:
    """A condition for ``.filter()``: offers at places that serve people of ``region`` (its number).

    One that names no region serves by reach alone. ``at`` is the path to the offer at a place; an ``OuterRef``
    for the region is two queries out, as this is a query of its own.
    """
    named = _Serves.objects.filter(offeratplace=OuterRef(f"{at}pk"))
    here = named.filter(region__number__lte=region, region__last__gte=region)
    return ~Exists(named) | Q(Exists(here))
