"""Why each need was decided as it was: kept with the run, and put into words when somebody reads it.

What is kept is the engine's explanation (``engines.matching.explain``) with offers by their ids. Nothing is worked
out anew from records that have changed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lacarte.engines.matching import Result
from lacarte.engines.matching.explain import (
    Change,
    Choice,
    Explanation,
    Explanations,
    Holders,
    Nearer,
    Zone,
    explain,
)
from lacarte.engines.matching.explanation_words import SENTENCES, words
from lacarte.loop.matching.candidates import Candidates
from lacarte.loop.matching.models import Match, Objection, Unserved
from lacarte.registers.menu.models import OfferAtPlace

Kept = dict[str, Any]


def explained(candidates: Candidates, result: Result) -> Explanations:
    """The explanation of every need of a run."""
    parts = {"travel": candidates.travel, "language": candidates.language, "price": candidates.price}
    return explain(candidates.problem, result, parts=parts)


def kept(told: Explanation, offers: Sequence[UUID]) -> Kept:
    """One explanation as JSON. Of a scarcity zone it keeps how many offers there are: replaying names them."""
    # Orders are rounded to tens; “number 0 or earlier” would be no advice.
    changes = tuple(change for change in told.changes if change.kind != "order" or change.amount > 0)
    data = asdict(replace(told, zone=None, changes=changes))
    if told.zone is not None:
        data["zone"] = {**asdict(told.zone), "offers": len(told.zone.offers)}
    for part in (data["own"], data["nearer"], *data["changes"]):
        if part is not None:
            part["offer"] = str(offers[part["offer"]]) if part["offer"] >= 0 else ""
    return data


def in_words(about: Match | Unserved | Objection) -> tuple[str, ...]:
    """The sentences that explain a decision, or that there was none, in the reader's language.

    Of an objection: what the person had been told. Empty for decisions of before explanations were kept.
    """
    data = about.explanation
    if not data:
        return ()
    offers = _mentioned(data)
    told = _restored(data, {offer: number for number, offer in enumerate(offers)})
    spoken = (get_language() or "en").lower()
    parts = {"language": _("Another language than yours, counted as time"), "price": _("Price, counted as time")}
    names = dict(enumerate(_names(offers)))
    return words(told, spoken if spoken in SENTENCES else "en", names, parts=parts)


def _mentioned(data: Kept) -> list[str]:
    parts = [data["own"], data["nearer"], *data["changes"]]
    return list(dict.fromkeys(part["offer"] for part in parts if part and part["offer"]))


def _names(offers: Sequence[str]) -> list[str]:
    known = OfferAtPlace.objects.select_related("offer__provider", "region").in_bulk(offers)
    by_id = {str(pk): place for pk, place in known.items()}
    return [_name(by_id[one]) if one in by_id else _("an offer that is gone") for one in offers]


def _name(place: OfferAtPlace) -> str:
    if not place.region_id:
        return str(place.offer.provider)
    return _("%(provider)s (%(region)s)") % {"provider": place.offer.provider, "region": place.region}


def _restored(data: Kept, number: dict[str, int]) -> Explanation:
    """The explanation again, with offers numbered anew. Its own cost is the travel; the rest are named parts."""

    def offer(part: Kept) -> Kept:
        return {**part, "offer": number.get(part["offer"], -1)}

    own, nearer, zone = data["own"], data["nearer"], data["zone"]
    return Explanation(
        **{key: data[key] for key in ("need", "outcome", "priority_class", "order", "gain")},
        own=_choice(offer(own)) if own else None,
        nearer=_nearer(offer(nearer)) if nearer else None,
        zone=_zone(zone) if zone else None,
        changes=tuple(Change(**offer(change)) for change in data["changes"]),
    )


def _choice(own: Kept) -> Choice:
    parts = {name: int(seconds) for name, seconds in own["parts"]}
    travel = parts.pop("travel", own["cost"])
    return Choice(**{**own, "cost": travel, "parts": tuple(parts.items())})


def _nearer(nearer: Kept) -> Nearer:
    holders = nearer["holders"]
    return Nearer(**{**nearer, "holders": Holders(**holders) if holders else None})


def _zone(zone: Kept) -> Zone:
    return Zone(**{**zone, "offers": tuple(range(zone["offers"]))})
