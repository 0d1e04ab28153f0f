"""Who is entitled: requirements over facts, in three answers."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.registers.entitlement.judging import Between, Rule, compare, judge
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.entitlement.queries import entitled, rules_of
from lacarte.registers.menu.eligibility import Verdict
from tests.city import City

Is = Requirement.Comparison
FACTS = ("age", "income", "resident", "born", "work")
VALUES = (
    st.booleans()
    | st.integers(-5, 5)
    | st.floats(-5, 5)
    | st.sampled_from(["a", "b", "2026-01-01", "2026-02-30", "2025-05-05"])
)


def rule(fact: str, comparison: str, value: Any) -> Rule:
    return Rule(f"{fact}-{comparison}", fact, comparison, value, {"en": f"{fact} {comparison} {value}"})


rules = st.builds(
    rule, st.sampled_from(FACTS), st.sampled_from(list(Is)), VALUES | st.lists(VALUES, max_size=3) | st.none()
)
facts = st.dictionaries(st.sampled_from(FACTS), VALUES)


@pytest.mark.parametrize(
    ("comparison", "wanted", "value", "holds"),
    [
        (Is.IS, True, True, True),
        (Is.IS, True, False, False),
        (Is.IS, True, 1, None),  # a number is no yes
        (Is.IS, 3, 3.0, True),
        (Is.IS_NOT, "retired", "employed", True),
        (Is.IS_NOT, "retired", 5, None),
        (Is.AT_LEAST, 60, 60, True),
        (Is.AT_LEAST, 60, 59.9, False),
        (Is.AT_MOST, 60, 61, False),
        (Is.AT_LEAST, 60, "old", None),
        (Is.AT_LEAST, 60, True, None),
        (Is.AT_LEAST, "2026-01-01", "2026-01-01", True),
        (Is.AT_MOST, "2026-01-01", "2026-01-02", False),
        (Is.AT_MOST, "2026-01-01", "2026-02-30", None),
        (Is.ONE_OF, ["a", "b"], "b", True),
        (Is.ONE_OF, ["a", "b"], "c", False),
        (Is.ONE_OF, [], "c", False),
        (Is.ONE_OF, ["a"], 4, None),
        (Is.ONE_OF, "abc", "a", None),
        ("like", "a", "a", None),
        (Is.AT_LEAST, 60, Between(61, 62), True),
        (Is.AT_LEAST, 60, Between(59, 60), None),
        (Is.AT_MOST, 60, Between(61, 62), False),
        (Is.IS, 60, Between(60, 61), None),
        (Is.IS, 60, Between(60, 60), True),
    ],
)
def test_a_fact_is_compared(comparison: str, wanted: Any, value: Any, holds: bool | None) -> None:
    assert compare(rule("age", comparison, wanted), value) is holds


@given(st.lists(rules), facts)
def test_every_requirement_is_in_one_of_three_places(all_rules: list[Rule], known: dict[str, Any]) -> None:
    judged = judge(all_rules, known)
    parts = (*judged.holding, *judged.failing, *judged.open)
    assert sorted(map(id, parts)) == sorted(map(id, all_rules))
    assert (judged.verdict is Verdict.NO) == bool(judged.failing)
    assert (judged.verdict is Verdict.YES) == (len(judged.holding) == len(all_rules))


@given(st.lists(rules), facts, st.sampled_from(FACTS), VALUES)
def test_knowing_more_never_takes_an_answer_back(
    all_rules: list[Rule], known: dict[str, Any], fact: str, value: Any
) -> None:
    before = judge(all_rules, {kind: said for kind, said in known.items() if kind != fact})
    after = judge(all_rules, {**known, fact: value})
    if before.verdict is not Verdict.OPEN:
        assert after.verdict is before.verdict
    assert set(map(id, before.failing)) <= set(map(id, after.failing))
    assert set(map(id, before.holding)) <= set(map(id, after.holding))


@given(st.lists(rules), st.lists(rules), facts)
def test_a_further_requirement_never_makes_anybody_entitled(
    some: list[Rule], more: list[Rule], known: dict[str, Any]
) -> None:
    order = [Verdict.NO, Verdict.OPEN, Verdict.YES]
    assert order.index(judge([*some, *more], known).verdict) <= order.index(judge(some, known).verdict)


@given(st.lists(rules), facts)
def test_what_is_missing_settles_it(all_rules: list[Rule], known: dict[str, Any]) -> None:
    judged = judge(all_rules, known)
    assert bool(judged.missing) == (judged.verdict is Verdict.OPEN)
    assert len(set(judged.missing)) == len(judged.missing)


@given(
    st.integers(-5, 5), st.integers(-5, 5), st.integers(0, 5), st.sampled_from([Is.AT_LEAST, Is.AT_MOST, Is.IS])
)
def test_bounds_say_what_every_value_between_them_says(wanted: int, low: int, width: int, comparison: str) -> None:
    asked = rule("age", comparison, wanted)
    every = {compare(asked, value) for value in range(low, low + width + 1)}
    said = compare(asked, Between(low, low + width))
    assert said is None or every == {said}
    if comparison != Is.IS:
        assert (said is None) == (len(every) > 1)


def test_no_requirement_is_open_to_everybody() -> None:
    assert judge([], {}).verdict is Verdict.YES


@pytest.mark.django_db
def test_requirements_of_many_services_are_one_query(city: City, django_assert_num_queries: Any) -> None:
    pension, card = (
        EvidenceType.objects.create(code=code, name={"en": code}) for code in ("pension-slip", "id-card")
    )
    old = Requirement.objects.create(
        service_type=city.care,
        code="old",
        circumstance="age",
        comparison=Is.AT_LEAST,
        value=60,
        text={"en": "60+"},
    )
    old.proofs.set([pension, card])
    Requirement.objects.create(
        service_type=city.care, code="here", circumstance="resident", comparison=Is.IS, value=True, order=2
    )
    with django_assert_num_queries(1):
        found = rules_of([city.care.number, city.lift.number])
    assert [one.code for one in found[city.care.number]] == ["old", "here"]
    assert [proof.code for proof in found[city.care.number][0].proofs] == ["id-card", "pension-slip"]
    assert city.lift.number not in found
    entitled({})([city.care.number])
    with django_assert_num_queries(2):  # one asks whether anything has changed
        judged = entitled({"age": 70})([city.care.number, city.lift.number])
    assert judged[city.lift.number].verdict is Verdict.YES
    assert judged[city.care.number].missing == ("resident",)
    assert len(judged[city.care.number].proofs) == 1
