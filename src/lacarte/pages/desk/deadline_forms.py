"""Rules of deadlines as forms: a rule, its end, and the question which rule counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.tree import ROOT_NUMBER
from lacarte.loop.orders.delivery.reckoning import DAYS
from lacarte.loop.orders.delivery.rules import MOST
from lacarte.loop.orders.models import DeadlineRule
from lacarte.loop.orders.models.deadlines import ALWAYS
from lacarte.pages.design.forms import Form
from lacarte.pages.design.places import all_regions
from lacarte.pages.desk.forms import areas_and_services, service_choices
from lacarte.pages.desk.previewing import Previewed
from lacarte.registers.menu.models import PriorityClass, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import calendar_of

_CLASSES = [("", gettext_lazy("All classes")), *((str(value), label) for value, label in PriorityClass.choices)]


def _amount(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=MOST)


def _unit(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=DeadlineRule.Unit.choices, initial=DAYS)


class Times(Previewed):
    """How long an answer and a resolution may take, and from when on."""

    short = ("contact", "resolution", "since")
    contact = _amount(gettext_lazy("Answered within"))
    contact_unit = _unit(gettext_lazy("The answer is counted in"))
    resolution = _amount(gettext_lazy("Done within"))
    resolution_unit = _unit(gettext_lazy("The end is counted in"))
    since = forms.DateField(
        label=gettext_lazy("For orders sent from this day on"),
        required=False,
        help_text=gettext_lazy("Left empty, it also moves the deadlines of all orders under way."),
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
    )
    legal_basis = forms.CharField(label=gettext_lazy("By law"), required=False, max_length=200)
    version = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput())
    field_order: Sequence[str] = (
        "contact",
        "contact_unit",
        "resolution",
        "resolution_unit",
        "since",
        "legal_basis",
        "reason",
    )

    def __init__(self, data: Any, *, rule: DeadlineRule) -> None:
        since = "" if rule.since == ALWAYS else rule.since.astimezone(calendar_of(rule.region).zone).date()
        names = ("contact", "contact_unit", "resolution", "resolution_unit", "legal_basis")
        initial = {name: getattr(rule, name) for name in names if getattr(rule, name) is not None}
        super().__init__(data, initial={**initial, "since": since, "version": rule.changed_at.isoformat()})
        wrong = _("Please give a whole number from 0 to %(n)d.") % {"n": MOST}
        for name in ("contact", "resolution"):
            self.fields[name].error_messages |= dict.fromkeys(
                ("required", "invalid", "min_value", "max_value"), wrong
            )

    def seen(self) -> datetime | None:
        """When the rule that stood on the page was changed; ``None`` for a sign that is no time."""
        try:
            return datetime.fromisoformat(self.cleaned_data["version"])
        except ValueError:
            return None

    def fill(self, rule: DeadlineRule) -> None:
        """Put what was said into the rule. A day begins at midnight where the rule holds."""
        said = self.cleaned_data
        for name in ("contact", "contact_unit", "resolution", "resolution_unit", "legal_basis"):
            setattr(rule, name, said[name])
        zone = calendar_of(rule.region).zone
        rule.since = datetime.combine(said["since"], time(), zone) if said["since"] else ALWAYS


class NewRule(Times):
    """A rule that is not there yet: also of which services, where and for which class."""

    service = forms.ChoiceField(label=gettext_lazy("For which services"), required=False)
    region = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("How urgent"), required=False, choices=_CLASSES)
    field_order = ("service", "region", "urgency", "legal_basis", *Times.field_order)

    def __init__(self, data: Any, *, rule: DeadlineRule) -> None:
        super().__init__(data, rule=rule)
        self.offer("service", areas_and_services(_("All services")))
        self.offer("region", all_regions(_("Everywhere")))

    def fill(self, rule: DeadlineRule) -> None:
        """As of an old one, and what it is about."""
        said = self.cleaned_data
        rule.service_type = _or_root(ServiceType, said["service"])
        rule.region = _or_root(Region, said["region"])
        rule.priority_class = int(said["urgency"]) if said["urgency"] else None
        super().fill(rule)


class Removal(Previewed):
    """Remove a rule, with the reason."""

    prefix = "remove"


class Which(Form):
    """For which case the rule is looked for that counts."""

    marks_optional = False
    service = forms.ChoiceField(
        label=gettext_lazy("Service"), error_messages={"required": gettext_lazy("Please choose a service.")}
    )
    region = forms.ChoiceField(label=gettext_lazy("Where"), required=False)
    urgency = forms.ChoiceField(label=gettext_lazy("How urgent"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.offer("service", service_choices(_("Please choose")))
        self.offer("region", all_regions(_("Everywhere")))
        self.offer("urgency", [("", _("As urgent as its service")), *_CLASSES[1:]])

    def case(self) -> tuple[ServiceType, Region, int | None]:
        """The service type, the region and the class; call it when the form is valid."""
        said = self.cleaned_data
        urgency = int(said["urgency"]) if said["urgency"] else None
        return ServiceType.objects.get(code=said["service"]), _or_root(Region, said["region"]), urgency


def _or_root(of: Any, code: str) -> Any:
    return of.objects.get(code=code) if code else of.objects.get(number=ROOT_NUMBER)
