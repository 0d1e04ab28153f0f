"""What changes deadlines is looked at before it is kept, and what is kept is what was looked at."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from lacarte.loop.orders.delivery.lights import Light
from lacarte.loop.orders.delivery.what_if import Preview
from lacarte.loop.orders.models import Order
from lacarte.pages.delivering.light_words import TONES
from lacarte.pages.design.forms import WordsForm

_EXAMPLES = 10
LONGEST_REASON = 300


class Previewed(WordsForm):
    """A form with a reason. Its first button shows what it would do, and only then there is one that keeps it."""

    marks_optional = False
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Colleagues read it in the history. Please name nobody."),
        error_messages={"required": gettext_lazy("Please say why.")},
    )
    looked_at = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput())

    def was_looked_at(self) -> bool:
        """Whether just this was shown before, and is to be kept; else it is to be shown now."""
        what = self._what()
        same: bool = self.cleaned_data["looked_at"] == what
        data: Any = self.data
        self.data = data.copy()  # of a QueryDict: what was chosen several times stays so
        self.data[self.add_prefix("looked_at")] = what  # type: ignore[index]
        return same

    def _what(self) -> str:
        """What the form says, in short; a reason may be mended without looking again."""
        said = sorted((k, str(v)) for k, v in self.cleaned_data.items() if k not in ("looked_at", "reason"))
        return hashlib.sha256(repr(said).encode()).hexdigest()


@dataclass(frozen=True)
class Turned:
    """So many orders, or one of them, turn from one light to another."""

    before: Light
    after: Light
    tone_before: str
    tone_after: str
    orders: int = 1
    order: Order | None = None


def preview_shown(preview: Preview) -> dict[str, Any]:
    """What ``desk/what_if.html`` shows of a preview."""
    named = preview.changed[:_EXAMPLES]
    orders = Order.objects.select_related("need__service_type").in_bulk([key for key, _before, _after in named])
    return {
        "preview": preview,
        "turned": [_turned(before, after, orders=n) for before, after, n in preview.turned()],
        "examples": [_turned(before, after, order=orders[key]) for key, before, after in named if key in orders],
    }


def _turned(before: Light, after: Light, **more: Any) -> Turned:
    return Turned(before, after, TONES[before], TONES[after], **more)
