"""What officials fill in to change a table: its words, a column, a rule, a test case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language_info, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from lacarte.engines.rules import Case, HitPolicy, Input, Kind, Output, Row
from lacarte.kernel.text import listed
from lacarte.pages.design.forms import Ticks, WordsForm
from lacarte.pages.entitlement.cells import (
    CellInput,
    TestField,
    ValueField,
    expected_field,
    fact_field,
    plain,
    says_field,
    shown,
    test_field,
)
from lacarte.pages.entitlement.grid import heads_of
from lacarte.registers.entitlement.tables.facts import KIND_OF
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.entitlement.tables.wording import KINDS, POLICIES
from lacarte.registers.people.circumstances import FACTS, in_words

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_OUTPUT = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_LONGEST_NAME, _LONGEST_LAW, _LONGEST_NOTE = 120, 200, 300


class TableForm(WordsForm):
    """A form about a part of a table; its fields are made by what the table has."""

    marks_optional = False

    def add(self, name: str, field: forms.Field, initial: Any = None, *, short: bool = False) -> None:
        """One more field."""
        field.as_heading, field.short, field.marks_optional = False, short, False  # type: ignore[attr-defined]
        if initial is not None:
            self.initial[name] = initial
        self.fields[name] = field

    def add_words(self, name: str, label: Any, said: Mapping[str, str]) -> None:
        """A text in each language of the site, and in those that it has."""
        for code in languages(said):
            field = forms.CharField(
                label=f"{label} ({language_name(code)})",
                required=False,
                max_length=_LONGEST_NAME,
                widget=forms.TextInput({"lang": code}),
            )
            self.add(f"{name}-{code}", field, said.get(code, ""))

    def words(self, name: str) -> dict[str, str]:
        """The text by language; call it when the form is valid."""
        said = {
            one.removeprefix(f"{name}-"): self.cleaned_data[one]
            for one in self.fields
            if one.startswith(f"{name}-")
        }
        return {code: text.strip() for code, text in said.items() if text.strip()}

    def read_out(self) -> None:
        """Say at each cell what it means or why it cannot be read, and nowhere else."""
        for name, field in self.fields.items():
            if isinstance(widget := field.widget, CellInput):
                widget.looks = True
                self.errors.pop(name, None)


class Words(TableForm):
    """What a table is called, where it is written, how its rules count, and from which day on."""

    def __init__(self, data: Any, written: Written | None, since: Any = None) -> None:
        super().__init__(data)
        if written is None:
            hint = _("Small letters and hyphens, such as rent-help. Services ask the table by it, so it stays.")
            self.add("code", forms.CharField(label=_("Code"), max_length=40, help_text=hint), short=True)
        self.add_words("name", pgettext_lazy("of a table", "Name"), written.name if written else {})
        law = forms.CharField(
            label=_("By law"),
            required=False,
            max_length=_LONGEST_LAW,
            help_text=_("Where it is written, such as a decision of the council with its day and section."),
        )
        self.add("legal_basis", law, written.legal_basis if written else "")
        policy = forms.ChoiceField(
            label=_("How rules count together"), choices=[(one.value, words) for one, words in POLICIES.items()]
        )
        self.add("hit_policy", policy, (written.table.hit_policy if written else HitPolicy.UNIQUE).value)
        day = forms.DateField(
            label=_("Counts from this day on"),
            widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
            error_messages={"required": gettext_lazy("Please say from which day on it counts.")},
        )
        self.add("since", day, since, short=True)

    def clean_code(self) -> str:
        """A code that an address can have."""
        code = str(self.cleaned_data["code"]).strip()
        if not _CODE.fullmatch(code) or code in ("new", "import"):
            raise forms.ValidationError(_("Small letters, digits and hyphens only, and not new or import."))
        return code

    def clean(self) -> dict[str, Any]:
        """It has a name in some language."""
        said = super().clean()
        if not any(said.get(one, "").strip() for one in self.fields if one.startswith("name-")):
            self.add_error(
                next(one for one in self.fields if one.startswith("name-")), _("Please give it a name.")
            )
        return said


class InputForm(TableForm):
    """A fact that the table asks, which values are allowed, and its place among the others."""

    def __init__(self, data: Any, written: Written, number: int) -> None:
        super().__init__(data)
        inputs = written.table.inputs
        self.number, self.old = number, inputs[number - 1] if number <= len(inputs) else None
        taken = {one.fact for at, one in enumerate(inputs, 1) if at != number}
        offered = sorted(
            ((fact, str(one.name)) for fact, one in FACTS.items() if fact not in taken), key=lambda one: one[1]
        )
        if self.old is not None and self.old.fact not in FACTS:
            offered.insert(0, (self.old.fact, self.old.fact))
        self.add("fact", forms.ChoiceField(label=_("Fact"), choices=offered), self.old.fact if self.old else None)
        if self.old is not None:
            allowed = TestField(self.old.fact, self.old.kind, label=_("Values that are allowed"))
            allowed.help_text = _("As in a rule. Empty: all that people can answer.")
            self.add("allowed", allowed, plain(self.old.allowed, self.old.kind))
        others = [one for at, one in enumerate(inputs, 1) if at != number]
        places = [
            ("1", _("First")),
            *(
                (str(at + 1), _("After %(fact)s") % {"fact": in_words(one.fact)})
                for at, one in enumerate(others, 1)
            ),
        ]
        self.add("place", forms.ChoiceField(label=_("Place"), choices=places), str(min(number, len(places))))

    def asked(self) -> Input:
        """The column; call it when the form is valid. Another fact has no values of the old one."""
        fact = self.cleaned_data["fact"]
        if self.old is not None and self.old.fact == fact:
            kind = KIND_OF[FACTS[fact].datatype] if fact in FACTS else self.old.kind
            allowed = self.cleaned_data["allowed"]
            return Input(fact, kind, "" if allowed == "-" or kind is not self.old.kind else allowed)
        return Input(fact, KIND_OF[FACTS[fact].datatype])


class OutputForm(TableForm):
    """Something that the table says."""

    def __init__(self, data: Any, written: Written, number: int) -> None:
        super().__init__(data)
        table = written.table
        self.taken = {one.name for at, one in enumerate(table.outputs, 1) if at != number}
        self.old = table.outputs[number - 1] if number <= len(table.outputs) else None
        at = len(table.inputs) + number - 1
        hint = _("Letters, digits and hyphens, such as hours. Services ask for it by this.")
        code = forms.CharField(label=_("Code"), max_length=40, help_text=hint)
        self.add("code", code, self.old.name if self.old else "", short=True)
        self.add_words("label", _("What people call it"), written.labels[at] if at < len(written.labels) else {})
        kinds = forms.ChoiceField(
            label=_("What it is"), choices=[(one.value, words) for one, words in KINDS.items()]
        )
        self.add("kind", kinds, (self.old.kind if self.old else Kind.BOOLEAN).value)
        if self.old is not None:
            default = ValueField(
                self.old.kind,
                otherwise="",
                also=("true", "false") if self.old.kind is Kind.BOOLEAN else (),
                label=_("Where no rule holds"),
                help_text=_("What is said then: true or false, a number, a day or words. Empty: nothing."),
            )
            self.add("default", default, shown(self.old.default, self.old.kind), short=True)

    def clean_code(self) -> str:
        """A code that is there once."""
        code = str(self.cleaned_data["code"]).strip()
        if not (_OUTPUT.fullmatch(code) or (self.old is not None and code == self.old.name)):
            raise forms.ValidationError(_("A letter first, then letters, digits and hyphens."))
        if code in self.taken:
            raise forms.ValidationError(_("There is a result with this code already."))
        return code

    def said(self) -> Output:
        """The column; call it when the form is valid."""
        kind = Kind(self.cleaned_data["kind"])
        if self.old is not None and self.old.kind is kind:
            return Output(self.cleaned_data["code"], kind, self.old.allowed, self.cleaned_data.get("default", ""))
        return Output(self.cleaned_data["code"], kind)


class RuleForm(TableForm):
    """A rule: what it asks of each fact, what it says, and a note."""

    def __init__(self, data: Any, written: Written, number: int) -> None:
        super().__init__(data)
        table, heads = written.table, heads_of(written)
        new = Row(tuple("-" for _one in table.inputs), tuple("null" for _one in table.outputs))
        row = table.rows[number - 1] if number <= len(table.rows) else new
        self.asks, self.says = [], []
        for at, (asked, text) in enumerate(zip(table.inputs, row.tests, strict=False)):
            self.asks.append(f"t{at}")
            self.add(f"t{at}", *test_field(asked.fact, asked.kind, text, heads[at].name))
        for at, (said, text) in enumerate(zip(table.outputs, row.says, strict=False)):
            self.says.append(f"s{at}")
            self.add(f"s{at}", *says_field(said.kind, text, heads[len(table.inputs) + at].name), short=True)
        note = forms.CharField(
            label=_("Note"),
            required=False,
            max_length=_LONGEST_NOTE,
            help_text=_("For colleagues; it decides nothing."),
        )
        self.add("note", note, row.note)

    def parts(self) -> list[tuple[str, list[Any]]]:
        """The fields under their headings."""
        return [
            (_("If"), [self[name] for name in self.asks]),
            (_("Then"), [self[name] for name in self.says]),
            ("", [self["note"]]),
        ]

    def row(self) -> Row:
        """The rule; call it when the form is valid."""
        said = self.cleaned_data
        tests, says = (tuple(str(said[name]) for name in names) for names in (self.asks, self.says))
        return Row(tests, says, said["note"].strip())


class CaseForm(TableForm):
    """A test case: who, what is known of them, and what the table has to say."""

    def __init__(self, data: Any, written: Written, number: int) -> None:
        super().__init__(data)
        table, heads = written.table, heads_of(written)
        self.written = written
        case = written.cases[number - 1] if number <= len(written.cases) else Case("")
        self.taken = {one.name.lower() for at, one in enumerate(written.cases, 1) if at != number}
        name = forms.CharField(
            label=_("Name of the case"), max_length=80, help_text=_("Such as: retired, lives alone.")
        )
        self.add("name", name, case.name)
        for at, asked in enumerate(table.inputs):
            field = fact_field(asked.fact, asked.kind, heads[at].name)
            text = case.facts.get(asked.fact, "")
            self.add(
                f"f{at}", field, shown(text, asked.kind) if isinstance(field, ValueField) else text, short=True
            )
        many = table.hit_policy is HitPolicy.COLLECT
        for at, said in enumerate(table.outputs):
            kind = Kind.NUMBER if table.hit_policy is HitPolicy.COUNT else said.kind
            field = expected_field(kind, heads[len(table.inputs) + at].name, many=many)
            text = case.says.get(said.name, "")
            written_out = isinstance(field, ValueField) and text != "null"
            self.add(f"e{at}", field, shown(text, kind) if written_out else text, short=True)

    def parts(self) -> list[tuple[str, list[Any]]]:
        """The fields under their headings."""
        names = list(self.fields)
        return [
            ("", [self["name"]]),
            (_("Who it is"), [self[one] for one in names if one.startswith("f")]),
            (_("What the table has to say"), [self[one] for one in names if one.startswith("e")]),
        ]

    def clean_name(self) -> str:
        """A name that is there once."""
        name = " ".join(str(self.cleaned_data["name"]).split())
        if name.lower() in self.taken:
            raise forms.ValidationError(_("There is a case with this name already."))
        return name

    def clean(self) -> dict[str, Any]:
        """Something is expected."""
        said = super().clean()
        wanted = [one for one in self.fields if one.startswith("e")]
        if wanted and not any(said.get(one) for one in wanted) and not any(one in self.errors for one in wanted):
            self.add_error(wanted[0], _("Please say what the table has to say."))
        return said

    def case(self) -> Case:
        """The case; call it when the form is valid."""
        said, table = self.cleaned_data, self.written.table
        facts = {one.fact: said[f"f{at}"] for at, one in enumerate(table.inputs) if said[f"f{at}"]}
        says = {one.name: said[f"e{at}"] for at, one in enumerate(table.outputs) if said[f"e{at}"]}
        return Case(said["name"], facts, says)


class KeepForm(WordsForm):
    """Why a table is kept as it is now; ``seen`` is when the draft that was looked at was written."""

    marks_optional = False
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        help_text=gettext_lazy("Colleagues read it in the history. Please name nobody."),
        error_messages={"required": gettext_lazy("Please say why.")},
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())

    def __init__(self, *args: Any, not_asked: Sequence[str] = (), **kwargs: Any) -> None:
        """``not_asked`` are facts that nobody is asked for: mistyped, unless records bring them."""
        super().__init__(*args, **kwargs)
        if not_asked:
            said = _("Records bring what nobody is asked for: %(facts)s.") % {"facts": listed(not_asked)}
            self.fields["from_records"] = forms.MultipleChoiceField(
                label=_("What nobody is asked for"),
                choices=[("on", said)],
                widget=Ticks(),
                error_messages={"required": _("Please put it right in the draft, or say that records bring it.")},
            )


def languages(said: Mapping[str, str]) -> list[str]:
    """Those of the site, then those that a text has beside them."""
    spoken = [code for code, _name in settings.LANGUAGES]
    return spoken + sorted(set(said) - set(spoken))


def language_name(code: str) -> str:
    """A language in the reader's words."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code
