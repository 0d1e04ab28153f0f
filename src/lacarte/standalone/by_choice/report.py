"""The report of a match by choice: one page of HTML without script; nobody's id is on it."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from lacarte.engines.matching.fairness.rates import served_rates
from lacarte.standalone import page
from lacarte.standalone.by_choice.criteria import Criterion
from lacarte.standalone.by_choice.cutoffs import Cutoff
from lacarte.standalone.by_choice.report_words import WORDS
from lacarte.standalone.by_choice.run import Placed
from lacarte.standalone.by_choice.words import REASONS, Teller
from lacarte.standalone.drawing import AT_LEAST
from lacarte.standalone.page import Column, paragraph, section, table
from lacarte.standalone.report_parts import files_read, how_to_check, percent, rejected

__all__ = ["report"]

#: Offers that are listed.
_MOST_ROWS = 20


def report(placed: Placed, teller: Teller, language: str) -> str:
    """The whole page in ``language``, ``en`` or ``zh-hans``."""
    return _Report(placed, teller, language).page()


class _Report:
    """Writes one report."""

    def __init__(self, placed: Placed, teller: Teller, language: str) -> None:
        self.placed, self.inputs, self.teller = placed, placed.inputs, teller
        self.language, self.say, self.cutoffs = language, WORDS[language], teller.cutoffs
        self.choice = placed.choice

    def page(self) -> str:
        parts = (
            self.first_figures(), self.by_choice(), self.reasons(), self.offers(), self.reserves(), self.proof(),
            rejected(self.inputs.rejects, self.say),
        )  # fmt: skip
        return page.document(self.say["title"], self.language, "".join(parts), self.say["foot"])

    def first_figures(self) -> str:
        needs, served = len(self.choice), int((self.choice > 0).sum())
        capacity = f"{int(self.inputs.choices.capacity.sum(dtype=np.int64)):,}"
        ways = [(self.say["first"], self.first), (self.say["later"], served - self.first)]
        lead = self.say["lead"].format(served=f"{served:,}", needs=f"{needs:,}")
        return paragraph(lead, "lead") + page.figures([
            (self.say["people"], f"{needs:,}"),
            *((name, f"{people:,}") for name, people in ways if self.first_told),
            (self.say["unserved"], f"{needs - served:,}"),
            (self.say["used"].format(capacity=capacity), f"{served:,}"),
        ])  # fmt: skip

    @cached_property
    def first(self) -> int:
        """How many have their first choice."""
        return int((self.choice == 1).sum())

    @cached_property
    def first_told(self) -> bool:
        """Whether neither these nor those with a later choice are few: each follows from the other."""
        later = int((self.choice > 1).sum())
        return not any(0 < people < AT_LEAST for people in (self.first, later))

    @cached_property
    def last_told(self) -> int:
        """The last choice with a row of its own; who got a later one is counted there, so that ten or more are."""
        at_least_so_late = np.cumsum(np.bincount(self.choice)[:0:-1])[::-1]
        return max(int((at_least_so_late >= AT_LEAST).sum()), 1)

    def by_choice(self) -> str:
        """What is told at the head of the page hides nothing: the others hide among themselves."""
        others = self.choice[self.choice > int(self.first_told)]
        counted = served_rates(np.ones(len(others), dtype=bool), np.minimum(others, self.last_told), AT_LEAST)
        told = [
            (self.named(at), people)
            for at, people in zip(
                counted.group[counted.shown].tolist(), counted.people[counted.shown].tolist(), strict=True
            )
        ]
        first = [(self.say["first"], self.first)] if self.first_told else []
        without = int((self.choice == 0).sum())
        none = [(self.say["nothing"], without)] if without >= AT_LEAST else []
        rows = [
            (name, people, percent(people, len(self.choice))) for name, people in (*first, *told, *none) if people
        ]
        heads = [
            Column(self.say["choice-column"]),
            Column(self.say["people"], True),
            Column(self.say["share"], True),
        ]
        hidden = int((~counted.shown).sum()) + (0 < without < AT_LEAST)
        return section(
            self.say["by-choice"],
            paragraph(self.say["by-choice-why"]),
            table(self.say["by-choice"], heads, rows) if rows else "",
            paragraph(self.say["hidden-choices"].format(n=hidden), "muted") if hidden else "",
        )

    def named(self, choice: int) -> str:
        """A row of the table; the last one may stand for later choices too."""
        later = choice == self.last_told and int(self.choice.max()) > choice
        name = "first" if choice == 1 else "choice"
        return self.say[f"{name}-or-later" if later else name].format(n=choice)

    def reasons(self) -> str:
        without = np.flatnonzero(self.choice == 0)
        if not len(without):
            return section(self.say["reasons"], paragraph(self.say["nobody"]))
        codes = np.array([REASONS.index(self.teller.reason(need)) for need in without.tolist()], dtype=np.int64)
        told = served_rates(np.zeros(len(codes), dtype=bool), codes, AT_LEAST)
        rows = [
            (self.say[REASONS[code]], people, percent(people, len(self.choice)))
            for code, people in zip(told.group[told.shown].tolist(), told.people[told.shown].tolist(), strict=True)
        ]
        hidden = int((~told.shown).sum())
        heads = [Column(self.say["reason"]), Column(self.say["people"], True), Column(self.say["share"], True)]
        return section(
            self.say["reasons"],
            table(self.say["reasons"], heads, rows) if rows else "",
            paragraph(self.say["hidden-reasons"].format(n=hidden), "muted") if hidden else "",
        )

    def offers(self) -> str:
        wanted = [(self.cutoffs.counted(one), one) for one in self.cutoffs.everybody]
        wanted.sort(key=lambda pair: -pair[0][1])
        capacity = self.inputs.choices.capacity.tolist()
        rows = [
            (self.inputs.offer_name(one.offer), capacity[one.offer], used, self.few(first), self.cutoff(one))
            for (used, first), one in wanted[:_MOST_ROWS]
        ]
        numbers = ("capacity", "taken", "first-choices")
        heads = [Column(self.say[name], name in numbers) for name in ("name", *numbers, "cutoff")]
        why = paragraph(self.say["offers-why"].format(n=_MOST_ROWS))
        return section(self.say["offers"], why, table(self.say["offers"], heads, rows)) if rows else ""

    def reserves(self) -> str:
        rows = [
            (
                self.inputs.offer_name(one.offer), one.condition, one.seats,
                self.few(self.cutoffs.counted(one)[0]), self.cutoff(one),
            )
            for some in self.cutoffs.reserves
            for one in some
        ]  # fmt: skip
        numbers = ("kept", "members")
        heads = [Column(self.say[name], name in numbers) for name in ("name", "group", *numbers, "cutoff")]
        why = paragraph(self.say["reserves-why"])
        return section(self.say["reserves"], why, table(self.say["reserves"], heads, rows)) if rows else ""

    def few(self, people: int) -> object:
        return people if people >= AT_LEAST else self.say["few"]

    def cutoff(self, one: Cutoff) -> str:
        """A cut-off in words, without the draw; none that would tell about few people."""
        if one.last < 0:
            return self.say["taken-nobody" if one.full else "taken-everybody"]
        if one.seats < AT_LEAST:
            return self.say["cutoff-hidden"]
        rule = self.inputs.rules[one.offer]
        return (
            self.say["and-then"].join(self.counts(criterion, one.last) for criterion in rule)
            or self.say["by-draw" if self.inputs.seed else "by-line"]
        )

    def counts(self, criterion: Criterion, pair: int) -> str:
        said = self.cutoffs.says(criterion, pair) or self.say["unknown-region"]
        return f"{self.say[criterion.form].format(name=criterion.name)}: {self.say.get(said, said)}"

    def proof(self) -> str:
        rows: list[tuple[str, object]] = [(self.say["seed"], self.inputs.seed or self.say["no-seed"])]
        rows += files_read(self.inputs.files, self.say)
        return section(
            self.say["proof"],
            paragraph(self.say["proof-why"]),
            table(self.say["proof"], [Column(self.say["what"]), Column(self.say["value"])], rows),
            how_to_check(self.inputs.files, self.say, "--by-choice "),
        )
