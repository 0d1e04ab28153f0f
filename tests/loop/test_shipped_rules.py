"""A new release's rules of urgency reach installations that are there; what officials made of a rule stays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacarte.kernel.events import timeline
from lacarte.kernel.permissions import Role
from lacarte.loop.needs.models import UrgencyRule
from lacarte.loop.needs.urgency import rules, shipping
from lacarte.loop.needs.urgency.judging import judge
from lacarte.loop.needs.urgency.rules import save_rule, stream_of
from lacarte.loop.needs.urgency.shipping import Shipping, bring, plan
from tests.city import official

pytestmark = pytest.mark.django_db

NEW = {
    "code": "quicksand",
    "name": {"en": "Quicksand"},
    "words": {"en": ["quicksand"]},
    "urgency": 0,
    "advice": {"en": "Call {fire}."},
}


def rule(code: str) -> UrgencyRule:
    return UrgencyRule.objects.get(code=code)


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Puts other rules in the place of those that are shipped."""

    def put(
        *, without: str = "", word: str = "zebra", of: tuple[str, ...] = ("fire", "gas", "electricity")
    ) -> None:
        made = []
        for one in rules.shipped():
            if one["code"] in of:
                one = {**one, "words": {**one["words"], "en": [*one["words"]["en"], word]}}
            if one["code"] != without:
                made.append(one)
        for module in (rules, shipping):
            monkeypatch.setattr(module, "shipped", lambda: [*made, NEW])

    return put


def test_untouched_is_updated_edited_stays_retired_stays_retired_and_new_arrives(release: Any) -> None:
    editor = official(Role.PLANNER)
    edited, retired = rule("gas"), rule("electricity")
    edited.words = {"en": ["reek of gas"]}
    save_rule(edited, actor=editor)
    retired.active = False
    save_rule(retired, actor=editor)
    release()
    wanted = Shipping(["quicksand"], ["fire", "electricity"], ["gas"])
    assert (sorted(plan().updated), plan().new, plan().edited) == (
        sorted(wanted.updated),
        wanted.new,
        wanted.edited,
    )
    assert rule("fire").words == {**rule("fire").words}
    assert not UrgencyRule.objects.filter(code="quicksand").exists(), "a plan changes nothing"
    assert bring().edited == ["gas"]
    assert "zebra" in rule("fire").words["en"]
    assert judge("a zebra", service_type=None, month=1).rules == ("fire",), "it holds at once"
    assert rule("gas").words == {"en": ["reek of gas"]}
    assert "zebra" in rule("electricity").words["en"]
    assert not rule("electricity").active
    assert rule("quicksand").active
    assert not plan(), "all is told once"
    assert not bring()


def test_what_a_release_changed_stands_in_the_history_of_the_rule(release: Any) -> None:
    release()
    bring()
    event = timeline(stream_of("fire")).get()
    assert event.actor is None
    assert list(event.payload["after"]) == ["words"]
    assert "zebra" not in event.payload["before"]["words"]["en"]


def test_a_rule_that_is_shipped_no_more_stays(release: Any) -> None:
    release(without="fire")
    bring()
    assert rule("fire").active


def test_installations_from_before_fingerprints_are_judged_by_who_edited(release: Any) -> None:
    gone = official(Role.PLANNER)
    edited = rule("gas")
    edited.advice = {"en": "Run."}
    save_rule(edited, actor=gone)
    UrgencyRule.objects.update(shipped="")
    UrgencyRule.objects.filter(code="gas").update(changed_by=None)  # the account was removed
    release()
    assert plan().edited == ["gas"]
    assert sorted(bring().updated) == ["electricity", "fire"]
    assert rule("gas").advice == {"en": "Run."}
    release(word="okapi", of=("fire", "gas"))
    assert plan().edited == ["gas"], "also of the next release"


def test_an_edit_that_is_taken_back_is_nobodys_work_again(release: Any) -> None:
    editor, was = official(Role.PLANNER), rule("fire").words
    for words in ({"en": ["blaze"]}, was):
        edited = rule("fire")
        edited.words = words
        save_rule(edited, actor=editor)
    release()
    assert "fire" in bring().updated


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["edit", "retire", "release"]), min_size=1, max_size=6))
def test_in_any_order_an_edit_is_never_lost_and_nothing_comes_back(release: Any, steps: list[str]) -> None:
    UrgencyRule.objects.all().delete()
    release(word="first")
    bring()
    editor = official(Role.PLANNER)
    said, active = "", True
    for number, step in enumerate(steps):
        if step == "release":
            release(word=f"release {number}")
            bring()
        else:
            mine = rule("fire")
            if step == "edit":
                said = f"edited {number}"
                mine.words = {"en": [said]}
            else:
                mine.active = active = False
            save_rule(mine, actor=editor)
        assert rule("fire").active == active
        assert not said or rule("fire").words == {"en": [said]}
    if not said and "release" in steps:
        newest = max(k for k, step in enumerate(steps) if step == "release")
        assert f"release {newest}" in rule("fire").words["en"]
