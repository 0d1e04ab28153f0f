"""What is found out about a service is found out once for the same facts; a changed fact judges what asks it.

For each service it is remembered what came of its requirements, by the values of those facts alone on which it
depends (``entitlement.depending``), for as long as requirements, tables, law and day are the same. Nothing tells
of whom the values were.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lacarte.registers.entitlement import depending
from lacarte.registers.entitlement.judging import Decided, Facts, Judgement, Rule, decided, sorted_out

#: So many judgements are remembered at a time, in each process.
_MOST = 50_000


@dataclass(eq=False)
class Memory:
    """What came of requirements today; ``asked`` counts how often one service was judged, not remembered."""

    needs: Mapping[int, tuple[str, ...] | None]
    #: By service and facts: the requirements as they were then, and what came of them.
    found: dict[tuple[int, tuple[str, ...]], tuple[tuple[Rule, ...], tuple[Decided, ...]]] = field(
        default_factory=dict, repr=False
    )
    asked: int = 0

    def judge(self, rules: Mapping[int, Sequence[Rule]], facts: Facts) -> dict[int, Judgement]:
        """As ``judging.judge`` for each service by its number."""
        told = {kind: repr(value) for kind, value in facts.items() if value is not None}
        all_told = tuple(f"{kind}={text}" for kind, text in sorted(told.items()))
        found = {}
        for number, some in rules.items():
            needed = self.needs.get(number, ())
            key = number, all_told if needed is None else tuple(told.get(kind, "") for kind in needed)
            known = self.found.get(key)
            if known is None or known[0] != tuple(some):  # the same facts, and another age from which on it holds
                self.asked += 1
                if len(self.found) >= _MOST:
                    self.found.clear()
                known = self.found[key] = tuple(some), tuple(decided(rule, facts) for rule in some)
            found[number] = sorted_out(some, known[1])
        return found


def memory() -> Memory:
    """What is remembered as things stand; two queries, which read only what has changed."""
    global _memory
    as_it_is = depending.as_things_stand()
    if _memory is None or _memory[0] != as_it_is:
        _memory = as_it_is, Memory(as_it_is.needs())
    return _memory[1]


_memory: tuple[depending.Standing, Memory] | None = None
