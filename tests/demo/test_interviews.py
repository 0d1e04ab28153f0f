"""The demo's life events: every distinct fact that they need is asked exactly once, and no other."""

from __future__ import annotations

from typing import Any

import pytest

from lacarte.demo import content
from lacarte.loop.orders.bundles.questions import questions_for
from lacarte.registers.entitlement.interview import next_question
from lacarte.registers.entitlement.judging import judge
from lacarte.registers.entitlement.queries import rules_of
from lacarte.registers.entitlement.tables import facts_asked
from lacarte.registers.menu.models import LifeEvent, ServiceType
from lacarte.standards.imports import import_life_events
from tests.registers.interviewed import a_menu_for, drawn_person

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture
def bundles() -> dict[str, list[ServiceType]]:
    """The services of each life event of the demo."""
    a_menu_for(content.LIFE_EVENTS)
    assert not import_life_events(content.LIFE_EVENTS).rejections
    return {one.code: [item.service_type for item in one.items.all()] for one in LifeEvent.objects.all()}


def test_questions_asked_are_as_many_as_distinct_facts_needed(bundles: dict[str, list[ServiceType]]) -> None:
    assert len(bundles) > 10
    asked = needed = 0
    for services in bundles.values():
        rules = rules_of([service.number for service in services])
        facts = {fact for some in rules.values() for rule in some for fact in facts_asked(rule.fact)}
        on_one_page = [one.circumstance for one in questions_for(services) if one.circumstance]
        assert len(on_one_page) == len(set(on_one_page))
        asked += len(on_one_page)
        needed += len(facts)
    assert asked / needed == 1.0


def test_the_interview_asks_no_fact_twice_never_more_than_needed_and_settles_all(
    bundles: dict[str, list[ServiceType]],
) -> None:
    asked = needed = 0
    for seed in range(5):
        person = drawn_person(seed)
        for services in bundles.values():
            rules = rules_of([service.number for service in services]).values()
            facts: dict[str, Any] = {}
            while (kind := next_question([judge(some, facts) for some in rules], facts, counts={})) is not None:
                assert kind not in facts
                facts[kind] = person[kind]
            left = [one for one in (judge(some, facts) for some in rules) if one.open and not one.failing]
            assert not any(fact not in facts for one in left for fact in one.missing)
            asked += len(facts)
            needed += len({fact for some in rules for rule in some for fact in facts_asked(rule.fact)})
    assert asked < needed, "what cannot matter is not asked"
