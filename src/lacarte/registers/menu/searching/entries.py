"""What each record of the menu is filed under."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet

from lacarte.engines.text.analysis import Term, terms
from lacarte.engines.text.synonyms import Synonyms
from lacarte.kernel import clock
from lacarte.registers.menu.models import LifeEvent, Offer, OfferAtPlace, SearchEntry, ServiceType
from lacarte.registers.places.models import Region
from lacarte.registers.providers.models import Provider

Kind = SearchEntry.Kind
Words = Mapping[str, str]
#: What changes how texts are filed raises this, so that all is filed anew.
_MADE = 3
_Terms = tuple[Term, ...]
_LONGEST_WORDS = 20_000  # signs of one text that are filed


@dataclass(frozen=True)
class Filed:
    """A record with its terms: of each of its names, of its other words, and of what is said at length."""

    kind: SearchEntry.Kind
    key: str
    code: str
    title: Words
    names: tuple[tuple[Term, ...], ...]
    about: tuple[Term, ...]
    rest: tuple[Term, ...]

    @cached_property
    def texts(self) -> tuple[str, str, str]:
        """The tokens of names, other words and the rest, with spaces around each and “|” around names."""
        names = "|".join(_spaced(one) for one in self.names)
        return names, _spaced(self.about), _spaced(self.rest)

    @cached_property
    def digest(self) -> str:
        """Changes whenever anything does that this says."""
        said = repr((_MADE, self.code, sorted(self.title.items()), self.texts))
        return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def terms(self) -> Iterator[Term]:
        """All terms."""
        for one in self.names:
            yield from one
        yield from self.about
        yield from self.rest


class Shelf:
    """What many records are filed under alike, made once: synonyms, and the terms of services and regions."""

    def __init__(self, synonyms: Synonyms) -> None:
        self._synonyms = synonyms
        self._of: dict[tuple[type[Model], object], tuple[Term, ...]] = {}

    def with_synonyms(self, found: Iterable[Term]) -> tuple[Term, ...]:
        """``found``, and what means the same."""
        known = list(found)
        return (*known, *self._synonyms.of(known))

    def of(self, model: type[Model], key: object, *fields: str) -> tuple[Term, ...]:
        """The terms of a record's ``fields``, with synonyms."""
        if (model, key) not in self._of:
            said = model._default_manager.filter(pk=key).values_list(*fields).first() or ()
            self._of[model, key] = self.with_synonyms(_terms(*said))
        return self._of[model, key]


@dataclass(frozen=True)
class Source:
    """A kind of record that can be found: those that are shown, and what each is filed under."""

    model: type[LifeEvent] | type[ServiceType] | type[Offer]
    shown: Callable[[], QuerySet[Any]]
    filed: Callable[[Any, Shelf], Filed]


def _spaced(found: Iterable[Term]) -> str:
    return f" {' '.join(dict.fromkeys(term.token for term in found))} "


def _terms(*texts: Words, apart: bool = True) -> tuple[Term, ...]:
    said = ((language, words[:_LONGEST_WORDS]) for text in texts for language, words in text.items())
    return tuple(term for language, words in said for term in terms(words, language, apart=apart))


def _filed(
    record: Any, kind: SearchEntry.Kind, about: tuple[Term, ...], rest: Sequence[Words], shelf: Shelf
) -> Filed:
    names = tuple(_terms({language: words}) for language, words in record.name.items() if words.strip())
    known = {term for name in names for term in name}
    own = shelf.with_synonyms(term for name in names for term in name)
    return Filed(
        kind=kind,
        key=str(record.pk),
        code=record.code,
        title=record.name,
        names=names,
        about=(*about, *(term for term in own if term not in known)),
        rest=_terms(*rest, apart=False),
    )


def _life_events() -> QuerySet[LifeEvent]:
    return LifeEvent.objects.filter(active=True).prefetch_related("items__service_type").order_by("pk")


def _of_life_event(event: LifeEvent, shelf: Shelf) -> Filed:
    called_for = [item.service_type.name for item in event.items.all()]
    about = shelf.with_synonyms(_terms(event.keywords))
    return _filed(event, Kind.LIFE_EVENT, about, [event.description, *called_for], shelf)


def _service_types() -> QuerySet[ServiceType]:
    return ServiceType.objects.exclude(parent=None).select_related("parent").order_by("pk")


def _of_service_type(service: ServiceType, shelf: Shelf) -> Filed:
    kind = Kind.SERVICE if service.orderable else Kind.AREA
    above = [service.parent.name] if service.parent and service.parent.parent_id is not None else []
    about = shelf.with_synonyms(_terms(service.keywords))
    return _filed(service, kind, about, [service.description, *above], shelf)


def _offers() -> QuerySet[Offer]:
    places = OfferAtPlace.objects.only("offer_id", "region_id", "address")
    has_place = Exists(OfferAtPlace.objects.filter(offer=OuterRef("pk")))  # one without is a draft
    offers = Offer.objects.filter(has_place).exclude(until__lt=clock.now().date()).order_by("pk")
    said = ("code", "name", "description", "conditions", "service_type_id", "provider_id")
    return offers.only(*said).prefetch_related(Prefetch("places", places))


def _of_offer(offer: Offer, shelf: Shelf) -> Filed:
    places = list(offer.places.all())
    about = shelf.of(ServiceType, offer.service_type_id, "name", "keywords")
    about += shelf.of(Provider, offer.provider_id, "name")
    for region in dict.fromkeys(place.region_id for place in places):
        about += shelf.of(Region, region, "name")
    rest = [offer.description, offer.conditions, *(place.address for place in places)]
    return _filed(offer, Kind.OFFER, about, rest, shelf)


#: Life events first, then services: entries that were filed first are looked at first.
SOURCES = (
    Source(LifeEvent, _life_events, _of_life_event),
    Source(ServiceType, _service_types, _of_service_type),
    Source(Offer, _offers, _of_offer),
)
