"""The offers of a file become those of a provider, each whole or not at all; a preview undoes what it did."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.kernel.text import as_written
from lacarte.registers.menu import keeping
from lacarte.registers.menu.keeping.history import Changed
from lacarte.registers.menu.keeping.times import rules_of
from lacarte.registers.menu.models import MenuChange, Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider
from lacarte.standards.imports.report import FieldError, Report
from lacarte.standards.offers.columns import ADDRESS, TEXTS, Times
from lacarte.standards.offers.reading import Wanted, WantedPlace, wanted_of

#: Columns whose names are not those of the records.
_COLUMNS = {"price_minor": "price", "service_type": "service", "phone": "phone", "code": "offer"}
_OF_TIMES = frozenset({"bucket", "weekdays", "opens", "closes", "minutes", "units", "since", "until"})
_A_MOMENT = timedelta(seconds=1)


@dataclass
class Preview:
    """What a file would change, and what of it cannot be used."""

    report: Report
    changes: list[Changed] = field(default_factory=list)


def import_offers(data: bytes, provider: Provider, *, actor: User | None) -> Report:
    """Take the offers of a file over. An offer of which a row is wrong stays as it is, whole.

    The report counts rows. Raises :class:`ImportFaultError` for what is no such file, and ``PermissionDenied``.
    """
    report = Report()
    wanted = wanted_of(data, report)
    with transaction.atomic():
        for offer in wanted:
            _load(offer, provider, actor, report)
    return report


def preview_offers(data: bytes, provider: Provider, *, actor: User | None) -> Preview:
    """What :func:`import_offers` would do now. Nothing is kept."""
    began = clock.now() - _A_MOMENT
    known = set(MenuChange.objects.filter(provider=provider, at__gte=began).values_list("pk", flat=True))
    with transaction.atomic():
        point = transaction.savepoint()
        report = import_offers(data, provider, actor=actor)
        far = clock.now() + timedelta(days=1)
        changes = keeping.changes_between(began, far, provider)
        transaction.savepoint_rollback(point)
    return Preview(report, [one for one in changes if one.change.pk not in known and one.change.values])


def _load(offer: Wanted, provider: Provider, actor: User | None, report: Report) -> None:
    before = MenuChange.objects.filter(provider=provider).count()
    try:
        with transaction.atomic():
            _keep(offer, provider, actor)
    except FieldError as error:
        _reject(offer, report, int(error.args[2]), error.args[0], error.args[1])
        return
    if MenuChange.objects.filter(provider=provider).count() == before:
        report.known += len(offer.lines)
    else:
        report.loaded += len(offer.lines)


def _reject(offer: Wanted, report: Report, line: int, column: str, reason: str) -> None:
    report.reject(line, column, reason)
    words = _("left out, because line %(line)d of the same offer is wrong") % {"line": line}
    for other in offer.lines:
        if other != line:
            report.reject(other, "offer", words)


def _keep(wanted: Wanted, provider: Provider, actor: User | None) -> None:
    found = Offer.objects.filter(code=wanted.code).select_related("service_type").first()
    if found is not None and found.provider_id != provider.pk:
        raise FieldError("offer", _("is the code of another provider's offer"), wanted.line)
    with _saying(wanted.line):
        if found is None:
            kept = _added(wanted, provider, actor)
        else:
            if wanted.service is not None and wanted.service != found.service_type:
                words = _("is another service than before; please give it another code as a new offer")
                raise FieldError("service", words, wanted.line)
            kept = keeping.change_offer(found, actor=actor, **_texts_kept(wanted, found))
        if wanted.paused is not None:
            (keeping.pause if wanted.paused else keeping.resume)(kept, actor=actor)
    taken: set[UUID] = set()
    for place in wanted.places:
        with _saying(place.line, of_place=True):
            at = _place(place, kept, actor, taken)
        if place.times is not None:
            with _saying(place.line, column="times"):
                _keep_times(at, place.times, actor)


def _added(wanted: Wanted, provider: Provider, actor: User | None) -> Offer:
    if wanted.service is None:
        raise FieldError("service", _("is empty: which service of the menu is it?"), wanted.line)
    fields = _texts_kept(wanted, Offer())
    return keeping.add_offer(provider, service_type=wanted.service, actor=actor, code=wanted.code, **fields)


def _texts_kept(wanted: Wanted, offer: Offer) -> dict[str, Any]:
    """The fields of the file; texts in languages that it has no column for stay."""
    texts = {name: _joined(getattr(offer, name), wanted.fields[name]) for name in TEXTS if name in wanted.fields}
    return wanted.fields | texts


def _joined(before: dict[str, str], said: dict[str, str] | str) -> dict[str, str]:
    """A text as it is, with what a file says of some languages. A text of no language replaces all."""
    if isinstance(said, str):
        return before if said in before.values() else as_written(said)
    return {tag: words for tag, words in {**before, **said}.items() if words}


def _place(wanted: WantedPlace, offer: Offer, actor: User | None, taken: set[UUID]) -> OfferAtPlace:
    found = _known_place(wanted, offer, taken)
    fields = dict(wanted.fields)
    if ADDRESS in fields:
        fields[ADDRESS] = _joined(found.address if found else {}, fields[ADDRESS])
    if found is not None:
        made = keeping.change_place(found, actor=actor, **fields)
    elif "region" in fields:
        made = keeping.add_place(offer, actor=actor, **fields)
    else:
        raise FieldError("region", _("is empty: where is it?"), wanted.line)
    taken.add(made.pk)
    return made


def _known_place(wanted: WantedPlace, offer: Offer, taken: set[UUID]) -> OfferAtPlace | None:
    """The place that a row is about: of its key, or else one with its region and address."""
    mine = offer.places.exclude(pk__in=taken)
    if wanted.key is not None:
        found = mine.filter(pk=wanted.key).first()
        if found is None:
            raise FieldError("place", _("is no place of this offer; leave it empty for a new one"), wanted.line)
        return found
    if "region" not in wanted.fields:
        return None
    said = wanted.fields.get(ADDRESS, "")
    there = mine.filter(region=wanted.fields["region"]).order_by("pk")
    return next((place for place in there if _joined(place.address, said) == place.address), None)


def _keep_times(place: OfferAtPlace, wanted: list[Times], actor: User | None) -> None:
    """End the times that are wanted no more and add those that are new, from today on."""
    today, left = timezone.localdate(clock.now()), list(wanted)
    for rule in rules_of(place.pk):
        if Times.of(rule) in left:
            left.remove(Times.of(rule))
        elif rule.units:
            keeping.end_times(rule, actor=actor)
    for one in left:
        keeping.set_rule(place, actor=actor, since=today, until=None, **one.fields())


@contextmanager
def _saying(line: int, column: str = "", *, of_place: bool = False) -> Iterator[None]:
    """Says of what a verb refuses in which line and column of the file it stands."""
    try:
        yield
    except PermissionDenied:
        raise
    except ValidationError as error:
        name, words = next(iter(error.message_dict.items()))
        at = column or ("place_phone" if of_place and name == "phone" else _COLUMNS.get(name, name))
        raise FieldError(at, words[0], line) from None
    except keeping.KeepingRefusedError as error:
        raise FieldError(column or "offer", str(error), line) from None
