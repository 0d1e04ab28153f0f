"""How urgency and need are weighed: the weights in force, who decided, what hangs on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lacarte.kernel.text import listed
from lacarte.loop.priority.analysing import BY, KIND
from lacarte.loop.priority.explaining import PART_NAMES
from lacarte.loop.priority.models import Report, Weights
from lacarte.loop.priority.weights import COLUMNS, PARTS, Dimension, Indicator, Scheme, in_force, scheme
from lacarte.loop.voice.queries import few
from lacarte.pages.design.percents import exact_percent
from lacarte.registers.menu.models import PriorityClass
from lacarte.registers.people.circumstances import in_words, value_in_words

PART_WORDS: dict[str, str | Promise] = {
    "urgency": gettext_lazy("how urgent the service is, or what was said if that is more urgent"),
    "vulnerability": gettext_lazy("in how many ways the household is in difficulty, each with its weight"),
    "deprivation": gettext_lazy("how deprived the region is beside the others, by a table such as a census"),
    "waiting": gettext_lazy("the days that all who told of it or follow it have waited, together"),
}
CLASS_WORDS: dict[PriorityClass, str | Promise] = {
    PriorityClass.NOW: gettext_lazy("Life and safety. Only what the service is or what was said leads here."),
    PriorityClass.DAYS: gettext_lazy("What cannot wait for weeks."),
    PriorityClass.SOON: gettext_lazy("What should not wait longer than some weeks."),
    PriorityClass.WHEN_POSSIBLE: gettext_lazy("What can wait until there is room."),
}


@dataclass(frozen=True)
class Share:
    """One part with its weight in percent, and what it is."""

    label: str
    words: str
    percent: str
    weight: float


@dataclass(frozen=True)
class Side:
    """One dimension of the household: its weight, and which circumstances deprive in it."""

    label: str
    percent: str
    weight: float
    told: str


@dataclass(frozen=True)
class Version:
    """One version of the weights, with what it changed of the one before it in words."""

    record: Weights
    differences: list[str]


@dataclass(frozen=True)
class Sensitive:
    """One line of the analysis: of a class, or of all; ``None`` each where it would tell about few."""

    label: str
    figures: Mapping[str, Any]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """All of it."""
    now = in_force()
    report = Report.objects.filter(kind=KIND).first()
    shown = {
        "scheme": now,
        "shares": shares(now),
        "sides": sides(now),
        "cutoff": exact_percent(now.cutoff),
        "classes": [(int(kind), CLASS_WORDS[kind]) for kind in PriorityClass],
        "versions": versions(),
        "report": report,
        "sensitive": _sensitive(report) if report else [],
        "by_percent": round(100 * BY),
    }
    return render(request, "public/weighing.html", shown)


def shares(of: Scheme) -> list[Share]:
    """The parts of the index."""
    return [
        Share(str(PART_NAMES[one]), str(PART_WORDS[one]), exact_percent(of.weights[one]), of.weights[one])
        for one in PARTS
    ]


def sides(of: Scheme) -> list[Side]:
    """The dimensions of the household."""
    return [Side(str(one), exact_percent(one.weight), one.weight, _told(one)) for one in of.dimensions]


def _told(one: Dimension) -> str:
    return listed(indicator_in_words(indicator) for indicator in one.indicators)


def indicator_in_words(one: Indicator) -> str:
    """A circumstance and which of its values deprive, in words."""
    name = in_words(one.kind)
    if one.among == (True,):
        return name
    if one.among:
        return f"{name}: {listed(value_in_words(one.kind, value) for value in one.among)}"
    if one.least is not None and one.most is not None:
        return _("%(name)s: %(low)g to %(high)g") % {"name": name, "low": one.least, "high": one.most}
    if one.least is not None:
        return _("%(name)s: %(n)g or more") % {"name": name, "n": one.least}
    return _("%(name)s: %(n)g or less") % {"name": name, "n": one.most}


def versions() -> list[Version]:
    """All versions, the newest first; two queries."""
    records = list(Weights.objects.select_related("decided_by"))
    schemes = [_scheme(one) for one in records]
    return [
        Version(record, differences(schemes[i + 1], schemes[i]) if i + 1 < len(records) else [])
        for i, record in enumerate(records)
    ]


def _scheme(one: Weights) -> Scheme:
    return scheme({name: getattr(one, name) for name in COLUMNS})


def differences(old: Scheme, new: Scheme) -> list[str]:
    """What is other in ``new``, a line each."""
    pairs = [
        (str(PART_NAMES[part]), exact_percent(old.weights[part]), exact_percent(new.weights[part]))
        for part in PARTS
    ]
    pairs.append((_("Waiting counts in full after days"), f"{old.full_wait_days:g}", f"{new.full_wait_days:g}"))
    pairs.append((_("Cut-off of the household"), exact_percent(old.cutoff), exact_percent(new.cutoff)))
    before = {one.code: one for one in old.dimensions}
    for one in new.dimensions:
        was = before.pop(one.code, None)
        pairs.append((str(one), exact_percent(was.weight) if was else "–", exact_percent(one.weight)))
        if was and was.indicators != one.indicators:
            pairs.append((str(one), _told(was), _told(one)))
    pairs += [(str(one), exact_percent(one.weight), "–") for one in before.values()]
    return [f"{name}: {was} → {now}" for name, was, now in pairs if was != now]


def _sensitive(report: Report) -> list[Sensitive]:
    """Of all, then class by class; nothing of a class of few, nor of others that would give it away."""
    of_class = {str(int(kind)): str(kind.label) for kind in PriorityClass if str(int(kind)) in report.figures}
    told = few(report.figures[code]["needs"] for code in of_class)
    found = [Sensitive(_("All classes"), report.figures["all"])] if "all" in report.figures else []
    return found + [
        Sensitive(label, report.figures[code] if needs is not None else dict.fromkeys(report.figures[code]))
        for (code, label), needs in zip(of_class.items(), told, strict=True)
    ]
