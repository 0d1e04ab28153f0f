"""Some of many needs, drawn so that anybody can draw them again, however many there are."""

from __future__ import annotations

import random

from django.db.models import QuerySet

from lacarte.kernel.ids import new_reference
from lacarte.loop.needs.models import Need

#: So many needs say within a percent what a million would.
SAMPLE = 5_000


def seed_number(seed: str) -> int:
    """A seed in words as a number for NumPy."""
    return random.Random(seed).getrandbits(32)


def sample(needs: QuerySet[Need], seed: str, most: int = SAMPLE) -> list[Need]:
    """At most ``most`` of ``needs``, all where there are no more.

    References are drawn evenly, so those that follow the one that ``seed`` names are a sample; no others are read.
    """
    start = new_reference(random.Random(seed).choice)
    ordered = needs.order_by("reference")
    found = list(ordered.filter(reference__gte=start)[:most])
    return found + list(ordered.filter(reference__lt=start)[: most - len(found)])
