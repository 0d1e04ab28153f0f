"""A list in words: what is shown of a service and of each offer, and where its buttons lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from lacarte.kernel import clock
from lacarte.kernel.text import in_language, listed
from lacarte.loop.voice.by_offer import OfferRating, ratings_of
from lacarte.pages.resident.menu.forms import language_name
from lacarte.registers.entitlement.judging import Judgement, Rule
from lacarte.registers.menu.capacity.finding import CapacityState
from lacarte.registers.menu.eligibility import Verdict
from lacarte.registers.menu.models import OfferAtPlace, ServiceType
from lacarte.registers.menu.personal import Effort, ListedOffer, ListedService, PersonalList
from lacarte.registers.menu.personal.columns import base_of
from lacarte.registers.people.circumstances import in_words

_KILOMETRE = 1000
#: A day that is nearer needs no year.
_HALF_YEAR = timedelta(days=183)
TONES = {Verdict.YES: "good", Verdict.OPEN: "caution", Verdict.NO: "urgent"}


@dataclass(frozen=True)
class OfferRow:
    """One offer; ``number`` is its place on the map, 0 where it has none."""

    place: OfferAtPlace
    number: int
    distance: str
    free: str
    languages: str
    step_free: str
    rating: str
    effort: str
    order: str  # address
    book: bool  # there is something to book

    @property
    def key(self) -> str:
        """By which it is compared and ordered."""
        return str(self.place.pk)


@dataclass(frozen=True)
class ServiceRow:
    """One service: whether it is for them and why, what proves it, and its best offers."""

    kind: ServiceType
    verdict: str
    tone: str
    reasons: list[str]
    missing: str
    proofs: list[str]
    why: str
    offers: list[OfferRow] = field(default_factory=list)
    more: int = 0
    filtered: int = 0  # left out by the filter
    elsewhere: int = 0  # that do not come to where they are
    no: bool = False


def rows_of(
    found: PersonalList[Judgement], why: Mapping[int, str] | None = None, *, numbered: bool = True
) -> list[ServiceRow]:
    """A page of a list in the reader's language; ratings are one query for all."""
    shown = [one for service in found.services for one in service.offers]
    ratings = ratings_of([(one.place.offer_id, one.place.offer.provider_id) for one in shown])
    with_point = [one.place.pk for one in shown if numbered and one.place.longitude is not None]
    numbers = {key: number for number, key in enumerate(with_point, start=1)}
    return [_service(one, ratings, numbers, why or {}) for one in found.services]


def offer_row(one: ListedOffer, ratings: Mapping[UUID, OfferRating], number: int = 0) -> OfferRow:
    """One offer in words."""
    place = one.place
    said = {"service": place.offer.service_type.code, "offer": str(place.pk)}
    return OfferRow(
        place=place,
        number=number,
        distance=distance_in_words(one.metres),
        free=free_in_words(one),
        languages=languages_in_words(place.offer.languages),
        step_free=step_free_in_words(place.step_free),
        rating=rating_in_words(ratings.get(place.offer_id)),
        effort=effort_in_words(one.effort, price_known=place.offer.price_minor is not None),
        order=f"{reverse('order-new')}?{urlencode(said)}",
        book=one.state is CapacityState.CAPACITY,
    )


def verdict_in_words(judged: Judgement) -> str:
    """Whether it is for them, in a few words."""
    if judged.verdict is Verdict.NO:
        return _("Not for you, as far as we know")
    if judged.verdict is Verdict.OPEN:
        return _("Perhaps for you")
    return _("For you") if judged.holding else _("For everybody")


def reasons_of(judged: Judgement) -> list[str]:
    """The rules that made the verdict."""
    rules: Sequence[Rule] = judged.failing or judged.open or judged.holding
    return [in_language(rule.text) or in_words(rule.fact) for rule in rules]


