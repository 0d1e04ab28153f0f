"""Signs that somebody works on the figures and not on the matter; each is a test that is seldom wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.rates.special import log_gamma

__all__ = ["Burst", "burst", "excess_chance"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_AT_ONCE, _ENOUGH = 100, 20


def excess_chance(marked_inside: int, inside: int, marked: int, everything: int) -> float:
    """The chance that of ``inside`` things drawn from ``everything``, ``marked_inside`` or more are marked.

    ``marked`` of everything are. One-sided and exact, so whatever the shares are, it is at most α in at most α of
    all cases in which the marks have nothing to do with being inside. Raises ``ValueError`` for counts that cannot
    be. Source: Fisher, The Design of Experiments (1935), chapter II.
    """
    if not (0 <= marked_inside <= min(inside, marked) and max(inside, marked) <= everything):
        raise ValueError(f"{marked_inside} of {inside} marked, {marked} of {everything} in all")
    if inside - marked_inside > everything - marked:
        raise ValueError(f"{marked_inside} of {inside} marked, {marked} of {everything} in all")
    k = np.arange(marked_inside, min(inside, marked) + 1, dtype=np.float64)
    k = k[inside - k <= everything - marked]
    logs = _choose(marked, k) + _choose(everything - marked, inside - k) - _choose(everything, float(inside))
    return float(min(1.0, np.exp(logs).sum()))


def _choose(n: float, k: Floats | float) -> Floats:
    return np.asarray(log_gamma(n + 1.0) - log_gamma(np.asarray(k) + 1.0) - log_gamma(n - np.asarray(k) + 1.0))


@dataclass(frozen=True)
class Burst:
    """``count`` of ``of`` answers between two times are ``value``; the chance of it if answers mix freely."""

    value: int
    count: int
    of: int
    since: float
    until: float
    chance: float


def burst(
    times: Sequence[float], values: Sequence[int], windows: Sequence[float], *, seed: int, shuffles: int = 9999
) -> Burst | None:
    """The stretch, no longer than one of ``windows``, in which one value is most conspicuously frequent.

    ``times[n]`` in any unit, ``values[n]`` small whole numbers; ``None`` where there are fewer than two answers or
    all are alike. The chance is that of as conspicuous a stretch when the same answers are dealt to the same times
    anew, ``shuffles`` times with ``seed``, or until 20 deals were as conspicuous: so neither that answers come in
    batches counts nor that most people say the same. Source: Kulldorff, Communications in Statistics 26 (1997),
    Bernoulli model; Besag and Clifford, Biometrika 78 (1991), for stopping early.
    """
    order = np.argsort(np.asarray(times, dtype=np.float64), kind="stable")
    at, said = np.asarray(times, dtype=np.float64)[order], np.asarray(values, dtype=np.int64)[order]
    kinds = np.unique(said)
    if at.size < 2 or kinds.size < 2:
        return None
    first, last = _stretches(at, windows)
    seen, where = _most_conspicuous(said[None, :], kinds, first, last)
    rng, above, done = np.random.default_rng(seed), 0, 0
    while done < shuffles and above < _ENOUGH:
        n = min(_AT_ONCE, shuffles - done)
        dealt = rng.permuted(np.broadcast_to(said, (n, said.size)), axis=1)
        above += int(np.sum(_most_conspicuous(dealt, kinds, first, last)[0] >= seen[0] - 1e-9))
        done += n
    chance = (above + 1) / (done + 1) if above < _ENOUGH else above / done
    kind, stretch = divmod(int(where[0]), first.size)
    inside = said[first[stretch] : last[stretch] + 1]
    return Burst(
        value=int(kinds[kind]),
        count=int(np.sum(inside == kinds[kind])),
        of=int(inside.size),
        since=float(at[first[stretch]]),
        until=float(at[last[stretch]]),
        chance=chance,
    )


def _stretches(at: Floats, windows: Sequence[float]) -> tuple[Ints, Ints]:
    """From which answer to which each stretch goes: for each answer and each window, all that lies within it."""
    ends = [np.searchsorted(at, at + window, side="right") - 1 for window in windows]
    pairs = np.unique(np.concatenate([np.stack([np.arange(at.size), end], axis=1) for end in ends]), axis=0)
    pairs = pairs[(pairs[:, 1] > pairs[:, 0]) & (pairs[:, 1] - pairs[:, 0] + 1 < at.size)]
    if not pairs.size:
        pairs = np.array([[0, 0]])
    return pairs[:, 0], pairs[:, 1]


def _most_conspicuous(said: Ints, kinds: Ints, first: Ints, last: Ints) -> tuple[Floats, Ints]:
    """Of each row of answers, the highest score of any value in any stretch, and which of them it was."""
    total = said.shape[1]
    inside = (last - first + 1).astype(np.float64)
    scores = []
    for kind in kinds:
        sums = np.concatenate([np.zeros((said.shape[0], 1)), np.cumsum(said == kind, axis=1)], axis=1)
        count = sums[:, last + 1] - sums[:, first]
        scores.append(_score(count, inside, sums[:, -1:], float(total)))
    joined = np.concatenate(scores, axis=1)
    best = np.argmax(joined, axis=1)
    return joined[np.arange(joined.shape[0]), best], best


def _score(c: Floats, n: Floats, marked: Floats, total: float) -> Floats:
    """The likelihood ratio of one share inside and another outside against the same in both; 0 unless higher."""
    outside, rest = total - n, marked - c
    apart = _entropy(c, n) + _entropy(rest, outside)
    together = _entropy(marked, np.full_like(marked, total))
    higher = c * outside > rest * n
    return np.asarray(np.where(higher, apart - together, 0.0))


def _entropy(c: Floats, n: Floats) -> Floats:
    """c log(c/n) + (n-c) log(1-c/n), with 0 log 0 = 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        yes = np.where(c > 0, c * np.log(c / n), 0.0)
        no = np.where(n > c, (n - c) * np.log((n - c) / n), 0.0)
    return np.asarray(yes + no)
