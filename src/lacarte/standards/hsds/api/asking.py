"""What a client asks for: the parameters of the contract, and the records that they mean."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache, reduce
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from lacarte.kernel import tree
from lacarte.kernel.text import storable
from lacarte.kernel.versions import version_of
from lacarte.registers.menu.models import Offer, SearchEntry, ServiceType
from lacarte.registers.menu.searching import search
from lacarte.standards.hsds.api.errors import HsdsError
from lacarte.standards.hsds.ours import RECORD, RECORDS, SERVICE_TYPES, type_key

USUAL, MOST = 50, 500  # objects on a page
_PAGES = 2**31
_LONGEST = 300
_FOUND = 100  # entries of the menu that answer a search


@dataclass(frozen=True)
class Asked:
    """The parameters of one call, each checked."""

    page: int
    per_page: int
    ndjson: bool
    full: bool
    minimal: bool
    full_service: bool
    top_only: bool
    modified_after: datetime | None
    texts: Mapping[
        str, str
    ]  # search, taxonomy_term_id, taxonomy_id, organization_id, parent_id, postcode, proximity

    def text(self, name: str) -> str:
        """A parameter as it was written; empty where it was not."""
        return self.texts.get(name, "")

    def key(self, name: str) -> UUID | None:
        """A key that was asked for. No key of ours is anything but a UUID, so anything else is that of nothing."""
        try:
            return UUID(self.texts[name])
        except ValueError:
            return UUID(int=0)
        except KeyError:
            return None

    @property
    def filters(self) -> bool:
        """Whether some offers are left out."""
        return self.modified_after is not None or bool(self.texts)


_TEXTS = ("search", "taxonomy_term_id", "taxonomy_id", "organization_id", "parent_id", "postcode", "proximity")


def asked(said: Mapping[str, str]) -> Asked:
    """Read the parameters. Raises :class:`HsdsError` that names the one that cannot be read."""
    for name, value in said.items():
        if not (storable(name) and storable(value)):
            raise HsdsError(400, _("a parameter is no text in UTF-8"))
        if len(value) > _LONGEST:
            raise HsdsError(400, _("%(name)s: at most %(n)d signs") % {"name": name[:80], "n": _LONGEST})
    if said.get("format") not in (None, "", "json", "ndjson"):
        raise HsdsError(400, _("format: json or ndjson"))
    return Asked(
        page=_whole(said, "page", 1, _PAGES),
        per_page=_whole(said, "per_page", USUAL, MOST),
        ndjson=said.get("format") == "ndjson",
        full=_yes(said, "full"),
        minimal=_yes(said, "minimal"),
        full_service=_yes(said, "full_service"),
        top_only=_yes(said, "top_only"),
        modified_after=_moment(said, "modified_after"),
        texts={name: said[name].strip() for name in _TEXTS if said.get(name, "").strip()},
    )


def _whole(said: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = said.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
        raise HsdsError(400, _("%(name)s: a whole number from 1 to %(most)d") % {"name": name, "most": most})
    return int(text)


def _yes(said: Mapping[str, str], name: str) -> bool:
    text = said.get(name, "").casefold()
    if text not in ("", "true", "false", "1", "0"):
        raise HsdsError(400, _("%(name)s: true or false") % {"name": name})
    return text in ("true", "1")


def _moment(said: Mapping[str, str], name: str) -> datetime | None:
    text = said.get(name, "").strip().replace(" ", "+")  # a plus sign that nobody encoded arrives as a blank
    if not text:
        return None
    try:
        found = parse_datetime(text) or datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise HsdsError(400, _("%(name)s: a time such as 2026-01-31T09:30:00Z") % {"name": name}) from error


def offers_asked(said: Asked) -> QuerySet[Offer]:
    """The offers that the filters mean, in the order of their keys."""
    offers = Offer.objects.order_by("pk")
    if (owner := said.key("organization_id")) is not None:
        offers = offers.filter(provider=owner)
    if said.modified_after is not None:
        offers = offers.filter(changed_at__gte=said.modified_after)
    if term := said.text("taxonomy_term_id"):
        offers = _of_term(offers, term)
    if taxonomy := said.text("taxonomy_id"):
        offers = _of_taxonomy(offers, taxonomy)
    if words := said.text("search"):
        offers = offers.filter(_found(words))
    return offers


def _of_term(offers: QuerySet[Offer], term: str) -> QuerySet[Offer]:
    """Offers of a service type of ours or of one below it, or with a term that their directory gave them."""
    below = type_at(term)
    if below is not None:
        return offers.filter(service_type__number__range=below)
    return offers if term == RECORD["id"] else _saying(offers, "taxonomy_term_id", term)


def _of_taxonomy(offers: QuerySet[Offer], taxonomy: str) -> QuerySet[Offer]:
    if taxonomy in (SERVICE_TYPES["id"], RECORDS["id"]):
        return offers  # every one has both
    return _saying(offers, "taxonomy_id", taxonomy)


def _saying(offers: QuerySet[Offer], name: str, key: str) -> QuerySet[Offer]:
    """Offers of which a file said something; both databases write JSON as text alike."""
    try:
        said = f'"{name}": "{UUID(key)}"'
    except ValueError:
        return offers.none()
    return offers.annotate(said=Cast("carried", TextField())).filter(said__icontains=said)


def type_at(term: str) -> tuple[int, int] | None:
    """The numbers of the service type whose term has this key, and of all below it."""
    return _types(*version_of(ServiceType)).get(term.lower())


@lru_cache(maxsize=1)
def _types(count: int, changed: Any) -> dict[str, tuple[int, int]]:
    """The numbers of each service type and all below it, by the key of its term."""
    rows = ServiceType.objects.exclude(number=tree.ROOT_NUMBER).values_list("code", "number", "last")
    return {type_key(code): (number, last) for code, number, last in rows}


def _found(words: str) -> Q:
    """Offers that answer a search themselves, or whose service type does."""
    kinds: dict[Any, list[str]] = {}
    for entry in search(words, settings.LANGUAGE_CODE, _FOUND):
        kinds.setdefault(entry.kind, []).append(entry.key)
    numbers = [*kinds.get(SearchEntry.Kind.SERVICE, ()), *kinds.get(SearchEntry.Kind.AREA, ())]
    types = ServiceType.objects.filter(number__in=numbers).values_list("number", "last") if numbers else ()
    by_type = [Q(service_type__number__range=interval) for interval in types]
    own = Q(pk__in=[UUID(key) for key in kinds.get(SearchEntry.Kind.OFFER, ())])
    return reduce(operator.or_, by_type, own)
