"""What is ordered: the services of a life event, or those that were picked from the menu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel.text import in_language, listed, storable
from lacarte.pages.design.forms import Form, Ticks
from lacarte.pages.resident.menu.answering import key_of
from lacarte.pages.resident.ordering.draft import OrderDraft
from lacarte.registers.menu.models import LifeEvent, OfferAtPlace, ServiceType

#: More at once nobody oversees.
MOST = 20


@dataclass(frozen=True)
class Asked:
    """What a link asks for: a life event, or services with an offer for each where one was chosen."""

    event: LifeEvent | None
    services: list[ServiceType]
    suggested: list[str]
    hints: dict[str, str]
    proposed: dict[str, str]

    @classmethod
    def of(cls, said: QueryDict) -> Asked:
        """``event=CODE``, or ``service=CODE`` (several); with ``offer=KEY`` (several), where offers were chosen.

        Of a service the first offer counts. ``only=chosen`` suggests nothing else. What is unknown is left out.
        """
        code = said.get("event", "")
        event = LifeEvent.objects.filter(code=code, active=True).first() if code and storable(code) else None
        chosen = _services_of(said.getlist("offer")[:MOST])
        if event is not None:
            return cls._of_event(event, chosen, only=said.get("only") == "chosen")
        codes = list(dict.fromkeys([*filter(storable, said.getlist("service")), *chosen]))[:MOST]
        found = ServiceType.objects.filter(code__in=codes, orderable=True).in_bulk(field_name="code")
        services = [found[code] for code in codes if code in found]
        hints = {one.code: in_language(one.description) for one in services}
        return cls(None, services, list(found), hints, {code: chosen[code] for code in chosen if code in found})

    def query(self) -> str:
        """The same as a part of an address."""
        event = [("event", self.event.code)] if self.event is not None else []
        services = [("service", one.code) for one in self.services] if self.event is None else []
        return urlencode([*event, *services, *(("offer", key) for key in self.proposed.values())])

    @classmethod
    def _of_event(cls, event: LifeEvent, chosen: dict[str, str], *, only: bool) -> Asked:
        items = [
            item
            for item in event.items.select_related("service_type").prefetch_related("after__service_type")
            if item.service_type.orderable
        ]
        hints = {}
        for item in items:
            before = listed(one.service_type for one in item.after.all())
            turn = _("Its turn comes after: %(services)s.") % {"services": before} if before else ""
            hints[item.service_type.code] = " ".join(filter(None, (in_language(item.why), turn)))
        services = [item.service_type for item in items]
        proposed = {one.code: chosen[one.code] for one in services if one.code in chosen}
        suggested = [
            item.service_type.code
            for item in items
            if item.service_type.code in proposed or (item.suggested and not (only and proposed))
        ]
        return cls(event, services, suggested, hints, proposed)


def _services_of(offers: list[str]) -> dict[str, str]:
    """The first of ``offers`` (keys of offers at places) of each service, by its code."""
    keys = [key for key in map(key_of, offers) if key is not None]
    there = OfferAtPlace.objects.filter(pk__in=keys, offer__paused=False)
    codes = dict(there.values_list("pk", "offer__service_type__code"))
    found: dict[str, str] = {}
    for key in keys:
        if key in codes:
            found.setdefault(codes[key], str(key))
    return found


class Parts(Form):
    """Which services are wanted."""

    services = forms.MultipleChoiceField(
        label=gettext_lazy("What do you want to order?"),
        error_messages={
            "required": gettext_lazy("Please choose at least one service."),
            "invalid_choice": gettext_lazy("One of these is not on the menu any more. Please choose again."),
        },
    )

    def __init__(
        self,
        data: Any,
        *,
        asked: Asked,
        warnings: Mapping[str, str],
        chosen: list[str] | None = None,
    ) -> None:
        """``chosen`` are codes that are ticked instead of what is suggested, ``warnings`` words by code."""
        super().__init__(data, initial={"services": chosen if chosen is not None else asked.suggested})
        self.asked = asked
        hints = {
            code: " ".join(filter(None, (asked.hints.get(code), warnings.get(code))))
            for code in (one.code for one in asked.services)
        }
        self.fields["services"].widget = TicksWithHints(hints=hints)
        self.offer("services", [(one.code, str(one)) for one in asked.services])

    def draft(self) -> OrderDraft:
        """A new order of what was chosen, in the order of the life event."""
        wanted = set(self.cleaned_data["services"])
        services = [one.code for one in self.asked.services if one.code in wanted]
        event = self.asked.event.code if self.asked.event is not None else ""
        return OrderDraft(event=event, services=services, proposed=self.asked.proposed)


class TicksWithHints(Ticks):
    """Boxes to tick, each with a hint."""

    def __init__(self, *args: Any, hints: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.hints = hints

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One box."""
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "hint": self.hints.get(str(value), "")}
