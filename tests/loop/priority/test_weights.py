"""Weights are set by a body in the open; needs are weighed by those in force, and anew when others are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied

from lacarte.engines.matching.fairness.lottery import draw
from lacarte.engines.needindex.multidimensional import CANNOT_SAY, POOR
from lacarte.kernel import clock
from lacarte.kernel.models import Event, Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, Need
from lacarte.loop.priority import anew
from lacarte.loop.priority.actions import weigh, weighed
from lacarte.loop.priority.deciding import decide
from lacarte.loop.priority.explaining import weight_of
from lacarte.loop.priority.models import Weighing, WeighingAnew, Weights
from lacarte.loop.priority.previewing import foresee
from lacarte.loop.priority.sampling import sample
from lacarte.loop.priority.weights import (
    Dimension,
    Indicator,
    Scheme,
    WeightsRefusedError,
    check,
    in_force,
    scheme_of,
)
from lacarte.registers.people.models import Circumstance, Household, Person
from lacarte.registers.people.saying import remember
from tests.background import work
from tests.city import City, official

pytestmark = pytest.mark.django_db
IN_THE_WEST = {"longitude": 122.04, "latitude": 28.04}
WORDS = {"body": {"en": "City council"}, "reason": {"en": "Care first"}, "minutes": "https://example.org/minutes"}


def told(city: City, person: Person | None = None, count: int = 1) -> list[Need]:
    needs = [
        receive(channel=Channel.WEB, text="", service_type=city.care, person=person, **IN_THE_WEST)  # type: ignore[arg-type]
        for _ in range(count)
    ]
    work()
    return list(Need.objects.filter(pk__in=[need.pk for need in needs]).select_related("weighing"))


def person_with(city: City, **facts: object) -> Person:
    person = Person.objects.create(household=Household.objects.create(region=city.west))
    today = clock.now().date()
    for kind, value in facts.items():
        Circumstance.objects.create(person=person, kind=kind.replace("_", "-"), value=value, since=today)
    return person


def other(**changed: object) -> Scheme:
    return replace(in_force(), **changed)  # type: ignore[arg-type]


CARE_FIRST = {"urgency": 0.2, "vulnerability": 0.5, "deprivation": 0.15, "waiting": 0.15}


def planner() -> User:
    return official(Role.PLANNER)


def test_an_installation_begins_with_weights_that_no_body_has_decided() -> None:
    (first,) = Weights.objects.all()
    assert first.decided_by is None
    assert "No body yet" in first.body["en"]
    assert in_force() == scheme_of(first.version)
    check(in_force())


def test_what_is_not_known_of_a_household_is_an_interval_and_lifts_no_class(city: City) -> None:
    unknown, poor, well = (
        told(city, person_with(city)),
        told(city, person_with(city, low_income=True, disability=True)),
        None,
    )
    (need,), (lifted,) = unknown, poor
    kinds = [one.kind for _, one in in_force().indicators]
    (well,) = told(city, person_with(city, **dict.fromkeys([k.replace("-", "_") for k in kinds], False)))
    assert (need.weighing.between["vulnerability"], need.weighing.poor, need.priority_class) == (
        [0, 0.3],
        CANNOT_SAY,
        2 - 1,
    )
    assert need.weighing.household == dict.fromkeys(["income", "health", "care", "family", "work", "housing"])
    assert (lifted.weighing.poor, lifted.weighing.household["income"]) == (POOR, 1)
    assert lifted.weighing.between["vulnerability"] == pytest.approx([0.15, 0.3])
    assert "vulnerability" not in well.weighing.between
    assert well.need_index < need.need_index < lifted.need_index
    assert need.weighing.index_low < need.weighing.index < need.weighing.index_high


def test_who_is_surely_in_difficulty_goes_one_class_earlier(city: City) -> None:
    city.care.urgency = 2
    city.care.save()
    (need,) = told(city, person_with(city, low_income=True))
    (lifted,) = told(city, person_with(city, low_income=True, single_parent=True))
    assert (need.priority_class, lifted.priority_class) == (2, 1)


def test_a_fact_that_is_no_value_of_its_kind_is_not_known(city: City) -> None:
    (need,) = told(city, person_with(city, low_income="n/a"))
    assert need.weighing.household["income"] is None


def test_numbers_and_choices_deprive_by_cut_offs() -> None:
    assert Indicator("age", least=75).deprives(75) is True
    assert Indicator("age", least=75).deprives(True) is None
    assert Indicator("household-size", most=1).deprives(2) is False
    assert Indicator("work", among=("none",)).deprives("none") is True
    assert Indicator("low-income", among=(True,)).deprives(False) is False


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"weights": {**CARE_FIRST, "waiting": 0.2}}, "weights"),
        ({"weights": {**CARE_FIRST, "waiting": -0.1, "urgency": 0.45}}, "waiting"),
        ({"full_wait_days": 0}, "full_wait_days"),
        ({"cutoff": 1.2}, "cutoff"),
        ({"dimensions": ()}, "dimensions"),
        ({"dimensions": (Dimension("a", {"en": "A"}, 0.5, (Indicator("low-income", (True,)),)),)}, "dimensions"),
        ({"dimensions": (Dimension("a", {"en": "A"}, 1.0, (Indicator("no-such", (True,)),)),)}, "dimensions"),
        ({"dimensions": (Dimension("a", {"en": "A"}, 1.0, (Indicator("low-income", least=3),)),)}, "dimensions"),
        ({"dimensions": (Dimension("a", {}, 1.0, (Indicator("low-income", (True,)),)),)}, "dimensions"),
    ],
)
def test_weights_that_cannot_be_are_refused_and_say_where(changed: dict, field: str) -> None:
    with pytest.raises(WeightsRefusedError) as refused:
        check(other(**changed))
    assert refused.value.field == field


def test_a_decision_names_the_body_and_weighs_all_open_needs_anew(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anew, "SLICE", 2)
    needs = told(city, count=5)
    made = decide(other(weights=CARE_FIRST), since=clock.now(), actor=planner(), **WORDS)  # type: ignore[arg-type]
    assert made.foreseen["needs"] == made.foreseen["waiting"] == 5
    work()
    assert in_force().version == made.version == made.seed
    assert set(Weighing.objects.values_list("rules_version", flat=True)) == {made.version}
    assert Weighing.objects.first().parts["vulnerability"] == 0.25  # type: ignore[union-attr]
    far = WeighingAnew.objects.get()
    assert (far.needs, far.done, far.ended_at is None) == (len(needs), len(needs), False)
    assert Event.objects.get(name="priority.weights-decided").payload["version"] == made.version


def test_only_who_may_set_rules_everywhere_decides_and_says_why(city: City) -> None:
    for actor in (official(Role.CASE_WORKER), official(Role.PLANNER, city.west)):
        with pytest.raises(PermissionDenied):
            decide(other(), since=clock.now(), actor=actor, **WORDS)  # type: ignore[arg-type]
    for wrong in ({"body": {"en": " "}}, {"reason": {}}, {"minutes": "javascript:alert(1)"}):
        with pytest.raises(WeightsRefusedError):
            decide(other(), since=clock.now(), actor=planner(), **{**WORDS, **wrong})  # type: ignore[arg-type]
    assert Weights.objects.count() == 1


def test_weights_of_a_later_day_hold_from_that_day_on(city: City) -> None:
    told(city)
    before = in_force().version
    later = clock.now() + timedelta(days=3)
    made = decide(other(weights=CARE_FIRST), since=later, actor=planner(), **WORDS)  # type: ignore[arg-type]
    work()
    assert in_force().version == before
    with pytest.raises(WeightsRefusedError, match="later day"):
        decide(other(), since=clock.now(), actor=planner(), **WORDS)  # type: ignore[arg-type]
    with clock.stopped_at(later + timedelta(minutes=1)):
        work()
        assert Weighing.objects.get().rules_version == in_force().version == made.version


def test_after_an_upgrade_what_an_earlier_version_weighed_is_weighed_anew_once(city: City) -> None:
    told(city)
    Weighing.objects.update(rules_version="2026-11.3")
    anew.keep_in_step()
    anew.keep_in_step()
    work()
    assert Weighing.objects.get().rules_version == in_force().version
    assert WeighingAnew.objects.count() == 1
    anew.keep_in_step()
    work()
    assert WeighingAnew.objects.count() == 1


def test_a_changed_fact_weighs_the_open_needs_of_that_person_and_no_others(city: City) -> None:
    person = person_with(city)
    (mine,), (others,) = told(city, person), told(city, person_with(city))
    Weighing.objects.update(rules_version="before")
    remember(person, {"low-income": True, "resident": True})
    work()
    mine.refresh_from_db()
    assert mine.weighing.household["income"] == 1
    assert Weighing.objects.get(need=others).rules_version == "before"


def test_one_need_weighs_alone_what_it_weighs_among_many(city: City) -> None:
    people = [person_with(city, low_income=True), person_with(city, age=80), person_with(city)]
    needs = [need for person in people for need in told(city, person)] + told(city, count=3)
    with clock.stopped_at(clock.now()):
        together = weighed(needs, in_force())
        alone = [weighed([need], in_force()) for need in needs]
    assert np.array_equal(together.result.total, [one.result.total[0] for one in alone])
    assert np.array_equal(together.classes, [one.classes[0] for one in alone])


def test_what_weighs_the_same_goes_by_the_day_and_then_by_a_lot_that_anybody_can_draw(city: City) -> None:
    needs = told(city, count=6)
    noon = clock.now().replace(hour=12, minute=0)
    Need.objects.update(received_at=noon)
    Need.objects.filter(pk=needs[0].pk).update(received_at=noon - timedelta(days=1))
    with clock.stopped_at(noon):
        weigh(Need.objects.select_related("service_type", "region"))
    Need.objects.filter(pk=needs[0].pk).update(need_index=0)  # only its rank counts
    lots = draw((str(need.pk) for need in needs[1:]), in_force().seed)
    by_lot = [needs[1:][i].pk for i in np.argsort(lots)]
    first, *rest = Need.objects.order_by("rank").values_list("pk", flat=True)
    assert (first, rest) == (needs[0].pk, by_lot)


def test_a_preview_says_what_would_change_and_changes_nothing(city: City) -> None:
    city.care.urgency = 2
    city.care.save()
    told(city, person_with(city, low_income=True))
    told(city, person_with(city, low_income=True, disability=True))
    before = list(Weighing.objects.order_by("pk").values())
    found = foresee(other(cutoff=0.25))
    assert (found.needs, found.earlier, found.later) == (2, 1, 0)
    assert list(Weighing.objects.order_by("pk").values()) == before


def test_a_sample_is_drawn_again_by_its_seed(city: City) -> None:
    told(city, count=7)
    drawn = [sample(Need.objects.all(), "a day", 3) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert len({need.pk for need in drawn[0]}) == 3
    assert len(sample(Need.objects.all(), "a day")) == 7


def test_the_weight_of_a_need_is_told_in_words(city: City) -> None:
    (need,) = told(city, person_with(city, low_income=True))
    weight = weight_of(need)
    assert weight is not None
    assert weight.open
    assert [side.deprived for side in weight.sides] == [True, None, None, None, None, None]
    assert [part.label for part in weight.parts if part.open] == ["Circumstances of the household"]
