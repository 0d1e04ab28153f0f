"""What officials fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.objecting import LONGEST
from lacarte.loop.matching.models import Objection
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.reading import suggest
from lacarte.pages.design.filters import AreaAndDistrict
from lacarte.pages.design.forms import Choices, Form, WordsForm
from lacarte.pages.design.templatetags.design import likely as percent
from lacarte.pages.desk.queries import WHOSE, Filters
from lacarte.registers.menu.browse import life_areas
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.reading import PURPOSES


def service_choices(first: str) -> list[tuple[str, str | list[tuple[str, str]]]]:
    """All services grouped by life area, after an empty choice called ``first``."""
    groups = [(str(one.area), [(kind.code, str(kind)) for kind in one.services]) for one in life_areas()]
    return [("", first), *groups]


def areas_and_services(first: str, chosen: str = "") -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Life areas, each with its services, after an empty choice called ``first``.

    ``chosen`` is offered by its code where it is not on the menu any more.
    """
    groups = [
        (
            str(one.area),
            [
                (one.area.code, _("All of %(area)s") % {"area": one.area}),
                *((kind.code, str(kind)) for kind in one.services),
            ],
        )
        for one in life_areas()
    ]
    listed = {code for _name, services in groups for code, _label in services}
    return [("", first), *([] if not chosen or chosen in listed else [(chosen, chosen)]), *groups]


class Search(AreaAndDistrict):
    """The queue's filters."""

    words = forms.CharField(label=gettext_lazy("Reference or words"), required=False, max_length=100)
    whose = forms.ChoiceField(
        label=gettext_lazy("Whose work"), required=False, choices=[("", gettext_lazy("All")), *WHOSE.items()]
    )
    field_order = ("words", "area", "district", "whose")

    def filters(self) -> Filters:
        """What was asked for."""
        said = self.said()
        words, whose = said.get("words", "").strip(), said.get("whose", "")
        return Filters(self.chosen_area(), self.chosen_district(), words, whose)


class Classify(Form):
    """Which service a need calls for; what the text suggests comes first."""

    service = forms.ChoiceField(
        label=gettext_lazy("Service"), error_messages={"required": gettext_lazy("Please choose a service.")}
    )

    def __init__(self, data: Any, *, need: Need) -> None:
        super().__init__(data, initial={"service": need.service_type.code if need.service_type_id else ""})
        likely = [(kind.code, f"{kind} ({percent(share)})") for kind, share in suggest(need.text, 3)]
        first, *groups = service_choices(_("Please choose"))
        suggested = [(_("Suggested by the text"), likely)] if likely else []
        self.offer("service", [first, *suggested, *groups])

    def chosen(self) -> ServiceType:
        """The service type; call it when the form is valid."""
        return ServiceType.objects.get(code=self.cleaned_data["service"])


class RightOrNot(WordsForm):
    """Whether an objection is right, and why."""

    upheld = forms.TypedChoiceField(
        label=gettext_lazy("Are they right?"),
        choices=[("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))],
        coerce=lambda said: said == "yes",
        widget=Choices(),
        error_messages={"required": gettext_lazy("Please say whether they are right.")},
    )
    words = forms.CharField(
        label=gettext_lazy("Your answer to them"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Please say why.")},
    )

    def foretell(self, *, yes: str, no: str) -> None:
        """Say beside each choice what comes of it."""
        widget = self.fields["upheld"].widget
        assert isinstance(widget, Choices)
        widget.hints = {"yes": yes, "no": no}


class Answer(RightOrNot):
    """What a case worker says to an objection, against an offer or against having none."""

    def __init__(self, data: Any, *, objection: Objection) -> None:
        super().__init__(data)
        again = _("The next run looks at it anew.")
        if objection.match_id is not None:
            again = _("This offer is not asked again for a fortnight, and another is looked for.")
        self.foretell(yes=again, no=_("The decision stays as it is."))


class Reveal(Form):
    """Why somebody's name and phone number are read."""

    purpose = forms.ChoiceField(label=gettext_lazy("What for"), choices=list(PURPOSES.items()))
