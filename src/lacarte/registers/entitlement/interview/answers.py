"""What people of the city answered, as counts by kind of fact: so that what settles most is asked first.

Counted once a day, without whom an answer is of; of a kind that few have answered nothing is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from lacarte.engines.rules import condensed
from lacarte.kernel import clock
from lacarte.kernel.versions import remembered
from lacarte.registers.entitlement.models import AnswerCount
from lacarte.registers.people.circumstances import FACTS, Datatype
from lacarte.registers.people.models import Circumstance, Person

#: Of a kind that fewer people have answered, all answers are taken to be as likely.
FEWEST = 30
#: So many different numbers or days are kept of a kind.
MOST_VALUES = 40


@transaction.atomic
def count_answers() -> int:
    """Count anew what is known of people today. Returns of how many kinds there are counts."""
    today = clock.now().date()
    rows = (
        Circumstance.objects.filter(Q(until=None) | Q(until__gte=today), since__lte=today, kind__in=FACTS)
        .order_by()
        .values_list("kind", "value")
        .annotate(n=Count("pk"))
    )
    counts: dict[str, dict[Any, float]] = defaultdict(lambda: defaultdict(float))
    for kind, value, n in rows.iterator():
        if (answer := _answer(kind, value)) is not None:
            counts[kind][answer] += n
    born = Person.objects.exclude(birth_year=None).order_by().values_list("birth_year").annotate(n=Count("pk"))
    for year, n in born:
        counts["age"][float(today.year - year)] += n
    kept = {kind: some for kind, some in counts.items() if sum(some.values()) >= FEWEST}
    AnswerCount.objects.exclude(kind__in=kept).delete()
    for kind, some in kept.items():
        values = sorted(condensed(some, MOST_VALUES).items()) if _is_number(kind) else list(some.items())
        AnswerCount.objects.update_or_create(kind=kind, defaults={"counts": values, "changed_at": clock.now()})
    return len(kept)


@remembered(AnswerCount)
def counted() -> Mapping[str, Mapping[Any, float]]:
    """How often each answer is known, by kind of fact; a day is its number. One query."""
    rows = AnswerCount.objects.values_list("kind", "counts")
    return {kind: {value: float(n) for value, n in counts} for kind, counts in rows}


def _is_number(kind: str) -> bool:
    return FACTS[kind].datatype in (Datatype.NUMBER, Datatype.DATE)


def _answer(kind: str, value: Any) -> bool | float | str | None:
    """A value as it is counted; ``None`` for one that is none of its kind."""
    match FACTS[kind].datatype:
        case Datatype.BOOL:
            return value if isinstance(value, bool) else None
        case Datatype.NUMBER:
            return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        case Datatype.CHOICE:
            return value if isinstance(value, str) and value in dict(FACTS[kind].choices) else None
    try:
        return float(date.fromisoformat(value).toordinal())
    except (TypeError, ValueError):
        return None
