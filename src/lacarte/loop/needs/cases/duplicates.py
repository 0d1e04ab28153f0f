"""Needs that tell of the same thing: near in place, time, words or photo."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db.models import CharField, Q
from django.db.models.functions import Cast

from lacarte.engines.likeness import Report, features, outlook, probabilities, reasons
from lacarte.engines.text import language
from lacarte.kernel import tree
from lacarte.loop.needs.cases.nearby import Candidates, candidates, words_of
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
class Told:
    """What is compared of a need, whether it is kept already or only being told.

    Degrees are WGS84; ``photos`` are perceptual hashes (``Attachment.likeness``). What has no point is compared
    where ``region``, or one around it, and the type are the same.
    """

    text: str
    at: datetime
    service_type: ServiceType | None = None
    longitude: float | None = None
    latitude: float | None = None
    address: str = ""
    region: Region | None = None
    photos: Sequence[int] = ()


@dataclass(frozen=True)
class Likely:
    """The key of a need that may tell of the same thing, with the probability and the reasons in codes."""

    key: UUID
    probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Alike:
    """As :class:`Likely`, with the need itself."""

    need: Need
    probability: float
    reasons: tuple[str, ...]


def likely(
    told: Told, *, most: int = 5, leave_out: Need | None = None, since: datetime | None = None
) -> list[Likely]:
    """The leads of the cases under way that may tell of the same thing, likeliest first.

    Only needs of places are compared: what somebody needs for themselves is nobody else's. ``leave_out`` is the
    need that asks: neither it nor what was said to differ from it comes back. ``since`` passes over what was
    received before.
    """
    kind = told.service_type
    if kind is not None and kind.number and kind.subject != Subject.PLACE:
        return []
    asking = Report(
        words=told.text,
        where=told.address,
        longitude=nan if told.longitude is None else told.longitude,
        latitude=nan if told.latitude is None else told.latitude,
        hours=_hours(told.at),
        kind=kind.number if kind else 0,
        area=tree.above(kind.number) if kind else 0,
        language=language(told.text),
        photos=tuple(told.photos),
    )
    found = candidates(asking.longitude, asking.latitude, asking.kind, told.region, since)
    return _leads(_reports_alike(asking, found, leave_out), most, leave_out)


def alike(
    told: Told, *, most: int = 5, leave_out: Need | None = None, since: datetime | None = None
) -> list[Alike]:
    """As :func:`likely`, with the needs, their types and regions, and what was understood of them."""
    found = likely(told, most=most, leave_out=leave_out, since=since)
    if not found:
        return []
    needs = Need.objects.select_related("service_type", "region", "understanding")
    leads = needs.in_bulk([one.key for one in found])
    return [Alike(leads[one.key], one.probability, one.reasons) for one in found if one.key in leads]


def alike_to(need: Need, most: int = 5, since: datetime | None = None) -> list[Alike]:
    """Needs under way that may tell of the same thing as one that was received; empty for none of a place."""
    if need.subject != Subject.PLACE:
        return []
    photos = need.attachments.exclude(likeness=None).values_list("likeness", flat=True)
    told = told_by(need, [photo for photo in photos if photo is not None])
    return alike(told, leave_out=need, most=most, since=since)


def told_by(need: Need, photos: Sequence[int]) -> Told:
    """What is compared of a need with these photos."""
    return Told(
        text=need.text,
        at=need.received_at,
        service_type=need.service_type,
        longitude=need.longitude,
        latitude=need.latitude,
        address=need.address,
        region=need.region,
        photos=photos,
    )


def suggestions_for(told: Told, most: int = 3) -> list[Alike]:
    """Those of :func:`alike` that a resident is asked about before sending: probable ones that are public.

    Of their needs show no more than everybody may see: type, region, state, age, ``privacy.public_text`` and
    released photos.
    """
    found = alike(told, most=2 * most)
    shown = [one for one in found if one.probability >= SUGGESTED and is_public(one.need)]
    return shown[:most]


def _reports_alike(
    asking: Report, found: Candidates, leave_out: Need | None
) -> Iterator[tuple[UUID, float, tuple[str, ...]]]:
    """The leads of those that are alike, with probability and reasons; a lead may come more than once."""
    apart: set[str] = set()
    if leave_out is not None:
        keys = {leave_out.pk, *_said_different(leave_out)}
        apart = {form for key in keys for form in (key.hex, str(key))}
    read = _worth_reading(asking, found, apart)
    told = features(asking, _reports(found, read, photos=bool(asking.photos)))
    for at, probability, row in zip(read, probabilities(told).tolist(), told, strict=True):
        if probability >= LEAST:
            yield UUID(found.leads[at]), probability, reasons(row)


def _worth_reading(asking: Report, found: Candidates, apart: set[str]) -> list[int]:
    """Where the likeliest by place, time and type stand, some of each case, those ``apart`` left out."""
    looked = outlook(
        asking,
        longitude=found.longitude,
        latitude=found.latitude,
        hours=found.hours,
        kinds=found.kinds,
        areas=_areas(found.kinds),
    )
    possible = np.flatnonzero(looked.at_most >= LEAST)
    taken: Counter[str] = Counter()
    read: list[int] = []
    for at in possible[np.argsort(-looked.promise[possible], kind="stable")].tolist():
        if len(read) == READ:
            break
        lead = found.leads[at]
        if taken[lead] < _OF_ONE_CASE and lead not in apart and found.keys[at] not in apart:
            taken[lead] += 1
            read.append(at)
    return read


def _areas(kinds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The life area above each type."""
    different, of = np.unique(kinds, return_inverse=True)
    return np.array([tree.above(kind) for kind in different.tolist()], dtype=np.int64)[of]


