"""A rule of urgency as a form: its phrases line by line, in each language."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import get_language_info, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.loop.needs.actions import LONGEST_TEXT
from lacarte.loop.needs.models import UrgencyRule
from lacarte.loop.needs.urgency.judging import KINDS
from lacarte.loop.needs.urgency.rules import RuleRefusedError
from lacarte.pages.design.forms import Form
from lacarte.pages.desk.forms import areas_and_services
from lacarte.registers.menu.models import PriorityClass, ServiceType

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})*")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LONGEST_ADVICE, _LONGEST_NAME = 1000, 120
_PARTS = ("name", "words", "unless", "advice")


class TryOut(Form):
    """A text, to see which rules it calls up."""

    text = forms.CharField(
        label=gettext_lazy("Try it out: what would somebody say?"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please write a sentence to try.")},
    )


class RuleForm(Form):
    """All of a rule. Phrases, exceptions, name and advice are there once for each language."""

    urgency = forms.ChoiceField(label=gettext_lazy("How urgent"), choices=PriorityClass.choices)
    service = forms.ChoiceField(label=gettext_lazy("For which services"), required=False)
    months = forms.MultipleChoiceField(
        label=gettext_lazy("In which months"),
        required=False,
        help_text=gettext_lazy("None chosen: all year."),
        choices=[(str(number), name) for number, name in MONTHS.items()],
        widget=forms.CheckboxSelectMultiple(),
    )
    active = forms.BooleanField(label=gettext_lazy("In force"), required=False)
    marks_optional = False

    def __init__(self, data: Any, *, rule: UrgencyRule, new: bool) -> None:
        self.languages = _languages(rule, data)
        super().__init__(data, initial=_initial(rule, self.languages))
        if new:
            self.fields["code"] = forms.SlugField(
                label=_("Code"), max_length=60, help_text=_("Small letters and hyphens, such as fallen-trees.")
            )
        for language in self.languages:
            self._add(language)
        self.offer("service", areas_and_services(_("All services"), _chosen(rule)))
        self.new = new

    def _add(self, language: str) -> None:
        lines = forms.Textarea(attrs={"rows": 6, "lang": language})
        said = forms.Textarea(attrs={"rows": 4, "lang": language})
        self.fields[f"name-{language}"] = forms.CharField(
            label=pgettext("of a rule", "Name"),
            required=False,
            max_length=_LONGEST_NAME,
            widget=forms.TextInput(attrs={"lang": language}),
        )
        self.fields[f"words-{language}"] = forms.CharField(label=_("Phrases"), required=False, widget=lines)
        self.fields[f"unless-{language}"] = forms.CharField(label=_("Unless"), required=False, widget=lines)
        self.fields[f"advice-{language}"] = forms.CharField(
            label=_("What is told at once"), required=False, max_length=_LONGEST_ADVICE, widget=said
        )
        for part in _PARTS:
            field = self.fields[f"{part}-{language}"]
            field.marks_optional = False  # type: ignore[attr-defined]

    def groups(self) -> list[tuple[str, str, bool, list[Any]]]:
        """By language: its code, its name, whether the site speaks it, and its fields."""
        spoken = {code for code, _name in settings.LANGUAGES}
        return [
            (language, _name_of(language), language in spoken, [self[f"{part}-{language}"] for part in _PARTS])
            for language in self.languages
        ]

    def general(self) -> list[Any]:
        """The fields that are there once."""
        names = ["code"] if self.new else []
        return [self[name] for name in (*names, "urgency", "service", "months", "active")]

    def clean(self) -> dict[str, Any]:
        """Check what cannot be checked field by field."""
        cleaned = super().clean() or {}
        if self.new and (code := cleaned.get("code")):
            if not _CODE.fullmatch(code):
                self.add_error("code", _("Small letters, digits and hyphens only."))
            elif UrgencyRule.objects.filter(code=code).exists():
                self.add_error("code", _("There is a rule with this code already."))
        for language in self.languages:
            name = f"advice-{language}"
            for wrong in set(_PLACEHOLDER.findall(cleaned.get(name, ""))) - set(KINDS):
                known = ", ".join(f"{{{kind}}}" for kind in KINDS)
                self.add_error(
                    name, _("{%(wrong)s} names no number; known are %(known)s.") % {"wrong": wrong, "known": known}
                )
        return cleaned

    def fill(self, rule: UrgencyRule) -> None:
        """Put what was said into the rule. Raises :class:`RuleRefusedError` for a service that is gone."""
        said = self.cleaned_data
        if self.new:
            rule.code = said["code"]
        rule.urgency, rule.active = int(said["urgency"]), said["active"]
        rule.months = sorted(int(month) for month in said["months"])
        rule.name, rule.advice = ({**_texts(said, part, self.languages)} for part in ("name", "advice"))
        rule.words, rule.unless = (
            {language: found for language in self.languages if (found := _lines(said[f"{part}-{language}"]))}
            for part in ("words", "unless")
        )
        _fill_services(rule, said["service"])


def _name_of(language: str) -> str:
    try:
        return str(get_language_info(language)["name_translated"])
    except KeyError:
        return language


def _languages(rule: UrgencyRule, data: Any) -> list[str]:
    """The site's languages, then those that the rule or the form has, then one that is asked for."""
    spoken = [code for code, _name in settings.LANGUAGES]
    held = {*rule.words, *rule.unless, *rule.name, *rule.advice}
    if data is not None:
        held |= {key.removeprefix("words-") for key in data if key.startswith("words-")}
        held |= {data.get("more", "").strip().lower()}
    return spoken + sorted(code for code in held - set(spoken) if _LANGUAGE.fullmatch(code))


def _initial(rule: UrgencyRule, languages: list[str]) -> dict[str, Any]:
    initial: dict[str, Any] = {
        "urgency": str(rule.urgency),
        "months": [str(month) for month in rule.months],
        "active": rule.active,
        "service": _chosen(rule),
    }
    for language in languages:
        initial[f"name-{language}"] = rule.name.get(language, "")
        initial[f"advice-{language}"] = rule.advice.get(language, "")
        initial[f"words-{language}"] = "\n".join(rule.words.get(language, []))
        initial[f"unless-{language}"] = "\n".join(rule.unless.get(language, []))
    return initial


def _texts(said: dict[str, Any], part: str, languages: list[str]) -> dict[str, str]:
    return {language: words for language in languages if (words := said[f"{part}-{language}"].strip())}


def _lines(written: str) -> list[str]:
    """Phrases, one a line, each once."""
    return list(dict.fromkeys(line.strip() for line in written.splitlines() if line.strip()))


def _chosen(rule: UrgencyRule) -> str:
    if rule.service_first is None or rule.service_first == ROOT_NUMBER:
        return ""
    kind = ServiceType.objects.filter(number=rule.service_first).first()
    return kind.code if kind else ""


def _fill_services(rule: UrgencyRule, code: str) -> None:
    if not code:
        rule.service_first = rule.service_last = None
        return
    kind = ServiceType.objects.filter(code=code).first()
    if kind is None:
        raise RuleRefusedError(_("This service is not on the menu any more."))
    rule.service_first, rule.service_last = kind.number, kind.last
