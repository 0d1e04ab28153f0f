"""Figures that look made raise a question; what people suffer from for long is found; records alone say little."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.voice import inquiries
from lacarte.loop.voice.checking import RefusedError
from lacarte.loop.voice.closures import closures, compared, span
from lacarte.loop.voice.counting import months_before
from lacarte.loop.voice.matters import matters
from lacarte.loop.voice.models import Exclusion, Inquiry
from lacarte.registers.people.models import Person
from tests.city import City, official
from tests.loop.voice.rated import another_provider, rated

pytestmark = pytest.mark.django_db

_ALMOST_LATE = timedelta(days=9, hours=20)


def ordinary(city: City, n: int, *, seed: int = 1, **how: object) -> None:
    """Ratings at odd times, a fifth of them unhappy and not solved, closed at any time within the ten days."""
    rng = np.random.default_rng(seed)
    for _ in range(n):
        unhappy = rng.random() < 0.2
        rated(
            city,
            int(rng.integers(1, 3)) if unhappy else int(rng.integers(3, 6)),
            solved=not unhappy,
            requested=clock.now() - timedelta(days=float(rng.uniform(15, 80))),
            ended_after=timedelta(days=float(rng.uniform(1, 10))),
            said_after=11,
            **how,
        )


def test_nothing_is_asked_where_nothing_is_the_matter(city: City) -> None:
    ordinary(city, 60)
    for at in range(6):
        ordinary(city, 40, seed=at + 2, place=another_provider(city, f"q{at}"))
    assert inquiries.look() == 0


def test_closing_just_before_the_deadline_and_reopening_raises_a_question_once(city: City) -> None:
    ordinary(city, 40)
    for day in range(15):
        requested = clock.now() - timedelta(days=20 + day)
        rated(city, 3, solved=False, requested=requested, ended_after=_ALMOST_LATE, said_after=12)
    assert inquiries.look() == 1
    found = Inquiry.objects.get()
    assert (found.kind, found.provider.code, found.found["count"]) == (Inquiry.Kind.CLOSED_EARLY, "p", 15)
    assert found.chance < 1e-4
    auditor = official(Role.AUDITOR)
    assert inquiries.seen_by(auditor).count() == 1
    with pytest.raises(PermissionDenied):
        inquiries.answer(found, words="x", actor=official(Role.CASE_WORKER))
    with pytest.raises(RefusedError):
        inquiries.answer(found, words=" ", actor=auditor)
    inquiries.answer(found, words="The clock of their program was wrong.", actor=auditor)
    with pytest.raises(RefusedError):
        inquiries.answer(found, words="again", actor=auditor)
    assert inquiries.look() == 0, "who has answered is not asked the same again"


def test_leaving_out_the_unhappy_raises_a_question_and_leaving_out_anybody_does_not(city: City) -> None:
    first = official(Role.CASE_WORKER)
    for at in range(60):
        made = rated(city, 1 if at % 5 == 0 else 5, requested=clock.now() - timedelta(days=20, hours=7 * at))
        if at % 7 == 0:
            Exclusion.objects.create(order=made, reason="test", words="x", proposed_by=first)
    inquiries.look()
    assert not Inquiry.objects.filter(kind=Inquiry.Kind.LEFT_OUT).exists()
    for made in inquiries.Rating.objects.filter(satisfaction=1, order__exclusions=None):
        Exclusion.objects.create(order=made.order, reason="test", words="x", proposed_by=first)
    inquiries.look()
    assert Inquiry.objects.filter(kind=Inquiry.Kind.LEFT_OUT).exists()


def test_a_burst_of_one_rating_raises_a_question_to_nobody_of_the_provider(city: City) -> None:
    ordinary(city, 80)
    start = clock.now() - timedelta(days=30)
    for minute in range(25):
        rated(city, 5, requested=start + timedelta(minutes=minute))
    assert inquiries.look() == 1
    found = Inquiry.objects.get()
    assert (found.kind, found.found["value"], found.found["count"] >= 20) == (Inquiry.Kind.BURST, 5, True)
    auditor = official(Role.AUDITOR)
    city.offer.offer.provider.members.add(auditor)
    assert not inquiries.seen_by(auditor).exists()
    with pytest.raises(PermissionDenied):
        inquiries.answer(found, words="All is well.", actor=auditor)


def needs(city: City, n: int, *, month: int, region: object, **values: object) -> list[Need]:
    """Needs that came in in the middle of one of the last months, met five days later unless told otherwise."""
    begins = months_before(clock.now(), 7)[month] + timedelta(days=9)
    return Need.objects.bulk_create(
        Need(
            **{
                "reference": f"{month}{getattr(region, 'code', '')}{values.get('state', 'met')[:2]}{at:04}"[:9],
                "channel": Channel.WEB,
                "subject": "person",
                "service_type": city.care,
                "region": region,
                "state": Need.State.MET,
                "received_at": begins + timedelta(hours=at),
                "closed_at": begins + timedelta(days=5),
                **values,
            }
        )
        for at in range(n)
    )


def test_the_one_matter_is_what_lasts_for_many(city: City) -> None:
    month = months_before(clock.now(), 7)[5]
    for at in range(1, 6):
        needs(city, 40, month=at, region=city.east)
        needs(city, 12, month=at, region=city.west)
        needs(city, 8, month=at, region=city.west, state=Need.State.OPEN, closed_at=None)
    found = matters(month)
    assert [(one.region, one.needs) for one in found.listed] == [(city.west, 100)]
    [matter] = found.listed
    assert (matter.again, matter.months_high) == (0, 5)
    assert matter.unmet == 40, "the middle of the last month is longer ago than ten days"
    assert matter.burden == pytest.approx(100 * 0.3094, abs=0.1), "a hundred times Wilson's lower limit of 40 %"
    assert found.share == pytest.approx(40 / 300)
    assert found.everywhere == [], "the city lasts as is usual, being all there is"


def test_what_comes_again_lasts_and_one_bad_month_does_not(city: City) -> None:
    month = months_before(clock.now(), 7)[5]
    again = [Person.objects.create() for _ in range(12)]
    for at in range(1, 6):
        needs(city, 30, month=at, region=city.east)
        for one, person in zip(needs(city, 12, month=at, region=city.west), again, strict=True):
            Need.objects.filter(pk=one.pk).update(person=person)
    needs(city, 30, month=3, region=city.east, state=Need.State.OPEN, closed_at=None)
    [matter] = matters(month).listed
    assert (matter.region, matter.again, matter.unmet) == (city.west, 48, 0)


def test_few_people_are_no_matter_of_the_public(city: City) -> None:
    needs(city, 9, month=4, region=city.west, state=Need.State.OPEN, closed_at=None)
    found = matters(months_before(clock.now(), 7)[5])
    assert (found.listed, found.too_small) == ([], 1)


def test_records_say_how_soon_needs_were_closed_of_those_that_can_be_known(city: City) -> None:
    assert span() is None
    now = clock.now()
    values = {"channel": Channel.IMPORT, "subject": "place", "service_type": city.lift, "region": city.west}
    Need.objects.bulk_create(
        Need(
            **values,
            reference=f"R{at:08}",
            received_at=now - timedelta(days=60),
            state=Need.State.MET if at < 15 else Need.State.OPEN,
            closed_at=now - timedelta(days=60 - (0.5 if at < 5 else 20)) if at < 15 else None,
        )
        for at in range(20)
    )
    Need.objects.bulk_create(
        Need(**values, reference=f"N{at:08}", received_at=now - timedelta(days=3 * (at < 19))) for at in range(20)
    )
    known = span()
    assert known is not None
    [row] = closures("type", known)
    assert (row.needs, row.closed) == (40, 15 / 40)
    assert row.within == (5 / 39, 5 / 20, 15 / 20), "three days are too few to know of seven or thirty"
    assert [one.group.label for one in closures("region", known)] == ["West"]
    assert sum(one.needs or 0 for one in closures("month", known)) in (40, 20)
    with pytest.raises(ValueError, match="by colour"):
        closures("colour", known)
    [west] = compared("type", known, 7).groups
    assert (west.shown.part, west.shown.whole) == (5, 20)
