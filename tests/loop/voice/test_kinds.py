"""The totals of kinds of providers do not tell of a provider whom the list of providers hides."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.rates import hidden
from lacarte.kernel import clock
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.orders.models import Order
from lacarte.loop.voice.counting import SMALLEST_GROUP, Counts
from lacarte.loop.voice.kinds import _hidden
from lacarte.loop.voice.queries import rates
from lacarte.registers.menu.models import Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider
from tests.city import City
from tests.loop.test_what_planners_reckon import Attacker

KINDS = ("government", "market", "social")
some_orders = st.tuples(st.sampled_from(KINDS), st.one_of(st.integers(0, 12), st.integers(0, 90)))


@settings(deadline=None, max_examples=200)
@given(orders=st.lists(some_orders, min_size=1, max_size=9))
def test_no_provider_of_few_is_found_by_both_tables(orders: list[tuple[str, int]]) -> None:
    of, numbers = [kind for kind, _ in orders], [n for _, n in orders]
    there = [kind for kind in KINDS if kind in of]
    total = [sum(n for kind, n in orders if kind == one) for one in there]
    out = hidden(numbers, SMALLEST_GROUP)
    kinds_out = hidden(total, SMALLEST_GROUP) | _hidden(there, of, [Counts(orders=n) for n in numbers], "orders")
    if all(out[i] or not n for i, n in enumerate(numbers)):
        return  # there is nothing to hide them with
    cells = [("", kind, i) for i, kind in enumerate(of)]
    reader = Attacker(cells)
    reader.told(cells, sum(numbers))
    for cell, n, hide in zip(cells, numbers, out, strict=True):
        if hide:
            reader.listed([cell])
        else:
            reader.told([cell], n)
    for kind, n, hide in zip(there, total, kinds_out, strict=True):
        if not hide:
            reader.told([cell for cell in cells if cell[1] == kind], n)
    for cell, n in zip(cells, numbers, strict=True):
        low, high = reader.between([cell])
        assert not 0 < n < SMALLEST_GROUP or high - low >= SMALLEST_GROUP - 1e-6, (cell, n, low, high)


@pytest.mark.django_db
def test_a_kind_with_one_hidden_provider_is_hidden_with_the_next(city: City) -> None:
    """Three orders of one of two market providers: the other's twenty would give them away with the total."""
    for at, (kind, n) in enumerate((("market", 25), ("market", 3), ("government", 12), ("social", 40))):
        provider = Provider.objects.create(code=f"k{at}", name={"en": f"K{at}"}, kind=kind, region=city.west)
        offer = Offer.objects.create(
            code=f"k{at}", service_type=city.care, provider=provider, name={"en": "Care"}, languages=["en"]
        )
        ordered(city, OfferAtPlace.objects.create(offer=offer, region=city.west), n)
    of_providers = {row.group.code: row.orders for row in rates("provider")}
    assert of_providers == {"k0": 25, "k1": None, "k2": None, "k3": 40}
    assert {row.group.code: row.orders for row in rates("kind")} == {
        "market": None,
        "government": None,
        "social": 40,
    }


def ordered(city: City, place: OfferAtPlace, n: int) -> None:
    now = clock.now()
    for _ in range(n):
        need = Need.objects.create(channel=Channel.WEB, subject="person", service_type=city.care, region=city.west)
        Order.objects.create(need=need, offer_at_place=place, contact_due=now, resolution_due=now)
