"""Needs that tell of the same thing: near in place, time, words or photo."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import Any
from uuid import UUID

import numpy as np
from django.db.models import CharField, Q
from django.db.models.functions import Cast

from lacarte.engines.likeness import Report, features, outlook, probabilities, reasons
from lacarte.engines.text import language
from lacarte.kernel import tree
from lacarte.loop.needs.cases.nearby import Candidate, candidates
from lacarte.loop.needs.models import Attachment, Different, Need
from lacarte.loop.needs.understanding.privacy import is_public
from lacarte.registers.menu.models import ServiceType, Subject
from lacarte.registers.places.models import Region

#: Of how many candidates the words are read, the likeliest by place, time and type.
READ = 64
#: Of those that are one case already: it is found by a few of them, and others keep their chance.
_OF_ONE_CASE = 8
#: Less probable ones are not worth a look.
LEAST = 0.1
#: From here a resident is asked whether it is this one.
SUGGESTED = 0.3


@dataclass(frozen=True)
class Alike:
    """A need that may tell of the same thing, with the probability and the reasons in codes."""

    need: Need
    probability: float
    reasons: tuple[str, ...]


def alike(
    *,
    text: str,
    service_type: ServiceType | None,
    longitude: float | None,
    latitude: float | None,
    at: datetime,
    photos: Sequence[int] = (),
    address: str = "",
    region: Region | None = None,
    leave_out: Need | None = None,
    most: int = 5,
    since: datetime | None = None,
) -> list[Alike]:
    """Needs under way that may tell of the same thing, likeliest first.

    Degrees are WGS84; ``photos`` are perceptual hashes (``Attachment.likeness``). What has no point is compared
    where ``region``, or one around it, and the type are the same. Only needs of places are compared: what somebody
    needs for themselves is nobody else's. ``leave_out`` is the need that asks: neither it nor what was said to
    differ from it comes back. ``since`` passes over what was received before.
    """
    if service_type is not None and service_type.number and service_type.subject != Subject.PLACE:
        return []
    asking = Report(
        words=text,
        where=address,
        longitude=nan if longitude is None else longitude,
        latitude=nan if latitude is None else latitude,
        hours=_hours(at),
        kind=service_type.number if service_type else 0,
        area=tree.above(service_type.number) if service_type else 0,
        language=language(text),
        photos=tuple(photos),
    )
    found = candidates(asking.longitude, asking.latitude, asking.kind, region, since)
    likely = _likely(asking, found, leave_out)
    return _leads(likely, most, leave_out)


def alike_to(need: Need, most: int = 5, since: datetime | None = None) -> list[Alike]:
    """Needs under way that may tell of the same thing as one that was received; empty for none of a place."""
    if need.subject != Subject.PLACE:
        return []
    photos = need.attachments.exclude(likeness=None).values_list("likeness", flat=True)
    return alike(
        text=need.text,
        service_type=need.service_type,
        longitude=need.longitude,
        latitude=need.latitude,
        at=need.received_at,
        photos=[photo for photo in photos if photo is not None],
        address=need.address,
        region=need.region,
        leave_out=need,
        most=most,
        since=since,
    )


def suggestions_for(
    *,
    text: str,
    service_type: ServiceType | None,
    longitude: float | None,
    latitude: float | None,
    at: datetime,
    photos: Sequence[int] = (),
    address: str = "",
    region: Region | None = None,
    most: int = 3,
) -> list[Alike]:
    """Those of :func:`alike` that a resident is asked about before sending: probable ones that are public.

    Of their needs show no more than everybody may see: type, region, state, age, ``privacy.public_text`` and
    released photos.
    """
    found = alike(
        text=text,
        service_type=service_type,
        longitude=longitude,
        latitude=latitude,
        at=at,
        photos=photos,
        address=address,
        region=region,
        most=2 * most,
    )
    shown = [one for one in found if one.probability >= SUGGESTED and is_public(one.need)]
    return shown[:most]


def _likely(
    asking: Report, found: list[Candidate], leave_out: Need | None
) -> Iterator[tuple[UUID, float, tuple[str, ...]]]:
    """The leads of those that are alike, with probability and reasons; a lead may come more than once."""
    if leave_out is not None:
        keys = {leave_out.pk, *_said_different(leave_out)}
        apart = {form for key in keys for form in (key.hex, str(key))}
        found = [one for one in found if one.lead not in apart and one.key not in apart]
    read = _worth_reading(asking, found)
    reports = _reports(read, photos=bool(asking.photos))
    told = features(asking, reports)
    for one, probability, row in zip(read, probabilities(told).tolist(), told, strict=True):
        if probability >= LEAST:
            yield UUID(one.lead), probability, reasons(row)


def _worth_reading(asking: Report, found: list[Candidate]) -> list[Candidate]:
    """The likeliest by place, time and type, some of each case."""
    degrees = np.array([[one.longitude, one.latitude] for one in found], dtype=np.float64).reshape(-1, 2)
    areas = {kind: tree.above(kind) for kind in {one.kind for one in found}}
    promise = outlook(
        asking,
        longitude=degrees[:, 0],
        latitude=degrees[:, 1],
        hours=np.array([one.hours for one in found]),
        kinds=np.array([one.kind for one in found], dtype=np.int64),
        areas=np.array([areas[one.kind] for one in found], dtype=np.int64),
    )
    taken: Counter[str] = Counter()
    read: list[Candidate] = []
    for at in np.argsort(-promise, kind="stable").tolist():
        one = found[at]
        if len(read) == READ or promise[at] == -np.inf:
            break
        if taken[one.lead] < _OF_ONE_CASE:
            taken[one.lead] += 1
            read.append(one)
    return read


def _reports(read: list[Candidate], photos: bool) -> list[Report]:
    """What is compared of the candidates, in their order."""
    needs = Need.objects.filter(pk__in=[one.key for one in read]).order_by().annotate(key=Cast("pk", CharField()))
    words = {key: said for key, *said in needs.values_list("key", "text", "address", "language")}
    hashes: dict[str, list[int]] = defaultdict(list)
    if photos:
        kept = Attachment.objects.filter(need__in=[one.key for one in read]).exclude(likeness=None)
        as_text = kept.annotate(key=Cast("need_id", CharField()))
        for key, likeness in as_text.values_list("key", "likeness"):
            hashes[key].append(likeness or 0)
    return [_report(one, words.get(one.key, ["", "", ""]), hashes[one.key]) for one in read]


def _report(one: Candidate, said: list[Any], photos: list[int]) -> Report:
    text, address, tag = said
    return Report(
        words=text,
        where=address,
        longitude=nan if one.longitude is None else one.longitude,
        latitude=nan if one.latitude is None else one.latitude,
        hours=one.hours,
        kind=one.kind,
        area=tree.above(one.kind),
        language=tag,
        photos=tuple(photos),
    )


def _leads(
    likely: Iterable[tuple[UUID, float, tuple[str, ...]]], most: int, leave_out: Need | None
) -> list[Alike]:
    """One for each case, by its likeliest report; the case that asks is none of them."""
    best: dict[UUID, tuple[float, tuple[str, ...]]] = {}
    for lead, probability, why in likely:
        if lead not in best or probability > best[lead][0]:
            best[lead] = probability, why
    if leave_out is not None:
        best.pop(leave_out.lead_id or leave_out.pk, None)
        best.pop(leave_out.pk, None)
    first = sorted(best, key=lambda lead: -best[lead][0])[:most]
    leads = Need.objects.select_related("service_type", "region", "understanding").in_bulk(first)
    return [Alike(leads[pk], round(best[pk][0], 4), best[pk][1]) for pk in first if pk in leads]


def _said_different(need: Need) -> set[UUID]:
    """The needs that somebody said tell of something else than ``need``."""
    said = Different.objects.filter(Q(one=need) | Q(other=need)).values_list("one", "other")
    return {pk for pair in said for pk in pair if pk != need.pk}


def _hours(at: datetime) -> float:
    return at.timestamp() / 3600
