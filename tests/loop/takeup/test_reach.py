"""Whether a service looks for those who are entitled is set in the open, by whom it is theirs to set."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role
from lacarte.loop.takeup.models import Reach
from lacarte.loop.takeup.reach import ReachRefusedError, groups, in_force
from tests.city import City, official
from tests.loop.takeup.reaching import CARE, SUPPORT, reaches, rent_help, service

pytestmark = pytest.mark.django_db


def test_it_is_set_from_a_day_on_by_who_may_and_written_down(city: City) -> None:
    kind = service(city, "rent-help", ("low-income", "is", True))
    planner = official(Role.PLANNER)
    reach = reaches(kind, actor=planner, since=clock.now().date() + timedelta(days=1))
    assert not in_force().exists()
    with clock.stopped_at(clock.now() + timedelta(days=1, hours=1)):
        assert list(in_force()) == [reach]
    reaches(kind, "no", actor=planner)
    assert Reach.objects.get().pk == reach.pk and not in_force().exists()
    (first, second) = timeline(reach.pk)
    assert (first.actor, first.payload["how"], second.payload["how"]) == (planner, "invite", "no")


def test_a_mandate_for_a_part_of_the_city_is_not_enough(city: City) -> None:
    kind = service(city, "rent-help", ("low-income", "is", True))
    for user in (official(Role.PLANNER, city.west), official(Role.CASE_WORKER), official(Role.AUDITOR)):
        with pytest.raises(PermissionDenied):
            reaches(kind, actor=user)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"how": "perhaps"}, "Choose whether"),
        ({"purpose": "sell-it"}, "no such purpose"),
        ({"period_days": 0}, "from 1 to"),
        ({"legal_basis": "x" * 201}, "at most 200"),
        ({"how": "grant", "legal_basis": " "}, "name the law"),
        ({"by_law": True, "legal_basis": ""}, "name the law"),
    ],
)
def test_what_cannot_be_is_refused_in_words(city: City, more: dict, why: str) -> None:
    kind = service(city, "rent-help", ("low-income", "is", True))
    with pytest.raises(ReachRefusedError, match=why):
        reaches(kind, **more)
    assert not Reach.objects.exists()


def test_services_of_places_and_without_rules_look_for_nobody(city: City) -> None:
    with pytest.raises(ReachRefusedError, match="not for persons"):
        reaches(city.lift)
    with pytest.raises(ReachRefusedError, match="no requirement"):
        reaches(city.care)


def test_health_is_not_looked_at_for_a_purpose_that_leaves_it_out(city: City) -> None:
    kind = service(city, "parking", ("disability", "is", True), ("low-income", "is", True))
    with pytest.raises(ReachRefusedError, match="leaves out: Disability"):
        reaches(kind)
    reaches(kind, purpose=CARE)
    ((care,), left_out) = groups()
    assert care.kinds == {"disability", "low-income"} and not left_out
    Reach.objects.update(purpose=SUPPORT)  # the rules have changed since
    assert groups() == ([], {kind.pk: "facts"})


def test_services_of_one_purpose_look_at_the_same_people_at_once(city: City) -> None:
    rent_help(city)
    reaches(service(city, "school-bag", ("school-child", "is", True)))
    reaches(service(city, "by-law", ("school-child", "is", True)), by_law=True)
    found, _left_out = groups()
    assert [(group.key, len(group.services)) for group in found] == [("find-support", 2), ("find-support:law", 1)]
