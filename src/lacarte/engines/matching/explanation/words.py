"""An explanation in plain words, English and Simplified Chinese, for somebody with little schooling.

A table of templates, ``{language: {code: sentence}}``, and one of counted nouns. Sentences are written so that
only the noun changes with the number. Priority groups count from 1, the most urgent; the data count from 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lacarte.engines.matching.explanation.explain import Change, Explanation, Nearer, Zone

Statement = tuple[str, dict[str, str | int]]

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "own": "You have a place at {offer}.",
        "own-time": "Travel and waiting together: {minutes}.",
        "own-part": "{part}: {minutes}.",
        "own-nearest": "You could use {services}. This one is the nearest.",
        "own-rank": "You could use {services}. {nearer} would be nearer.",
        "nearer": "{offer} would save you {minutes}.",
        "nearer-without": "If you went there, somebody who has a place now would go without.",
        "nearer-lose": "If you went there, others would lose {minutes} or more.",
        "nearer-even": "If you went there, others would lose as much as you gain, or more.",
        "nearer-none": "It has no places now.",
        "holders": "The people who have a place there are in priority group {group} or in a more urgent one.",
        "full": "There was no place for you this time.",
        "zone-services": "You, and the people who have a place where you could go, can use {services}.",
        "zone-places": "That makes {places}, all taken.",
        "zone-needs": "{people} as urgent as you or more can go nowhere else.",
        "zone-deficit": "So {people} must go without.",
        "zone-holders": "Everybody who has a place there is at least as urgent as you.",
        "no-offer": "No service that fits your need reaches you.",
        "changes": "Each of these alone would give you a place:",
        "unchanged": "We know of no single change that would be sure to give you a place.",
        "reach": "Accept {offer}. Travel and waiting together: {minutes}.",
        "today": "Accept another time today at {offer}.",
        "later": "Wait {days} for {offer}.",
        "one_place": "One more place at {offer}.",
        "places": "{places} more at {offer}. Fewer may be enough.",
        "order": "Number {order} or earlier in the order of your group.",
        "class": "Priority group {group} or a more urgent one.",
    },
    "zh-hans": {
        "own": "您得到了{offer}的一个名额。",
        "own-time": "路上和等候一共：{minutes}。",
        "own-part": "{part}：{minutes}。",
        "own-nearest": "您可以用的有{services}，这里离您最近。",
        "own-rank": "您可以用的有{services}，其中{nearer}离您更近。",
        "nearer": "去{offer}，您可以省下{minutes}。",
        "nearer-without": "但您去那里，就会有一个现在有名额的人失去名额。",
        "nearer-lose": "但您去那里，别人一共至少要多花{minutes}。",
        "nearer-even": "但您去那里，别人多花的时间不会比您省下的少。",
        "nearer-none": "那里现在没有名额。",
        "holders": "在那里有名额的人，属于第{group}优先组或更紧急的组。",
        "full": "这一次没有名额给您。",
        "zone-services": "您可以去的地方，加上那里的人可以改去的地方，一共是{services}。",
        "zone-places": "它们一共有{places}，全部用完了。",
        "zone-needs": "和您一样急或更急、又去不了别处的，有{people}。",
        "zone-deficit": "所以有{people}得不到名额。",
        "zone-holders": "在那里有名额的人，都和您一样急或更急。",
        "no-offer": "没有适合您需要的服务能到您这里。",
        "changes": "下面任何一条，都能让您得到名额：",
        "unchanged": "我们没有找到哪一项改变一定能让您得到名额。",
        "reach": "接受{offer}。路上和等候一共：{minutes}。",
        "today": "接受{offer}今天的另一个时间。",
        "later": "等{days}，去{offer}。",
        "one_place": "{offer}多一个名额。",
        "places": "{offer}多{places}。也许不用这么多。",
        "order": "在您的组里排到第{order}号或更前。",
        "class": "属于第{group}优先组或更紧急的组。",
    },
}

#: (for one, for any other number); "short" is for less than one minute.
COUNTED: dict[str, dict[str, tuple[str, str]]] = {
    "en": {
        "minutes": ("{n} minute", "{n} minutes"),
        "short": ("less than a minute", "less than a minute"),
        "services": ("{n} service", "{n} services"),
        "places": ("{n} place", "{n} places"),
        "people": ("{n} person", "{n} people"),
        "days": ("{n} day", "{n} days"),
        "offer": ("Service {n}", "Service {n}"),
    },
    "zh-hans": {
        "minutes": ("{n}分钟", "{n}分钟"),
        "short": ("不到1分钟", "不到1分钟"),
        "services": ("{n}处服务", "{n}处服务"),
        "places": ("{n}个名额", "{n}个名额"),
        "people": ("{n}个人", "{n}个人"),
        "days": ("{n}天", "{n}天"),
        "offer": ("第{n}号服务", "第{n}号服务"),
    },
}


def words(
    explanation: Explanation, language: str, names: Mapping[int, str], *, seconds: int = 1,
    parts: Mapping[str, str] | None = None,
) -> tuple[str, ...]:  # fmt: skip
    """The sentences that explain one need to its person, in order.

    ``language`` is ``en`` or ``zh-hans``; ``names[offer]`` are what offers are called in that language (their
    number where it is missing), ``parts`` what parts of the cost are called (their own name where missing); one
    unit of cost is ``seconds``. Raises ``ValueError`` for another language.
    """
    if language not in SENTENCES:
        raise ValueError(f"language {language!r} is not one of {', '.join(SENTENCES)}")
    writer = _Writer(language, names, seconds, parts or {})
    return tuple(SENTENCES[language][code].format(**values) for code, values in writer.explanation(explanation))


class _Writer:
    """Turns an explanation into statements: a code of the table, and what to fill in."""

    def __init__(self, language: str, names: Mapping[int, str], seconds: int, parts: Mapping[str, str]) -> None:
        self.nouns, self.names, self.seconds, self.parts = COUNTED[language], names, seconds, parts

    def explanation(self, told: Explanation) -> Iterator[Statement]:
        if told.own is not None:
            yield from self._own(told)
            return
        yield told.outcome, {}
        if told.zone is not None:
            yield from self._zone(told.zone)
        yield ("changes" if told.changes else "unchanged"), {}
        for change in told.changes:
            yield self._change(change)

    def _own(self, told: Explanation) -> Iterator[Statement]:
        own = told.own
        assert own is not None
        yield "own", {"offer": self._offer(own.offer)}
        yield "own-time", {"minutes": self._minutes(own.cost)}
        for name, cost in own.parts:
            if cost:
                yield "own-part", {"part": self.parts.get(name, name), "minutes": self._minutes(cost)}
        services = self._count("services", own.candidates)
        if own.rank == 0:
            yield "own-nearest", {"services": services}
        else:
            yield "own-rank", {"services": services, "nearer": self._count("services", own.rank)}
        if told.nearer is not None:
            yield from self._nearer(told.nearer)

    def _nearer(self, nearer: Nearer) -> Iterator[Statement]:
        yield "nearer", {"offer": self._offer(nearer.offer), "minutes": self._minutes(nearer.saved)}
        whole = nearer.others_lose * self.seconds // 60
        if not nearer.has_places:
            yield "nearer-none", {}
        elif nearer.someone_goes_without:
            yield "nearer-without", {}
        elif nearer.others_lose >= nearer.saved:
            yield ("nearer-lose", {"minutes": self._count("minutes", whole)}) if whole else ("nearer-even", {})
        if nearer.holders is not None:
            yield "holders", {"group": nearer.holders.priority_class + 1}

    def _zone(self, zone: Zone) -> Iterator[Statement]:
        yield "zone-services", {"services": self._count("services", len(zone.offers))}
        yield "zone-places", {"places": self._count("places", zone.places)}
        yield "zone-needs", {"people": self._count("people", zone.needs)}
        yield "zone-deficit", {"people": self._count("people", zone.deficit)}
        if zone.places:
            yield "zone-holders", {}

    def _change(self, change: Change) -> Statement:
        offer = self._offer(change.offer)
        if change.kind == "reach":
            return "reach", {"offer": offer, "minutes": self._minutes(change.amount)}
        if change.kind == "later" and change.amount <= 0:
            return "today", {"offer": offer}
        if change.kind == "later":
            return "later", {"offer": offer, "days": self._count("days", change.amount)}
        if change.kind == "order":
            return "order", {"order": change.amount}
        if change.kind == "class":
            return "class", {"group": change.amount + 1}
        return change.kind, {"offer": offer, "places": self._count("places", change.amount)}

    def _offer(self, offer: int) -> str:
        return self.names.get(offer, self._count("offer", offer))

    def _minutes(self, cost: int) -> str:
        """Whole minutes, rounded; under half a minute is less than one."""
        return (
            self._count("minutes", max(1, (cost * self.seconds + 30) // 60))
            if cost * self.seconds >= 60
            else self._count("short", 0)
        )

    def _count(self, noun: str, number: int) -> str:
        one, other = self.nouns[noun]
        return (one if number == 1 else other).format(n=f"{number:,}")
