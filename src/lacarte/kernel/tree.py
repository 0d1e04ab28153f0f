"""Trees coded by number intervals, so that "anywhere below" is a BETWEEN in SQL.

The root is ``[0, 2**60)``. Each level cuts its parent's interval into 4,096 equal parts, of which part 0
is the parent itself; five levels below the root. Numbers never change when a sibling is added, so a
number may be a primary key, and a record that points to it is found by ``BETWEEN first AND last``
without a join. Number 0, the root, also stands for "nothing more exact is known".
"""

from __future__ import annotations

from dataclasses import dataclass

BITS = 60
FANOUT_BITS = 12
FANOUT = 2**FANOUT_BITS
MAX_DEPTH = BITS // FANOUT_BITS
ROOT_NUMBER = 0


@dataclass(frozen=True, order=True)
class Interval:
    """A node of the tree: its own number is ``first``; everything below it is within ``first..last``."""

    first: int
    last: int

    @property
    def depth(self) -> int:
        """0 for the root."""
        return MAX_DEPTH - (self.last - self.first + 1).bit_length() // FANOUT_BITS

    def __contains__(self, number: int) -> bool:
        return self.first <= number <= self.last

    def child(self, ordinal: int) -> Interval:
        """The ``ordinal``-th child (from 1). Raises ``ValueError`` when the tree is too deep or too wide."""
        if self.depth >= MAX_DEPTH:
            raise ValueError(f"a tree has at most {MAX_DEPTH} levels below its root")
        if not 1 <= ordinal < FANOUT:
            raise ValueError(f"a node has at most {FANOUT - 1} children, this would be number {ordinal}")
        width = (self.last - self.first + 1) >> FANOUT_BITS
        first = self.first + ordinal * width
        return Interval(first, first + width - 1)

    def next_ordinal(self, taken: int | None) -> int:
        """The ordinal after the child whose number is ``taken`` (``None``: there is no child yet)."""
        if taken is None:
            return 1
        width = (self.last - self.first + 1) >> FANOUT_BITS
        return (taken - self.first) // width + 1


ROOT = Interval(ROOT_NUMBER, 2**BITS - 1)


def above(number: int) -> int:
    """The number of the node right above the one with ``number``; the root's for the root and its children."""
    if number == ROOT_NUMBER:
        return ROOT_NUMBER
    lowest = (number & -number).bit_length() - 1  # below its own level all bits are 0
    bits = FANOUT_BITS * (lowest // FANOUT_BITS + 1)
    return number >> bits << bits
