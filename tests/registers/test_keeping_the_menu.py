"""Providers keep their offers: who may, what is refused, and how it was on any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lacarte.kernel import clock
from lacarte.kernel.models import Role, User
from lacarte.registers.menu import keeping
from lacarte.registers.menu.browse import services_in
from lacarte.registers.menu.capacity.holding import confirm, hold
from lacarte.registers.menu.keeping.noting import values_of
from lacarte.registers.menu.models import CapacityLot, CapacityRule, MenuChange, Offer, OfferAtPlace
from lacarte.registers.menu.searching import search
from lacarte.registers.menu.serving import serves_filter
from tests.city import City, build, official

pytestmark = pytest.mark.django_db
MARCH = datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.fixture
def member(city: City) -> User:
    """Somebody who works for the provider of the city's one offer."""
    user = User.objects.create_user("member")
    city.offer.offer.provider.members.add(user)
    return user


def _slots(**other: Any) -> dict[str, Any]:
    slots = {
        "bucket": "day",
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "opens": None,
        "closes": None,
        "minutes": None,
        "units": 2,
        "since": date(2026, 3, 1),
        "until": None,
    }
    return slots | other


# who may


def test_members_keep_the_offers_of_their_provider_and_nobody_else_does(city: City, member: User) -> None:
    offer, stranger = city.offer.offer, User.objects.create_user("stranger")
    keeping.change_offer(offer, actor=member, price_minor=500)
    for somebody in (stranger, official(Role.CASE_WORKER), official(Role.ADMINISTRATOR, city.east)):
        with pytest.raises(PermissionDenied):
            keeping.change_offer(offer, actor=somebody, price_minor=1)
        with pytest.raises(PermissionDenied):
            keeping.add_offer(offer.provider, service_type=city.care, actor=somebody, name={"en": "X"})
        with pytest.raises(PermissionDenied):
            keeping.change_place(city.offer, actor=somebody, address={"en": "elsewhere"})
        with pytest.raises(PermissionDenied):
            keeping.set_rule(city.offer, actor=somebody, **_slots())
        with pytest.raises(PermissionDenied):
            keeping.pause(offer, actor=somebody)
    offer.refresh_from_db()
    assert (offer.price_minor, offer.paused) == (500, False)


def test_who_left_or_was_shut_out_keeps_nothing(city: City, member: User) -> None:
    member.is_active = False
    member.save()
    assert not keeping.providers_of(member).exists()
    with pytest.raises(PermissionDenied):
        keeping.pause(city.offer.offer, actor=member)


def test_an_official_keeps_the_offers_of_their_region_and_services_alone(city: City) -> None:
    care = {"service_first": city.care.number, "service_last": city.care.last}
    administrator = official(Role.ADMINISTRATOR, city.west, **care)
    provider = city.offer.offer.provider
    keeping.pause(city.offer.offer, actor=administrator)
    keeping.add_offer(provider, service_type=city.care, actor=administrator, name={"en": "More care"})
    with pytest.raises(PermissionDenied):
        keeping.add_offer(provider, service_type=city.lift, actor=administrator, name={"en": "Lifts"})
    assert not Offer.objects.filter(service_type=city.lift).exists()


