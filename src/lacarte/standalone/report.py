"""The report: one page of HTML with its style inside, no script, and nothing fetched from anywhere."""

from __future__ import annotations

from functools import cached_property
from html import escape

import numpy as np
import numpy.typing as npt

from lacarte.engines.matching.candidates.build import Reason
from lacarte.engines.matching.explanation.explain import Explanations
from lacarte.engines.matching.explanation.words import SENTENCES
from lacarte.engines.matching.fairness.balance import Balance
from lacarte.engines.matching.fairness.rates import Rates, served_rates
from lacarte.engines.matching.proof import fingerprint, proof
from lacarte.standalone import page
from lacarte.standalone.balancing import worst_shown
from lacarte.standalone.drawing import AT_LEAST, columns
from lacarte.standalone.page import Column, paragraph, section, table
from lacarte.standalone.report_map import map_section
from lacarte.standalone.report_parts import files_read, how_to_check, percent, rejected
from lacarte.standalone.report_words import REPORT
from lacarte.standalone.run import Matched
from lacarte.standalone.words import REASONS, group_word, told_served, told_unserved

__all__ = ["report"]

#: Rows of the tables that could be long.
MOST_ROWS = 20


def report(matched: Matched, language: str) -> str:
    """The whole page in ``language``, ``en`` or ``zh-hans``; nobody's id is on it."""
    return _Report(matched, language).page()


