"""How deprived places are, as a table of a census has it: set with its source, its day and what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.ids import uuid7
from lacarte.registers.places.events import DeprivationSet
from lacarte.registers.places.models import PlaceDeprivation, Region

_BATCH = 500


@dataclass(frozen=True)
class Found:
    """The deprivation of one region, 0 to 1: the middle of ``low`` to ``high``."""

    region: Region
    middle: float
    low: float
    high: float


@transaction.atomic
def set_deprivation(
    found: Sequence[Found], *, source: str, of: date, columns: Mapping[str, tuple[float, str]]
) -> None:
    """Set the deprivation of these regions; others keep what they have. Later stages are told.

    ``of`` is the day that the table tells of, ``columns`` what was counted: its weight, and which end is deprived.
    """
    now = clock.now()
    for one in found:
        one.region.deprivation = one.middle
    Region.objects.bulk_update([one.region for one in found], ["deprivation"], batch_size=_BATCH)
    counted = {name: list(how) for name, how in columns.items()}
    PlaceDeprivation.objects.bulk_create(
        [
            PlaceDeprivation(
                region=one.region,
                low=one.low,
                high=one.high,
                source=source,
                of=of,
                columns=counted,
                changed_at=now,
            )
            for one in found
        ],
        batch_size=_BATCH,
        update_conflicts=True,
        unique_fields=["region"],
        update_fields=["low", "high", "source", "of", "columns", "changed_at"],
    )
    publish(DeprivationSet(regions=len(found), source=source), stream=uuid7())
