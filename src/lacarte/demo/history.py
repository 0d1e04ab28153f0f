"""Ninety days of needs: who needed what, where, in which words, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from lacarte.demo.content import Content, Service
from lacarte.demo.geography import Land, points_in
from lacarte.demo.population import Population
from lacarte.demo.supply import Supply, demand_shares
from lacarte.engines.geography import haversine_metres

DAYS = 90
PAST_WEEKS, COMING_WEEKS = 14, 4
#: Share of texts that nobody can sort at once, and the days until somebody reads one.
UNCLEAR, READ_AFTER_DAYS = 0.04, 2.0
WITHDRAWN = 0.02
#: Share of each channel; sensors come on top of these.
_CHANNELS = {"web": 0.46, "phone": 0.30, "message": 0.17, "open311": 0.07}
#: How busy the hours of a day and the days of a week (Monday first) are.
_HOURS = np.array([1, 1, 1, 1, 1, 2, 4, 8, 14, 16, 15, 12, 10, 12, 14, 13, 11, 9, 8, 8, 7, 5, 3, 2], dtype=float)
_WEEKDAYS = np.array([1.25, 1.15, 1.1, 1.05, 1.0, 0.7, 0.6])
#: What was understood with less certainty than this, a person has looked at.
_DOUBTFUL = 0.65
#: By the service's urgency, 0 to 3: weeks in which a unit is looked for; who finds none waits on,
_TRIED_WEEKS = (1, 3, 5, 5)
#: and until about so many days have gone by: then people have helped themselves, or have given up.
_PATIENCE_DAYS = (3.0, 30.0, 150.0, 250.0)

Deadline = Callable[[datetime, int], datetime]


@dataclass(frozen=True)
class Step:
    """An order's next state: when, and why where a reason is due."""

    state: str
    at: datetime
    reason: str = ""


@dataclass
class DrawnRating:
    """The resident's word."""

    contacted_in_time: bool
    solved: bool
    satisfaction: int
    comment: str
    at: datetime


@dataclass
class DrawnOrder:
    """One order: ``offer`` and the ``week`` whose capacity it takes (0 is the first past week)."""

    offer: int
    week: int
    requested: datetime
    contact_due: datetime
    resolution_due: datetime
    steps: list[Step] = field(default_factory=list)
    rating: DrawnRating | None = None

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.steps[-1].state if self.steps else "requested"

    @property
    def gives_back(self) -> bool:
        """Whether its unit is free again; one that was rated was used, solved or not."""
        return self.rating is None and self.state in ("rejected", "cancelled", "failed")


@dataclass
class DrawnNeed:
    """One need and what became of it. ``service`` -1: nobody has understood it yet."""

    service: int
    person: int  # -1: nobody known
    place: int
    longitude: float
    latitude: float
    channel: str
    language: str
    text: str
    received: datetime
    certainty: float
    state: str = "open"
    closed: datetime | None = None
    classified: datetime | None = None  # when a person corrected what was understood
    orders: list[DrawnOrder] = field(default_factory=list)


def draw_needs(
    rng: np.random.Generator, content: Content, land: Land, people: Population, n: int, now: datetime
) -> list[DrawnNeed]:
    """``n`` needs of the last ninety days, oldest first."""
    services = rng.choice(len(content.services), n, p=demand_shares(content))
    concerned = [people.concerned(service.circumstances) for service in content.services]
    grown = np.flatnonzero(people.age >= 18)
    channels = rng.choice(list(_CHANNELS), n, p=list(_CHANNELS.values()))
    needs = []
    for service, channel, received in zip(services.tolist(), channels.tolist(), _times(rng, n, now), strict=True):
        those = concerned[service] if concerned[service].size and rng.random() < 0.7 else grown
        person = int(those[rng.integers(those.size)])
        needs.append(_need(rng, content, land, people, service, person, str(channel), received, now))
    return needs