# what is refused


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"name": {"en": "  "}}, "name", "at least one language"),
        ({"currency": "XYZ"}, "currency", "“XYZ” is no currency"),
        ({"currency": "yuan"}, "currency", "“yuan” is no currency"),
        ({"price_minor": -1}, "price_minor", "0 or more"),
        ({"since": date(2026, 5, 2), "until": date(2026, 5, 1)}, "until", "before it begins"),
        ({"languages": ["zh", "Klingon!"]}, "languages", "“Klingon!” is no code"),
        ({"email": "nobody"}, "email", "no e-mail address"),
        ({"website": "javascript:alert(1)"}, "website", "begins with https"),
        ({"name": {"en": "a\0b"}}, "name", "cannot be kept"),
    ],
)
def test_what_an_offer_cannot_be_is_said_for_its_field(
    city: City, member: User, fields: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        keeping.change_offer(city.offer.offer, actor=member, **fields)
    assert words in refused.value.message_dict[field][0]
    assert not MenuChange.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"hours": {"1": [["17:00", "09:00"]]}}, "hours", "closes at 09:00, before it opens at 17:00"),
        ({"hours": {"8": [["09:00", "17:00"]]}}, "hours", "1 (Monday) to 7"),
        ({"hours": {"1": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "hours", "overlap"),
        ({"hours": {"1": [["nine", "12:00"]]}}, "hours", "no time of day"),
        ({"longitude": 400.0}, "longitude", "not on the Earth"),
        ({"longitude": None}, "longitude", "a longitude and a latitude"),
        ({"longitude": None, "latitude": None, "reach_metres": 500}, "reach_metres", "where it is"),
        ({"reach_metres": 0}, "reach_metres", "at least 1 metre"),
    ],
)
def test_what_a_place_cannot_be_is_said_for_its_field(
    city: City, member: User, fields: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        keeping.change_place(city.offer, actor=member, **fields)
    assert words in refused.value.message_dict[field][0]


def test_a_capacity_of_minus_three_is_none(city: City, member: User) -> None:
    with pytest.raises(ValidationError) as refused:
        keeping.set_rule(city.offer, actor=member, **_slots(units=-3))
    assert "-3 units" in refused.value.message_dict["units"][0]
    with pytest.raises(ValidationError, match="This day is over"):
        keeping.set_rule(city.offer, actor=member, **_slots(until=date(2026, 3, 2)))
    assert not CapacityRule.objects.exists()


def test_an_area_of_life_is_no_service(city: City, member: User) -> None:
    with pytest.raises(ValidationError, match="area of life"):
        keeping.add_offer(city.offer.offer.provider, service_type=city.area, actor=member, name={"en": "All"})


# what is seen


def test_an_offer_is_a_draft_that_nobody_sees_until_it_has_a_place(
    city: City, member: User, django_capture_on_commit_callbacks: Any
) -> None:
    def seen() -> tuple[int, bool]:
        lifts = next(one for one in services_in(city.area) if one.service_type == city.lift)
        return lifts.offers, any(found.key == str(draft.pk) for found in search("hoist mending", "en"))

    provider = city.offer.offer.provider
    with django_capture_on_commit_callbacks(execute=True):
        draft = keeping.add_offer(provider, service_type=city.lift, actor=member, name={"en": "Hoist mending"})
    assert (seen(), draft.code) == ((0, False), "p-hoist-mending")
    with django_capture_on_commit_callbacks(execute=True):
        keeping.add_place(draft, region=city.west, actor=member, address={"en": "Quay 1"})
    assert seen() == (1, True)


def test_two_offers_of_one_name_have_two_codes(city: City, member: User) -> None:
    provider = city.offer.offer.provider
    codes = [
        keeping.add_offer(provider, service_type=city.care, actor=member, name={"zh-hans": "照护"}).code
        for _ in range(2)
    ]
    assert codes == ["p-offer", "p-offer-2"]


def test_an_offer_serves_whom_it_says(city: City, member: User) -> None:
    def served(number: int) -> bool:
        return OfferAtPlace.objects.filter(serves_filter(number)).exists()

    assert served(city.west.number)
    assert served(city.east.number)
    keeping.change_place(city.offer, actor=member, serves=[city.east])
    assert not served(city.west.number)
    assert served(city.east.number)
    keeping.change_place(city.offer, actor=member, serves=[city.city])
    assert served(city.west.number)


def test_an_area_of_life_tells_prices_as_far_as_they_are_known(city: City) -> None:
    provider = city.offer.offer.provider
    for code, minor in (("dear", 7500), ("middle", 900), ("silent", None)):
        said = {"code": code, "name": {"en": code}, "price_minor": minor}
        offer = keeping.add_offer(provider, service_type=city.care, actor=None, **said)
        keeping.add_place(offer, region=city.west, actor=None)
    care = next(one for one in services_in(city.area) if one.service_type == city.care)
    assert (care.offers, [str(price) for price in care.prices], care.unpriced) == (4, ["free", "75 CNY"], 1)


# two at once


def test_of_two_who_edit_at_once_one_wins_and_the_other_sees_what_changed(city: City, member: User) -> None:
    offer, colleague = city.offer.offer, User.objects.create_user("colleague")
    offer.provider.members.add(colleague)
    seen = Offer.objects.get(pk=offer.pk).changed_at
    keeping.change_offer(offer, actor=colleague, seen=seen, price_minor=700)
    with pytest.raises(keeping.ChangedMeanwhileError) as refused:
        keeping.change_offer(offer, actor=member, seen=seen, phone="555 1")
    (changed,) = keeping.changes_since(refused.value.record, seen)
    assert changed.change.actor == colleague
    assert changed.before is not None
    assert changed.after is not None
    assert (changed.before["price_minor"], changed.after["price_minor"]) == (0, 700)
    kept = keeping.change_offer(offer, actor=member, seen=refused.value.record.changed_at, phone="555 1")
    assert (kept.price_minor, kept.phone) == (700, "555 1")


def test_nothing_is_written_where_nothing_is_new(city: City, member: User) -> None:
    before = Offer.objects.get(pk=city.offer.offer_id).changed_at
    keeping.change_offer(city.offer.offer, actor=member, name={"en": "Care"}, price_minor=0)
    keeping.change_place(city.offer, actor=member, serves=[])
    keeping.resume(city.offer.offer, actor=member)
    assert not MenuChange.objects.exists()
    assert Offer.objects.get(pk=city.offer.offer_id).changed_at == before


# times


def test_what_is_booked_stands_against_fewer_units(city: City, member: User) -> None:
    with clock.stopped_at(MARCH):
        rule, _standing = keeping.set_rule(city.offer, actor=member, **_slots())
        lot = CapacityLot.objects.filter(rule=rule).order_by("starts_at").first()
        assert lot is not None
        for _ in range(2):
            confirm(hold(lot))
        fewer, standing = keeping.set_rule(city.offer, actor=member, rule=rule, **_slots(units=1))
        assert [(one.lot.pk, one.wanted, one.held) for one in standing] == [(lot.pk, 1, 2)]
        _ended, standing = keeping.end_times(fewer, actor=member)
        assert [(one.wanted, one.held) for one in standing] == [(0, 2)]
        assert CapacityLot.objects.filter(rule=rule).count() == 1


def test_the_effect_of_a_pause_is_known_before(city: City, member: User) -> None:
    confirm(hold(city.lot))
    effect = keeping.effect_of_pause(city.offer.offer)
    assert (effect.free, effect.booked, effect.places) == (1, 1, 1)


def test_a_place_where_somebody_booked_cannot_go(city: City, member: User) -> None:
    confirm(hold(city.lot))
    with pytest.raises(keeping.KeepingRefusedError, match="the place stays"):
        keeping.remove_place(city.offer, actor=member)
    assert OfferAtPlace.objects.filter(pk=city.offer.pk).exists()
    assert not MenuChange.objects.exists()


# how it was


def test_what_was_offered_on_3_march_can_be_seen_later(city: City, member: User) -> None:
    offer = city.offer.offer
    for record in (offer, city.offer):
        type(record).objects.filter(pk=record.pk).update(changed_at=MARCH - timedelta(days=9))
    offer.refresh_from_db()
    with clock.stopped_at(MARCH + timedelta(days=1)):
        keeping.change_offer(offer, actor=member, price_minor=900)
        keeping.pause(offer, actor=member)
        keeping.change_place(city.offer, actor=member, serves=[city.east])
    (then,) = keeping.offered_on(MARCH)
    assert (then.offer.price_minor, then.offer.paused, then.places[0].serves) == (0, False, [])
    assert then.is_open(MARCH.date())
    (now,) = keeping.offered_on(MARCH + timedelta(days=2), offer.provider)
    assert (now.offer.price_minor, now.offer.paused, now.places[0].serves) == (900, True, [city.east.number])
    assert not now.is_open(MARCH.date() + timedelta(days=2))
    assert keeping.offered_on(MARCH - timedelta(days=10)) == []


def test_what_changed_on_a_day_is_told_in_order(city: City, member: User) -> None:
    provider = city.offer.offer.provider
    with clock.stopped_at(MARCH):
        offer = keeping.add_offer(provider, service_type=city.care, actor=member, name={"en": "Baths"})
        place = keeping.add_place(offer, region=city.west, actor=member)
        keeping.remove_place(place, actor=member)
    changes = keeping.changes_between(MARCH, MARCH + timedelta(days=1), provider)
    told = [(one.change.record, one.before is None, one.after is None) for one in changes]
    assert told == [("offer", True, False), ("offer-at-place", True, False), ("offer-at-place", False, True)]


def test_an_import_keeps_history_with_one_call(city: City, django_assert_max_num_queries: Any) -> None:
    provider = city.offer.offer.provider
    offers = [
        Offer(code=f"i{n}", service_type=city.care, provider=provider, name={"en": str(n)}) for n in range(50)
    ]
    Offer.objects.bulk_create(offers)
    with django_assert_max_num_queries(3):
        keeping.note(offers)
    assert {one.values["code"] for one in MenuChange.objects.all()} == {one.code for one in offers}


_CHANGES = st.one_of(
    st.tuples(st.just("price"), st.integers(0, 5)),
    st.tuples(st.just("name"), st.sampled_from(["Care", "Baths", "照护"])),
    st.tuples(st.just("pause"), st.booleans()),
    st.tuples(st.just("days"), st.integers(1, 20)),
    st.tuples(st.just("hours"), st.sampled_from(["09:00", "10:00"])),
    st.tuples(st.just("serves"), st.sets(st.sampled_from(["west", "east"]))),
    st.tuples(st.just("place"), st.just(0)),
    st.tuples(st.just("remove"), st.integers(0, 3)),
    st.tuples(st.just("offer"), st.just(0)),
    st.tuples(st.just("rule"), st.integers(0, 4)),
    st.tuples(st.just("end"), st.just(0)),
)


class AnyMoment(TestCase):
    """After any sequence of changes, what was offered at any moment is what the records said then."""

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(st.tuples(_CHANGES, st.integers(0, 3)), max_size=12), asked=st.lists(st.floats(0, 1)))
    def test_any_sequence_any_moment(self, steps: list[Any], asked: list[float]) -> None:
        began = datetime(2026, 3, 1, tzinfo=UTC)
        with clock.stopped_at(began):
            city = build()
        moment, seen = began, [(began, _as_it_is())]
        for (what, value), hours in steps:
            moment += timedelta(hours=hours)  # 0: several changes in one moment
            with clock.stopped_at(moment):
                _change(city, what, value)
                seen.append((moment, _as_it_is()))
        assert _then(began - timedelta(seconds=1)) == {}
        for at, snapshot in dict(seen).items():
            assert _then(at + timedelta(milliseconds=1)) == snapshot
        for share in asked:
            at = began + timedelta(milliseconds=1) + (moment - began) * share
            expected = [snapshot for when, snapshot in seen if when < at][-1]
            assert _then(at) == expected


