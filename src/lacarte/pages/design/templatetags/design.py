"""The components as template tags, and how values are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django import template
from django.core.paginator import Page
from django.utils import formats, timezone
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.events import describe
from lacarte.kernel.ids import spelled as reference_spelled
from lacarte.kernel.models import Event
from lacarte.kernel.text import in_language, listed
from lacarte.loop.needs.models import Message, Need
from lacarte.loop.orders.models import OrderState
from lacarte.loop.voice.models import Satisfaction
from lacarte.pages.design.answers import told_of
from lacarte.pages.design.chart import Chart
from lacarte.pages.design.map import RegionMap
from lacarte.pages.design.percents import percent
from lacarte.registers.menu.models import PriorityClass
from lacarte.registers.people.mandates import in_words as mandate_in_words
from lacarte.registers.people.models import Mandate

register = template.Library()

_TONES: dict[str, str] = {
    Need.State.OPEN: "caution",
    Need.State.HELD: "caution",
    Need.State.JOINED: "accent",
    Need.State.ORDERED: "accent",
    Need.State.MET: "good",
    Need.State.WITHDRAWN: "",
    OrderState.REQUESTED: "caution",
    OrderState.RECEIVED: "caution",
    OrderState.ACCEPTED: "accent",
    OrderState.IN_PROGRESS: "accent",
    OrderState.ON_HOLD: "caution",
    OrderState.COMPLETED: "good",
    OrderState.REJECTED: "urgent",
    OrderState.FAILED: "urgent",
    OrderState.CANCELLED: "",
}
_CLASS_TONES = {
    PriorityClass.NOW: "urgent",
    PriorityClass.DAYS: "caution",
    PriorityClass.SOON: "accent",
    PriorityClass.WHEN_POSSIBLE: "",
}


@register.inclusion_tag("design/components/tag.html")
def tag(words: str, tone: str = "") -> dict[str, Any]:
    """A short state in a word or two; never colour alone."""
    return {"words": words, "tone": tone}


@register.inclusion_tag("design/components/tag.html")
def state_tag(record: Any) -> dict[str, Any]:
    """The state of a need or an order."""
    return {"words": record.get_state_display(), "tone": _TONES.get(record.state, "")}


@register.inclusion_tag("design/components/tag.html")
def message_tag(message: Message) -> dict[str, Any]:
    """Whether a message to a resident has arrived."""
    if message.state == Message.State.FAILED:
        return {"words": message.get_state_display(), "tone": "urgent"}
    if message.medium == Message.Medium.LETTER:
        return {"words": _("Waits to be printed"), "tone": "caution"}
    if message.not_before is not None and message.not_before > clock.now():
        at = formats.time_format(timezone.localtime(message.not_before), "TIME_FORMAT")
        return {"words": _("Goes out at %(at)s, after the quiet hours") % {"at": at}, "tone": ""}
    return {"words": _("Being sent"), "tone": ""}


@register.inclusion_tag("design/components/tag.html")
def class_tag(priority_class: int | None) -> dict[str, Any]:
    """A priority class in words."""
    if priority_class is None:
        return {"words": "–", "tone": ""}
    known = PriorityClass(priority_class)
    return {"words": known.label, "tone": _CLASS_TONES[known]}


@register.inclusion_tag("design/components/error_summary.html")
def error_summary(form: Any) -> dict[str, Any]:
    """What is wrong with a form, with links to the fields. Nothing when nothing is."""
    return {"form": form}


@dataclass(frozen=True)
class Happened:
    """One line of a timeline: what happened, and how often in a row."""

    words: str
    at: datetime
    until: datetime
    times: int


@register.inclusion_tag("design/components/timeline.html")
def timeline(events: Iterable[Event]) -> dict[str, Any]:
    """What happened, oldest first. The same in a row is one line."""
    rows = groupby(((describe(event), event.at) for event in events), itemgetter(0))
    moments = [(words, [at for _words, at in row]) for words, row in rows]
    return {"lines": [Happened(words, at[0], at[-1], len(at)) for words, at in moments]}


@register.inclusion_tag("design/components/bar.html")
def bar(value: float | None, of: float, tone: str = "") -> dict[str, Any]:
    """A bar beside its number; ``value`` out of ``of``."""
    share = 0.0 if value is None or not of else max(0.0, min(1.0, float(value) / float(of)))
    return {"width": f"{share * 100:.1f}", "tone": tone}


@register.inclusion_tag("design/components/chart.html")
def chart(drawn: Chart) -> dict[str, Any]:
    """A column chart; its table comes first on the page."""
    return {"chart": drawn}


@register.inclusion_tag("design/components/map.html")
def region_map(drawn: RegionMap) -> dict[str, Any]:
    """A map of regions; its table comes first on the page."""
    return {"map": drawn}


@register.inclusion_tag("design/components/pagination.html", takes_context=True)
def pagination(context: dict[str, Any], page: Page[Any]) -> dict[str, Any]:
    """Links to the pages before and after, keeping the filters."""

    def query(number: int) -> str:
        parameters = context["request"].GET.copy()
        parameters["page"] = str(number)
        return str(parameters.urlencode())

    return {"page": page, "previous": query(page.number - 1), "next": query(page.number + 1)}


@register.inclusion_tag("design/components/next_page.html", takes_context=True)
def next_page(context: dict[str, Any], after: str) -> dict[str, Any]:
    """Links through a list that goes on ``after`` an entry, keeping the filters; empty: this is the last page."""

    def query(**more: str) -> str:
        parameters = context["request"].GET.copy()
        parameters.pop("after", None)
        parameters.update(more)
        return str(parameters.urlencode())

    is_first = "after" not in context["request"].GET
    return {"first": None if is_first else query(), "next": query(after=after) if after else ""}


@register.inclusion_tag("design/components/answers.html")
def answers(need: Need) -> dict[str, Any]:
    """What was answered to the follow-up questions of a need; nothing where nothing was."""
    return {"answers": told_of(need)}


@register.filter
def spelled(reference: str) -> str:
    """A reference sign by sign, as one reads it out over the phone; Chinese has no words for single letters."""
    if (get_language() or "").startswith("zh"):
        return " ".join(reference.replace("-", "–"))
    return reference_spelled(reference)


@register.filter
def satisfaction(value: int | None) -> str:
    """A rating in words; empty where there is none."""
    return "" if value is None else str(Satisfaction(value).label)


@register.filter
def text(value: dict[str, str]) -> str:
    """A multilingual text in the reader's language."""
    return in_language(value or {})


