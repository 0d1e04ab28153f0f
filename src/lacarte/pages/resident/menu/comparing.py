"""Up to four offers side by side."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.kernel.text import in_language
from lacarte.loop.voice.by_offer import ratings_of
from lacarte.pages.resident.menu.answering import back_of, key_of
from lacarte.pages.resident.menu.rows import offer_row, proofs_of, verdict_in_words
from lacarte.pages.resident.menu.said import known_of
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.personal import Wishes, these_offers

MOST = 4


@require_GET
def compare(request: HttpRequest) -> HttpResponse:
    """The chosen offers as columns of a table, in the order in which they were chosen."""
    keys = [key for key in map(key_of, dict.fromkeys(request.GET.getlist("offer"))) if key is not None]
    if len(keys) > MOST:
        messages.info(request, _("Four offers fit side by side. These are the first four that you chose."))
    known = known_of(request)
    found = these_offers(keys[:MOST], known.where, Wishes(languages=(request.LANGUAGE_CODE,)))
    back = back_of(request)
    if not found:
        messages.warning(request, _("Please choose the offers that you want to compare."))
        return redirect(back)
    judged = entitled(known.facts)([one.place.offer.service_type_id for one in found])
    ratings = ratings_of([(one.place.offer_id, one.place.offer.provider_id) for one in found])
    columns = [
        {
            "row": offer_row(one, ratings),
            "verdict": verdict_in_words(judged[one.place.offer.service_type_id]),
            "proofs": proofs_of(judged[one.place.offer.service_type_id]),
            "conditions": in_language(one.place.offer.conditions),
        }
        for one in found
    ]
    return render(request, "resident/menu/compare.html", {"columns": columns, "back": back})
