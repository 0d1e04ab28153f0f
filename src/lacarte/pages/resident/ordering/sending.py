"""The order as it is placed, from what was said on the pages."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lacarte.loop.orders.bundles.placing import BundleRefusedError, Part, Said, place_bundle
from lacarte.loop.orders.bundles.questions import answers_for, facts_in
from lacarte.loop.orders.bundles.sending import send_part
from lacarte.loop.orders.models import BundleOrder, BundlePart
from lacarte.pages.resident.ordering.draft import OrderDraft
from lacarte.pages.resident.ordering.whose import whose_order
from lacarte.registers.menu.models import Hold, OfferAtPlace

logger = logging.getLogger(__name__)


def place(request: HttpRequest, draft: OrderDraft, *, remember: bool, held: str) -> BundleOrder:
    """Place the order and send at once what waits for nothing; what cannot be sent now is sent by its job.

    Raises :class:`BundleRefusedError` and ``PermissionDenied``.
    """
    whose = whose_order(draft, request.user)
    if whose is None:
        raise BundleRefusedError(_("You may not act for this person (any more). Please choose for whom it is."))
    asked, answers = draft.asked(), draft.answers or {}
    uploads = draft.uploads()
    evidence = [
        (kind, upload) for kind, _services in draft.evidence() for upload in uploads.get(draft.draft_of(kind), ())
    ]
    said = Said(facts_in(asked, answers), remember and request.user.is_authenticated, evidence, held)
    bundle = place_bundle(
        parts_of(draft, answers), whose, said, sent_with=draft.sent_with, life_event=draft.life_event()
    )
    _send_now(bundle, held)
    return bundle


def parts_of(draft: OrderDraft, answers: Any) -> list[Part]:
    """The parts with their offers, times and answers; an offer that is gone is looked for anew."""
    offers = _found(OfferAtPlace.objects.select_related("offer", "region"), (draft.offers or {}).values())
    holds = _found(Hold.objects.select_related("lot").filter(holder=draft.holder), draft.holds.values())
    after, parts = draft.after(), []
    for service in draft.chosen():
        offer = offers.get((draft.offers or {}).get(service.code, ""))
        hold = holds.get(draft.holds.get(service.code, "")) if offer is not None else None
        mine = answers_for(service, draft.asked(), answers)
        note, waits_for = draft.notes.get(service.code, ""), frozenset(after.get(service.number, ()))
        parts.append(Part(service, offer, hold, mine, note, waits_for))
    return parts


def _found(records: Any, keys: Any) -> dict[str, Any]:
    return {str(key): record for key, record in records.in_bulk([key for key in keys if key]).items()}


def _send_now(bundle: BundleOrder, held: str) -> None:
    """So that whoever ordered sees it sent; a job does it again where this fails, and finds it done where not."""
    for key in BundlePart.objects.filter(bundle=bundle, after=None).values_list("pk", flat=True):
        try:
            send_part(key, held=held)
        except Exception:
            logger.warning(
                "part %s of a bundle could not be sent at once; its job tries again", key, exc_info=True
            )