@register.filter
def of(values: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping has for ``key``; nothing where it has none."""
    return values.get(key, "")


@register.filter
def count(value: float | None) -> str:
    """A whole number in the reader's format, a dash for none."""
    return "–" if value is None else number_format(round(value), force_grouping=True)


@register.simple_tag
def many_of(value: int, most: int) -> str:
    """A number that was counted up to ``most``: what is more is not told apart."""
    return count(value) if value <= most else f"{count(most)}+"


register.filter("listed", listed)


@register.filter
def share(value: float | None) -> str:
    """A share from 0 to 1 as percent."""
    return "–" if value is None else percent(value)


@register.filter
def likely(probability: float) -> str:
    """A probability from 0 to 1 as percent. What was guessed is never shown as certain."""
    return share(min(probability, 0.99))


@register.filter
def minutes(seconds: float) -> str:
    """Seconds as whole minutes, at least one."""
    return number_format(max(1, round(seconds / 60)), force_grouping=True)


@register.filter
def lang_tag(code: str) -> str:
    """Django's language code as BCP 47."""
    return {"zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}.get(code, code)


@register.filter
def without_secret(words: str, need: Need) -> str:
    """What was said to the resident, without what opens their page: an official reads it."""
    return words.replace(need.secret, "…") if need.secret else words


@register.filter
def said_in(words: str, language: str) -> SafeString:
    """People's own words, marked with their language so that they are read out well."""
    if language in ("", "und"):
        return format_html("<blockquote class='said'>{}</blockquote>", words)
    return format_html("<blockquote class='said' lang='{}'>{}</blockquote>", lang_tag(language), words)


@register.filter
def acts_as(mandate: Mandate) -> str:
    """As what somebody acts for another."""
    return mandate_in_words(mandate.kind)
