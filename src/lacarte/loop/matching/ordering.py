"""Who goes first: the class, moved up by waiting; inside it the need index, the days waited, then a draw.

The draw is one that anybody can run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.utils import timezone

from lacarte.engines.matching.fairness.guarantee import order_for
from lacarte.engines.matching.fairness.lottery import draw
from lacarte.loop.matching.inputs import Inputs
from lacarte.registers.menu.models import PriorityClass

LONGEST_SEED = 200
#: The classes that a need can move up from by waiting; nobody moves into class 0.
PROMOTED = tuple(kind for kind in PriorityClass if kind >= PriorityClass.SOON)


def seed_of(moment: datetime) -> str:
    """The seed of the runs of a day: its date in the city, such as ``2026-11-24``.

    Nobody chooses it, and a run that is repeated on the same day draws the same.
    """
    return timezone.localtime(moment).date().isoformat()


def lots(ids: Sequence[UUID], seed: str) -> npt.NDArray[np.uint64]:
    """``uint64[n]``: the number each need draws (``engines.matching.fairness.lottery.draw`` over ids as text)."""
    return draw((str(pk) for pk in ids), seed)


def ranked(inputs: Inputs) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int32]]:
    """The class of each need, moved up by waiting, and its place inside the class, from 1; no two are equal.

    Index and days are compared as they are shown, in hundredths and whole days: finer differences are noise,
    and a fair draw is better than noise.
    """
    needs, days = inputs.needs, inputs.promotion_days
    classes, order = order_for(
        needs.priority_class.astype(np.uint8),
        needs.waited.astype(np.int32),
        needs.index / 100,
        lots(needs.ids, inputs.seed),
        promote_after={int(kind): days for kind in PROMOTED} if days else {},
        first="need index",
    )
    return classes, order + np.int32(1)  # people count from one