def _change(city: City, what: str, value: Any) -> None:
    offer, place = Offer.objects.order_by("code").last(), OfferAtPlace.objects.order_by("pk").last()
    assert offer is not None
    if what == "offer":
        keeping.add_offer(offer.provider, service_type=city.lift, actor=None, name={"en": "More"})
    elif what == "place":
        keeping.add_place(offer, region=city.east, actor=None)
    elif what == "price":
        keeping.change_offer(offer, actor=None, price_minor=value)
    elif what == "name":
        keeping.change_offer(offer, actor=None, name={"en": value})
    elif what == "days":
        keeping.change_offer(offer, actor=None, since=date(2026, 3, value))
    elif what == "pause":
        (keeping.pause if value else keeping.resume)(offer, actor=None)
    elif place is None:
        return
    elif what == "hours":
        keeping.change_place(place, actor=None, hours={"1": [[value, "17:00"]]})
    elif what == "serves":
        keeping.change_place(place, actor=None, serves=[getattr(city, name) for name in value])
    elif what == "remove":
        keeping.remove_place(place, actor=None)
    elif what == "rule":
        rule = CapacityRule.objects.filter(offer_at_place=place).order_by("pk").last() if value % 2 else None
        keeping.set_rule(place, actor=None, rule=rule, **_slots(bucket="month", units=value))
    elif rule := CapacityRule.objects.order_by("pk").last():
        keeping.end_times(rule, actor=None)


def _as_it_is() -> dict[str, Any]:
    """All that is offered, read from the records."""
    return {
        offer.code: (
            values_of(offer),
            [
                (
                    values_of(place, sorted(one.pk for one in place.serves.all())),
                    [values_of(rule) for rule in place.rules.order_by("since", "pk")],
                )
                for place in offer.places.order_by("pk")
            ],
        )
        for offer in Offer.objects.all()
    }


def _then(moment: datetime) -> dict[str, Any]:
    return {
        then.offer.code: (
            values_of(then.offer),
            [(values_of(one.place, one.serves), [values_of(rule) for rule in one.rules]) for one in then.places],
        )
        for then in keeping.offered_on(moment)
    }
