"""A service that a provider's program sends becomes what is offered from now on: all of it, or nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock, tree
from lacarte.kernel.models import User
from lacarte.kernel.text import storable
from lacarte.registers.entitlement.models import EvidenceType
from lacarte.registers.menu import keeping
from lacarte.registers.menu.keeping.access import denied
from lacarte.registers.menu.keeping.verbs import OF_OFFER
from lacarte.registers.menu.models import Offer, ServiceType
from lacarte.registers.providers.models import Provider
from lacarte.standards.hsds.fitting import UnfitError, fitted
from lacarte.standards.hsds.identity import Keys, is_uuid
from lacarte.standards.hsds.ours import Object, all_storable, beside
from lacarte.standards.hsds.own.merging import OF_SERVICE, merged
from lacarte.standards.hsds.own.places import Places
from lacarte.standards.hsds.own.refusing import RefusedError
from lacarte.standards.hsds.records import Services
from lacarte.standards.hsds.shapes import NEWEST
from lacarte.standards.hsds.taking import offer_row
from lacarte.standards.hsds.validating import object_validator
from lacarte.standards.hsds.writing import moment

#: In which field of HSDS a column stands that is wrong.
_FIELDS = {"price_minor": "cost_options", "currency": "cost_options", "website": "url", "phone": "phones"}
_CURRENCY = Offer._meta.get_field("currency").default


@transaction.atomic
def keep_service(key: UUID, sent: Object, *, actor: User) -> bool:
    """Keep the service with this key as it was ``sent``; whether it is a new one.

    Raises :class:`RefusedError` with the field and what is wrong, ``PermissionDenied``, and
    :class:`~lacarte.registers.menu.keeping.KeepingRefusedError` for what cannot be done now.
    """
    offer = Offer.objects.select_related("provider", "service_type").filter(pk=key).first()
    if offer is not None and not keeping.offers_of(actor).filter(pk=key).exists():
        raise denied()
    there = service_now(key) if offer is not None else {}
    now = clock.now()
    whole = _whole(key, there, sent, now)
    row, extras, term = offer_row(
        whole, key, currency=offer.currency if offer else _CURRENCY, changed_at=now, proofs=_own_proofs
    )
    fields = {name: value for name, value in row.items() if name in OF_OFFER}
    try:
        kept = _changed(offer, sent, term, fields, actor) or _added(key, sent, extras, term, fields, actor)
        (keeping.pause if row["paused"] else keeping.resume)(kept, actor=actor)
    except ValidationError as error:
        name, words = next(iter(error.message_dict.items()))
        raise RefusedError(_FIELDS.get(name, name), words[0]) from None
    if "service_at_locations" in sent:
        Places(kept, there, actor).keep(whole)
    return offer is None


def service_now(key: UUID) -> Object:
    """A service as it is told now, with its places and without what is free."""
    services = Services(Offer.objects.filter(pk=key), None)
    return services.whole(services.rows[0])


def _whole(key: UUID, there: Object, sent: Object, now: datetime) -> Object:
    """The service as it shall be, checked by the standard's schema."""
    for name, value in sent.items():
        if not (storable(name) and all_storable(value)):
            raise RefusedError(name.encode("ascii", "replace").decode(), _("holds signs that are no text"))
    if str(sent.get("id", key)).lower() != str(key):
        raise RefusedError("id", _("is not the one in the address"))
    whole = merged(key, there, sent, OF_SERVICE) | {"id": str(key), "last_modified": moment(now)}
    whole.setdefault("status", "active")
    whole = Keys(str(key)).object("service", whole)
    wrong = next(iter(object_validator("service", NEWEST).iter_errors(whole)), None)
    if wrong is not None:
        where = ".".join(str(part) for part in wrong.instance_path)
        raise RefusedError(where or "service", str(wrong.message)[:300])
    try:
        return fitted("service", whole)
    except UnfitError as error:
        raise RefusedError(*error.args) from error


def _own_proofs(key: UUID) -> set[str]:
    return {beside(key, f"proof {code}") for code in EvidenceType.objects.values_list("code", flat=True)}


def _changed(
    offer: Offer | None, sent: Object, term: Object | None, fields: dict[str, Any], actor: User
) -> Offer | None:
    """The offer that there is, changed; ``None`` where there is none yet."""
    if offer is None:
        return None
    owner = _owner_of(sent)
    if owner is not None and owner != str(offer.provider_id):
        raise RefusedError("organization", _("is another than before"))
    if _type_of(term) != offer.service_type:
        raise RefusedError("attributes", _("is another service than before; please send it as a new one"))
    return keeping.change_offer(offer, actor=actor, **fields)


def _added(
    key: UUID, sent: Object, extras: Object, term: Object | None, fields: dict[str, Any], actor: User
) -> Offer:
    code = extras.get("code")
    return keeping.add_offer(
        _provider(sent, actor),
        service_type=_type_of(term),
        actor=actor,
        code=code if isinstance(code, str) else "",
        key=key,
        **fields,
    )


def _type_of(term: Object | None) -> ServiceType:
    """The service of the menu that a term of our taxonomy names."""
    code = term.get("code") if term else None
    found = ServiceType.objects.filter(code=code).exclude(number=tree.ROOT_NUMBER).first() if code else None
    if found is None:
        raise RefusedError(
            "attributes", _("names no service of the menu; /taxonomy_terms lists those of “Lacarte service types”")
        )
    return found


def _provider(sent: Object, actor: User) -> Provider:
    """Who offers it: whom the service names, or the only provider that the key may keep."""
    mine = keeping.providers_of(actor)
    owner = _owner_of(sent)
    if owner is None:
        only = list(mine.order_by("pk")[:2])
        if len(only) != 1:
            raise RefusedError("organization_id", _("is missing: whose service is it?"))
        return only[0]
    found = mine.filter(pk=owner).first() if is_uuid(owner) else None
    if found is None:
        raise PermissionDenied(_("You are not a member of this provider, and no mandate of yours covers it."))
    return found


def _owner_of(sent: Object) -> str | None:
    """The key of the organisation that a service names."""
    inside = sent.get("organization")
    owner = inside.get("id") if isinstance(inside, dict) else sent.get("organization_id")
    return str(owner).lower() if owner else None
