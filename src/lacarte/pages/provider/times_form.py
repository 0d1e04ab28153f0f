"""Times to book as a form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from lacarte.kernel import clock
from lacarte.pages.design.forms import Choices, Ticks
from lacarte.pages.provider.forms import Kept, Posted, day_field
from lacarte.registers.menu.models import CapacityRule


def _time(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    wrong = {"invalid": gettext_lazy("Please write a time of day such as 09:00.")}
    return forms.TimeField(label=label, required=False, widget=widget, error_messages=wrong)


class TimesForm(Kept):
    """When an offer at a place can be booked, and by how many."""

    short = ("opens", "closes", "minutes", "units", "since", "until")
    bucket = forms.ChoiceField(
        label=pgettext_lazy("of times to book", "What one is"),
        choices=CapacityRule.Bucket.choices,
        widget=Choices(
            hints={
                "slot": gettext_lazy("Such as half an hour from 9:00"),
                "day": gettext_lazy("Come when you like on this day"),
                "month": gettext_lazy("So many in a month, without a day"),
            }
        ),
    )
    units = forms.IntegerField(
        label=gettext_lazy("How many each time"),
        error_messages={"required": gettext_lazy("Please say for how many people there is room.")},
    )
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("Days of the week"),
        required=False,
        help_text=gettext_lazy("None chosen: every working day. Holidays are always left out."),
        choices=[(str(number + 1), name) for number, name in WEEKDAYS.items()],
        widget=Ticks(),
    )
    opens = _time(gettext_lazy("From (time of day)"))
    closes = _time(gettext_lazy("To (time of day)"))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes each"), required=False)
    since = day_field(gettext_lazy("From the day"))
    until = day_field(gettext_lazy("Until the day"))

    def __init__(self, data: Posted, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.fields["since"].required = True
        self.fields["until"].help_text = _("Empty: until further notice.")

    @staticmethod
    def initial_of(rule: CapacityRule) -> dict[str, Any]:
        """What the form shows of a rule."""
        return {
            "bucket": rule.bucket,
            "units": "" if rule.units is None else str(rule.units),
            "weekdays": [str(day) for day in rule.weekdays],
            "opens": f"{rule.opens:%H:%M}" if rule.opens else "",
            "closes": f"{rule.closes:%H:%M}" if rule.closes else "",
            "minutes": str(rule.minutes or ""),
            "since": rule.since.isoformat(),
            "until": rule.until.isoformat() if rule.until else "",
            "seen": rule.offer_at_place.changed_at.isoformat(),
        }

    def values(self) -> dict[str, Any]:
        """What was said, as the verb takes it; what a day or a month does not have is left out."""
        said = self.cleaned_data
        is_slot, is_month = said["bucket"] == CapacityRule.Bucket.SLOT, said["bucket"] == CapacityRule.Bucket.MONTH
        return {
            "bucket": said["bucket"],
            "units": said["units"],
            "weekdays": [] if is_month else sorted(int(day) for day in said["weekdays"]),
            "opens": said["opens"] if is_slot else None,
            "closes": said["closes"] if is_slot else None,
            "minutes": said["minutes"] if is_slot else None,
            "since": said["since"],
            "until": said["until"],
        }


def new_rule(place: Any) -> CapacityRule:
    """Times that are not there yet, from today on."""
    today = timezone.localdate(clock.now())
    return CapacityRule(offer_at_place=place, bucket=CapacityRule.Bucket.SLOT, minutes=30, units=1, since=today)
