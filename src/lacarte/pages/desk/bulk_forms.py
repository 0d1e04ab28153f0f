"""What can be done to many at once, in words, and what has to be said for it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, mandates_for
from lacarte.loop.needs.models import ReadyAnswer
from lacarte.loop.needs.urgency.dangers import LONGEST_REASON
from lacarte.loop.orders.bulk.acts import ACTS, Said
from lacarte.loop.orders.bulk.doing import MOST
from lacarte.loop.orders.delivery.extending import MOST_DAYS
from lacarte.loop.orders.delivery.reasons import reasons_of
from lacarte.loop.orders.models import Reason
from lacarte.loop.orders.states import TRANSITIONS, Who
from lacarte.pages.delivering.forms import VERBS
from lacarte.pages.design.forms import WordsForm
from lacarte.pages.desk.forms import service_choices
from lacarte.registers.menu.models import Offer, PriorityClass
from lacarte.registers.providers.models import Provider

_OF_NEEDS: dict[str, str | Promise] = {
    "take": gettext_lazy("I work on these"),
    "give": gettext_lazy("Give them to somebody"),
    "service": gettext_lazy("Set the service"),
    "urgency": gettext_lazy("Set the urgency"),
    "answer": gettext_lazy("Write a ready answer"),
    "release": gettext_lazy("Pass on what was held"),
    "turn-away": gettext_lazy("Turn away what was held"),
}
_OF_ORDERS: dict[str, str | Promise] = {
    **{f"to-{target}": words for target, words in VERBS.items()},
    "extension": gettext_lazy("Ask for a later deadline"),
    "handover": gettext_lazy("Ask others to take them over"),
}
_NOT_KEPT = (
    "after",
    "names",
    "numbers",
    "act",
    "all",
    "from",
    "need",
    "order",
    "key",
    "preview",
    "csrfmiddlewaretoken",
)
#: What each act is called.
LABELS = {**_OF_NEEDS, **_OF_ORDERS}
#: Where nobody gets around saying why.
_NEED_REASON = {
    "handover",
    *(f"to-{step.target}" for step in TRANSITIONS if step.needs_reason and Who.WORKER in step.who),
}


def act_choices() -> list[tuple[str, list[tuple[str, str | Promise]]]]:
    """All acts, of needs and of orders."""
    return [(_("Needs"), list(_OF_NEEDS.items())), (_("Orders"), list(_OF_ORDERS.items()))]


def many_beside(request: HttpRequest) -> dict[str, Any]:
    """What a list shows of doing something to many: the acts, and what the list is of."""
    kept = [(name, value) for name, value in request.GET.items() if name not in _NOT_KEPT]
    return {"acts": act_choices(), "most": MOST, "asked": kept}


class ActForm(WordsForm):
    """What an act needs to know; the fields that it does not take are not there.

    ``services``: the numbers of the service types that it is about, where they are known; others have no providers
    to choose.
    """

    marks_optional = False
    service = forms.ChoiceField(
        label=gettext_lazy("Service"), error_messages={"required": gettext_lazy("Please choose a service.")}
    )
    urgency = forms.ChoiceField(
        label=gettext_lazy("How urgent is it?"),
        choices=[
            ("service", gettext_lazy("As urgent as its service")),
            *((str(value), label) for value, label in PriorityClass.choices),
        ],
    )
    answer = forms.ModelChoiceField(
        ReadyAnswer.objects.filter(active=True),
        label=gettext_lazy("Ready answer"),
        empty_label=gettext_lazy("Please choose"),
        error_messages={"required": gettext_lazy("Please choose an answer.")},
    )
    to = forms.ModelChoiceField(
        User.objects.none(),
        label=gettext_lazy("Give them to"),
        empty_label=gettext_lazy("Please choose"),
        error_messages={"required": gettext_lazy("Please choose who shall work on it.")},
    )
    provider = forms.ModelChoiceField(
        Provider.objects.none(),
        label=gettext_lazy("Provider"),
        empty_label=gettext_lazy("Please choose"),
        error_messages={"required": gettext_lazy("Please choose a provider.")},
    )
    days = forms.IntegerField(label=gettext_lazy("Working days more"), min_value=1, max_value=MOST_DAYS)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    words = forms.CharField(label=gettext_lazy("In your own words"), required=False, max_length=500)
    short = ("days",)

    def __init__(self, data: Any, *, kind: str, services: Collection[int] | None = None) -> None:
        super().__init__(data)
        self.kind, of = kind, kind.removeprefix("to-")
        takes = set(ACTS[kind].takes)
        if kind.startswith("to-") and of not in Reason.Of.values:
            takes = set()
        for name in [name for name in self.fields if name not in takes]:
            del self.fields[name]
        if "service" in takes:
            self.offer("service", service_choices(_("Please choose")))
        if "reason" in takes:
            coded = [(one.code, str(one)) for one in reasons_of(of)]
            first = _("Please choose") if kind == "extension" else _("In your own words")
            self.offer("reason", [("", first), *coded])
        if "to" in takes:
            holders = mandates_for(Action.WORK).values("holder")
            self._among("to", User.objects.filter(pk__in=holders, is_active=True).order_by("username"))
        if "provider" in takes:
            offers = Offer.objects.filter(paused=False)
            offers = offers if services is None else offers.filter(service_type__in=services)
            self._among("provider", Provider.objects.filter(pk__in=offers.values("provider")).order_by("code"))
        if kind == "urgency":
            self.fields["words"] = forms.CharField(
                label=_("Reason"),
                max_length=LONGEST_REASON,
                error_messages={"required": _("Please say why.")},
            )

    def _among(self, name: str, rows: QuerySet[Any]) -> None:
        offered = self.fields[name]
        assert isinstance(offered, forms.ModelChoiceField)
        offered.queryset = rows

    def clean(self) -> dict[str, Any]:
        """A reason where one has to be given."""
        said = super().clean()
        coded, words = said.get("reason"), str(said.get("words") or "").strip()
        if self.kind == "extension" and not coded:
            self.add_error("reason", _("Please choose a reason."))
        elif self.kind in _NEED_REASON and not coded and not words:
            self.add_error("reason", _("Please say why."))
        return said

    def said(self) -> Said:
        """What was said, as JSON keeps it; call it when the form is valid."""
        plain = {name: getattr(value, "pk", value) for name, value in self.cleaned_data.items()}
        return {name: str(value).strip() for name, value in plain.items() if value not in (None, "")}

    def in_words(self) -> list[tuple[str, str]]:
        """What was said, for people: each field that has something."""
        shown = []
        for field in self:
            value = self.cleaned_data.get(field.name)
            if value in (None, ""):
                continue
            choices = dict(_flat(getattr(field.field, "choices", []))) if isinstance(value, str) else {}
            shown.append((str(field.label), str(choices.get(value, value))))
        return shown


def _flat(choices: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for value, label in choices:
        found += _flat(label) if isinstance(label, list | tuple) else [(value, label)]
    return found


def name_of(kind: str) -> str:
    """An act in words; the bare code of one that is gone."""
    return str(LABELS.get(kind, kind))
