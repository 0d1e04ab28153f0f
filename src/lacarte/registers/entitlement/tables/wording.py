"""Decision tables in people's words: what cells ask and say, what columns are called, how rows count together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lacarte.engines.rules import HitPolicy, Kind, NotFeel, Table, Tests, Value, parse_literal, parse_tests
from lacarte.engines.rules.feel import Span
from lacarte.kernel.text import in_language
from lacarte.registers.people.circumstances import FACTS, Datatype, in_words, value_in_words

POLICIES = {
    HitPolicy.UNIQUE: gettext_lazy("No two rules ever hold at once."),
    HitPolicy.FIRST: gettext_lazy("The first rule that holds decides."),
    HitPolicy.ANY: gettext_lazy("Several rules may hold, if they say the same."),
    HitPolicy.COLLECT: gettext_lazy("All rules that hold count, each with what it says."),
    HitPolicy.SUM: gettext_lazy("What the rules that hold say is added up."),
    HitPolicy.LEAST: gettext_lazy("Of the rules that hold, the least counts."),
    HitPolicy.MOST: gettext_lazy("Of the rules that hold, the most counts."),
    HitPolicy.COUNT: gettext_lazy("It is counted how many rules hold."),
}
KINDS = {
    Kind.BOOLEAN: gettext_lazy("yes or no"),
    Kind.NUMBER: gettext_lazy("a number"),
    Kind.STRING: gettext_lazy("words"),
    Kind.DATE: gettext_lazy("a day"),
}


def column_names(table: Table, labels: Iterable[Mapping[str, str]] = ()) -> list[str]:
    """What the inputs and then the outputs are called: by a label, as people call the fact, or by the code."""
    said = [in_language(words) for words in labels]
    codes = [*(in_words(one.fact) for one in table.inputs), *(one.name for one in table.outputs)]
    return [label or code for label, code in zip([*said, *[""] * len(codes)], codes, strict=False)]


def asked_in_words(fact: str, kind: Kind, text: str) -> str:
    """The tests of a cell as people say them; as they are written where they cannot be read."""
    try:
        tests = parse_tests(text, kind)
    except NotFeel:
        return text
    if tests.anything:
        return _("any")
    parts = [_span(kind, span) for span in tests.spans] + _same(fact, tests)
    if tests.null:
        parts.append(pgettext("of a fact", "none"))
    words = pgettext("between things of which one is enough", " or ").join(parts)
    return _("not: %(tests)s") % {"tests": words} if tests.negated else words


def said_in_words(kind: Kind, text: str) -> str:
    """What a cell of an output says; as it is written where it cannot be read."""
    try:
        return value_words(parse_literal(text, kind))
    except NotFeel:
        return text


def paired(name: str, words: str) -> str:
    """A column with what stands in it."""
    return _("%(name)s: %(value)s") % {"name": name, "value": words}


def value_words(value: Value, fact: str = "") -> str:
    """A value as people say it, that of a choice by its name; a dash for none."""
    if value is None:
        return "–"
    if isinstance(value, date):
        return date_format(value, "DATE_FORMAT")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value_in_words(fact, value)


def _span(kind: Kind, span: Span) -> str:
    low, high = (None if cut is None else _end(kind, cut.value) for cut in (span.low, span.high))
    words = {"low": low, "high": high}
    if span.low is None or span.high is None:
        return _half(kind, span) % words
    if span.low.value == span.high.value:
        return str(low)
    match (span.low.after, span.high.after):
        case (False, True):
            return _("from %(low)s to %(high)s") % words
        case (False, False):
            return _("from %(low)s to below %(high)s") % words
        case (True, True):
            return _("above %(low)s, up to %(high)s") % words
    return _("above %(low)s and below %(high)s") % words


def _half(kind: Kind, span: Span) -> str:
    if span.low is None and span.high is not None:
        if span.high.after:
            return _("up to %(high)s")
        return _("before %(high)s") if kind is Kind.DATE else _("below %(high)s")
    if span.low is not None and not span.low.after:
        return _("from %(low)s on") if kind is Kind.DATE else _("%(low)s or more")
    return _("after %(low)s") if kind is Kind.DATE else _("above %(low)s")


def _end(kind: Kind, value: float) -> str:
    if kind is Kind.DATE:
        return date_format(date.fromordinal(int(value)), "DATE_FORMAT")
    return str(number_format(int(value) if value == int(value) else value, use_l10n=True))


def _same(fact: str, tests: Tests) -> list[str]:
    if fact in FACTS and FACTS[fact].datatype is Datatype.CHOICE:
        order = [key for key, _name in FACTS[fact].choices]
    else:
        order = []
    values = sorted(tests.same, key=lambda one: (order.index(one) if one in order else len(order), str(one)))
    return [value_in_words(fact, one) for one in values]
