"""Danger is recognised by rules that officials keep, and told at once in the reader's language."""

from __future__ import annotations

import csv
import time
from collections import Counter
from pathlib import Path

import pytest
from django.utils import translation

from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.kernel.models import Role
from lacarte.loop.needs.models import UrgencyRule
from lacarte.loop.needs.urgency.judging import BEGINS_WITHIN, advice_of, in_force, judge
from lacarte.loop.needs.urgency.rules import (
    RuleRefusedError,
    save_rule,
    stream_of,
)
from lacarte.registers.menu.models import PriorityClass, ServiceType
from tests.city import City, official

pytestmark = pytest.mark.django_db
DATA = Path(__file__).parents[1] / "data" / "dangers.csv"
REAL = Path(__file__).parents[3] / "shared" / "data" / "zh"
CLASSES = {0: "now", 1: "days"}


def said(text: str, month: int = 1, service_type: ServiceType | None = None) -> int | None:
    return judge(text, service_type=service_type, month=month).urgency


def sentences() -> list[dict[str, str]]:
    with DATA.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_there_are_many_labelled_sentences_in_both_languages() -> None:
    counted = Counter((row["language"], row["urgency"] == "none") for row in sentences())
    assert all(counted[language, harmless] >= 65 for language in ("en", "zh") for harmless in (True, False))
    assert len({row["text"] for row in sentences()}) == len(sentences())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_danger_is_found_and_harmless_words_are_let_be(language: str) -> None:
    found: Counter[tuple[bool, bool]] = Counter()
    wrong = []
    for row in sentences():
        if row["language"] == language:
            danger, judged = row["urgency"] == "now", said(row["text"]) == PriorityClass.NOW
            found[danger, judged] += 1
            if danger != judged:
                wrong.append(row["text"])
    recall = found[True, True] / (found[True, True] + found[True, False])
    precision = found[True, True] / (found[True, True] + found[False, True])
    assert recall >= 0.97, wrong
    assert precision >= 0.97, wrong


@pytest.mark.parametrize(
    ("danger", "harmless"),
    [
        ("wires are hanging out, children touch them", "the wires of my headphones hang out of the bag"),
        ("loose wires at the playground", "the internet cable hangs from the ceiling of our hall"),
        ("a mouse chewed the cable and bare wires show", "the wire coat hangers are on the ground"),
        ("电线露在外面，小孩用手去摸", "耳机线露在包外面"),
        ("电缆断了拖在马路上", "我的充电线断了，哪里可以买"),
        ("楼道里的电线脱皮，铜丝都露出来了", "楼道电线老化经常断电"),
    ],
)
def test_open_wires_are_told_from_what_merely_has_a_cable(danger: str, harmless: str) -> None:
    assert "electricity" in judge(danger, service_type=None, month=1).rules
    assert "electricity" not in judge(harmless, service_type=None, month=1).rules


def test_other_languages_are_understood_too() -> None:
    for row in sentences():
        if row["urgency"].startswith("other-"):
            wanted = row["urgency"].removeprefix("other-")
            assert CLASSES.get(said(row["text"]), "none") == wanted, row["text"]  # type: ignore[arg-type]


@pytest.mark.skipif(not REAL.is_dir(), reason="the real data are not here")
def test_few_real_letters_to_a_city_raise_an_alarm() -> None:
    with (REAL / "messages_labelled.csv").open(encoding="utf-8-sig", newline="") as file:
        letters = [row["text"] for row in csv.DictReader(file)]
    lexicon, rules = in_force().lexicon, in_force().rules
    alarms = sum(
        any(not one.silenced and rules[one.name].urgency == 0 for one in lexicon.find(text, BEGINS_WITHIN))
        for text in letters
    )
    assert alarms / len(letters) < 0.015


