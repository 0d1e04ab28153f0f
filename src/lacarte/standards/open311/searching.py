"""The filters of GET requests: what a client asks for, as one query over needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.ids import read_reference
from lacarte.loop.needs.models import Need
from lacarte.loop.needs.understanding.privacy import passed_on
from lacarte.registers.menu.models import ServiceType, Subject
from lacarte.standards.open311.errors import Open311Error
from lacarte.standards.open311.jurisdictions import Jurisdiction
from lacarte.standards.open311.moments import Moment, read_w3c
from lacarte.standards.open311.nearby import Area, box, circle

#: GeoReport v2, "Response Volume": 90 days or 1,000 requests, whichever is less.
LONGEST = timedelta(days=90)
MOST = 1000
_MOST_PAGES = 100_000
#: Midnight to midnight in the city's time is an hour longer where the clocks are put back.
_CLOCK_CHANGE = timedelta(hours=1)
_NEAR_METRES, _FARTHEST_METRES = 1000.0, 100_000.0
_OFF = frozenset({"", "false", "0", "no"})
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_CLOSED = (Need.State.MET, Need.State.WITHDRAWN)
_OPEN = (Need.State.OPEN, Need.State.ORDERED, Need.State.HELD)


@dataclass(frozen=True)
class Search:
    """The needs that were asked for, newest first, and which page of them."""

    needs: QuerySet[Need]
    page: int
    page_size: int
    references: frozenset[str] = frozenset()  # where they were asked for one by one
    unreadable: int = 0  # how many of those are none


def extended(query: QueryDict) -> bool:
    """Whether a client asks for what goes beyond the standard (``extensions``)."""
    return query.get("extensions", "").lower() not in _OFF


def search(query: QueryDict, jurisdiction: Jurisdiction) -> Search:
    """What the parameters of a request mean. Raises :class:`Open311Error` that lists all that are wrong."""
    if identifiers := listed(query, "service_request_id"):
        return by_identifiers(identifiers, jurisdiction)
    problems: list[str] = []
    page = _whole(query, "page", 1, _MOST_PAGES, problems)
    page_size = _whole(query, "page_size", MOST, MOST, problems)
    needs = Need.objects.filter(jurisdiction.inside(), passed_on())
    needs = needs.filter(_types(query), _statuses(query, problems))
    areas = _areas(query, problems)
    for area in areas:
        needs = area.narrowed(needs)
    if not areas:
        needs = needs.filter(subject=Subject.PLACE)
    after, before = (_moment(query, name, problems) for name in ("updated_after", "updated_before"))
    start, end = (_moment(query, name, problems) for name in ("start_date", "end_date"))
    if after or before:
        needs = needs.filter(_from("changed_at", after), _until("changed_at", before))
        needs = needs.order_by("-changed_at", "-id")
    else:
        needs = needs.order_by("-received_at", "-id")
    if start or end or not (after or before):
        needs = needs.filter(_span(start, end, problems))
    if problems:
        raise Open311Error(400, *problems)
    return Search(needs, page, page_size)


def by_identifiers(identifiers: Iterable[str], jurisdiction: Jurisdiction) -> Search:
    """The needs with these public references, whatever they are about; 1,000 at most."""
    references, unreadable = set(), 0
    for said in identifiers:
        try:
            references.add(read_reference(said))
        except ValueError:
            unreadable += 1
    if len(references) + unreadable > MOST:
        raise Open311Error(400, _("service_request_id: at most %(n)d at once, please") % {"n": MOST})
    needs = Need.objects.filter(jurisdiction.inside(), reference__in=references)
    return Search(needs.order_by("-received_at", "-id"), 1, MOST, frozenset(references), unreadable)


def listed(query: QueryDict, name: str) -> list[str]:
    """The values of a parameter that may be given several times, and with commas."""
    parts = (part.strip() for value in query.getlist(name) for part in value.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def number(text: str) -> float | None:
    """A decimal number as programs write it; ``None`` for anything else."""
    value = float(text) if _NUMBER.fullmatch(text) else None
    return value if value is not None and isfinite(value) else None


def _whole(query: QueryDict, name: str, default: int, most: int, problems: list[str]) -> int:
    text = query.get(name, "").strip()
    if not text:
        return default
    value = int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0
    if not 1 <= value <= most:
        words = _("%(name)s: “%(text)s” is not a whole number from 1 to %(most)d")
        problems.append(words % {"name": name, "text": text[:40], "most": most})
        return default
    return value


def _types(query: QueryDict) -> Q:
    codes = listed(query, "service_code")
    if not codes:
        return Q()
    known = dict(ServiceType.objects.filter(code__in=codes[:MOST]).values_list("code", "number"))
    if missing := [code for code in codes if code not in known]:
        words = _("service_code: there is no service “%(code)s”; /services lists them")
        raise Open311Error(404, *(words % {"code": code[:120]} for code in missing[:10]))
    return Q(service_type__in=known.values())


def _statuses(query: QueryDict, problems: list[str]) -> Q:
    wanted = {status.lower() for status in listed(query, "status")}
    for status in sorted(wanted - {"open", "closed"}):
        words = _("status: “%(said)s” is neither open nor closed")
        problems.append(words % {"said": status[:40]})
    if len(wanted) != 1:
        return Q()
    states = _OPEN if "open" in wanted else _CLOSED
    return Q(state__in=states) | Q(state=Need.State.JOINED, lead__state__in=states)


def _areas(query: QueryDict, problems: list[str]) -> list[Area]:
    said = {name: query.get(name, "").strip() for name in ("lat", "long", "radius", "bbox")}
    found: list[Area] = []
    if said["bbox"]:
        corners = [number(part.strip()) for part in said["bbox"].split(",")]
        if (inside := box(corners)) is not None:
            found.append(inside)
        else:
            words = _("bbox: “%(said)s” is not west,south,east,north in degrees")
            problems.append(words % {"said": said["bbox"][:80]})
    if said["lat"] or said["long"] or said["radius"]:
        latitude, longitude = number(said["lat"]), number(said["long"])
        metres = number(said["radius"]) if said["radius"] else _NEAR_METRES
        if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
            words = _("lat, long: both are needed, in degrees such as 28.05 and 122.15; radius is around them")
            problems.append(words)
        elif metres is None or not 0 < metres <= _FARTHEST_METRES:
            words = _("radius: “%(said)s” is not a number of metres up to %(most)d")
            problems.append(words % {"said": said["radius"][:40], "most": _FARTHEST_METRES})
        else:
            found.append(circle(longitude, latitude, metres))
    return found


def _moment(query: QueryDict, name: str, problems: list[str]) -> Moment | None:
    text = query.get(name, "").strip()
    try:
        return read_w3c(name, text) if text else None
    except ValueError as error:
        problems.append(str(error))
        return None


def _from(field: str, moment: Moment | None) -> Q:
    return Q(**{f"{field}__gte": moment.first}) if moment else Q()


def _until(field: str, moment: Moment | None) -> Q:
    return Q(**{f"{field}__lt": moment.next}) if moment else Q()


def _span(start: Moment | None, end: Moment | None, problems: list[str]) -> Q:
    """When received: both ends, or 90 days from the one that was named; the last 90 days where none was."""
    if start and end:
        if end.first - start.first > LONGEST + _CLOCK_CHANGE:
            words = _("start_date, end_date: there are more than %(n)d days between them")
            problems.append(words % {"n": LONGEST.days})
        return _from("received_at", start) & _until("received_at", end)
    if start:
        return _from("received_at", start) & Q(received_at__lt=_shifted(start.first, LONGEST))
    now = clock.now()
    last = min(end.next, now) if end else now
    return _until("received_at", end) & Q(received_at__gte=_shifted(last, -LONGEST))


def _shifted(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return (datetime.max if by > timedelta() else datetime.min).replace(tzinfo=UTC)