def _times(rng: np.random.Generator, n: int, now: datetime) -> list[datetime]:
    """Moments of the last ninety days by the rhythm of weeks and days, oldest first; ``now`` is local."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = [today - timedelta(days=k) for k in range(DAYS)]
    weight = np.array([_WEEKDAYS[day.weekday()] for day in days])
    chosen = rng.choice(DAYS, n, p=weight / weight.sum())
    hours = rng.choice(24, n, p=_HOURS / _HOURS.sum())
    seconds = rng.integers(0, 3600, n)
    moments = [
        days[day] + timedelta(hours=hour, seconds=second)
        for day, hour, second in zip(chosen.tolist(), hours.tolist(), seconds.tolist(), strict=True)
    ]
    # What the rhythm puts later today has not happened yet: it happened at that hour of that weekday, in some week
    # before. All of it on one day would look like a burning issue.
    weeks = DAYS // 7
    earlier = [timedelta(weeks=1 + i % weeks) for i in range(n)]
    return sorted(
        moment if moment <= now else moment - before for moment, before in zip(moments, earlier, strict=True)
    )


def _need(
    rng: np.random.Generator,
    content: Content,
    land: Land,
    people: Population,
    service: int,
    person: int,
    channel: str,
    received: datetime,
    now: datetime,
) -> DrawnNeed:
    wanted, home = content.services[service], int(people.home[person])
    place, x, y = int(people.place[home]), float(people.longitude[home]), float(people.latitude[home])
    if wanted.subject == "place":
        near_x, near_y = points_in(land.neighbourhoods[place], 1, rng)
        x, y = float(near_x[0]), float(near_y[0])
    language = "en" if people.english[person] else "zh-hans"
    unclear = rng.random() < UNCLEAR
    read = received + timedelta(days=float(rng.exponential(READ_AFTER_DAYS)))
    understood = not unclear or read <= now
    chosen = channel in ("web", "phone", "open311")
    certainty = 1.0 if chosen else float(np.round(rng.uniform(0.55, 0.97), 2))
    doubtful = understood and (unclear or certainty < _DOUBTFUL)
    corrected = (read if unclear else received + timedelta(hours=2)) if doubtful else None
    return DrawnNeed(
        service=service if understood else -1,
        person=-1 if wanted.subject == "place" and rng.random() < 0.35 else person,
        place=place,
        longitude=x,
        latitude=y,
        channel="message" if unclear else channel,
        language=language,
        text=_text(rng, content, wanted, language, place),
        received=received,
        classified=corrected,
        certainty=1.0 if corrected else certainty if understood else float(np.round(rng.uniform(0.08, 0.34), 2)),
    )


def _text(rng: np.random.Generator, content: Content, service: Service, language: str, place: int) -> str:
    words = service.texts[language]
    name: str = content.neighbourhoods[place][1]["name"][language]
    return words[int(rng.integers(len(words)))].replace("{place}", name)


def draw_units(rng: np.random.Generator, supply: Supply) -> npt.NDArray[np.int64]:
    """``int64[offer, week]``: whole units of each week, right on average for offers with less than one a week."""
    weekly = np.array([offer.weekly for offer in supply.offers])[:, None]
    chance = rng.random((weekly.size, PAST_WEEKS + COMING_WEEKS))
    return np.floor(weekly + chance).astype(np.int64)


def first_monday(now: datetime) -> datetime:
    """Where week 0 begins."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday(), weeks=PAST_WEEKS - 1)


def serve(
    rng: np.random.Generator,
    content: Content,
    supply: Supply,
    needs: list[DrawnNeed],
    units: npt.NDArray[np.int64],
    now: datetime,
    deadline: Deadline,
) -> None:
    """Let the past happen: each need, as it came, to the nearest offer that had a unit; the rest still wait."""
    left, start = units.copy(), first_monday(now)
    by_service = [
        [i for i, offer in enumerate(supply.offers) if offer.service == service]
        for service in range(len(content.services))
    ]
    tried = [_TRIED_WEEKS[service.urgency] for service in content.services]
    for need in needs:
        if need.service < 0:
            continue
        if rng.random() < WITHDRAWN:
            _withdraw(rng, need, now)
            continue
        known = need.classified or need.received
        placed: datetime | None = known + timedelta(hours=float(rng.exponential(5)))
        while placed is not None and placed <= now:
            found = _find(need, supply, by_service[need.service], left, start, placed, now, tried[need.service])
            if found is None:
                break
            offer, week, at = found
            left[offer, week] -= 1
            placed = _follow(rng, content, supply, need, offer, week, at, now, deadline)
            if need.orders[-1].gives_back:
                left[offer, week] += 1
        if need.state == "open":
            _give_up(rng, need, content.services[need.service].urgency, now)


def _give_up(rng: np.random.Generator, need: DrawnNeed, urgency: int, now: datetime) -> None:
    """Nobody waits for ever, and nobody waits long for what is urgent."""
    since = need.orders[-1].steps[-1].at if need.orders else need.received
    gone = since + timedelta(days=float(rng.exponential(_PATIENCE_DAYS[urgency])))
    if gone < now:
        need.state, need.closed = "withdrawn", gone


def _withdraw(rng: np.random.Generator, need: DrawnNeed, now: datetime) -> None:
    gone = need.received + timedelta(hours=float(rng.exponential(30)))
    if gone < now:
        need.state, need.closed = "withdrawn", gone


def _find(
    need: DrawnNeed,
    supply: Supply,
    offers: list[int],
    left: npt.NDArray[np.int64],
    start: datetime,
    placed: datetime,
    now: datetime,
    weeks: int,
) -> tuple[int, int, datetime] | None:
    """The nearest offer in reach, not asked yet, with a unit in one of ``weeks``: which week, and from when."""
    metres = haversine_metres(
        need.longitude,
        need.latitude,
        np.array([supply.offers[i].longitude for i in offers]),
        np.array([supply.offers[i].latitude for i in offers]),
    )
    asked = {order.offer for order in need.orders}
    near = [
        (float(distance), i)
        for distance, i in zip(metres, offers, strict=True)
        if i not in asked and ((reach := supply.offers[i].reach_metres) is None or distance <= reach)
    ]
    first, last = (placed - start).days // 7, (now - start).days // 7
    for week in range(first, min(first + weeks, last + 1)):
        at = max(placed, start + timedelta(weeks=week, hours=8))
        free = [(distance, i) for distance, i in near if left[i, week] > 0]
        if free and at <= now:
            return min(free)[1], week, at
    return None


