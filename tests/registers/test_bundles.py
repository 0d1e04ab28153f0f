"""What a life event calls for: in which order, and never in a ring."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.registers.menu.bundles import BundleWrongError, Item, find_ring, set_bundle, waits_for
from lacarte.registers.menu.models import BundleItem, LifeEvent
from tests.city import City


@pytest.fixture
def event(city: City) -> LifeEvent:
    return LifeEvent.objects.create(code="child", name={"en": "A child is born"})


def test_a_bundle_has_an_order_and_what_comes_after_what(city: City, event: LifeEvent) -> None:
    set_bundle(event, [Item("lift-repair"), Item("home-care", why={"en": "Rest"}, after=("lift-repair",))])
    first, second = event.items.all()
    assert (first.service_type, second.service_type) == (city.lift, city.care)
    assert list(second.after.all()) == [first]
    assert list(first.after.all()) == []


def test_set_again_it_is_another(city: City, event: LifeEvent) -> None:
    set_bundle(event, [Item("lift-repair"), Item("home-care")])
    set_bundle(event, [Item("home-care", suggested=False)])
    assert [(one.service_type, one.suggested) for one in event.items.all()] == [(city.care, False)]


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([Item("none")], "“none” is no service"),
        ([Item("health")], "“health” is no service"),
        ([Item("home-care"), Item("home-care")], "“home-care” is there twice"),
        ([Item("home-care", after=("lift-repair",))], "waits for “lift-repair”, which is not in the bundle"),
        ([Item("home-care", after=("home-care",))], "ring: home-care → home-care"),
        (
            [Item("home-care", after=("lift-repair",)), Item("lift-repair", after=("home-care",))],
            "ring: home-care → lift-repair → home-care",
        ),
    ],
)
def test_what_is_no_bundle_is_named_and_changes_nothing(
    city: City, event: LifeEvent, items: list[Item], says: str
) -> None:
    set_bundle(event, [Item("lift-repair")])
    with pytest.raises(BundleWrongError, match=says):
        set_bundle(event, items)
    assert BundleItem.objects.get().service_type == city.lift


graphs = st.integers(1, 7).flatmap(
    lambda n: st.fixed_dictionaries({key: st.sets(st.integers(0, n - 1)) for key in range(n)})
)


@given(graphs)
def test_a_ring_is_found_just_where_there_is_one(after: dict[int, set[int]]) -> None:
    ring = find_ring(after)
    for key, following in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        assert following in after[key]
    left = dict(after)
    while free := [key for key, before in left.items() if not before & left.keys()]:
        left = {key: before for key, before in left.items() if key not in free}
    assert bool(left) == bool(ring)


@given(graphs, st.sets(st.integers(0, 6)))
def test_leaving_out_a_step_makes_nobody_earlier(after: dict[int, set[int]], left_out: set[int]) -> None:
    after = {key: {before for before in befores if before < key} for key, befores in after.items()}
    chosen = after.keys() - left_out
    found = waits_for(after, chosen)
    assert found.keys() == chosen

    def all_before(key: int, graph: dict[int, set[int]]) -> set[int]:
        direct = graph.get(key, set())
        return direct.union(*(all_before(one, graph) for one in direct))

    for key in chosen:
        assert all_before(key, found) == all_before(key, after) & chosen