class _Report:
    """Writes one report."""

    def __init__(self, matched: Matched, language: str) -> None:
        self.matched, self.language, self.say = matched, language, REPORT[language]
        self.result, self.problem, self.inputs = matched.result, matched.problem, matched.inputs
        self.served = self.result.assignment >= 0

    @cached_property
    def used(self) -> npt.NDArray[np.int64]:
        return np.bincount(self.result.assignment[self.served], minlength=len(self.problem.capacity))

    @cached_property
    def names(self) -> dict[int, str]:
        return {offer: self.inputs.offer_name(offer) for offer in range(len(self.problem.capacity))}

    @cached_property
    def groups(self) -> Rates:
        """Priority groups, the small ones hidden so that no subtraction finds them."""
        return served_rates(self.served, self.problem.priority_class.astype(np.int64), AT_LEAST)

    @cached_property
    def group_shown(self) -> npt.NDArray[np.bool_]:
        """``bool[n]``: is somebody's priority group shown?"""
        return np.isin(self.problem.priority_class, self.groups.group[self.groups.shown])

    @cached_property
    def told_reasons(self) -> Rates:
        """The reasons of those who have none, those of few people hidden."""
        reason = self.matched.found.reason[~self.served].astype(np.int64)
        return served_rates(np.zeros(len(reason), dtype=bool), reason, AT_LEAST)

    @cached_property
    def reason_shown(self) -> npt.NDArray[np.bool_]:
        """``bool[n]``: has somebody a place, or a reason that is shown?"""
        told = self.told_reasons
        return self.served | np.isin(self.matched.found.reason, told.group[told.shown])

    def page(self) -> str:
        parts = (
            self.first_figures(), self.by_group(), self.reasons(), self.regions(), self.balance(),
            map_section(self.matched, self.say, self.used, self.names),
            self.next_places(), self.scarce_offers(), self.kinds(), self.samples(), self.proof(),
            rejected(self.inputs.rejects, self.say),
        )  # fmt: skip
        return page.document(self.say["title"], self.language, "".join(parts), self.say["foot"])

    def first_figures(self) -> str:
        needs, served = len(self.served), int(self.served.sum())
        capacity = f"{int(self.problem.capacity.sum(dtype=np.int64)):,}"
        gap = self.matched.gap_of_all if self.matched.gap_of_all is not None else self.result.gap
        told = self.say["lead"].format(served=f"{served:,}", needs=f"{needs:,}", capacity=capacity)
        return (
            f'<p class="lead">{escape(told)}</p>\n' if not self.matched.stopped
            else paragraph(self.say["stopped"], "notice caution")
        ) + page.figures([
            (self.say["needs"], f"{needs:,}"),
            (self.say["served"], f"{served:,}"),
            (self.say["unserved"], f"{needs - served:,}"),
            (self.say["rate"], percent(served, needs)),
            (self.say["used"].format(capacity=capacity), f"{served:,}"),
            (self.say["gap"], f"{gap / max(self.result.cost, 1):.1g}" if gap else "0"),
        ])  # fmt: skip

    def by_group(self) -> str:
        needs = np.bincount(self.problem.priority_class)
        groups = self.groups.group[self.groups.shown].tolist()
        hidden = int((~self.groups.shown).sum())
        ways = (
            (self.say["ours"], self.result.served_by_class, self.result.cost),
            (self.say["greedy"], self.matched.by_class.served_by_class, self.matched.by_class.cost),
            (self.say["queue"], self.matched.first_come.served_by_class, self.matched.first_come.cost),
        )
        rows: list[list[object]] = [
            [
                self.say["group"].format(n=group + 1),
                int(needs[group]),
                *(served.get(group, 0) for _, served, _ in ways),
            ]
            for group in groups
        ]
        totals = [sum(served.values()) for _, served, _ in ways]
        rows.append([self.say["all"], len(self.served), *totals])
        means = [
            self.minutes(cost / total) if total else "–" for (_, _, cost), total in zip(ways, totals, strict=True)
        ]
        rows.append([self.say["mean"], "", *means])
        heads = [Column(self.say["group-column"]), Column(self.say["people"], True)]
        shares = [
            (name, [served.get(group, 0) / int(needs[group]) for group in groups]) for name, served, _ in ways
        ]
        labels = [self.say["group"].format(n=group + 1) for group in groups]
        return section(
            self.say["by-group"],
            paragraph(self.say["by-group-why"]),
            table(self.say["by-group"], [*heads, *(Column(name, True) for name, _, _ in ways)], rows),
            paragraph(self.say["hidden-groups"].format(n=hidden), "muted") if hidden else "",
            page.figure(self.say["rate"], columns(self.say["chart"], labels, shares)) if groups else "",
        )

    def reasons(self) -> str:
        if self.served.all():
            return section(self.say["reasons"], paragraph(self.say["nobody"]))
        told, words = self.told_reasons, {**REASONS[self.language], Reason.NONE: self.say["full"]}
        found = [
            (words[Reason(code)], n, percent(n, len(self.served)))
            for code, n, shown in zip(told.group.tolist(), told.people.tolist(), told.shown.tolist(), strict=True)
            if shown
        ]
        hidden = int((~told.shown).sum())
        heads = [Column(self.say["reason"]), Column(self.say["people"], True), Column(self.say["share"], True)]
        return section(
            self.say["reasons"],
            table(self.say["reasons"], heads, found) if found else "",
            paragraph(self.say["hidden-reasons"].format(n=hidden), "muted") if hidden else "",
        )

    def regions(self) -> str:
        region = self.inputs.need_table.arrays.get("region")
        if region is None or not len(region):
            return ""
        names = self.inputs.words["region"].names
        return section(
            self.say["regions"], paragraph(self.say["regions-why"]), self.shares("region", region, names)
        )

    def balance(self) -> str:
        """What serving groups as evenly as possible changed, and what it costs."""
        balance, column = self.matched.balance, self.inputs.balance
        if balance is None:
            return ""
        what = group_word(column, self.language)
        own = "" if column == "region" else self.shares(column, self.inputs.group, self.inputs.group_names)
        cost = self.saved(int(balance.cost_before - self.result.cost))
        return section(
            self.say["balance"].format(what=what),
            paragraph(self.say["balance-why"].format(what=what, cost=cost)),
            self.worst(balance, what),
            own,
        )

    def worst(self, balance: Balance, what: str) -> str:
        """The share of the worst group in each class: the table, the same as a chart, and what is proved."""
        shown = worst_shown(balance, AT_LEAST) & np.isin(balance.classes, self.groups.group[self.groups.shown])
        hidden = "" if shown.all() else paragraph(self.say["balance-hidden"], "muted")
        if not shown.any():
            return hidden
        labels = [self.say["group"].format(n=urgency + 1) for urgency in balance.classes[shown].tolist()]
        shares = [row[shown].tolist() for row in (balance.worst_before, balance.worst_after, balance.bound)]
        names = [self.say[name].format(what=what) for name in ("worst-before", "worst-after", "worst-limit")]
        heads = [Column(self.say["group-column"]), *(Column(name, True) for name in names)]
        rows = [(label, *(f"{one:.0%}" for one in row)) for label, *row in zip(labels, *shares, strict=True)]
        caption = self.say["worst-chart"].format(what=what)
        limit = "balance-kept" if self.matched.found.truncated.any() else "balance-all"
        return (
            table(caption, heads, rows)
            + paragraph(self.say[limit], "muted")
            + page.figure(caption, columns(caption, labels, [(names[at], shares[at]) for at in (1, 0)]))
            + hidden
        )

    def shares(self, column: str, group: npt.NDArray[np.int64], given: list[str]) -> str:
        """Who is served by the groups of a column."""
        rates = served_rates(self.served, group, AT_LEAST)
        names = [name or self.say["unknown-region"] for name in given]
        shown = np.flatnonzero(rates.shown)
        rows = [
            (
                names[int(rates.group[at])], int(rates.people[at]), int(rates.served[at]), f"{rates.rate[at]:.0%}",
                f"{rates.low[at]:.0%} – {rates.high[at]:.0%}",
            )
            for at in shown[np.argsort(rates.rate[shown], kind="stable")].tolist()
        ]  # fmt: skip
        first = self.say["region"] if column == "region" else group_word(column, self.language)
        heads = (first, *(self.say[name] for name in ("people", "served", "share", "interval")))
        hidden = int((~rates.shown).sum())
        said = self.say["hidden" if column == "region" else "hidden-groups-of"].format(n=hidden)
        return (table(first, [Column(head, at > 0) for at, head in enumerate(heads)], rows) if rows else "") + (
            paragraph(said, "muted") if hidden else ""
        )

    def next_places(self) -> str:
        growth = self.matched.growth
        if growth is None:
            return ""
        rows = [
            (f"{at + 1}", self.names[offer], self.coming_in(urgency), self.saved(saved))
            for at, (offer, urgency, saved) in enumerate(
                zip(growth.offer.tolist(), growth.priority_class.tolist(), growth.cost_saved.tolist(), strict=True)
            )
        ]
        if not rows:
            return section(self.say["next"], paragraph(self.say["no-next"]))
        heads = [Column(self.say[name]) for name in ("place", "offer", "comes-in", "saved")]
        return section(self.say["next"], paragraph(self.say["next-why"]), table(self.say["next"], heads, rows))

    def coming_in(self, urgency: int) -> str:
        if urgency < 0:
            return self.say["nobody-in"]
        if urgency not in self.groups.group[self.groups.shown]:
            return self.say["small-group"]
        return self.say["group"].format(n=urgency + 1)

    def saved(self, seconds: int) -> str:
        return self.say["saved-less" if seconds >= 0 else "saved-more"].format(minutes=self.minutes(abs(seconds)))

    def minutes(self, seconds: float) -> str:
        return self.say["minutes"].format(n=f"{seconds / 60:,.1f}")

    def scarce_offers(self) -> str:
        price = self.result.price
        scarce = np.flatnonzero(price > 0)
        if not len(scarce):
            return section(self.say["offers"], paragraph(self.say["no-price"]))
        first = scarce[np.lexsort((scarce, -price[scarce]))][:MOST_ROWS]
        capacity = self.problem.capacity
        rows = [(self.names[j], int(capacity[j]), int(self.used[j]), self.comes_in(j)) for j in first.tolist()]
        numbers = ("capacity", "taken")
        heads = [Column(self.say[one], one in numbers) for one in ("name", *numbers, "lets-in")]
        return section(self.say["offers"], table(self.say["offers"], heads, rows))

    def comes_in(self, offer: int) -> str:
        """Who would come in by one more place at an offer, others moving on the way."""
        if self.matched.told is None:
            return "–"
        winner = int(self.matched.told.worth.winner[offer])
        return self.coming_in(int(self.problem.priority_class[winner]) if winner >= 0 else -1)

    def kinds(self) -> str:
        kind = self.inputs.offer_table.arrays.get("provider_kind")
        if kind is None or not len(kind):
            return ""
        names = self.inputs.words["provider_kind"].names
        rows = [
            (
                self.say[names[one]] if one else self.say["unknown-kind"],
                int(self.problem.capacity[kind == one].sum(dtype=np.int64)), int(self.used[kind == one].sum()),
            )
            for one in np.unique(kind).tolist()
        ]  # fmt: skip
        heads = [Column(self.say[name], name != "kind") for name in ("kind", "capacity", "taken")]
        return section(self.say["kinds"], table(self.say["kinds"], heads, rows))

    def samples(self) -> str:
        told = self.matched.told
        if told is None:
            return ""
        ranks = self.matched.cards.rank
        served = (
            told_served(told, need, self.language, self.names) for need in self.some(self.served & (ranks == 0))
        )
        far = (told_served(told, need, self.language, self.names) for need in self.some(self.served & (ranks > 0)))
        reason = self.matched.found.reason
        full = told.zones.of_need >= 0
        none = (
            self.told_nothing(told, need, Reason(int(reason[need])))
            for need in self.some(full) or self.some(~self.served)
        )
        titles = (self.say["sample-near"], self.say["sample-far"], self.say["sample-none"])
        cards = "".join(
            f'<div class="card"><h3>{escape(title)}</h3>{"".join(map(paragraph, said))}</div>'
            for title, sentences in zip(titles, (served, far, none), strict=True)
            for said in sentences
        )
        shown = f'<div class="columns">{cards}</div>\n' if cards else ""
        return section(self.say["samples"], paragraph(self.say["samples-why"]), shown) if cards else ""

    def told_nothing(self, told: Explanations, need: int, reason: Reason) -> list[str]:
        balance = self.inputs.balance if self.matched.balance else ""
        said = told_unserved(told, need, reason, self.language, self.names, balance)
        changes = SENTENCES[self.language]["changes"]
        return [said.words, said.changes] if not said.helps else [said.words, changes, said.changes]

    def some(self, which: npt.NDArray[np.bool_]) -> list[int]:
        """One need of these, the one in the middle; of those only who are one of many in all that is told."""
        alike = self.problem.priority_class.astype(np.int64) * len(Reason) + self.matched.found.reason
        rows = np.flatnonzero(which & self.group_shown & self.reason_shown)
        rows = rows[np.bincount(alike[rows], minlength=1)[alike[rows]] >= AT_LEAST]
        return [int(need) for need in rows[len(rows) // 2 : len(rows) // 2 + 1]]

    def proof(self) -> str:
        result, inputs = self.result, self.inputs
        rows: list[tuple[str, object]] = [
            (self.say["objective"], result.objective), (self.say["bound"], result.bound),
            (self.say["gap-row"], result.gap), (self.say["step"], result.step), (self.say["cost"], result.cost),
            (self.say["seed"], inputs.seed or self.say["no-seed"]), (self.say["rules"], inputs.rules.version),
            (self.say["solver"], result.solver), (self.say["fingerprint"], fingerprint(self.problem)),
            (self.say["digest"], proof(self.problem, result)),
        ]  # fmt: skip
        rows += files_read(inputs.files, self.say)
        return section(
            self.say["proof"],
            paragraph(self.say["proof-why"]),
            self.extent(),
            table(self.say["proof"], [Column(self.say["what"]), Column(self.say["value"])], rows),
            how_to_check(inputs.files, self.say),
        )

    def extent(self) -> str:
        """What the proof covers."""
        gap = self.matched.gap_of_all
        if gap is None:
            return paragraph(self.say["kept-pairs"], "notice caution")
        words = self.say["all-pairs"].format(gap=self.minutes(gap)) if gap else self.say["best"]
        if self.matched.balance is not None:
            cheaper = self.say["cheaper" if gap else "no-cheaper"].format(gap=self.minutes(gap))
            words = self.say["balanced"].format(cheaper=cheaper)
        return paragraph(words, "notice")
