"""The words of the menu: kept in the database, held in memory, read again as they change."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.db import connection, transaction
from django.db.models import Max

from lacarte.engines.text.analysis import Term
from lacarte.engines.text.vocabulary import Vocabulary
from lacarte.kernel import clock
from lacarte.registers.menu.models import SearchEntry, SearchWord

_BATCH = 1000
_LOOK_AGAIN_SECONDS = 1.0
#: Another machine's clock may be behind, and a transaction ends after the time that it wrote.
_OVERLAP = timedelta(minutes=1)
#: A count is written anew when it is that far off: it only says how rare a word is.
_NEARLY = 0.1
_reading = Lock()


@dataclass
class _Held:
    vocabulary: Vocabulary
    newest: datetime | None
    looked_at: float


_held: dict[str, _Held] = {}


def vocabulary() -> Vocabulary:
    """The words of the menu, as of a second ago. Reading 50,000 takes about half a second, once in a process."""
    name = str(connection.settings_dict["NAME"])
    held = _held.get(name)
    if held is not None and time.monotonic() - held.looked_at < _LOOK_AGAIN_SECONDS:
        return held.vocabulary
    with _reading:
        held = _held[name] = _looked_again(_held.get(name))
    return held.vocabulary


def forget() -> None:
    """Have the words read again at the next look."""
    _held.clear()


def look_again() -> None:
    """Have what is new read at the next look: words were entered here."""
    for held in _held.values():
        held.looked_at = 0.0


def enter(terms: Iterable[Term]) -> None:
    """Add the words that are not there. How often each is there is counted when all is filed anew."""
    pairs = sorted({(term.key, term.token) for term in terms})
    for at in range(0, len(pairs), _BATCH):
        some = pairs[at : at + _BATCH]
        known = set(SearchWord.objects.filter(word__in={word for word, _ in some}).values_list("word", "token"))
        rows = [SearchWord(word=word, token=token) for word, token in some if (word, token) not in known]
        SearchWord.objects.bulk_create(rows, ignore_conflicts=True)
    look_again()


@transaction.atomic
def recount(words: Iterable[tuple[str, str]], counts: Counter[str]) -> None:
    """Make ``words`` (word, token) those of the menu, each with how many entries have its token."""
    wanted = set(words)
    known = {(word, token): (pk, count) for pk, word, token, count in _rows()}
    new = [
        SearchWord(word=word, token=token, count=counts[token]) for word, token in sorted(wanted - known.keys())
    ]
    SearchWord.objects.bulk_create(new, batch_size=_BATCH, ignore_conflicts=True)
    gone = [known[pair][0] for pair in known.keys() - wanted]
    for at in range(0, len(gone), _BATCH):
        SearchWord.objects.filter(pk__in=gone[at : at + _BATCH]).delete()
    other = [
        SearchWord(pk=known[pair][0], count=counts[pair[1]], changed_at=clock.now())
        for pair in wanted & known.keys()
        if abs(known[pair][1] - counts[pair[1]]) > _NEARLY * counts[pair[1]]
    ]
    SearchWord.objects.bulk_update(other, ["count", "changed_at"], batch_size=_BATCH)
    forget()


def _rows() -> Iterable[tuple[int, str, str, int]]:
    return SearchWord.objects.values_list("pk", "word", "token", "count").iterator(chunk_size=10_000)


def _looked_again(held: _Held | None) -> _Held:
    newest = SearchWord.objects.aggregate(newest=Max("changed_at"))["newest"]
    if held is None or held.vocabulary.is_stale or newest is None or (held.newest and newest < held.newest):
        return _Held(_read(), newest, time.monotonic())
    if newest != held.newest:
        since = newest if held.newest is None else held.newest
        held.vocabulary.add(_since(since - _OVERLAP), SearchEntry.objects.count())
    return _Held(held.vocabulary, newest, time.monotonic())


def _read() -> Vocabulary:
    rows = SearchWord.objects.values_list("word", "token", "count")
    return Vocabulary(rows.iterator(chunk_size=10_000), SearchEntry.objects.count())


def _since(moment: datetime) -> list[tuple[str, str, int]]:
    return list(SearchWord.objects.filter(changed_at__gte=moment).values_list("word", "token", "count"))
