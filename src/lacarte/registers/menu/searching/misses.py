"""What is looked for in vain is unmet need: counted by day and language, and nothing about who looked.

What people type may be about themselves, so that words are kept only where they tell nothing of a person: a few
words that are all on the menu as they are written, or words that ten sessions have used within a month. Until then
there is a keyed digest of the words, and one of each session, and the search counts among those without words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from lacarte.engines.text.analysis import fold
from lacarte.kernel import clock
from lacarte.kernel.schedule import every
from lacarte.registers.menu.models import MissedSearch
from lacarte.registers.menu.searching.asking import Results

How = MissedSearch.How
#: Sessions that have to use words that are not on the menu before they are kept, and within how long.
ASKERS = 10
KEPT_WAITING = timedelta(days=30)
_MOST_WORDS = 6
_LONGEST_NUMBER = 3  # digits: a longer number may be somebody's


@dataclass(frozen=True)
class Missed:
    """What was looked for in vain within some days; without words, all whose words are not kept."""

    words: str
    language: str
    empty: int
    left: int


def count(results: Results, language: str, session: str) -> int | None:
    """Count a search that found nothing, or, until something of it is opened, one that was left.

    ``session`` is the key of whoever asks, of which only a digest is kept. Returns what :func:`opened` takes,
    where there was something to open. A search without words is none.
    """
    if not results.question.text.strip():
        return None
    how = How.LEFT if results.found else How.EMPTY
    words = _words(results)
    if not _may_be_kept(results) and not _often_asked(words, language, session):
        words = ""
    row = _row(clock.now().date(), language[:35], how, words)
    MissedSearch.objects.filter(pk=row.pk).update(count=F("count") + 1)
    return row.pk if how == How.LEFT else None


def opened(number: int) -> None:
    """Something was opened of a search that :func:`count` returned: it was not left."""
    MissedSearch.objects.filter(pk=number, how=How.LEFT, count__gt=0).update(count=F("count") - 1)


def missed(days: int = 30) -> list[Missed]:
    """What was looked for in vain in the last ``days``, most often first."""
    since = clock.now().date() - timedelta(days=days)
    rows = MissedSearch.objects.filter(day__gt=since, count__gt=0, digest="")
    counts: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: {How.EMPTY: 0, How.LEFT: 0})
    for words, language, how, n in rows.values_list("words", "language", "how", "count"):
        counts[words, language][how] += n
    found = [Missed(words, language, n[How.EMPTY], n[How.LEFT]) for (words, language), n in counts.items()]
    return sorted(found, key=lambda one: (-one.empty, -one.left, one.words, one.language))


@every(timedelta(days=1), "menu.forget-searches")
def forget_askers() -> None:
    """Remove the digests of words and sessions that are too old to count."""
    MissedSearch.objects.filter(day__lte=clock.now().date() - KEPT_WAITING).exclude(digest="").delete()


def _words(results: Results) -> str:
    return " ".join(fold(results.question.text).split())[:200]


def _may_be_kept(results: Results) -> bool:
    """Whether all is on the menu as it is written, and no more than a few words."""
    question = results.question
    written = [group.piece for group in question.groups if group.piece.spaced]
    signs = sum(not group.piece.spaced for group in question.groups)
    known = not question.unknown and not results.meant and all(group.is_sure for group in question.groups)
    numbers = any(piece.key.isdigit() and len(piece.key) > _LONGEST_NUMBER for piece in written)
    return known and not numbers and bool(question.groups) and len(written) + signs / 2 <= _MOST_WORDS


def _often_asked(words: str, language: str, session: str) -> bool:
    """Whether enough sessions have used the words, with this one; who they are is not kept."""
    if not session:
        return False
    today, digest = clock.now().date(), _digest("words", f"{language} {words}")
    asker = _digest("session", f"{digest} {session}")
    with transaction.atomic():
        waiting = MissedSearch.objects.select_for_update().filter(digest=digest, day__gt=today - KEPT_WAITING)
        row = waiting.order_by("day").first() or _row(today, language[:35], How.EMPTY, "", digest)
        askers: Sequence[str] = row.askers
        if asker not in askers and len(askers) < ASKERS:
            row.askers = [*askers, asker]
            row.save(update_fields=["askers"])
        return len(row.askers) >= ASKERS


def _digest(of: str, value: str) -> str:
    return salted_hmac(f"lacarte.menu.missed.{of}", value).hexdigest()[:32]


def _row(day: date, language: str, how: str, words: str, digest: str = "") -> MissedSearch:
    said: dict[str, Any] = {"day": day, "language": language, "how": how, "words": words, "digest": digest}
    try:
        with transaction.atomic():
            return MissedSearch.objects.get_or_create(**said)[0]
    except IntegrityError:  # somebody was quicker
        return MissedSearch.objects.get(**said)
