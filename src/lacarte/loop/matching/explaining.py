"""Why each need was decided as it was: kept with the run, and put into words when somebody reads it.

What is kept is the engine's explanation (``engines.matching.explanation``) with offers by their ids. Nothing is
worked out anew from records that have changed since.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lacarte.engines.matching import Result
from lacarte.engines.matching.explanation.explain import (
    Change,
    Choice,
    Explanation,
    Explanations,
    Holders,
    Nearer,
    Zone,
    explain,
)
from lacarte.engines.matching.explanation.words import SENTENCES, words
from lacarte.loop.matching.alternatives import just_beyond, on_later_days
from lacarte.loop.matching.candidates import REFUSED, Candidates
from lacarte.loop.matching.models import Match, Objection, Unserved
from lacarte.registers.menu.models import OfferAtPlace

Kept = dict[str, Any]


def explained(candidates: Candidates, result: Result) -> Explanations:
    """The explanation of every need of a run, with what would serve those who got nothing."""
    unserved = np.flatnonzero(result.assignment < 0)
    return explain(
        candidates.problem,
        result,
        beyond=just_beyond(candidates, unserved),
        later=on_later_days(candidates, unserved),
        parts=candidates.parts,
    )


def kept(told: Explanation, offers: Sequence[UUID], **notes: str | bool) -> Kept:
    """One explanation as JSON. Of a scarcity zone it keeps how many offers there are: replaying names them.

    ``notes`` are what the run knows beside the engine: ``reason`` (why no offer with free places fits), ``more``
    (there are offers, dearer ones, that were not looked at one by one), ``balanced`` (districts went in turn).
    Those that say nothing are left out.
    """
    # Orders are rounded to tens; “number 0 or earlier” would be no advice.
    changes = tuple(change for change in told.changes if change.kind != "order" or change.amount > 0)
    data = asdict(replace(told, zone=None, changes=changes))
    if told.zone is not None:
        data["zone"] = {**asdict(told.zone), "offers": len(told.zone.offers)}
    for part in (data["own"], data["nearer"], *data["changes"]):
        if part is not None:
            part["offer"] = str(offers[part["offer"]]) if part["offer"] >= 0 else ""
    return data | {name: note for name, note in notes.items() if note}


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
    said = words(told, spoken if spoken in SENTENCES else "en", names, parts=parts)
    return (said[0], *_why_none(data), *said[1:], *_noted(data))


def _why_none(data: Kept) -> Iterator[str]:
    """Why no offer with free places fits, where that is not just that all are taken."""
    reasons = {
        "type": _("No provider offers this service in the coming weeks."),
        "agreement": _("It is offered in other cities only, and there is no agreement with them."),
        "deadline": _("Places are free only on later days than are given out now."),
        "reach": _("Those who offer it do not come so far, or take nobody from so far away."),
        REFUSED: _(
            "The offers that fit were asked lately and it came to nothing, so they are not asked again at once."
        ),
    }
    if said := reasons.get(data.get("reason", "")):
        yield said


def _noted(data: Kept) -> Iterator[str]:
    if data.get("more"):
        yield _("There are more services than these. All of them were considered, but take longer or cost more.")
    if data.get("balanced"):
        yield _("Inside a priority group, districts where fewer people have a place went first in this run.")


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
