"""What the files and the report say, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from lacarte.engines.matching.candidates.build import Reason
from lacarte.engines.matching.explanation.explain import Explanation, Explanations
from lacarte.engines.matching.explanation.words import SENTENCES, words

__all__ = ["LANGUAGES", "PARTS", "REASONS", "TIME", "LeftOut", "group_word", "told_served", "told_unserved"]

LANGUAGES = ("en", "zh-hans")
#: The part of a cost that really is time.
TIME = "time"

#: Why nobody with capacity can serve a need; :class:`Reason` says in which order rules are asked.
REASONS: dict[str, dict[Reason, str]] = {
    "en": {
        Reason.TYPE: "Nobody in the file of offers offers what you need.",
        Reason.AGREEMENT: "It is offered, but not in your region, nor in one that has an agreement with it.",
        Reason.ELIGIBILITY: "Each offer of this kind has a condition that you do not meet.",
        Reason.HOUSEHOLD: "No offer of this kind takes a household as large as yours.",
        Reason.MODE: "No offer of this kind is to be had in a way that suits you.",
        Reason.LANGUAGE: "No offer of this kind speaks a language that you understand.",
        Reason.DEADLINE: "No offer of this kind is to be had in time.",
        Reason.REACH: "No offer of this kind is within your reach, or you within its reach.",
        Reason.CAPACITY: "The offers that fit have no places at all.",
    },
    "zh-hans": {
        Reason.TYPE: "服务文件里没有人提供您需要的服务。",
        Reason.AGREEMENT: "有这项服务，但不在您的区域，也不在与您的区域有协议的区域。",
        Reason.ELIGIBILITY: "每一处这类服务都有您不符合的条件。",
        Reason.HOUSEHOLD: "没有一处这类服务能接收像您家这么多人。",
        Reason.MODE: "没有一处这类服务的方式适合您。",
        Reason.LANGUAGE: "没有一处这类服务使用您懂的语言。",
        Reason.DEADLINE: "没有一处这类服务赶得上您的时间。",
        Reason.REACH: "没有一处这类服务在您能去的范围内，或您不在它的范围内。",
        Reason.CAPACITY: "适合您的服务一个名额也没有。",
    },
}

#: What the named parts of a cost are called in explanations.
PARTS: dict[str, dict[str, str]] = {
    "en": {
        "language": "Another language than yours, counted as time",
        "mode": "Another way than suits you, counted as time",
        "offer": "Price, quality and waiting there, counted as time",
    },
    "zh-hans": {
        "language": "语言不同，折合时间",
        "mode": "方式不合适，折合时间",
        "offer": "价格、质量和在那里的等候，折合时间",
    },
}


#: Said to those who have none where groups were balanced.
BALANCED = {
    "en": "Inside a priority group, those went first whose {group} has a smaller share of places.",
    "zh-hans": "同一优先组里，所属{group}得到名额的比例较低的人先得。",
}

#: What the groups of some columns are called; others have the name of their column.
_GROUPS = {
    "en": {"region": "region", "service_type": "service"},
    "zh-hans": {"region": "区域", "service_type": "服务"},
}


def group_word(column: str, language: str) -> str:
    """What a group of this column is called."""
    return _GROUPS[language].get(column, f"“{column}”")


class LeftOut(NamedTuple):
    """Why somebody got nothing: a code, sentences, and others on what would change it, if anything ``helps``."""

    code: str
    words: str
    changes: str
    helps: bool = False


def told_served(told: Explanations, need: int, language: str, names: Mapping[int, str]) -> tuple[str, ...]:
    """The sentences for somebody who has a place."""
    return words(_explanation(told, need), language, names, parts=PARTS[language])


def told_unserved(
    told: Explanations | None,
    need: int,
    reason: Reason,
    language: str,
    names: Mapping[int, str],
    balance: str = "",
) -> LeftOut:
    """The sentences for somebody who has none; few where the match was stopped before it could be explained.

    ``balance`` is the column whose groups were balanced.
    """
    code = "full" if reason == Reason.NONE else reason.name.lower()
    own, table = REASONS[language].get(reason, ""), SENTENCES[language]
    if told is None:
        return LeftOut(code, own or table["full"], "")
    said = list(words(_explanation(told, need), language, names, parts=PARTS[language]))
    turn = next(at for at, line in enumerate(said) if line in (table["changes"], table["unchanged"]))
    if own:
        said[0] = own
    elif balance:
        said.insert(turn, BALANCED[language].format(group=group_word(balance, language)))
        turn += 1
    between = "" if language == "zh-hans" else " "
    helps = said[turn + 1 :]
    return LeftOut(code, between.join(said[:turn]), between.join(helps or [said[turn]]), bool(helps))


def _explanation(told: Explanations, need: int) -> Explanation:
    """The explanation with time as the cost and all else as parts; what says nothing is left out."""
    given = told.of(need)
    # Places in the order are rounded to tens: “number 0 or earlier” would be no advice.
    changes = tuple(one for one in given.changes if one.kind != "order" or one.amount > 0)
    own = given.own
    if own is not None:
        parts = dict(own.parts)
        own = replace(own, cost=parts.pop(TIME, own.cost), parts=tuple(parts.items()))
    return replace(given, own=own, changes=changes)
