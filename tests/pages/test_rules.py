"""Officials read the rules of urgency, try them out and edit them; every change is kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel.models import Role, User
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel, UrgencyRule
from lacarte.loop.needs.urgency.judging import judge
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db


def filled(code: str, **changes: Any) -> dict[str, Any]:
    """The form of a rule as a browser would send it back."""
    rule = UrgencyRule.objects.get(code=code)
    said: dict[str, Any] = {"urgency": str(rule.urgency), "service": "", "months": [str(m) for m in rule.months]}
    if rule.active:
        said["active"] = "on"
    for language in {"en", "zh-hans", *rule.words, *rule.unless, *rule.name, *rule.advice}:
        said[f"name-{language}"] = rule.name.get(language, "")
        said[f"advice-{language}"] = rule.advice.get(language, "")
        said[f"words-{language}"] = "\r\n".join(rule.words.get(language, []))
        said[f"unless-{language}"] = "\r\n".join(rule.unless.get(language, []))
    return {**said, **changes}


def test_rules_are_open_to_officials_and_edited_by_those_who_may(city: City) -> None:
    for user in (official(Role.CALL_TAKER), official(Role.PLANNER), official(Role.ADMINISTRATOR)):
        page = signed_in(user).get("/desk/rules/")
        assert page.status_code == 200
        assert "Fire or smoke" in page.content.decode()
        assert ("New rule" in page.content.decode()) == (user.mandates.get().role != Role.CALL_TAKER)
    assert signed_in(User.objects.create_user("ada")).get("/desk/rules/").status_code == 403
    assert Client().get("/desk/rules/").status_code == 302
    reader = signed_in(official(Role.CASE_WORKER))
    assert "caught fire" in reader.get(reverse("rule", args=["fire"])).content.decode()
    assert reader.post(reverse("rule", args=["fire"]), filled("fire")).status_code == 403
    assert reader.get(reverse("rule-new")).status_code == 403
    assert reader.get(reverse("rule", args=["no-such-rule"])).status_code == 404


def test_a_text_is_tried_out(city: City) -> None:
    client = signed_in(official(Role.CALL_TAKER))
    page = client.get("/desk/rules/", {"text": "the fire station has no gas leak, but the house is on fire <b>"})
    shown = page.content.decode()
    assert "It is urgent:" in shown
    whole_words = ": …leak, but the house is <mark>on fire</mark> &lt;b&gt;</li>"
    assert whole_words in shown
    assert "silent, because: fire station" in shown
    assert "silent, because: denied in the text" in shown
    assert "&lt;b&gt;" in shown
    assert "No rule speaks" in client.get("/desk/rules/", {"text": "a bench is broken"}).content.decode()
    assert "Please write a sentence" in client.get("/desk/rules/", {"text": " "}).content.decode()


def test_a_rule_is_tried_on_the_newest_needs_and_not_kept(city: City) -> None:
    west = receive(text="a zebra on the road", channel=Channel.WEB, service_type=city.care, region=city.west)
    receive(text="two zebras", channel=Channel.WEB, service_type=city.care, region=city.east)
    receive(text="the kitchen is on fire", channel=Channel.WEB, service_type=city.care, region=city.east)
    editor = official(Role.ADMINISTRATOR)
    words = filled("fire")["words-en"] + "\r\nzebra"
    page = signed_in(editor).post(
        reverse("rule", args=["fire"]), filled("fire", **{"words-en": words, "try": "yes"})
    )
    shown = page.content.decode()
    assert "speaks for 3 of the newest 3 needs; as it is kept, for 1" in shown
    assert west.reference not in shown, "who may set rules may not therefore read needs"
    assert "zebra" not in UrgencyRule.objects.get(code="fire").words["en"]
    assert "\nzebra</textarea>" in shown.replace("\r", ""), "what was typed is still there"


def test_a_rule_is_kept_and_its_history_is_shown(city: City) -> None:
    editor = official(Role.PLANNER)
    client = signed_in(editor)
    words = filled("fire")["words-en"].replace("flames\r\n", "", 1) + "\r\nzebra\r\nzebra\r\n\r\n"
    reply = client.post(
        reverse("rule", args=["fire"]), filled("fire", **{"words-en": words, "urgency": "1"}), follow=True
    )
    shown = reply.content.decode()
    assert "The rule is kept" in shown
    assert "+ zebra" in shown
    assert "Life or safety, now → Within days" in shown
    assert str(editor) in shown
    rule = UrgencyRule.objects.get(code="fire")
    assert rule.words["en"].count("zebra") == 1
    assert rule.words["vi"], "languages that were not touched stay"
    assert rule.changed_by == editor
    assert judge("a zebra", service_type=None, month=1).rules == ("fire",)


def test_a_new_rule_of_one_area_and_some_months(city: City) -> None:
    said = {
        "code": "hot-day",
        "urgency": "1",
        "service": "health",
        "months": ["7", "8"],
        "active": "on",
        "name-en": "Heat",
        "words-en": "too hot\nheat + faint",
        "advice-en": "Drink water. Call {ambulance} when somebody is confused.",
        "more": "ko",
    }
    reply = signed_in(official(Role.ADMINISTRATOR)).post(reverse("rule-new"), said)
    assert reply.status_code == 302
    rule = UrgencyRule.objects.get(code="hot-day")
    assert (rule.months, rule.service_first, rule.service_last) == ([7, 8], city.area.number, city.area.last)
    assert judge("it is too hot", service_type=city.care, month=7).urgency == 1
    assert judge("it is too hot", service_type=city.care, month=1).urgency is None
    shown = signed_in(official(Role.ADMINISTRATOR)).get(reverse("rule", args=["hot-day"])).content.decode()
    assert '<option value="health" selected>' in shown


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"words-en": "ab*"}, "cannot be looked for"),
        ({"advice-en": "call {nobody}"}, "names no number"),
        ({"urgency": "9"}, "Select a valid choice"),
        ({"name-en": "", "name-zh-hans": ""}, "needs a name"),
        ({"words-en": "x" * 200}, "too long"),
        ({"words-en": "fi\0re"}, "Null characters"),
    ],
)
def test_what_cannot_work_is_refused_and_nothing_is_lost(city: City, changes: dict[str, str], why: str) -> None:
    said = filled("fire", **{"advice-zh-hans": "请打电话", **changes})
    page = signed_in(official(Role.ADMINISTRATOR)).post(reverse("rule", args=["fire"]), said)
    assert page.status_code == 422
    assert why in page.content.decode()
    assert "请打电话" in page.content.decode()
    assert UrgencyRule.objects.get(code="fire").changed_by is None


def test_a_code_is_given_once_and_in_plain_letters(city: City) -> None:
    client = signed_in(official(Role.ADMINISTRATOR))
    for code, why in (("fire", "There is a rule with this code already."), ("Two_Words", "hyphens only")):
        said = {"code": code, "urgency": "1", "name-en": "X", "words-en": "some words"}
        page = client.post(reverse("rule-new"), said)
        assert page.status_code == 422
        assert why in page.content.decode()


def test_a_mandate_over_one_district_sets_no_rules_for_all(city: City) -> None:
    client = signed_in(official(Role.PLANNER, city.west))
    assert client.post(reverse("rule", args=["fire"]), filled("fire", urgency="3")).status_code == 403
    assert UrgencyRule.objects.get(code="fire").urgency == 0
