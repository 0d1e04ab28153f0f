"""Filing what is on the menu so that it is found: some records as they change, or all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import models, transaction

from lacarte.engines.text.analysis import Term
from lacarte.registers.menu.models import LifeEvent, Offer, SearchEntry, ServiceType
from lacarte.registers.menu.searching import texts, words
from lacarte.registers.menu.searching.entries import SOURCES, Filed, Kind, Shelf, Source
from lacarte.registers.menu.searching.synonyms import synonyms

_BATCH = 500
_KINDS: dict[type[models.Model], tuple[SearchEntry.Kind, ...]] = {
    LifeEvent: (Kind.LIFE_EVENT,),
    ServiceType: (Kind.SERVICE, Kind.AREA),
    Offer: (Kind.OFFER,),
}


@dataclass(frozen=True)
class Filing:
    """What filing everything found."""

    entries: int
    changed: int
    removed: int


def refresh() -> Filing:
    """File all that is on the menu: what changed is filed anew, what is gone is taken out, all words are counted.

    Takes about 15 s for 50,000 records, in short transactions; searches go on meanwhile. Raises
    :class:`SynonymsError` where the installation's file of synonyms cannot be read, and changes nothing then.
    """
    shelf = Shelf(synonyms())
    pairs: set[Term] = set()
    counts: Counter[str] = Counter()
    kept: set[tuple[int, str]] = set()
    changed = 0
    for source in SOURCES:
        for some in _parts(source, shelf):
            changed += _put(some)
            for filed in some:
                kept.add((filed.kind, filed.key))
                terms = set(filed.terms())
                pairs |= terms
                counts.update({term.token for term in terms})
    removed = _remove_others(kept)
    texts.remove_strays()
    words.recount({(term.key, term.token) for term in pairs}, counts)
    return Filing(len(kept), changed, removed)


def compared() -> Filing:
    """What :func:`refresh` would file anew and take out. Nothing is changed. Raises as that."""
    shelf = Shelf(synonyms())
    kept: set[tuple[int, str]] = set()
    changed = 0
    for source in SOURCES:
        for some in _parts(source, shelf):
            changed += len(_new(some))
            kept |= {(filed.kind, filed.key) for filed in some}
    return Filing(len(kept), changed, len(_others(kept)))


def file_again(model: type[models.Model], keys: Iterable[object]) -> None:
    """File the records of ``model`` with these keys as they are now; what is gone or not shown is taken out."""
    source, left = _source(model), list(keys)
    shelf = Shelf(synonyms())
    for at in range(0, len(left), _BATCH):
        some = left[at : at + _BATCH]
        filed = [source.filed(record, shelf) for record in source.shown().filter(pk__in=some)]
        with transaction.atomic():
            if _put(filed):
                words.enter(term for one in filed for term in one.terms())
            there = {(one.kind, one.key) for one in filed}
            entries = SearchEntry.objects.filter(kind__in=_KINDS[source.model], key__in=list(map(str, some)))
            _remove([pk for pk, kind, key in entries.values_list("pk", "kind", "key") if (kind, key) not in there])


def state() -> tuple[int, int]:
    """How many records are to be found, and how many can be: they differ where filing was interrupted."""
    return sum(source.shown().count() for source in SOURCES), texts.count()


def _source(model: type[models.Model]) -> Source:
    return next(source for source in SOURCES if source.model is model)


def _parts(source: Source, shelf: Shelf) -> Iterator[list[Filed]]:
    """What is to be found of a kind, a part at a time.

    Each part is read to its end: beside a cursor that is open SQLite begins no transaction once another process
    has written, and says at once that the database is locked.
    """
    keys = list(source.shown().values_list("pk", flat=True))
    for at in range(0, len(keys), _BATCH):
        yield [source.filed(record, shelf) for record in source.shown().filter(pk__in=keys[at : at + _BATCH])]


@transaction.atomic
def _put(filed: Sequence[Filed]) -> int:
    """Write what changed of ``filed``; returns how many."""
    new = _new(filed)
    if not new:
        return 0
    entries = SearchEntry.objects.bulk_create(
        [
            SearchEntry(kind=one.kind, key=one.key, code=one.code, title=dict(one.title), digest=one.digest)
            for one in new
        ],
        update_conflicts=True,
        unique_fields=["kind", "key"],
        update_fields=["code", "title", "digest"],
    )
    texts.put([_text(entry, one) for entry, one in zip(entries, new, strict=True)])
    return len(new)


def _new(filed: Sequence[Filed]) -> list[Filed]:
    """What is not filed as it is."""
    digests: dict[tuple[int, str], str] = {}
    for kind in {one.kind for one in filed}:
        keys = [one.key for one in filed if one.kind == kind]
        found = SearchEntry.objects.filter(kind=kind, key__in=keys).values_list("key", "digest")
        digests |= {(kind, key): digest for key, digest in found}
    return [one for one in filed if digests.get((one.kind, one.key)) != one.digest]


def _text(entry: SearchEntry, filed: Filed) -> texts.Text:
    names, about, rest = filed.texts
    return entry.pk, texts.with_kind(names, filed.kind), about, rest


def _remove_others(kept: set[tuple[int, str]]) -> int:
    gone = _others(kept)
    _remove(gone)
    return len(gone)


def _others(kept: set[tuple[int, str]]) -> list[int]:
    """The entries of what is not on the menu."""
    rows = SearchEntry.objects.values_list("pk", "kind", "key").iterator(chunk_size=10_000)
    return [pk for pk, kind, key in rows if (kind, key) not in kept]


@transaction.atomic
def _remove(gone: Sequence[int]) -> None:
    for at in range(0, len(gone), _BATCH):
        SearchEntry.objects.filter(pk__in=gone[at : at + _BATCH]).delete()
    texts.remove(gone)
