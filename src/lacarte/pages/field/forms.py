"""What a crew's phone sends."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms

from lacarte.loop.orders.models import PhoneStep
from lacarte.loop.orders.rounds.planning import Start
from lacarte.loop.orders.rounds.steps import Step
from lacarte.loop.orders.rounds.travel import Point


class StepForm(forms.Form):
    """One step. Its page is made by hand, as there is one for each stop."""

    key = forms.UUIDField()
    order = forms.UUIDField()
    kind = forms.ChoiceField(choices=PhoneStep.Kind)
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    after = forms.UUIDField(required=False)
    made = forms.IntegerField(required=False, min_value=0, max_value=2**45)  # milliseconds since 1970
    words = forms.CharField(required=False, max_length=2000)

    def step(self, data: Any) -> Step:
        """What was done; call it when the form is valid. Each kind of step has its own field for a reason."""
        said = self.cleaned_data
        made = said["made"]
        return Step(
            key=said["key"],
            order=said["order"],
            kind=said["kind"],
            seen=said["seen"],
            after=said["after"],
            reason=str(data.get(f"reason-{said['kind']}", ""))[:40],
            words=said["words"] or str(data.get(f"words-{said['kind']}", ""))[:2000],
            made_at=datetime.fromtimestamp(made / 1000, UTC) if made else None,
        )


class StartForm(forms.Form):
    """From where a round is put in order. A position is used and not kept."""

    start = forms.ChoiceField(choices=[(one.value, one.value) for one in Start])
    longitude = forms.FloatField(required=False, min_value=-180, max_value=180)
    latitude = forms.FloatField(required=False, min_value=-90, max_value=90)

    def here(self) -> Point | None:
        """Where they say they are."""
        said = self.cleaned_data
        if said["longitude"] is None or said["latitude"] is None:
            return None
        return said["longitude"], said["latitude"]
