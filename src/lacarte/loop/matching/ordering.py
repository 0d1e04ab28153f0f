"""Who goes first inside a class: the need index, then the days waited, then a draw that anybody can run again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from lacarte.engines.matching.lottery import draw
from lacarte.loop.matching.queries import OpenNeeds

LONGEST_SEED = 200


def seed_of(moment: datetime) -> str:
    """The seed of the runs of a day: its date in the city, such as ``2026-11-24``.

    Nobody chooses it, and a run that is repeated on the same day draws the same.
    """
    return timezone.localtime(moment).date().isoformat()


def lots(ids: Sequence[UUID], seed: str) -> npt.NDArray[np.uint64]:
    """``uint64[n]``: the number each need draws (``engines.matching.lottery.draw`` over ids as text)."""
    return draw((str(pk) for pk in ids), seed)


def order_of(needs: OpenNeeds, seed: str) -> npt.NDArray[np.int32]:
    """``int32[n]``: the place of each need inside its class, from 0; no two of a class have the same.

    Index and days are compared as they are shown, in hundredths and whole days: finer differences are noise,
    and a fair draw is better than noise.
    """
    ranked = np.lexsort((lots(needs.ids, seed), -needs.waited, -needs.index, needs.priority_class))
    classes = needs.priority_class[ranked]
    first_of_class = np.searchsorted(classes, classes, side="left")
    order = np.empty(len(needs), dtype=np.int32)
    order[ranked] = np.arange(len(needs)) - first_of_class
    return order
