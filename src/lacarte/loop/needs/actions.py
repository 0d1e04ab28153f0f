"""Verbs that change needs."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.engines.text import language as language_of
from lacarte.kernel import clock
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require
from lacarte.loop.needs.events import NeedClassified, NeedReceived, NeedWithdrawn
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding import understand
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.models import Household, Person
from lacarte.registers.places.models import Region
from lacarte.registers.places.queries import region_at

LONGEST_TEXT = 5000


class NeedRefusedError(ValueError):
    """What was sent in cannot be a need; the message says why and what to do."""


def receive(
    *,
    text: str,
    channel: str,
    service_type: ServiceType | None = None,
    person: Person | None = None,
    household: Household | None = None,
    region: Region | None = None,
    longitude: float | None = None,
    latitude: float | None = None,
    address: str = "",
    language: str | None = None,
    actor: User | None = None,
    external_id: str | None = None,
    received_at: datetime | None = None,
) -> Need:
    """Take in a need from any channel: find its type, region and language, and say so to later stages.

    Sent twice with the same ``external_id`` it is one need. Coordinates are degrees (WGS84) and win over
    ``region``, which is what somebody chose from a list, and over the household's.
    Raises :class:`NeedRefusedError` for an empty, overlong or unprintable text or impossible coordinates.
    """
    _check(text, address, service_type, longitude, latitude)
    home = household or (person.household if person else None)
    if longitude is None and region is None and not address and home is not None:
        longitude, latitude = home.longitude, home.latitude
    number, certainty = (service_type.number, 1.0) if service_type else understand(text)
    chosen = service_type or ServiceType.objects.get(number=number)
    if longitude is not None or region is None:
        region = home.region if home and longitude is None else region_at(longitude, latitude)
    with transaction.atomic():
        if external_id and (known := Need.objects.filter(external_id=external_id).first()):
            return known
        need = Need.objects.create(
            secret=secrets.token_urlsafe(24),
            channel=channel,
            subject=chosen.subject,
            person=person,
            household=home,
            registered_by=actor,
            service_type=chosen,
            type_certainty=certainty,
            region=region,
            text=text.strip(),
            language=language or language_of(text),
            address=address,
            longitude=longitude,
            latitude=latitude,
            external_id=external_id,
            received_at=received_at or clock.now(),
        )
        publish(NeedReceived(need=need.pk, channel=channel), stream=need.pk, actor=actor)
    return need


def _check(
    text: str, address: str, service_type: ServiceType | None, longitude: float | None, latitude: float | None
) -> None:
    if not text.strip() and service_type is None:
        raise NeedRefusedError(_("Please say in a few words what you need."))
    if len(text) > LONGEST_TEXT:
        raise NeedRefusedError(_("Please use at most %(n)d characters.") % {"n": LONGEST_TEXT})
    if "\0" in text + address:
        raise NeedRefusedError(_("This holds a character that is no text. Please type it again."))
    if (longitude is None) != (latitude is None):
        raise NeedRefusedError(_("A place needs both longitude and latitude."))
    if longitude is not None and latitude is not None and not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise NeedRefusedError(_("Longitude is from −180 to 180 and latitude from −90 to 90."))


def classify(need: Need, *, service_type: ServiceType, actor: User) -> Need:
    """Set or correct a need's service type. Raises ``PermissionDenied`` without a mandate for both types."""
    with transaction.atomic():
        need = Need.objects.select_for_update().get(pk=need.pk)
        require(actor, Action.WORK, need)
        need.service_type, need.type_certainty, need.subject = service_type, 1.0, service_type.subject
        require(actor, Action.WORK, need)
        need.save(update_fields=["service_type", "type_certainty", "subject"])
        publish(NeedClassified(need=need.pk, service_type=service_type.number), stream=need.pk, actor=actor)
    return need


def withdraw(need: Need, *, actor: User | None) -> Need:
    """Close a need that waits. The caller has checked that it is theirs. Raises :class:`NeedRefusedError`."""
    with transaction.atomic():
        need = Need.objects.select_for_update().get(pk=need.pk)
        if need.state != Need.State.OPEN:
            raise NeedRefusedError(_("Somebody already works on this; please cancel the order instead."))
        need.state, need.closed_at = Need.State.WITHDRAWN, clock.now()
        need.save(update_fields=["state", "closed_at"])
        publish(NeedWithdrawn(need=need.pk), stream=need.pk, actor=actor)
    return need
