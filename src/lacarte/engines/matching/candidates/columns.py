"""Needs, offers and rules as the plain numbers that candidates are computed from."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.candidates.tables import Needs, Offers, Rules

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]


#: Records, not tuples of arrays: compiled code would count references to each of those at every look.
NEED = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("square", np.float64),  # of the reach, square metres
        ("service_type", np.int64),
        ("region", np.int64),
        # Bits are signed here: compiled code turns mixed signs into floats.
        ("languages", np.int64),
        ("modes", np.int64),
        ("eligible", np.int64),
        ("kind", np.int32),  # number of the service type among those offered, or -1
        ("earliest", np.int32),
        ("deadline", np.int32),
        ("household", np.int32),
    ]
)
OFFER = np.dtype(
    [
        ("x", np.float64),
        ("y", np.float64),
        ("square", np.float64),
        ("region", np.int64),
        ("languages", np.int64),
        ("modes", np.int64),
        ("required", np.int64),
        ("first", np.int32),
        ("last", np.int32),
        ("household", np.int64),
        ("own", np.int64),  # seconds that everybody pays there: price, quality, wait
        ("price", np.int64),  # shadow price, on top of the cost
        ("number", np.int64),  # its row
    ]
)
RULE = np.dtype(
    [
        ("language_misfit", np.int64),  # -1 forbids it
        ("mode_misfit", np.int64),
        ("wait_per_bucket", np.int64),
        ("unknown_travel", np.int64),
        ("unknown_place_fits", np.bool_),
        ("remote_modes", np.int64),
        ("cap", np.int64),  # what costs more counts as that much when offers are compared
        ("walking", np.float64),
        ("transit", np.float64),
        ("walking_limit", np.float64),
        ("detour", np.float64),
    ],
    align=True,
)
AGREEMENT = np.dtype(
    [("supplier", np.int64), ("beneficiary", np.int64), ("type_first", np.int64), ("type_last", np.int64)]
)
#: A group is the offers of one kind of service: group ``2 * kind`` has capacity, ``2 * kind + 1`` has none.
GROUP = np.dtype(
    [
        ("left", np.float64),  # metres, where its grid begins
        ("low", np.float64),
        ("side", np.float64),  # metres of a cell
        ("across", np.int64),  # cells
        ("up", np.int64),
        ("cell", np.int64),  # number of its first cell
        ("least_own", np.int64),  # of the offers in cells
        ("least_price", np.int64),
        ("square", np.float64),  # of the longest reach in cells
        ("free_first", np.int64),  # offers that are in no cell, cheapest first: no place, or nobody travels
        ("free_last", np.int64),
        ("all_first", np.int64),  # all its offers, cheapest first
        ("all_last", np.int64),
    ]
)
#: Needs of one kind that are neighbours: -inf to inf where a place is not known.
BOX = np.dtype(
    [
        ("west", np.float64),
        ("east", np.float64),
        ("south", np.float64),
        ("north", np.float64),
        ("first", np.int64),
        ("last", np.int64),
    ]
)
#: ``np.recarray``, whose fields NumPy's stubs do not know.
Records: TypeAlias = Any


class Columns(NamedTuple):
    """All that is known, and the pairs of offer and kind of service."""

    need: Records  # [n] of NEED
    offer: Records  # [k] of OFFER
    rule: Any  # a record of RULE
    agreements: Records  # [a] of AGREEMENT, sorted
    kinds: int
    has_room: npt.NDArray[np.bool_]  # [k]
    pair_kind: Ints  # [t] sorted
    pair_offer: Ints  # [t]

    def of_kind(self, kind: int) -> Ints:
        """The offers of a kind of service, in ascending order."""
        first, last = np.searchsorted(self.pair_kind, [kind, kind + 1])
        return self.pair_offer[first:last]


def columns(needs: Needs, offers: Offers, rules: Rules, price: Ints, cap: int = 2**31 - 1) -> Columns:
    """Prepare; an offer that lists a type twice offers it once. Raises ``ValueError`` where costs may overflow.

    Offers are compared by their cost, up to ``cap``, plus ``price``.
    """
    types = np.unique(offers.service_type)
    numbered = np.searchsorted(types, offers.service_type)
    pairs = np.unique(np.stack([numbered, offers.type_owner], axis=1), axis=0)
    kind = np.searchsorted(types, needs.service_type)
    offered = np.zeros(len(needs), dtype=np.bool_)
    offered[kind < len(types)] = types[kind[kind < len(types)]] == needs.service_type[kind < len(types)]
    made = Columns(
        need=_needs(needs, np.where(offered, kind, -1).astype(np.int32)),
        offer=_offers(offers, price),
        rule=_records(RULE, 1, cap=cap, **_numbers(rules))[0],
        agreements=_records(AGREEMENT, len(rules.agreements), **_agreements(rules)),
        kinds=len(types),
        has_room=offers.capacity > 0,
        pair_kind=np.ascontiguousarray(pairs[:, 0], dtype=np.int64),
        pair_offer=np.ascontiguousarray(pairs[:, 1], dtype=np.int64),
    )
    _refuse_overflow(made, rules)
    return made


def _records(dtype: Any, n: int, /, **values: Any) -> Records:
    """``n`` records, column by column."""
    made = np.zeros(n, dtype=dtype)
    for name in made.dtype.names or ():
        made[name] = values[name]
    return made.view(np.recarray)


def _needs(needs: Needs, kind: Small) -> Records:
    values = {
        **vars(needs),
        "square": _square(needs.reach),
        "kind": kind,
        "languages": needs.languages.view(np.int64),
        "modes": needs.modes.view(np.int64),
        "eligible": needs.eligible.view(np.int64),
    }
    return _records(NEED, len(needs), **values)


def _offers(offers: Offers, price: Ints) -> Records:
    values = {
        **vars(offers),
        "square": _square(offers.reach),
        "languages": offers.languages.view(np.int64),
        "modes": offers.modes.view(np.int64),
        "required": offers.required.view(np.int64),
        "own": offers.cost.astype(np.int64) + offers.wait,
        "price": price,
        "number": np.arange(len(offers)),
    }
    return _records(OFFER, len(offers), **values)


def _numbers(rules: Rules) -> dict[str, Any]:
    remote = int(rules.remote_modes)
    return {
        **vars(rules),
        **vars(rules.speeds),
        "language_misfit": -1 if rules.language_misfit is None else rules.language_misfit,
        "mode_misfit": -1 if rules.mode_misfit is None else rules.mode_misfit,
        "remote_modes": remote - 2**64 if remote >= 2**63 else remote,
    }


def _agreements(rules: Rules) -> dict[str, Ints]:
    return dict(zip(AGREEMENT.names or (), rules.agreements.T, strict=True))


def _square(reach: Floats) -> Floats:
    """Square metres; what is farther than anything on Earth but not unlimited stays so."""
    return np.where(np.isinf(reach), np.inf, np.square(np.minimum(reach, 1e9)))


def _refuse_overflow(made: Columns, rules: Rules) -> None:
    """No candidate may cost more than an ``int32`` holds, whatever pair it is."""
    if not len(made.need.x) or not len(made.offer.x):
        return
    need, offer = made.need, made.offer
    x, y = np.concatenate([need.x, offer.x]), np.concatenate([need.y, offer.y])
    far = np.hypot(_width(x), _width(y)) * rules.speeds.detour
    travel = max(far / rules.speeds.walking, far / rules.speeds.transit, rules.unknown_travel)
    buckets = max(int(offer.first.max()) - int(need.earliest.min()), 0)
    rest = int(offer.own.max()) + (rules.language_misfit or 0) + (rules.mode_misfit or 0)
    most = rest + buckets * rules.wait_per_bucket + travel
    if most >= 2**31 - 1:
        raise ValueError(
            f"a candidate could cost {most:.0f} seconds, {2**31 - 2} fit: check cost, wait, first, x and y"
        )


def _width(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.max() - known.min()) if len(known) else 0.0
