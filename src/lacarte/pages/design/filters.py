"""The filter that lists of needs share: a life area and a district."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.pages.design.forms import Form
from lacarte.pages.design.places import district_choices
from lacarte.registers.menu.browse import life_areas
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region


class AreaAndDistrict(Form):
    """A filter that names nothing known filters nothing."""

    marks_optional = False
    area = forms.ChoiceField(label=gettext_lazy("Life area"), required=False)
    district = forms.ChoiceField(label=gettext_lazy("District"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.offer("area", [("", _("All")), *((one.area.code, str(one.area)) for one in life_areas())])
        self.offer("district", district_choices(_("Everywhere")))

    def said(self) -> dict[str, Any]:
        """What was asked for; nothing when it makes no sense."""
        return self.cleaned_data if self.is_valid() else {}

    def chosen_area(self) -> ServiceType | None:
        """The life area, if one was chosen."""
        code = self.said().get("area")
        return ServiceType.objects.filter(code=code).first() if code else None

    def chosen_district(self) -> Region | None:
        """The district, if one was chosen."""
        code = self.said().get("district")
        return Region.objects.filter(code=code).first() if code else None
