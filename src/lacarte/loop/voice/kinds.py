"""Kinds of providers: no total of a kind tells of a provider whom the list of providers hides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from lacarte.engines.rates import hidden
from lacarte.loop.voice.comparing import Hidden
from lacarte.loop.voice.counting import SMALLEST_GROUP, Counts, Cut, count
from lacarte.registers.providers.models import Provider

#: The counts that are told of groups.
COUNTS = ("orders", "completed", "ratings", "due")


def kinds_hidden(kinds: Sequence[str], cut: Cut) -> Hidden:
    """Which of ``kinds`` to hide, by the name of the count: the list of providers would give a provider away."""
    counted = count("provider", cut)
    kind_of = dict(Provider.objects.filter(pk__in=list(counted)).values_list("pk", "kind"))
    known = {key: one for key, one in counted.items() if key in kind_of}
    return {name: _hidden(kinds, [kind_of[key] for key in known], list(known.values()), name) for name in COUNTS}


def _hidden(kinds: Sequence[str], of: Sequence[str], counts: Sequence[Counts], name: str) -> list[bool]:
    """Kinds whose hidden providers could be reckoned, and the next larger ones until those of all cannot."""
    numbers = [getattr(one, name) for one in counts]
    out: dict[str, list[int]] = defaultdict(list)
    total: dict[str, int] = defaultdict(int)
    for kind, number, hide in zip(of, numbers, hidden(numbers, SMALLEST_GROUP).tolist(), strict=True):
        total[kind] += number
        if hide:
            out[kind].append(number)
    found = {kind for kind in kinds if not _safe(out[kind])}
    others = iter(sorted((kind for kind in kinds if kind not in found), key=lambda kind: (total[kind], kind)))
    while found and (len(found) == 1 or not _safe([n for kind in found for n in out[kind]])):
        another = next(others, None)
        if another is None:
            break
        found.add(another)
    return [kind in found for kind in kinds]


def _safe(numbers: Sequence[int]) -> bool:
    """Whether nobody who knows their sum, and that none is 0, knows one to within less than ten."""
    return not numbers or (len(numbers) > 1 and sum(numbers) >= SMALLEST_GROUP + len(numbers))