def _follow(
    rng: np.random.Generator,
    content: Content,
    supply: Supply,
    need: DrawnNeed,
    offer: int,
    week: int,
    at: datetime,
    now: datetime,
    deadline: Deadline,
) -> datetime | None:
    """What became of an order until ``now``. Returns when the need was looked at again, if it waits once more."""
    service = content.services[need.service]
    strain = 1.6 - 0.6 * content.districts[content.neighbourhoods[need.place][0]].supply / 2
    order = DrawnOrder(offer, week, at, deadline(at, service.contact_days), deadline(at, service.resolution_days))
    need.orders.append(order)
    order.steps = [step for step in _course(rng, order, strain) if step.at <= now]
    need.state = "ordered"
    end = order.steps[-1] if order.steps else None
    if end is None or end.state not in ("completed", "rejected", "failed", "cancelled"):
        return None
    if end.state == "completed":
        need.state, need.closed = "met", end.at
        return _heard(rng, content, need, order, end.at, now)
    if end.state == "cancelled":
        need.state, need.closed = "withdrawn", end.at
        return None
    need.state = "open"
    return end.at + timedelta(hours=float(rng.exponential(6)))


_REASONS = {
    "rejected": ["No staff that week", "Outside our area", "需要的材料不全", "本周人手不足"],
    "on-hold": ["Waiting for a spare part", "Nobody was at home", "等待配件", "当事人外出，约好再联系"],
    "failed": ["Could not be done at this address", "现场条件不具备"],
}


def _course(rng: np.random.Generator, order: DrawnOrder, strain: float) -> list[Step]:
    """The whole course of an order, also what lies ahead of now. ``strain`` over 1: later than planned."""

    def why(state: str) -> str:
        return str(rng.choice(_REASONS[state]))

    asleep = rng.random() < 0.3  # many providers look only once a day
    hours = float(rng.uniform(6, 30) if asleep else rng.uniform(0.02, 0.7))
    steps = [Step("received", order.requested + timedelta(hours=hours))]
    wait = (order.contact_due - order.requested) * float(rng.lognormal(-0.9, 0.55)) * strain
    answered = _at_work(rng, steps[0].at + wait)
    if rng.random() < 0.035 * strain:
        return [*steps, Step("rejected", answered, why("rejected"))]
    steps.append(Step("accepted", answered))
    whole = (order.resolution_due - order.requested) * float(rng.lognormal(-0.55, 0.4)) * strain
    begun = _at_work(rng, answered + whole * float(rng.uniform(0.1, 0.4)))
    if rng.random() < 0.02:
        return [*steps, Step("cancelled", begun)]
    steps.append(Step("in-progress", begun))
    ended = _at_work(rng, begun + whole * 0.6)
    if rng.random() < 0.06 * strain:
        held = _at_work(rng, begun + whole * 0.2)
        again = _at_work(rng, held + whole * 0.4)
        steps += [Step("on-hold", held, why("on-hold")), Step("in-progress", again)]
        ended = _at_work(rng, again + whole * float(rng.uniform(0.2, 0.6)))
    if rng.random() < 0.012 * strain:
        return [*steps, Step("failed", ended, why("failed"))]
    return [*steps, Step("completed", ended)]


def _at_work(rng: np.random.Generator, at: datetime) -> datetime:
    """The moment itself, or the next morning when nobody works then."""
    if 8 <= at.hour < 20:
        return at
    morning = at if at.hour < 8 else at + timedelta(days=1)
    return morning.replace(hour=8, minute=0, second=0) + timedelta(minutes=float(rng.uniform(0, 150)))


def _comment(rng: np.random.Generator, content: Content, need: DrawnNeed, satisfaction: int) -> str:
    """A few words from about a quarter of those who rate."""
    if rng.random() > 0.27:
        return ""
    words = content.comments["good" if satisfaction > 3 else "bad" if satisfaction < 3 else "fair"][need.language]
    return words[int(rng.integers(len(words)))]


def _heard(
    rng: np.random.Generator, content: Content, need: DrawnNeed, order: DrawnOrder, ended: datetime, now: datetime
) -> datetime | None:
    """The resident's word, from about half of them; what was not solved waits again."""
    at = ended + timedelta(hours=float(rng.exponential(40)))
    if need.person < 0 or at > now or rng.random() > 0.55:
        return None
    late = ended > order.resolution_due
    answered = next(step.at for step in order.steps if step.state == "accepted")
    solved = bool(rng.random() < (0.83 if late else 0.95))
    mood = rng.normal(4.25 - 0.9 * late - 1.6 * (not solved), 0.8)
    in_time = answered <= order.contact_due
    satisfaction = int(np.clip(round(mood), 1, 5))
    order.rating = DrawnRating(in_time, solved, satisfaction, _comment(rng, content, need, satisfaction), at)
    if solved:
        return None
    order.steps.append(Step("failed", at))
    need.state, need.closed = "open", None
    return at + timedelta(hours=float(rng.exponential(8)))
