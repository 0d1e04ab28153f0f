"""Cells of a table as fields of a form: choices by name where there are some, else what is written, read out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.engines.rules import OPEN, Kind, NotFeel, Value, literal_text, parse_literal, parse_tests
from lacarte.kernel.text import plain_number
from lacarte.pages.design.forms import Ticks
from lacarte.registers.entitlement.tables.fault_words import cell_fault
from lacarte.registers.entitlement.tables.wording import asked_in_words
from lacarte.registers.people.circumstances import FACTS, Datatype

LONGEST_CELL = 500
_ANY = "-"
_NULL = "null"
_DAY = re.compile(r"""(?<!["\d-])(\d{4}-\d\d-\d\d)(?!["\d-])""")
_WRITTEN_DAY = re.compile(r'date\(\s*"(\d{4}-\d\d-\d\d)"\s*\)|@"(\d{4}-\d\d-\d\d)"')
#: In a list that is “1” or “200”; whoever writes it means a number above a thousand.
_THOUSANDS = re.compile(r"(?<![\d.])([1-9]\d{0,2}),(\d{3})(?!\d)")
_HINTS = {
    Kind.NUMBER: gettext_lazy("Such as < 18, >= 65, [65..80) for 65 to below 80, or 1, 2. Empty: any."),
    Kind.DATE: gettext_lazy("Such as >= 2026-03-01 or [2026-01-01..2026-06-30]. Empty: any."),
    Kind.STRING: gettext_lazy('Words between quotation marks, such as "north", "south". Empty: any.'),
    Kind.BOOLEAN: gettext_lazy("true or false. Empty: any."),
}


def formal(text: str, kind: Kind) -> str:
    """What is written, as the table keeps it: days need no more than their figures on a page."""
    return _DAY.sub(r'date("\1")', text.strip()) if kind is Kind.DATE else text.strip()


def plain(text: str, kind: Kind) -> str:
    """A cell as it is written on a page."""
    return _WRITTEN_DAY.sub(lambda found: found[1] or found[2], text) if kind is Kind.DATE else text


def choices_of(fact: str) -> Sequence[tuple[str, Any]]:
    """The keys and names of a fact that is a choice; none for others."""
    known = FACTS.get(fact)
    return known.choices if known is not None and known.datatype is Datatype.CHOICE else ()


def wrong_test(text: str, kind: Kind) -> str:
    """Why a cell that asks something cannot be taken; empty where it can."""
    if kind is Kind.NUMBER and (found := _THOUSANDS.search(text)):
        words = _("sign %(n)d: a comma stands between two values: write %(one)s, or “%(two)s” for both")
        return words % {"n": found.start() + 1, "one": found[1] + found[2], "two": f"{found[1]}, {found[2]}"}
    try:
        parse_tests(text, kind)
    except NotFeel as error:
        return cell_fault(error)
    return ""


class CellInput(forms.TextInput):
    """A cell with what it means below, read anew while it is written.

    ``looks``: the page was asked for just that, so that it also says here why a cell cannot be read.
    """

    template_name = "entitlement/cell_input.html"
    looks = False

    def __init__(self, fact: str, kind: Kind) -> None:
        reads = {
            "hx-post": "",
            "hx-include": "closest form",
            "hx-vals": '{"look": "yes"}',
            "hx-trigger": "change, keyup changed delay:500ms",
            "hx-swap": "outerHTML",
        }
        super().__init__(attrs={"maxlength": LONGEST_CELL, "autocomplete": "off", **reads})
        self.fact, self.kind = fact, kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """The field, and its words."""
        context = super().get_context(name, value, attrs)
        if "id" in context["widget"]["attrs"]:
            place = f"#{context['widget']['attrs']['id']}_reads"
            context["widget"]["attrs"] |= {"hx-target": place, "hx-select": place}
        text = formal(str(value or ""), self.kind)
        wrong = wrong_test(text, self.kind)
        context["words"] = "–" if wrong else asked_in_words(self.fact, self.kind, text)
        if wrong:
            context["wrong"] = wrong if self.looks else ""
        return context


class TestField(forms.CharField):
    """What a rule asks of a fact, as unary tests; empty for any value."""

    __test__ = False  # pytest

    def __init__(self, fact: str, kind: Kind, **said: Any) -> None:
        super().__init__(
            required=False, widget=CellInput(fact, kind), help_text=_HINTS[kind], max_length=LONGEST_CELL, **said
        )
        self.kind = kind

    def clean(self, value: Any) -> str:
        """As the table keeps it."""
        text = formal(str(super().clean(value)), self.kind)
        if wrong := wrong_test(text, self.kind):
            raise forms.ValidationError(wrong)
        return text or _ANY


class TestTicks(forms.MultipleChoiceField):
    """What a rule asks of a fact that is a choice: any of those ticked."""

    __test__ = False  # pytest

    def __init__(self, fact: str, **said: Any) -> None:
        super().__init__(
            required=False,
            choices=choices_of(fact),
            widget=Ticks(),
            help_text=_("One of those ticked. None ticked: any."),
            **said,
        )
        self.fact = fact

    def clean(self, value: Any) -> str:
        """As the table keeps it, in the order of the choices."""
        ticked = set(super().clean(value))
        keys = [str(key) for key, _name in choices_of(self.fact)]
        if len(ticked) in (0, len(keys)):
            return _ANY
        return ", ".join(literal_text(key) for key in keys if key in ticked)


def test_field(fact: str, kind: Kind, text: str, label: str) -> tuple[forms.Field, Any]:
    """The field for a test, and what stands in it."""
    if kind is Kind.BOOLEAN and text.strip() in ("", _ANY, "true", "false"):
        offered = [(_ANY, _("any")), ("true", _("yes")), ("false", _("no"))]
        return forms.ChoiceField(choices=offered, label=label), text.strip() or _ANY
    if kind is Kind.STRING and (ticked := _ticked(fact, text)) is not None:
        return TestTicks(fact, label=label), ticked
    return TestField(fact, kind, label=label), "" if text.strip() == _ANY else plain(text, kind)


def _ticked(fact: str, text: str) -> list[str] | None:
    """The choices that a test leaves; ``None`` where boxes cannot say it."""
    keys = [key for key, _name in choices_of(fact)]
    try:
        tests = parse_tests(text, Kind.STRING)
    except NotFeel:
        return None
    if not keys or tests.null or tests.same - set(keys):
        return None
    if tests.anything:
        return []
    return [key for key in keys if (key in tests.same) != tests.negated]


class ValueField(forms.CharField):
    """A value that a rule says or somebody has, as a literal; empty: ``otherwise``.

    ``also`` are texts that are taken as they are.
    """

    def __init__(self, kind: Kind, *, otherwise: str, also: Sequence[str] = (), **said: Any) -> None:
        widget = forms.DateInput({"type": "date"}) if kind is Kind.DATE and not also else forms.TextInput()
        super().__init__(required=False, widget=widget, max_length=LONGEST_CELL, **said)
        self.kind, self.otherwise, self.also = kind, otherwise, also

    def clean(self, value: Any) -> str:
        """As the table keeps it."""
        text = str(super().clean(value))
        if not text or text in self.also:
            return text or self.otherwise
        if self.kind is Kind.STRING:
            return literal_text(text)
        text = formal(text, self.kind) if self.kind is Kind.DATE else plain_number(text)
        try:
            return literal_text(parse_literal(text, self.kind))
        except NotFeel as error:
            raise forms.ValidationError(cell_fault(error)) from error


def says_field(kind: Kind, text: str, label: str) -> tuple[forms.Field, Any]:
    """The field for what a rule says, and what stands in it."""
    if kind is Kind.BOOLEAN:
        offered = [("true", _("yes")), ("false", _("no")), (_NULL, _("nothing"))]
        return forms.ChoiceField(choices=offered, label=label), text.strip() or _NULL
    return ValueField(kind, otherwise=_NULL, label=label), shown(text, kind)


def fact_field(fact: str, kind: Kind, label: str) -> forms.Field:
    """The field for what somebody has, as a literal; empty where it is not known."""
    unknown = ("", _("not known"))
    if kind is Kind.BOOLEAN:
        return forms.ChoiceField(
            required=False, choices=[unknown, ("true", _("yes")), ("false", _("no"))], label=label
        )
    if kind is Kind.STRING and (offered := choices_of(fact)):
        named = [(literal_text(key), name) for key, name in offered]
        return forms.ChoiceField(required=False, choices=[unknown, *named], label=label)
    return ValueField(kind, otherwise="", label=label)


def expected_field(kind: Kind, label: str, *, many: bool) -> forms.Field:
    """The field for what a case expects; :data:`~lacarte.engines.rules.OPEN` where the table cannot say it yet."""
    unsaid = ("", _("not looked at"))
    if many:
        hint = _("As it is written in cells, with commas between; - for none, ? for “cannot say yet”.")
        return forms.CharField(required=False, label=label, help_text=hint, max_length=LONGEST_CELL)
    if kind is Kind.BOOLEAN:
        offered = [
            unsaid,
            ("true", _("yes")),
            ("false", _("no")),
            (_NULL, _("nothing")),
            (OPEN, _("cannot say yet")),
        ]
        return forms.ChoiceField(required=False, choices=offered, label=label)
    hint = _("Empty: not looked at; null for “nothing”, ? for “cannot say yet”.")
    return ValueField(kind, otherwise="", also=(OPEN, _NULL), label=label, help_text=hint)


def shown(text: str, kind: Kind) -> str:
    """A literal as a field shows it; empty for nothing."""
    if text.strip() in ("", OPEN):
        return text.strip()
    try:
        value: Value = parse_literal(text, kind)
    except NotFeel:
        return plain(text, kind)
    if value is None:
        return ""
    return value if isinstance(value, str) else plain(text.strip(), kind)