def test_a_text_is_judged_in_a_fifth_of_a_millisecond() -> None:
    texts = [row["text"] for row in sentences()] + [
        "我们小区的路灯坏了很久，晚上出门不方便，希望尽快维修。" * 3
    ] * 50
    in_force()
    lexicon, best = in_force().lexicon, 9.0
    for _ in range(5):
        start = time.process_time()
        for text in texts:
            lexicon.find(text, BEGINS_WITHIN)
        best = min(best, (time.process_time() - start) / len(texts))
    assert best < 0.000_2


def test_the_advice_has_the_number_to_call_in_the_readers_language(settings: object) -> None:
    numbers = ["police=110", "fire=119", "all=112"]
    settings.CONFIGURED = {**settings.CONFIGURED, "emergency_numbers": numbers}  # type: ignore[attr-defined]
    judged = judge("there is a fire in the kitchen", service_type=None, month=5)
    assert (judged.urgency, judged.rules, judged.numbers) == (PriorityClass.NOW, ("fire",), ("119",))
    assert "call 119 now" in judged.advice
    with translation.override("zh-hans"):
        told = judge("我家着火了", service_type=None, month=5)
    assert "拨打119" in told.advice
    assert "{" not in told.advice
    assert judge("he is unconscious", service_type=None, month=5).numbers == ("112",)
    assert advice_of(["fire", "no-such-rule"]).advice == judged.advice


def test_every_shipped_advice_names_only_numbers_that_exist() -> None:
    for code in in_force().rules:
        assert "{" not in advice_of([code]).advice, code


def test_the_more_urgent_of_two_rules_decides_and_both_are_named() -> None:
    judged = judge("no water, and the kitchen is on fire", service_type=None, month=1)
    assert judged.urgency == PriorityClass.NOW
    assert judged.rules == ("fire", "no-water")


def test_cold_is_urgent_in_the_cold_months() -> None:
    assert said("the heating is broken", month=1) == PriorityClass.DAYS
    assert said("the heating is broken", month=7) is None


def test_a_rule_may_be_about_some_services_only(city: City) -> None:
    rule = UrgencyRule.objects.get(code="fire")
    rule.service_first, rule.service_last, rule.changed_at = city.lift.number, city.lift.last, clock.now()
    rule.save()
    assert said("fire", service_type=city.lift) == PriorityClass.NOW
    assert said("fire", service_type=city.care) is None
    assert said("fire", service_type=ServiceType.objects.get(number=0)) == PriorityClass.NOW, "not known yet"


def test_an_edit_holds_at_once_and_its_history_is_kept() -> None:
    assert said("zebra in the kitchen") is None
    rule, editor = UrgencyRule.objects.get(code="fire"), official(Role.PLANNER)
    rule.words = {**rule.words, "en": [*rule.words["en"], "zebra"]}
    save_rule(rule, actor=editor)
    assert said("zebra in the kitchen") == PriorityClass.NOW
    rule.active = False
    save_rule(rule, actor=editor)
    assert said("zebra in the kitchen") is None
    first, second = timeline(stream_of("fire"))
    assert first.actor == editor
    assert "zebra" in first.payload["after"]["words"]["en"]
    assert "zebra" not in first.payload["before"]["words"]["en"]
    assert second.payload["after"] == {"active": False}


def test_saving_without_a_change_is_no_event() -> None:
    save_rule(UrgencyRule.objects.get(code="fire"), actor=official(Role.PLANNER))
    assert not timeline(stream_of("fire")).exists()


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("words", {}, "at least one phrase"),
        ("words", {"en": ["ab*"]}, "cannot be looked for"),
        ("words", {"en": ["x" * 200]}, "too long"),
        ("words", {"en": ["fi\0re"]}, "too long"),
        ("unless", {"en": ["!"]}, "cannot be looked for"),
        ("months", [13], "from 1 to 12"),
        ("name", {}, "needs a name"),
        ("urgency", 7, "how urgent"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_with_a_reason(column: str, value: object, why: str) -> None:
    rule = UrgencyRule.objects.get(code="fire")
    setattr(rule, column, value)
    with pytest.raises(RuleRefusedError, match=why):
        save_rule(rule, actor=official(Role.PLANNER))
    assert not timeline(stream_of("fire")).exists()
