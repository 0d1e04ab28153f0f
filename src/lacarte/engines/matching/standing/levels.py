"""What going without costs, for levels of class and order that are not all known beforehand."""

from __future__ import annotations

from bisect import bisect_left

#: Before every order of a class: those who were promised a place.
PROMISED = -(2**31) - 1
_ROOM = 2**60


class Levels:
    """Weights for (class, order), more urgent is more, that leave gaps for levels to come.

    Two neighbours differ by 1 at least, which is worth ``step`` units of cost.
    """

    def __init__(self, known: list[tuple[int, int]], step: int) -> None:
        """Spread the ``known`` levels evenly. Raises ``ValueError`` when there are too many to be exact."""
        keys = sorted({*known, *((key[0], PROMISED) for key in known)}, reverse=True)  # least urgent first
        self.step = step
        most = _ROOM // step
        if most <= len(keys) + 1:
            raise ValueError(
                f"{len(keys)} levels with a step of {step} are too large to be exact; use a coarser unit"
            )
        self._spacing = min(most // (len(keys) + 1), 2**20)
        self._keys = [(-group, -order) for group, order in keys]
        self._weights = [(at + 1) * self._spacing for at in range(len(keys))]

    def weight(self, priority_class: int, order: int) -> int:
        """The weight of a level, a new one between its neighbours. Raises ``ValueError`` if there is no room."""
        key = (-priority_class, -order)
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            return self._weights[at]
        low = self._weights[at - 1] if at else 0
        high = self._weights[at] if at < len(self._weights) else low + 2 * self._spacing
        middle = (low + high) // 2
        if middle == low or high * self.step >= 2 * _ROOM:
            raise ValueError(
                f"no room is left for class {priority_class}, order {order}; solve the whole problem anew"
            )
        self._keys.insert(at, key)
        self._weights.insert(at, middle)
        return middle