def _reports(found: Candidates, read: list[int], photos: bool) -> list[Report]:
    """What is compared of those that stand there, in their order."""
    keys = [found.keys[at] for at in read]
    words = words_of(keys)
    hashes: dict[str, list[int]] = defaultdict(list)
    if photos:
        kept = Attachment.objects.filter(need_id__in=keys).exclude(likeness=None)
        as_text = kept.annotate(key=Cast("need_id", CharField()))
        for key, likeness in as_text.values_list("key", "likeness"):
            hashes[key].append(likeness or 0)
    numbers = (column[read].tolist() for column in (found.longitude, found.latitude, found.hours, found.kinds))
    return [
        _report(words.get(key, ("", "", "")), hashes[key], *one) for key, *one in zip(keys, *numbers, strict=True)
    ]


def _report(
    said: tuple[str, str, str], photos: list[int], longitude: float, latitude: float, hours: float, kind: int
) -> Report:
    text, address, tag = said
    return Report(
        words=text,
        where=address,
        longitude=longitude,
        latitude=latitude,
        hours=hours,
        kind=kind,
        area=tree.above(kind),
        language=tag,
        photos=tuple(photos),
    )


def _leads(
    found: Iterable[tuple[UUID, float, tuple[str, ...]]], most: int, leave_out: Need | None
) -> list[Likely]:
    """One for each case, by its likeliest report; the case that asks is none of them."""
    best: dict[UUID, tuple[float, tuple[str, ...]]] = {}
    for lead, probability, why in found:
        if lead not in best or probability > best[lead][0]:
            best[lead] = probability, why
    if leave_out is not None:
        best.pop(leave_out.lead_id or leave_out.pk, None)
        best.pop(leave_out.pk, None)
    first = sorted(best, key=lambda lead: -best[lead][0])[:most]
    return [Likely(lead, round(best[lead][0], 4), best[lead][1]) for lead in first]


def _said_different(need: Need) -> set[UUID]:
    """The needs that somebody said tell of something else than ``need``."""
    said = Different.objects.filter(Q(one=need) | Q(other=need)).values_list("one", "other")
    return {pk for pair in said for pk in pair if pk != need.pk}


def _hours(at: datetime) -> float:
    return at.timestamp() / 3600
