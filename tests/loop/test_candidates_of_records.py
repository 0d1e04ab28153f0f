"""Candidates from records: all that may serve, nothing that was refused, and why nothing fits."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.geography import haversine_metres
from lacarte.engines.matching import solve
from lacarte.kernel import clock
from lacarte.loop.matching import candidates as rules
from lacarte.loop.matching.actions import match, refuse, solved
from lacarte.loop.matching.candidates import build
from lacarte.loop.matching.explaining import in_words
from lacarte.loop.matching.inputs import Inputs, read
from lacarte.loop.matching.models import Shortage, Unserved
from lacarte.loop.matching.queries import Languages
from lacarte.loop.matching.replaying import replay
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.registers.menu.models import CapacityLot, OfferAtPlace
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import Agreement, Region
from tests.background import work
from tests.city import City, square
from tests.city import build as city_of
from tests.loop.drawn import CITY_BITS, made

WEST = (122.04, 28.04)


def all_pairs(inputs: Inputs) -> set[tuple[int, int]]:
    """What the rules mean, pair by pair; not of offers whose reach ends within a hundredth of the way."""
    needs, supply, found = inputs.needs, inputs.supply, set()
    refused = set(inputs.refused.tolist())
    for i in range(len(needs)):
        for j in range(len(supply.ids)):
            metres = haversine_metres(
                needs.longitude[i], needs.latitude[i], supply.longitude[j], supply.latitude[j]
            )
            home, there = needs.region[i] >> CITY_BITS, supply.region[j] >> CITY_BITS
            covered = (there, home) == (1, 2) and supply.service_type[j] <= 2
            if (
                needs.service_type[i] == supply.service_type[j]
                and not metres > supply.reach_metres[j]
                and (home == there or 0 in (home, there) or covered)
                and supply.day[j] == 0
                and serves(inputs, i, j)
                and i * len(supply.ids) + j not in refused
            ):
                found.add((i, j))
    return found


def serves(inputs: Inputs, need: int, offer: int) -> bool:
    """Whether an offer is for people of a need's region."""
    area, region = inputs.supply.area[offer], inputs.needs.region[need]
    return not area or any(
        number == area and first <= region <= last for number, first, last in inputs.supply.areas
    )


def borderline(inputs: Inputs) -> set[tuple[int, int]]:
    """Pairs where the plane and the globe may disagree about reach."""
    needs, supply = inputs.needs, inputs.supply
    metres = haversine_metres(
        needs.longitude[:, None], needs.latitude[:, None], supply.longitude[None], supply.latitude[None]
    )
    close = np.abs(metres / supply.reach_metres - 1) < 0.01
    return set(zip(*(part.tolist() for part in np.nonzero(close)), strict=True))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_every_pair_that_the_rules_allow_is_there_and_no_other(seed: int) -> None:
    inputs = made(20, 15, seed)
    problem = build(inputs).problem
    pairs = set(zip(problem.rows.tolist(), problem.candidate_offer.tolist(), strict=True))
    assert (pairs ^ all_pairs(inputs)) <= borderline(inputs)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_few_pairs_at_first_lead_to_the_optimum_over_all(seed: int) -> None:
    inputs = made(60, 40, seed)
    everything = solve(build(inputs).problem)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "PAIRS", 0)
        patch.setattr(rules, "FEWEST_OFFERS", 1)
        few = build(inputs)
        found = solved(inputs)
    assert found.over_all_pairs
    assert found.candidates.problem.candidate_offer.size >= few.problem.candidate_offer.size
    assert found.result.served_by_class == everything.served_by_class
    assert found.result.cost == everything.cost


def test_parts_add_up_to_the_cost() -> None:
    candidates = build(made(50, 30, 7))
    assert sum(candidates.parts.values()).tolist() == candidates.problem.candidate_cost.tolist()  # type: ignore[union-attr]
    assert {0, rules.LANGUAGE_MISFIT_SECONDS} == set(candidates.parts["language"].tolist())


def test_a_place_that_is_nowhere_on_earth_is_not_known() -> None:
    inputs = made(5, 5, 3)
    inputs.needs.longitude[:] = [np.inf, 9e9, np.nan, -400, 122.1]
    assert (build(inputs).parts["travel"][build(inputs).problem.rows < 4] == rules.UNKNOWN_TRAVEL_SECONDS).all()


def test_a_city_may_speak_more_languages_than_there_are_bits() -> None:
    languages = Languages()
    assert languages.bits("en", "zh-hans", "und") == 3
    many = [f"x{n}" for n in range(80)]
    assert languages.bits(*many) < 2**63
    assert languages.bits("x79") == 0
    assert languages.bits("EN-gb") == 1


def test_nothing_at_all_is_no_error() -> None:
    for n, k in ((0, 0), (0, 3), (3, 0)):
        assert solved(made(n, k, 1, refused=np.zeros(0, dtype=np.int64))).result.cost == 0


# Why nothing fits, told to people and planners


