"""What a list is of, as its address says: a life event, a life area, some services, or what words mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lacarte.kernel.text import in_language, storable
from lacarte.registers.menu.models import BundleItem, LifeEvent, ServiceType
from lacarte.registers.menu.models.searching import SearchEntry
from lacarte.registers.menu.searching.asking import LONGEST, Results, look
from lacarte.registers.people.circumstances import FACTS, FactWrongError, read_fact, written

Kind = SearchEntry.Kind
_FOUND = 12
_MOST = 40


@dataclass(frozen=True)
class Asked:
    """The services of a list in their order, what to call it, and what its address says.

    ``why`` has by number why a life event calls for a service; ``events`` are those that words mean.
    """

    title: str
    kinds: list[ServiceType]
    query: list[tuple[str, str]] = field(default_factory=list)
    event: LifeEvent | None = None
    why: dict[int, str] = field(default_factory=dict)
    events: list[LifeEvent] = field(default_factory=list)
    words: str = ""
    results: Results | None = None  # what the words found

    @property
    def address(self) -> str:
        """The part of the address after the question mark, without any wish and any fact."""
        return urlencode(self.query)


def asked_for(said: QueryDict) -> Asked | None:
    """What an address asks for: everything where it says nothing; ``None`` for what is not on the menu."""
    words = " ".join(said.get("q", "").split())[:LONGEST]
    if words and storable(words):
        return _of_words(words)
    for name, found in (("event", _of_event), ("area", _of_area)):
        if code := said.get(name):
            return found(code) if storable(code) else None
    if codes := [code for code in dict.fromkeys(said.getlist("service")) if storable(code)][:_MOST]:
        return _of_services(codes)
    return Asked(_("All services"), _in_order(ServiceType.objects.filter(orderable=True)))


def facts_in(said: QueryDict) -> dict[str, Any] | None:
    """The facts that a link brings along, as ``fact=age:34``; ``None`` where it brings none."""
    found = {}
    for one in said.getlist("fact")[: len(FACTS)]:
        kind, _colon, value = one.partition(":")
        try:
            found[kind] = read_fact(kind, value)
        except FactWrongError:
            continue  # of another installation, or mistyped: nothing is guessed
    return found or None


def facts_as_query(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Facts for an address; what nobody is asked for is left out."""
    return [
        ("fact", f"{kind}:{written(kind, value)}")
        for kind, value in facts.items()
        if kind in FACTS and isinstance(value, bool | int | float | str)
    ]


def _of_event(code: str) -> Asked | None:
    event = LifeEvent.objects.filter(code=code, active=True).first()
    if event is None:
        return None
    items = list(
        BundleItem.objects.filter(life_event=event, service_type__orderable=True).select_related("service_type")
    )
    return Asked(
        title=str(event),
        kinds=[item.service_type for item in items],
        query=[("event", code)],
        event=event,
        why={item.service_type_id: in_language(item.why) for item in items},
    )


def _of_area(code: str) -> Asked | None:
    area = ServiceType.objects.filter(code=code, orderable=False).first()
    if area is None:
        return None
    below = ServiceType.objects.filter(number__gt=area.number, number__lte=area.last, orderable=True)
    return Asked(str(area), _in_order(below), [("area", code)])


def _of_services(codes: list[str]) -> Asked | None:
    kinds = _ordered(codes)
    return Asked(_("Chosen services"), kinds, [("service", kind.code) for kind in kinds]) if kinds else None


def _of_words(words: str) -> Asked:
    """Services by how well they, what happened, their life area or their offers answer."""
    results = look(words, get_language() or "", _FOUND)
    found = results.found
    by_kind = {kind: [one.code for one in found if one.kind == kind] for kind in Kind}
    offered = dict(
        ServiceType.objects.filter(offers__code__in=by_kind[Kind.OFFER]).values_list("offers__code", "code")
    )
    codes = [one.code if one.kind == Kind.SERVICE else offered.get(one.code, "") for one in found]
    kinds = _ordered(codes)
    for area in ServiceType.objects.filter(code__in=by_kind[Kind.AREA]):
        inside = _in_order(
            ServiceType.objects.filter(number__gt=area.number, number__lte=area.last, orderable=True)
        )
        kinds += [kind for kind in inside if kind not in kinds]
    return Asked(
        title=words,
        kinds=kinds[:_MOST],
        query=[("q", words)],
        events=list(LifeEvent.objects.filter(code__in=by_kind[Kind.LIFE_EVENT], active=True)),
        words=words,
        results=results,
    )


def _ordered(codes: Iterable[str]) -> list[ServiceType]:
    """The services with these codes that can be ordered, in this order."""
    found = ServiceType.objects.filter(code__in=set(codes), orderable=True).in_bulk(field_name="code")
    return [found[code] for code in dict.fromkeys(codes) if code in found]


def _in_order(kinds: Iterable[ServiceType]) -> list[ServiceType]:
    return sorted(kinds, key=lambda kind: kind.number)
