"""Weighing many offers at once says of each what weighing it alone says."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.engines.geography import haversine_metres, travel_seconds
from lacarte.registers.menu.personal.columns import KINDS, Offers
from lacarte.registers.menu.personal.ranking import Where, Wishes, weigh

TODAY = date(2026, 11, 28)
BITS = {"zh": 0, "en": 1, "fr": 2}
POINTS = st.sampled_from([(122.0, 28.0), (122.05, 28.02), (122.3, 28.1), (None, None)])
offer = st.fixed_dictionaries(
    {
        "point": POINTS,
        "reach": st.sampled_from([100, 5000, 40_000, None]),
        "price": st.none() | st.integers(0, 30_000),
        "kind": st.sampled_from(KINDS),
        "step_free": st.sampled_from([True, False, None]),
        "languages": st.sets(st.sampled_from(sorted(BITS))),
        "first": st.integers(-2, 2),
        "last": st.integers(-2, 2),
        "paused": st.booleans(),
        "serves": st.lists(st.sampled_from([(100, 199), (100, 149), (200, 299)]), max_size=2),
    }
)
wishes = st.builds(
    Wishes,
    languages=st.sampled_from([(), ("en-GB",), ("zh-hans", "fr"), ("xx",)]),
    spoken=st.sampled_from(["", "en", "xx"]),
    free_of_charge=st.booleans(),
    within_metres=st.sampled_from([None, 3000.0, 30_000.0]),
    step_free=st.booleans(),
    kinds=st.sampled_from([(), ("social",), ("market", "government")]),
)
where = st.builds(lambda point, region: Where(*point, region), POINTS, st.sampled_from([None, 0, 120, 160, 250]))


def table(rows: list[dict[str, Any]]) -> Offers:
    day = TODAY.toordinal()
    served = [(number, *area) for number, row in enumerate(rows) for area in row["serves"]]
    keys = [uuid4().hex for _ in rows]
    return Offers(
        keys=keys,
        at={key: row for row, key in enumerate(keys)},
        service_type=np.zeros(len(rows), dtype=np.int64),
        region=np.zeros(len(rows), dtype=np.int64),
        longitude=np.array([row["point"][0] for row in rows], dtype=float),
        latitude=np.array([row["point"][1] for row in rows], dtype=float),
        reach_metres=np.array([np.inf if row["reach"] is None else row["reach"] for row in rows]),
        price_minor=np.array([row["price"] for row in rows], dtype=np.float64),
        kind=np.array([KINDS.index(row["kind"]) for row in rows], dtype=np.int8),
        step_free=np.array([-1 if row["step_free"] is None else row["step_free"] for row in rows], dtype=np.int8),
        languages=np.array([sum(1 << BITS[tag] for tag in row["languages"]) for row in rows], dtype=np.uint64),
        first_day=np.array([day + row["first"] for row in rows], dtype=np.int64),
        last_day=np.array([day + row["last"] for row in rows], dtype=np.int64),
        paused=np.array([row["paused"] for row in rows], dtype=bool),
        serves_offer=np.array([one[0] for one in served], dtype=np.int64),
        serves_first=np.array([one[1] for one in served], dtype=np.int64),
        serves_last=np.array([one[2] for one in served], dtype=np.int64),
        bits=BITS,
    )


def alone(row: dict[str, Any], at: Where, wished: Wishes) -> tuple[float, float, float, bool, bool]:
    """Way, language, price, whether it serves, whether it fits: by one offer's own words."""
    known = None not in (*row["point"], at.longitude, at.latitude)
    metres = float(haversine_metres(*row["point"], at.longitude, at.latitude)) if known else None
    way = 30.0 if at.longitude is not None else 0.0
    if metres is not None:
        way = float(travel_seconds(metres)) / 60
    mine = {tag.split("-")[0] for tag in wished.languages}
    misfit = bool(mine and row["languages"] and not mine & row["languages"])
    serves = metres is None or row["reach"] is None or metres <= row["reach"]
    if at.region and row["serves"]:
        serves = serves and any(first <= at.region <= last for first, last in row["serves"])
    fits = (
        (not wished.free_of_charge or row["price"] == 0)
        and (wished.within_metres is None or (metres is not None and metres <= wished.within_metres))
        and (not wished.step_free or row["step_free"] is True)
        and (not wished.kinds or row["kind"] in wished.kinds)
        and (not wished.spoken or wished.spoken in row["languages"])
    )
    price = 30.0 if row["price"] is None else min(row["price"] / 300, 60.0)
    return way, 30.0 * misfit, price, serves, fits


@given(st.lists(offer, max_size=12), where, wishes)
def test_many_offers_are_weighed_as_each_alone(rows: list[dict[str, Any]], at: Where, wished: Wishes) -> None:
    ranked = weigh(table(rows), np.arange(len(rows)), at, wished, TODAY)
    living = [n for n, row in enumerate(rows) if not row["paused"] and row["first"] <= 0 <= row["last"]]
    assert ranked.rows.tolist() == living
    for place, number in enumerate(living):
        way, language, price, serves, fits = alone(rows[number], at, wished)
        assert ranked.way[place] == pytest.approx(way)
        assert ranked.language[place] == language
        assert ranked.price[place] == pytest.approx(price)
        assert bool(ranked.serves[place]) is serves
        assert bool(ranked.fits[place]) is fits
        assert ranked.known[place] == pytest.approx(way + language + price)
