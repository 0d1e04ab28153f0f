"""What people are told about their choices, in English and Simplified Chinese."""

from __future__ import annotations

from collections.abc import Iterator

from lacarte.standalone.by_choice.cutoffs import Cutoff, Cutoffs
from lacarte.standalone.by_choice.inputs import split
from lacarte.standalone.by_choice.run import Placed
from lacarte.standalone.drawing import AT_LEAST

__all__ = ["REASONS", "Teller"]

#: Why somebody has nothing: codes, most telling first.
REASONS = ("full", "eligibility", "left-out")

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "first": "You have a place at {offer}, your first choice.",
        "placed": "You have a place at {offer}, number {n} of your choices.",
        "none": "There was no place for you this time at any of your choices.",
        "left-out": "{offer}: what the file says of it could not be used.",
        "eligibility": "{offer} is only for people who meet a condition that you do not meet.",
        "no-places": "{offer} has no places.",
        "kept": "{offer} is full: its places are kept for groups that you are not in, and those took them.",
        "full": "{offer} is full. The last to get a place there comes before you: {why}.",
        "full-beside-kept": "{offer} is full. The last to get one of the places that you could have had comes "
        "before you: {why}.",
        "in": "“{name}” names it for them, not for you",
        "same": "their “{name}” is the same as that of the offer, yours is not",
        "meets": "they meet “{name}”, you do not",
        "number": "“{name}” is {theirs} for them and {mine} for you",
        "number-hidden": "“{name}” puts them first",
        "nearest": "they live {theirs} m away in a straight line, you {mine} m",
        "nearest-hidden": "they live nearer",
        "draw": "you are equal in all that counts, and the draw put them first",
        "line": "you are equal in all that counts, and they are earlier in the file",
        "unknown": "not known",
        "between": " ",
    },
    "zh-hans": {
        "first": "您得到了{offer}的一个名额，这是您的第一志愿。",
        "placed": "您得到了{offer}的一个名额，这是您的第{n}志愿。",
        "none": "您的志愿里，这一次都没有名额给您。",
        "left-out": "{offer}：文件里关于它的内容不能用。",
        "eligibility": "{offer}只接收符合某个条件的人，而您不符合。",
        "no-places": "{offer}没有名额。",
        "kept": "{offer}满了：它的名额是为您不属于的人群保留的，都已给了他们。",
        "full": "{offer}满了。最后得到名额的人排在您前面：{why}。",
        "full-beside-kept": "{offer}满了。在您可以得到的名额里，最后得到的人排在您前面：{why}。",
        "in": "对方的“{name}”里有它，您的没有",
        "same": "对方的“{name}”与它相同，您的不同",
        "meets": "对方符合“{name}”，您不符合",
        "number": "“{name}”对方是{theirs}，您是{mine}",
        "number-hidden": "按“{name}”，对方在先",
        "nearest": "对方住在直线{theirs}米处，您在{mine}米处",
        "nearest-hidden": "对方住得更近",
        "draw": "凡是算数的你们都一样，抽签时对方在先",
        "line": "凡是算数的你们都一样，对方在文件里排得更前",
        "unknown": "不详",
        "between": "",
    },
}


class Teller:
    """Tells people, in one language, what they got and why not what they like more."""

    def __init__(self, placed: Placed, language: str) -> None:
        self.placed, self.inputs, self.say = placed, placed.inputs, SENTENCES[language]
        self.cutoffs, self.choice = Cutoffs(placed), placed.choice.tolist()

    def words(self, need: int) -> str:
        """The sentences for one need."""
        got = self.choice[need]
        offer = self.inputs.offer_name(int(self.placed.assignment[need])) if got else ""
        first = self.say["first" if got == 1 else "placed" if got else "none"].format(offer=offer, n=got)
        return self.say["between"].join([first, *self._why_not(need, got - 1 if got else None)])

    def reason(self, need: int) -> str:
        """The code of why somebody got nothing."""
        start, end = self.inputs.start[need : need + 2]
        if self.inputs.open_to[start:end].any():
            return "full"
        return "eligibility" if (self.inputs.listed[start:end] >= 0).any() else "left-out"

    def _why_not(self, need: int, count: int | None) -> Iterator[str]:
        """Why not the first ``count`` choices, or all."""
        start, end = self.inputs.start[need : need + 2].tolist()
        for at in range(start, end if count is None else start + count):
            offer = int(self.inputs.listed[at])
            if offer < 0:
                yield self.say["left-out"].format(offer=self._name_left_out(need, at - start))
            elif not self.inputs.open_to[at]:
                yield self.say["eligibility"].format(offer=self.inputs.offer_name(offer))
            else:
                yield self._full(need, offer)

    def _name_left_out(self, need: int, at: int) -> str:
        return split(self.inputs.need_table.lists["choices"][need])[at]

    def _full(self, need: int, offer: int) -> str:
        name, cutoff = self.inputs.offer_name(offer), self.cutoffs.easiest(need, offer)
        if cutoff.last < 0:
            return self.say["kept" if self.inputs.choices.capacity[offer] else "no-places"].format(offer=name)
        code = "full-beside-kept" if self.inputs.reserves[offer] else "full"
        return self.say[code].format(offer=name, why=self._why(need, cutoff))

    def _why(self, need: int, cutoff: Cutoff) -> str:
        mine = self.cutoffs.pair(need, cutoff.offer)
        decides = self.cutoffs.decides(mine, cutoff.last)
        if decides is None:
            return self.say["draw" if self.inputs.seed else "line"]
        if not decides.of_number:
            return self.say[decides.form].format(name=decides.name)
        code = "nearest" if decides.form == "nearest" else "number"
        if cutoff.seats < AT_LEAST:  # of so few the last one's own number is not told
            code += "-hidden"
        theirs, own = (self.cutoffs.says(decides, pair) or self.say["unknown"] for pair in (cutoff.last, mine))
        return self.say[code].format(name=decides.name, theirs=theirs, mine=own)
