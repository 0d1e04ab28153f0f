"""Counts drawn as a city's might be: four kinds of noise, none of which is an issue, and bursts put into them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lacarte.engines.surges import Happened
from lacarte.engines.surges.find import DAYS

#: By how much each day of a week differs; newest day first.
WEEK = np.array([1.25, 1.15, 1.1, 1.05, 1.0, 0.7, 0.6])
#: Pure chance; days that scatter, each cell for itself; weekdays and steady growth; days that scatter alike.
FAMILIES = ("chance", "scatter", "season and growth", "weather")
PLACES, KINDS = 40, 20
_DISTRICTS, _AREAS = 5, 4


def counts(rng: np.random.Generator, family: str, mean: float = 1.0) -> npt.NDArray[np.int64]:
    """``[places, kinds, days]``, newest first, of ``mean`` a day in the mean; cells differ much."""
    base = rng.gamma(0.7, mean / 0.7, (PLACES, KINDS))
    day = np.arange(DAYS)
    rate = np.repeat(base[:, :, None], DAYS, 2)
    if family == "season and growth":
        rate = rate * WEEK[day % 7] * np.exp(-0.006 * day)  # 0.6 % a day
    elif family == "scatter":
        rate = rate * rng.gamma(3, 1 / 3, rate.shape)
    elif family == "weather":
        rate = rate * rng.gamma(20, 1 / 20, (1, KINDS, DAYS))
    elif family != "chance":
        raise ValueError(f"there is no family {family}")
    return np.asarray(rng.poisson(rate))


def happened(drawn: npt.NDArray[np.int64], rng: np.random.Generator) -> Happened:
    """The counts as single needs: places in five districts of a city, kinds in four life areas."""
    place, kind, day = np.nonzero(drawn)
    n = drawn[place, kind, day]
    place, kind, day = (np.repeat(one, n) for one in (place, kind, day))
    return Happened(
        place=place + 1 + _DISTRICTS,
        kind=kind + 1 + _AREAS,
        age=day * 24 + rng.random(len(day)) * 24,
        place_parent=np.concatenate([[-1], np.zeros(_DISTRICTS, int), 1 + np.arange(PLACES) % _DISTRICTS]),
        kind_parent=np.concatenate([[-1], np.zeros(_AREAS, int), 1 + np.arange(KINDS) % _AREAS]),
    )


def node(place: int, kind: int) -> tuple[int, int]:
    """The numbers of a cell's place and kind in :func:`happened`."""
    return place + 1 + _DISTRICTS, kind + 1 + _AREAS
