"""The sentences of the report of a match by choice, beside those that all reports share."""

from __future__ import annotations

from lacarte.standalone.report_words import REPORT

__all__ = ["WORDS"]

_OWN: dict[str, dict[str, str]] = {
    "en": {
        "title": "Who got which choice, and how we know",
        "people": "People",
        "lead": "{served} of {needs} people have a place. Nobody has a better claim to a place that they like "
        "more than what they got.",
        "first": "First choice",
        "later": "A later choice",
        "by-choice": "Which choice people got",
        "by-choice-why": "Nobody could have got a better choice by naming anything but what they really like "
        "best, in that order.",
        "choice": "Choice number {n}",
        "first-or-later": "First choice or a later one",
        "choice-or-later": "Choice number {n} or a later one",
        "choice-column": "Choice",
        "nothing": "None of their choices",
        "hidden-choices": "Rows of fewer than ten people, or hidden with those: {n}.",
        "full": "All their choices were full of people who come first there or have a place kept for their group.",
        "eligibility": "They meet the conditions of none of their choices.",
        "left-out": "What the file says of their choices could not be used.",
        "offers": "Offers and their cut-offs",
        "offers-why": "The cut-off is what the last who got a place has in what counts there, in the order in "
        "which it counts; among equals the draw decided, or without one the order of the file. The offers that "
        "most people named first, {n} at most.",
        "first-choices": "Named first by",
        "cutoff": "Cut-off",
        "taken-everybody": "everybody was taken",
        "taken-nobody": "no place for everybody",
        "by-draw": "the draw alone",
        "by-line": "the order of the file alone",
        "cutoff-hidden": "not shown: fewer than ten places",
        "few": "fewer than 10",
        "reserves": "Places kept for groups",
        "reserves-why": "These are filled first, by those of the group who come first; what no one of the group "
        "claims goes to everybody. So the group may have more places than are kept.",
        "group": "Group",
        "kept": "Kept",
        "members": "Have a place there",
        "and-then": "; ",
        "yes": "yes",
        "no": "no",
        "in": "in “{name}”",
        "same": "same “{name}”",
        "meets": "meets “{name}”",
        "most": "“{name}”, highest first",
        "least": "“{name}”, lowest first",
        "nearest": "metres, nearest first",
        "proof-why": "Two things can be checked by anybody with the files. That nobody has a better claim: going "
        "through all choices that somebody likes more than what they got, each of those offers is full of people "
        "who come first there or have a place kept for their group; that check is a page of Python and trusts "
        "nothing of what placed them. And that of all ways without such claims this is the best for everybody at "
        "once: the method (people ask in turn, offers keep the best so far; Gale and Shapley, 1962) finds that "
        "one and no other, and gives it again.",
        "no-seed": "none: among equals, the earlier row went first",
    },
    "zh-hans": {
        "title": "谁得到了第几志愿，凭什么这么说",
        "people": "人数",
        "lead": "{needs}人中有{served}人得到了名额。没有人对更喜欢的名额有更充分的理由却没有得到。",
        "first": "第一志愿",
        "later": "后面的志愿",
        "by-choice": "得到的是第几志愿",
        "by-choice-why": "如实按自己的喜好填写志愿，对谁都是最好的；换别的填法，谁也得不到更好的。",
        "choice": "第{n}志愿",
        "first-or-later": "第一志愿或更后",
        "choice-or-later": "第{n}志愿或更后",
        "choice-column": "志愿",
        "nothing": "一个志愿也没有得到",
        "hidden-choices": "有{n}行不到十人，或因此一并隐去，不显示。",
        "full": "所有志愿都满了，名额给了排在前面或有保留名额的人。",
        "eligibility": "不符合任何一个志愿的条件。",
        "left-out": "文件里关于这些志愿的内容不能用。",
        "offers": "各服务点及其分数线",
        "offers-why": "分数线是最后得到名额的人在各项标准上的情况，按标准的先后排列；都相同的由抽签决定，"
        "不抽签时按文件里的先后。列出填为第一志愿最多的服务点，最多{n}个。",
        "first-choices": "填为第一志愿",
        "cutoff": "分数线",
        "taken-everybody": "全部接收",
        "taken-nobody": "没有面向所有人的名额",
        "by-draw": "只凭抽签",
        "by-line": "只凭文件里的先后",
        "cutoff-hidden": "名额不到十个，不显示",
        "few": "不到10",
        "reserves": "为人群保留的名额",
        "reserves-why": "这些名额先给人群里排在前面的人；人群里没有人要的，再给所有人。"
        "所以一个人群得到的名额可以比保留的多。",
        "group": "人群",
        "kept": "保留",
        "members": "在那里得到名额",
        "and-then": "；",
        "yes": "是",
        "no": "否",
        "in": "在“{name}”里",
        "same": "“{name}”相同",
        "meets": "符合“{name}”",
        "most": "“{name}”，高者先",
        "least": "“{name}”，低者先",
        "nearest": "米，近者先",
        "proof-why": "有文件的人都可以检验两件事。一是没有人有更充分的理由：凡是有人更喜欢而没有得到的服务点，"
        "都已满员，里面的人都排在前面，或用的是为其人群保留的名额；这个检验只有一页Python，完全不依赖安排名额的程序。"
        "二是在所有这样的安排里，这一个对每个人都是最好的：所用的方法（人依次申请，服务点暂留排在最前的；"
        "Gale和Shapley，1962）只会得到这一个，再算一遍还是它。",
        "no-seed": "无：都相同的，文件里在前的先得",
    },
}

#: Language -> what is said.
WORDS = {language: {**REPORT[language], **own} for language, own in _OWN.items()}
