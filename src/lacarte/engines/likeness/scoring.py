"""How probable it is that two reports tell of the same thing, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import nan

import numpy as np
import numpy.typing as npt

from lacarte.engines.geography import haversine_metres
from lacarte.engines.images import different_bits
from lacarte.engines.likeness.weights import PLACED, UNPLACED
from lacarte.engines.likeness.words import Numbers, Pieces, numbers, numbers_agree, overlap, pieces

Floats = npt.NDArray[np.float64]

#: What a pair of reports is judged by, in the order of the columns of :func:`features`.
FEATURES = (
    "always",  # 1: how rare it is at all
    "far",  # ln(1 + metres / 20); 0 where a point is not known
    "old",  # ln(1 + hours / 6) between them
    "same_type",
    "related_type",  # two types of one life area
    "type_unknown",
    "words",  # ln(1 + how much they share beyond chance), where all of a sentence is about ln(15)
    "words_unknown",  # no words, or of another language
    "nothing_shared",  # both points are known: hardly a word in common, not of the same type, and no photo alike
    "long",  # how much longer than a sentence the shorter one is: ln(its weight / 15), at least 0
    "old_long",  # old x long: people write letters of what lasts
    "same_number",  # they name a house or a building in common
    "other_number",  # both name houses, none of them the same or a neighbour
    "other_building",  # both name buildings of an estate, none in common
    "same_photo",  # 1: no bit differs; 0: twelve or more do
    "other_photo",  # both have photos, and none is like another
    "where_unknown",  # 1: a point is missing, so that the other weights count
)
FAR_METRES = 20.0
OLD_HOURS = 6.0
#: Farther apart nothing is taken for the same: weights were fitted on what is nearer.
FARTHEST_METRES = 222.0
SENTENCE = 15.0  # what a usual sentence weighs (words.Pieces)
#: Which part of a text any other of its language has too.
BY_CHANCE = 0.06
#: Less than this beyond chance is nothing: a piece or two of a usual word.
NOTHING = 1.0
#: Bits of a perceptual hash that may differ between two photos of the same thing.
LIKE_BITS = 12
_OTHER_BITS = 20

#: Reasons as codes, and when a pair has them.
_NEAR_METRES, _SAME_TIME_HOURS, _SAME_WORDS, _SAME_PHOTO = 60.0, 24.0, 2.5, 0.25


@dataclass(frozen=True)
class Report:
    """What is compared of one report. Degrees (WGS84) are NaN where no point is known.

    ``hours`` count from any moment, the same for all; ``kind`` is the number of its type and ``area`` that of
    the life area above it, 0 where not known; ``language`` is a tag, empty or ``und`` where not known;
    ``photos`` are perceptual hashes of 64 bits.
    """

    words: str = ""
    where: str = ""
    longitude: float = nan
    latitude: float = nan
    hours: float = 0.0
    kind: int = 0
    area: int = 0
    language: str = ""
    photos: tuple[int, ...] = ()

    @cached_property
    def pieces(self) -> Pieces:
        """Its words as they are compared, those of the address among them."""
        return pieces(f"{self.where}\n{self.words}")

    @cached_property
    def tongue(self) -> str:
        """The language without its variety; empty where not known."""
        tongue = self.language.partition("-")[0]
        return "" if tongue == "und" else tongue

    @cached_property
    def numbers(self) -> Numbers:
        """What it names of an address, in the address or in the words."""
        return numbers(f"{self.where}\n{self.words}")


def features(one: Report, others: Sequence[Report]) -> Floats:
    """What speaks for and against ``one`` being the same as each of ``others``: ``float64[n, 17]``."""
    far, unknown, old, same_type, related, type_unknown = _setting(
        one,
        np.array([other.longitude for other in others], dtype=np.float64),
        np.array([other.latitude for other in others], dtype=np.float64),
        np.array([other.hours for other in others], dtype=np.float64),
        np.array([other.kind for other in others], dtype=np.int64),
        np.array([other.area for other in others], dtype=np.int64),
    )
    said = np.array([_said(one, other) for other in others], dtype=np.float64).reshape(-1, 6)
    shared, length = np.nan_to_num(said[:, :2]).T
    long = np.log(np.maximum(length / SENTENCE, 1.0))
    words, unknown_words = np.maximum(shared - BY_CHANCE * length, 0), np.isnan(said[:, 0])
    columns = (
        np.ones(len(others)),
        far,
        old,
        same_type,
        related,
        type_unknown,
        np.log1p(words),
        unknown_words,
        ~unknown & (words < NOTHING) & ~unknown_words & ~same_type & ~(said[:, 5] < LIKE_BITS),
        long,
        old * long,
        *said[:, 2:5].T,
        np.nan_to_num(np.clip(1 - said[:, 5] / LIKE_BITS, 0, 1)),
        np.isfinite(said[:, 5]) & (said[:, 5] >= _OTHER_BITS),
        unknown,
    )
    return np.column_stack([np.asarray(column, dtype=np.float64) for column in columns])


@dataclass(frozen=True)
class Outlook:
    """What place, time and type alone say of others, before their words are read: each ``float64[n]``.

    ``promise`` is to be compared with each other only, minus infinity for what is farther than
    :data:`FARTHEST_METRES`; no words, numbers or photos make a pair more probable than ``at_most``.
    """

    promise: Floats
    at_most: Floats


def outlook(
    one: Report,
    *,
    longitude: Floats,
    latitude: Floats,
    hours: Floats,
    kinds: npt.NDArray[np.int64],
    areas: npt.NDArray[np.int64],
) -> Outlook:
    """How promising others are by place, time and type: arrays of n, as :class:`Report` has them."""
    columns = np.column_stack(_setting(one, longitude, latitude, hours, kinds, areas)).astype(np.float64)
    names = ("far", "where_unknown", "old", "same_type", "related_type", "type_unknown")
    at = [FEATURES.index(name) for name in names]
    always = FEATURES.index("always")
    placed, unplaced = (weights[always] + columns @ np.array(weights)[at] for weights in (PLACED, UNPLACED))
    too_far = columns[:, 0] > np.log1p(FARTHEST_METRES / FAR_METRES)
    is_unplaced, old = columns[:, 1] > 0, columns[:, 2]
    odds = np.where(is_unplaced, unplaced + _most_said(one, UNPLACED, old), placed + _most_said(one, PLACED, old))
    promise = np.where(is_unplaced, unplaced, placed)
    return Outlook(np.asarray(np.where(too_far, -np.inf, promise)), np.where(too_far, 0.0, _probability(odds)))


def _most_said(one: Report, weights: Sequence[float], old: Floats) -> Floats:
    """The most that words, numbers and photos can add to the odds of ``one`` and others that are so ``old``."""
    weigh = dict(zip(FEATURES, weights, strict=True))
    likeliest = max(weigh["words"] * np.log1p((1 - BY_CHANCE) * one.pieces.weight), weigh["words_unknown"], 0.0)
    longest = np.log(max(one.pieces.weight / SENTENCE, 1.0))
    photos = ("same_photo", "other_photo") if one.photos else ()
    rest = sum(
        max(weigh[name], 0.0)
        for name in ("nothing_shared", "same_number", "other_number", "other_building", *photos)
    )
    return np.asarray(
        likeliest + rest + np.maximum(longest * (weigh["long"] + weigh["old_long"] * old), 0.0), dtype=np.float64
    )


def _setting(
    one: Report,
    longitude: Floats,
    latitude: Floats,
    hours: Floats,
    kinds: npt.NDArray[np.int64],
    areas: npt.NDArray[np.int64],
) -> tuple[
    Floats, npt.NDArray[np.bool_], Floats, npt.NDArray[np.bool_], npt.NDArray[np.bool_], npt.NDArray[np.bool_]
]:
    """Far, where unknown, old, same type, related type, type unknown: as :data:`FEATURES` has them."""
    metres = haversine_metres(one.longitude, one.latitude, longitude, latitude)
    far = np.log1p(np.nan_to_num(metres) / FAR_METRES)
    old = np.log1p(np.abs(hours - one.hours) / OLD_HOURS)
    known = (kinds != 0) & (one.kind != 0)
    same = known & (kinds == one.kind)
    related = known & ~same & (areas == one.area) & (one.area != 0)
    return far, np.isnan(metres), old, same, related, ~known


def probabilities(rows: Floats, weights: tuple[Sequence[float], Sequence[float]] | None = None) -> Floats:
    """The probability of each row of :func:`features` that the two are the same: ``float64[n]``.

    ``weights`` are those of pairs with two points, and those of pairs without: there words say most.
    """
    placed, unplaced = np.asarray(weights or (PLACED, UNPLACED), dtype=np.float64)
    return _probability(np.where(rows[:, -1] > 0, rows @ unplaced, rows @ placed))


def _probability(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -40, 40))))


def reasons(row: Floats) -> tuple[str, ...]:
    """What speaks for one pair, as codes: near, same-time, same-type, same-words, same-photo, same-number."""
    value = dict(zip(FEATURES, row.tolist(), strict=True))
    near = not value["where_unknown"] and value["far"] <= np.log1p(_NEAR_METRES / FAR_METRES)
    told = {
        "near": near,
        "same-time": value["old"] <= np.log1p(_SAME_TIME_HOURS / OLD_HOURS),
        "same-type": value["same_type"] > 0,
        "same-words": value["words"] >= np.log1p(_SAME_WORDS),
        "same-photo": value["same_photo"] >= _SAME_PHOTO,
        "same-number": value["same_number"] > 0,
    }
    return tuple(code for code, holds in told.items() if holds)


def _said(one: Report, other: Report) -> tuple[float, ...]:
    """Two of words (:func:`overlap`; NaN: unknown), three of numbers, and bits between photos."""
    shared = (nan, nan) if _other_language(one, other) else overlap(one.pieces, other.pieces)
    agree = (float(holds) for holds in numbers_agree(one.numbers, other.numbers))
    bits = [different_bits(mine, theirs) for mine in one.photos for theirs in other.photos]
    return *shared, *agree, float(min(bits)) if bits else nan


def _other_language(one: Report, other: Report) -> bool:
    """Whether two reports cannot share words, because they are not written in one language."""
    if one.tongue and other.tongue and one.tongue != other.tongue:
        return True
    return abs(one.pieces.han - other.pieces.han) > 0.5
