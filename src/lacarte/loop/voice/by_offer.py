"""How people who had it rate an offer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Sum

from lacarte.loop.voice.models import Rating
from lacarte.loop.voice.queries import SMALLEST_GROUP

_AT = "order__offer_at_place__"


@dataclass(frozen=True)
class OfferRating:
    """The mean of ``count`` ratings, from 1 (very bad) to 5; of all the provider does where the offer has few."""

    mean: float
    count: int
    of_provider: bool


def ratings_of(offers: Collection[tuple[UUID, UUID]]) -> dict[UUID, OfferRating]:
    """The ratings of offers, each given with its provider, by offer; one query.

    Where fewer than :data:`SMALLEST_GROUP` people rated an offer and all else of its provider, nothing is said.
    """
    rows = (
        Rating.objects.filter(**{f"{_AT}offer__provider__in": {provider for _, provider in offers}})
        .order_by()
        .values(offer=F(f"{_AT}offer"), provider=F(f"{_AT}offer__provider"))
        .annotate(n=Count("pk"), total=Sum("satisfaction"))
        .values_list("offer", "provider", "n", "total")
    )
    sums: dict[UUID, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for offer, provider, n, total in rows:
        for key in (offer, provider):
            sums[key] = sums[key][0] + n, sums[key][1] + total
    found = {}
    for offer, provider in offers:
        key = offer if sums[offer][0] >= SMALLEST_GROUP else provider
        count, total = sums[key]
        if count >= SMALLEST_GROUP:
            found[offer] = OfferRating(total / count, count, key != offer)
    return found