def waiting(city: City, **fields: object) -> Need:
    where = {"text": "", "longitude": WEST[0], "latitude": WEST[1], "service_type": city.care}
    need = receive(channel=Channel.WEB, **{**where, **fields})  # type: ignore[arg-type]
    work()
    return need


def told() -> tuple[str, str]:
    """The reason that was kept, and all that is said."""
    match()
    work()
    waits = Unserved.objects.order_by("-pk").first()
    assert waits is not None
    return waits.explanation.get("reason", ""), " ".join(in_words(waits))


@pytest.mark.django_db
def test_nobody_offers_it() -> None:
    city = city_of()
    waiting(city, service_type=city.lift)
    reason, words = told()
    assert (reason, Shortage.objects.get().reasons) == ("type", {"type": 1})
    assert "No provider offers this service" in words


@pytest.mark.django_db
def test_it_is_too_far_and_the_nearest_beyond_would_do() -> None:
    city = city_of()
    OfferAtPlace.objects.update(reach_metres=1200)
    waiting(city)
    reason, words = told()
    assert (reason, Shortage.objects.get().out_of_reach) == ("reach", 1)
    assert "do not come so far" in words
    assert "Accept Good Hands (West)" in words
    with translation.override("zh-hans"):
        assert "接受" in " ".join(in_words(Unserved.objects.get()))
    OfferAtPlace.objects.update(reach_metres=500)
    assert "Accept Good Hands" not in told()[1], "that is more than just beyond"


@pytest.mark.django_db
def test_it_is_in_another_city_without_an_agreement() -> None:
    city = city_of()
    other = add_region(
        Region.objects.get(number=0), code="n", name={"en": "North"}, boundary=square(122, 28.2, 0.1)
    )
    waiting(city, latitude=28.21)
    assert told()[0] == "agreement"
    Agreement.objects.create(
        supplier=city.city,
        beneficiary=other,
        service_first=city.care.interval.first,
        service_last=city.care.interval.last,
        since=clock.now() - timedelta(days=1),
        until=clock.now() + timedelta(days=9),
    )
    match()
    work()
    assert Need.objects.get().state == Need.State.ORDERED


@pytest.mark.django_db
def test_places_only_on_later_days_are_told_of_and_not_given_out() -> None:
    city = city_of(units=0)
    waiting(city)
    begins = clock.now() + timedelta(days=40, hours=1)
    CapacityLot.objects.create(
        offer_at_place=city.offer, starts_at=begins, ends_at=begins + timedelta(days=7), units=1
    )
    reason, words = told()
    assert reason == "capacity"
    assert "Wait 40 days for Good Hands (West)" in words
    CapacityLot.objects.filter(pk=city.lot.pk).delete()
    reason, words = told()
    assert reason == "deadline"
    assert "only on later days" in words
    assert "Wait 40 days" in words


@pytest.mark.django_db
def test_who_loses_the_last_offer_by_a_refusal_is_told_so() -> None:
    city = city_of()
    begins = clock.now() + timedelta(days=40)
    CapacityLot.objects.create(
        offer_at_place=city.offer, starts_at=begins, ends_at=begins + timedelta(days=7), units=1
    )
    refuse(waiting(city).pk, city.offer.pk)
    reason, words = told()
    assert (reason, Shortage.objects.get().reasons) == ("refused", {"refused": 1})
    assert "asked lately" in words
    assert "Wait" not in words, "nor is it asked on a later day"


@pytest.mark.django_db
def test_full_offers_are_full_for_no_other_reason() -> None:
    city = city_of(units=0)
    waiting(city)
    reason, words = told()
    assert (reason, Shortage.objects.get().full) == ("capacity", 1)
    assert "no place for you this time" in words


@pytest.mark.django_db
def test_that_more_offers_were_left_out_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PAIRS", 0)
    monkeypatch.setattr(rules, "FEWEST_OFFERS", 1)
    city = city_of(units=1)
    other = OfferAtPlace.objects.create(offer=city.offer.offer, region=city.west, longitude=122.09, latitude=28.09)
    week = clock.now() + timedelta(days=7)
    CapacityLot.objects.create(offer_at_place=other, starts_at=clock.now(), ends_at=week, units=1)
    need = waiting(city)
    match()
    assert "All of them were considered" in " ".join(in_words(need.matches.get()))
    assert len(read("s").supply.ids) == 2


@pytest.mark.django_db
def test_an_offer_for_the_people_of_other_regions_is_out_of_reach() -> None:
    city = city_of()
    need = waiting(city)
    city.offer.serves.set([city.east])
    assert told()[0] == "reach"
    city.offer.serves.set([city.east, city.city])
    match()
    work()
    need.refresh_from_db()
    assert need.state == Need.State.ORDERED


@pytest.mark.django_db
def test_areas_are_kept_with_the_run_so_that_it_can_be_computed_again() -> None:
    city = city_of()
    waiting(city)
    city.offer.serves.set([city.west])
    assert replay(match()) == []
