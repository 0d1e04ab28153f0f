"""Groups compared fairly: raw shares with intervals, shrunk shares, funnel limits, and ranks as ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lacarte.engines import rates as engine
from lacarte.loop.voice.counting import RATES, SMALLEST_GROUP, Counts

#: With it the ranges of ranks are drawn; published with them, so that anybody can draw them again.
SEED = 20_260_101


#: By the name of a count: which groups are hidden, beside small ones and those that these would be found by.
Hidden = Mapping[str, Sequence[bool]]
NOTHING: Hidden = {}


@dataclass(frozen=True)
class Share:
    """A share as it may be shown: ``None`` for all where too few stand behind it."""

    part: int | None = None
    whole: int | None = None
    share: float | None = None
    low: float | None = None  # Wilson's interval of 95 %
    high: float | None = None


@dataclass(frozen=True)
class Compared:
    """One group among others, by one rate."""

    key: Any
    shown: Share
    shrunk: float | None = None
    shrunk_low: float | None = None
    shrunk_high: float | None = None
    best: int | None = None  # the first and the last place it may have
    worst: int | None = None
    #: -2, -1, 0, 1, 2: below the control or warning limit, inside, above the warning or control limit.
    outside: int = 0


@dataclass(frozen=True)
class Limit:
    """The funnel at one size of group: warning limits of 95 %, control limits of 99.8 %."""

    size: int
    low: float
    high: float
    control_low: float
    control_high: float


@dataclass(frozen=True)
class Comparison:
    """Groups compared by one rate. ``target`` is the share of all together."""

    rate: str
    groups: list[Compared]
    target: float | None
    scatter: float
    prior: engine.Prior
    funnel: list[Limit]

    @property
    def shown(self) -> int:
        """How many groups are shown."""
        return len(self.groups) - self.hidden

    @property
    def hidden(self) -> int:
        """How many groups are not shown."""
        return sum(one.shown.share is None for one in self.groups)


def shares(counts: Sequence[Counts], rate: str, also: Hidden = NOTHING) -> list[Share]:
    """One rate of groups whose total is shown, too: small ones are hidden, with others that hide them.

    ``also`` says by the name of a count which groups are hidden for something else. Raises ``KeyError`` for a rate
    that is none of the three.
    """
    part, whole = RATES[rate]
    return _shares(
        [getattr(one, part) for one in counts], [getattr(one, whole) for one in counts], also.get(whole)
    )


def _shares(parts: Sequence[int], wholes: Sequence[int], also: Sequence[bool] | None = None) -> list[Share]:
    k, n = np.array(parts, dtype=np.int64), np.array(wholes, dtype=np.int64)
    few = engine.hidden(n, SMALLEST_GROUP) | (n == 0)
    if also is not None:
        few |= np.array(also, dtype=np.bool_)
    low, high = engine.wilson(k, n)
    return [
        Share()
        if few[i]
        else Share(int(k[i]), int(n[i]), float(k[i] / n[i]), round(float(low[i]), 6), round(float(high[i]), 6))
        for i in range(k.size)
    ]


def compare(groups: Mapping[Any, Counts], rate: str, also: Hidden = NOTHING) -> Comparison:
    """All groups by one rate, the likeliest best first, then those that are hidden, in the order they came.

    ``also`` as for :func:`shares`.
    """
    part, whole = RATES[rate]
    counted = {key: (getattr(one, part), getattr(one, whole)) for key, one in groups.items()}
    return compare_shares(counted, rate, also.get(whole))


def compare_shares(
    groups: Mapping[Any, tuple[int, int]], rate: str, also: Sequence[bool] | None = None
) -> Comparison:
    """As :func:`compare`, by any share: how many, out of how many."""
    keys = list(groups)
    shown = _shares([part for part, _whole in groups.values()], [whole for _part, whole in groups.values()], also)
    k = np.array([part for part, _whole in groups.values()], dtype=np.float64)
    n = np.array([whole for _part, whole in groups.values()], dtype=np.float64)
    everybody = float(n.sum())
    target = float(k.sum() / everybody) if everybody >= SMALLEST_GROUP else None
    prior = engine.fit(k, n)
    told = np.array([i for i, one in enumerate(shown) if one.share is not None], dtype=np.int64)
    scatter = engine.dispersion(k, n, target) if target is not None else 1.0
    found = {int(i): one for i, one in zip(told, _judged(k[told], n[told], prior, target, scatter), strict=True)}
    ranked = sorted(found, key=lambda i: -found[i]["shrunk"])
    rest = [i for i in range(len(keys)) if i not in found]
    return Comparison(
        rate=rate,
        groups=[Compared(keys[i], shown[i], **found.get(i, {})) for i in [*ranked, *rest]],
        target=target,
        scatter=scatter,
        prior=prior,
        funnel=_funnel(n[told], target, scatter),
    )


Floats = npt.NDArray[np.float64]


def _judged(
    k: Floats, n: Floats, prior: engine.Prior, target: float | None, scatter: float
) -> list[dict[str, Any]]:
    """What is to be said of each group that may be shown."""
    if not k.size or target is None:
        return []
    est = engine.shrink(k, n, prior)
    place = engine.ranks(est.a, est.b, seed=SEED)
    warning, control = (engine.limits(target, n, level, scatter) for level in (engine.WARNING, engine.CONTROL))
    share = k / n
    above = (share > warning.high).astype(int) + (share > control.high)
    below = (share < warning.low).astype(int) + (share < control.low)
    return [
        {
            "shrunk": float(est.mean[i]),
            "shrunk_low": round(float(est.low[i]), 6),
            "shrunk_high": round(float(est.high[i]), 6),
            "best": int(place.best[i]),
            "worst": int(place.worst[i]),
            "outside": int(above[i] - below[i]),
        }
        for i in range(k.size)
    ]


_DRAWN = 40


def _funnel(n: Floats, target: float | None, scatter: float) -> list[Limit]:
    """The limits from the smallest group that is shown to the largest, as they are drawn."""
    if target is None or not n.size:
        return []
    sizes = np.unique(np.geomspace(max(n.min() * 0.8, 1), n.max() * 1.1, _DRAWN).round())
    warning, control = (engine.limits(target, sizes, level, scatter) for level in (engine.WARNING, engine.CONTROL))
    columns = (sizes.astype(int), warning.low, warning.high, control.low, control.high)
    return [Limit(int(size), *(float(v) for v in rest)) for size, *rest in zip(*columns, strict=True)]
