"""What is declared of a calendar, as forms: days, other hours, and the days of a calendar file."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.working_calendar import Hours
from lacarte.pages.design.forms import Choices, Form
from lacarte.pages.design.places import all_regions
from lacarte.pages.desk.previewing import Previewed
from lacarte.registers.places.calendars import MOST_DAYS, CalendarChange
from lacarte.standards.icalendar.days import LONGEST, Days, NoCalendarError, read

OFF, WORKED, USUAL = "off", "worked", "usual"


def _day(label: Any, **more: Any) -> forms.DateField:
    said = {"invalid": gettext_lazy("Please give a day, such as 2027-02-06.")}
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages=said, **more)


class WhichCalendar(Form):
    """Whose calendar is opened."""

    marks_optional = False
    region = forms.ChoiceField(label=gettext_lazy("Where"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.offer("region", all_regions(_("Everywhere")))


class DaysForm(Previewed):
    """A day, or several in a row."""

    prefix = "days"
    short = ("since", "until")
    what = forms.ChoiceField(
        label=gettext_lazy("What is declared?"),
        choices=[
            (OFF, gettext_lazy("A holiday: not worked")),
            (WORKED, gettext_lazy("A day off that is worked")),
            (USUAL, gettext_lazy("A day as its week has it: neither of both any more")),
        ],
        initial=OFF,
        widget=Choices(),
    )
    since = _day(gettext_lazy("Day"))
    until = _day(gettext_lazy("Until"), required=False, help_text=gettext_lazy("Left empty, it is one day."))
    field_order = ("what", "since", "until", "reason")

    def clean(self) -> dict[str, Any]:
        """Days in their order, and not too many."""
        said = super().clean()
        since, until = said.get("since"), said.get("until")
        if since and until and until < since:
            self.add_error("until", _("It cannot end before it begins."))
        elif since and until and (until - since).days >= MOST_DAYS:
            self.add_error("until", _("At most %(n)d days at a time.") % {"n": MOST_DAYS})
        return said

    def change(self) -> CalendarChange:
        """What is declared."""
        said = self.cleaned_data
        days = ((said["until"] or said["since"]) - said["since"]).days
        named = frozenset(said["since"] + timedelta(days=n) for n in range(days + 1))
        off, worked, usual = (named if said["what"] == what else frozenset() for what in (OFF, WORKED, USUAL))
        return CalendarChange(off, worked, usual, reason=said["reason"])


class HoursForm(Previewed):
    """Other days of the week and hours, from a day on."""

    prefix = "hours"
    short = ("since", "opens", "closes")
    since = _day(gettext_lazy("From this day on"))
    weekdays = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days that are worked"),
        choices=[(str(number), name) for number, name in WEEKDAYS.items()],
        coerce=int,
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": gettext_lazy("Please choose at least one day of the week.")},
    )
    opens = forms.TimeField(label=gettext_lazy("Work begins"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    closes = forms.TimeField(label=gettext_lazy("Work ends"), widget=forms.TimeInput({"type": "time"}, "%H:%M"))
    field_order = ("since", "weekdays", "opens", "closes", "reason")

    def __init__(self, data: Any, *, now: Hours) -> None:
        """``now`` are the hours that hold today."""
        weekdays = [str(day) for day in sorted(now.weekdays)]
        super().__init__(data, initial={"weekdays": weekdays, "opens": now.opens, "closes": now.closes})

    def clean(self) -> dict[str, Any]:
        """Work ends after it begins."""
        said = super().clean()
        if said.get("opens") and said.get("closes") and said["closes"] <= said["opens"]:
            self.add_error("closes", _("It cannot end before it begins."))
        return said

    def change(self) -> CalendarChange:
        """What is declared."""
        said = self.cleaned_data
        hours = Hours(said["since"], frozenset(said["weekdays"]), said["opens"], said["closes"])
        return CalendarChange(hours=hours, reason=said["reason"])


class FileForm(Form):
    """A calendar file."""

    prefix = "file"
    marks_optional = False
    calendar = forms.FileField(
        label=gettext_lazy("Calendar file (.ics)"),
        help_text=gettext_lazy(
            "Its whole days are taken. Those marked as worked, such as 班, are days off that are worked."
        ),
        widget=forms.ClearableFileInput({"accept": ".ics,text/calendar"}),
        error_messages={
            "required": gettext_lazy("Please choose a file."),
            "empty": gettext_lazy("This file is empty."),
        },
    )

    def clean_calendar(self) -> Days:
        """The days in it."""
        given = self.cleaned_data["calendar"]
        if given.size > LONGEST:
            raise forms.ValidationError(_("This file is too large for a calendar."))
        try:
            found = read(given.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("This file is not text in UTF-8.")) from error
        except NoCalendarError as error:
            raise forms.ValidationError(str(error)) from error
        if not (found.off or found.worked):
            raise forms.ValidationError(" ".join([_("There is no whole day in this file."), *found.wrong[:5]]))
        return found


class FoundForm(Previewed):
    """The days that were found in a file, carried along until they are kept."""

    prefix = "found"
    off = forms.CharField(required=False, widget=forms.HiddenInput())
    worked = forms.CharField(required=False, widget=forms.HiddenInput())

    @classmethod
    def of(cls, days: Days) -> FoundForm:
        """The form with what a file says."""
        return cls(None, initial={OFF: _written(days.off), WORKED: _written(days.worked)})

    def clean(self) -> dict[str, Any]:
        """The days, read again."""
        said = super().clean()
        for name in (OFF, WORKED):
            try:
                said[name] = frozenset(date.fromisoformat(day) for day in said.get(name, "").split())
            except ValueError:
                self.add_error(None, _("These days cannot be read any more. Please choose the file again."))
        return said

    def change(self) -> CalendarChange:
        """What is declared."""
        said = self.cleaned_data
        return CalendarChange(off=said[OFF], worked=said[WORKED], reason=said["reason"])


def _written(days: set[date]) -> str:
    return " ".join(day.isoformat() for day in sorted(days))
