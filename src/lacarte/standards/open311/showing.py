"""Needs as GeoReport requests: what everybody may see of them, and no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch
from django.urls import reverse
from django.utils.translation import gettext as _

from lacarte.kernel.text import in_language
from lacarte.loop.needs.models import Attachment, Follower, Need
from lacarte.loop.needs.understanding.privacy import is_public, public_text, without_personal
from lacarte.loop.orders.models import Order, OrderState
from lacarte.registers.menu.answering import AnswerWrongError, choices_of, read_answer
from lacarte.registers.menu.models import Attribute, ServiceType
from lacarte.registers.places.models import NamedPlace
from lacarte.standards.open311.moments import write_w3c

#: What the standard calls closed.
_CLOSED = frozenset({Need.State.MET, Need.State.WITHDRAWN})
_ENDED_UNDONE = (OrderState.REJECTED, OrderState.CANCELLED, OrderState.FAILED)
#: Answers in free words may be about a person; these cannot.
_PUBLIC_ANSWERS = (
    Attribute.DataType.NUMBER,
    Attribute.DataType.DATETIME,
    Attribute.DataType.ONE_OF,
    Attribute.DataType.SOME_OF,
)
_COLUMNS = (
    "reference", "state", "channel", "subject", "service_type", "text", "address", "longitude", "latitude",
    "answers", "origin", "received_at", "closed_at", "changed_at",
    "lead__reference", "lead__state",
    "understanding__personal", "understanding__held",
)  # fmt: skip


@dataclass(frozen=True)
class Extras:
    """What ``extensions=true`` adds, for a page of needs."""

    behind: Counter[UUID]
    questions: dict[int, list[Attribute]]


@dataclass(frozen=True)
class _Page:
    """What many needs of a page have in common, looked up and put into words once."""

    base: str
    services: dict[int, tuple[str, str]]  # number of a service type: its code and name
    states: dict[str, str]
    places: frozenset[str]  # codes of the gazetteer; whatever else was sent as one may be about a person
    extras: Extras | None


def shown(keys: Sequence[UUID], base: str, *, extended: bool) -> list[dict[str, Any]]:
    """The requests of the needs with these keys, in their order and in as many queries however many they are.

    ``base`` is the address of the site without a slash at its end.
    """
    orders = Order.objects.exclude(state__in=_ENDED_UNDONE).select_related("offer_at_place__offer__provider")
    photos = Attachment.objects.exclude(released_at=None).order_by("created_at", "id")
    needs = {
        need.pk: need
        for need in Need.objects.filter(pk__in=keys)
        .select_related("lead", "understanding")
        .only(*_COLUMNS)
        .prefetch_related(
            Prefetch("orders", orders, to_attr="living_orders"),
            Prefetch("attachments", photos, to_attr="released_photos"),
        )
    }
    found = [needs[key] for key in keys if key in needs]
    kinds = ServiceType.objects.filter(pk__in={need.service_type_id for need in found})
    page = _Page(
        base,
        {number: (code, in_language(name)) for number, code, name in kinds.values_list("pk", "code", "name")},
        {value: str(label) for value, label in Need.State.choices},
        _places(found),
        _extras(found) if extended else None,
    )
    return [_request(need, page) for need in found]


def _request(need: Need, page: _Page) -> dict[str, Any]:
    """One need. What is about a person or a household, or not read by anybody yet, is only said to exist."""
    public = is_public(need)
    stands = need.lead.state if need.state == Need.State.JOINED and need.lead else need.state
    order: Order | None = next(iter(need.living_orders), None)  # type: ignore[attr-defined]
    photos: list[Attachment] = need.released_photos if public else []  # type: ignore[attr-defined]
    code, name = page.services[need.service_type_id]
    code_of_place = need.origin.get("address_id")
    said: dict[str, Any] = {
        "service_request_id": need.reference,
        "status": "closed" if stands in _CLOSED else "open",
        "status_notes": _notes(need, page),
        "service_name": name,
        "service_code": code,
        "description": public_text(need) if public else None,
        "agency_responsible": in_language(order.offer_at_place.offer.provider.name) if public and order else None,
        "service_notice": None,
        "requested_datetime": write_w3c(need.received_at),
        "updated_datetime": write_w3c(need.closed_at or need.changed_at),
        "expected_datetime": write_w3c(order.resolution_due) if order else None,
        "address": without_personal(need.address) if public and need.address else None,
        "address_id": code_of_place if public and code_of_place in page.places else None,
        "zipcode": None,
        "lat": need.latitude if public else None,
        "long": need.longitude if public else None,
        "media_url": address_of(photos[0], page.base) if photos else None,
    }
    if page.extras is not None:
        said["extended_attributes"] = _extended(need, photos, page.base, page.extras, public=public)
    return said


def _notes(need: Need, page: _Page) -> str:
    if need.state == Need.State.JOINED and need.lead is not None:
        return _("Joined to %(reference)s, which tells of the same thing") % {"reference": need.lead.reference}
    return page.states[need.state]


def address_of(photo: Attachment, base: str) -> str:
    """Where a released photo is to be had."""
    return base + reverse("attachment", args=[photo.pk])


def _places(needs: Sequence[Need]) -> frozenset[str]:
    """Those codes of places that came with needs which the gazetteer has."""
    said = {need.origin["address_id"] for need in needs if need.origin.get("address_id")}
    return (
        frozenset(NamedPlace.objects.filter(code__in=said).values_list("code", flat=True)) if said else frozenset()
    )


def _extras(needs: Sequence[Need]) -> Extras:
    keys = [need.pk for need in needs]
    behind: Counter[UUID] = Counter()
    for need, count in Follower.objects.filter(need__in=keys).values_list("need").annotate(n=Count("pk")):
        behind[need] += count
    for lead, count in Need.objects.filter(lead__in=keys).values_list("lead").order_by().annotate(n=Count("pk")):
        behind[lead] += count
    questions: dict[int, list[Attribute]] = {}
    asked = Attribute.objects.filter(
        service_type__in={need.service_type_id for need in needs}, datatype__in=_PUBLIC_ANSWERS
    )
    for question in asked:
        questions.setdefault(question.service_type_id, []).append(question)
    return Extras(behind, questions)


def _extended(
    need: Need, photos: Iterable[Attachment], base: str, extras: Extras, *, public: bool
) -> dict[str, Any]:
    if not public:
        return {"channel": need.channel, "followers": None, "photos": [], "answers": []}
    asked = extras.questions.get(need.service_type_id, [])
    return {
        "channel": need.channel,
        "followers": extras.behind[need.pk],
        "photos": [
            {
                "media_url": address_of(photo, base),
                "width": photo.width,
                "height": photo.height,
                "created_at": write_w3c(photo.created_at),
            }
            for photo in photos
        ],
        "answers": [
            answer
            for question in asked
            if question.code in need.answers
            and (answer := _answer(question, need.answers[question.code]))["values"]
        ],
    }


def _answer(question: Attribute, said: str | list[str]) -> dict[str, Any]:
    """What was answered, as far as it is an answer to the question as it is now.

    It may have been given to another one, of another type, and be about a person.
    """
    names = dict(choices_of(question))
    keys = [key for one in ([said] if isinstance(said, str) else said) for key in _read(question, one)]
    return {
        "code": question.code,
        "label": in_language(question.question),
        "values": [{"key": key, "name": names.get(key, key)} for key in keys],
    }


def _read(question: Attribute, said: str) -> list[str]:
    try:
        read = read_answer(question, said)
    except AnswerWrongError:
        return []
    return [read] if isinstance(read, str) else read