def proofs_of(judged: Judgement) -> list[str]:
    """What proves it: one line for each proof, alternatives in one."""
    return [
        str(pgettext("between alternatives", " or ")).join(in_language(proof.name) or proof.code for proof in some)
        for some in judged.proofs
    ]


def distance_in_words(metres: float | None) -> str:
    """“350 m” or “2.4 km”; empty where it is not known."""
    if metres is None:
        return ""
    if metres < _KILOMETRE:
        return _("%(n)s m") % {"n": number_format(max(10, round(metres, -1)), decimal_pos=0)}
    return _("%(n)s km") % {"n": number_format(metres / _KILOMETRE, decimal_pos=1)}


def free_in_words(one: ListedOffer) -> str:
    """The next free time, or how it stands."""
    if one.free is None:
        return str(one.state.label)
    begins = timezone.localtime(one.free)
    if one.free <= clock.now():
        return _("now")
    clocked = (begins.hour, begins.minute) != (0, 0)
    at = formats.date_format(begins, "TIME_FORMAT") if clocked else ""
    return f"{_day_in_words(begins.date())} {at}".rstrip()


def _day_in_words(day: date) -> str:
    """Today, tomorrow, a day of this half-year by its weekday, or with its year."""
    today = timezone.localdate()
    if day <= today + timedelta(days=1):
        return _("today") if day <= today else _("tomorrow")
    near = day < today + _HALF_YEAR
    return formats.date_format(day, "NEAR_DATE_FORMAT" if near else "SHORT_DATE_FORMAT")


def languages_in_words(tags: Iterable[str]) -> str:
    """The languages that are spoken."""
    return listed(dict.fromkeys(language_name(tag) for tag in sorted(tags, key=base_of)))


def step_free_in_words(step_free: bool | None) -> str:
    """Whether one gets in without steps."""
    if step_free is None:
        return _("not known")
    return _("yes") if step_free else _("no")


def rating_in_words(rating: OfferRating | None) -> str:
    """“4.3 of 5 (27)”; of the provider where the offer has too few."""
    if rating is None:
        return _("too few ratings")
    said = {"mean": number_format(rating.mean, decimal_pos=1), "n": rating.count}
    words = _("%(mean)s of 5 (%(n)d)") % said
    return _("%(rating)s for the provider") % {"rating": words} if rating.of_provider else words


def effort_in_words(effort: Effort, *, price_known: bool = True) -> str:
    """The effort in minutes, with the parts that it has."""
    parts = (
        (effort.way, _("way %(n)d")),
        (effort.price, _("price %(n)d") if price_known else _("price not known %(n)d")),
        (effort.language, _("language %(n)d")),
        (effort.wait, _("wait %(n)d")),
    )
    minutes = round(effort.total)
    said = listed(words % {"n": round(part)} for part, words in parts if round(part))
    whole = ngettext("Effort: %(n)d minute", "Effort: %(n)d minutes", minutes) % {"n": minutes}
    return _("%(effort)s (%(parts)s)") % {"effort": whole, "parts": said} if said else whole


def _service(
    one: ListedService[Judgement],
    ratings: Mapping[UUID, OfferRating],
    numbers: Mapping[Any, int],
    why: Mapping[int, str],
) -> ServiceRow:
    offers = [offer_row(offer, ratings, numbers.get(offer.place.pk, 0)) for offer in one.offers]
    return ServiceRow(
        kind=one.service_type,
        verdict=verdict_in_words(one.judged),
        tone=TONES[one.judged.verdict],
        reasons=reasons_of(one.judged),
        missing=listed(in_words(fact) for fact in one.judged.missing),
        proofs=proofs_of(one.judged),
        why=why.get(one.service_type.number, ""),
        offers=offers,
        more=max(one.fitting - len(offers), 0) if offers else 0,
        filtered=one.serving - (one.fitting if offers else 0),
        elsewhere=one.living - one.serving,
        no=one.judged.verdict is Verdict.NO,
    )
