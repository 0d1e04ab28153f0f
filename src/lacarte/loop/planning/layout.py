"""Which numbers of people may be told of a table of districts by life areas.

One layout answers for every page that counts the same people, so that no page tells what another one hides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.engines.disclosure import HIDDEN, SMALLEST, hide, hide_row, join

ALL = ""  # the code of all districts, and of all life areas
OTHERS = "*"  # the code of the smallest life areas together
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Layout:
    """What may be told: of life areas those that are ``joined`` are told together in each district (``OTHERS``).

    ``areas`` are those with people, most first. ``people`` has the counts and their totals, ``told`` which of them
    may be told; both by codes of district and life area.
    """

    districts: Sequence[str]
    areas: Sequence[str]
    joined: Sequence[str]
    people: Mapping[tuple[str, str], int]
    told: Mapping[tuple[str, str], bool]
    inside: bool  # whether anything is told, or listed as not told, of a life area in a district

    def tells(self, district: str = ALL, area: str = ALL) -> bool:
        """Whether the number may be told: that there is nobody may, but not where inside of what is joined."""
        nobody = district not in (ALL, *self.districts) or area not in (ALL, OTHERS, *self.areas)
        return self.told.get((district, area), nobody)

    def number(self, district: str = ALL, area: str = ALL) -> int | None:
        """The people there, ``None`` where it may not be told."""
        return self.people.get((district, area), 0) if self.tells(district, area) else None


def lay_out(people: Mapping[tuple[str, str], int]) -> Layout:
    """The layout for ``people`` by codes of district and life area.

    Districts, and life areas, are two lists that are told as far as each may be by itself. Of the table of both
    the smallest life areas are joined until it needs none of those totals hidden, if need be all of them.
    """
    known = {key: n for key, n in people.items() if n}
    districts = sorted({district for district, _ in known})
    size = {area: sum(n for (_, of), n in known.items() if of == area) for _, area in known}
    areas = sorted(size, key=lambda area: (-size[area], area))
    if not known:
        return Layout([], [], [], {(ALL, ALL): 0}, {(ALL, ALL): True}, inside=True)
    counts = np.array([[known.get((row, column), 0) for column in areas] for row in districts], dtype=np.int64)
    kept, total, rows, columns, cells = _arranged(counts)
    told = {(ALL, ALL): total}
    told |= {(district, ALL): bool(rows[i]) for i, district in enumerate(districts)}
    told |= {(ALL, area): bool(columns[j]) for j, area in enumerate(areas)}
    apart = [*areas[:kept], *([OTHERS] if kept < len(areas) else [])] if kept else []
    told |= {(d, a): bool(cells[i, j]) for i, d in enumerate(districts) for j, a in enumerate(apart)}
    joined = areas[kept:] if kept else []
    return Layout(districts, areas, joined, _summed(counts, districts, areas, joined), told, inside=kept > 0)


def _arranged(counts: Ints) -> tuple[int, bool, Bools, Bools, Bools]:
    """How many columns stay apart (0: nothing inside is told); whether total, rows, columns, cells are told."""
    rows, columns = (hide_row(counts.sum(axis=axis), SMALLEST).shown[0] != HIDDEN for axis in (1, 0))
    if rows[-1] and columns[-1]:
        found = join(counts, rows[:-1], columns[:-1], SMALLEST)
        return found.kept, True, rows[:-1], columns[:-1], found.cells
    # A total that one list hides is not to be read from the other.
    whole = hide(counts, SMALLEST).shown != HIDDEN
    return counts.shape[1], bool(whole[-1, -1]), whole[:-1, -1], whole[-1, :-1], whole[:-1, :-1]


def _summed(
    counts: Ints, districts: Sequence[str], areas: Sequence[str], joined: Sequence[str]
) -> dict[tuple[str, str], int]:
    found = {(ALL, ALL): int(counts.sum())}
    found |= {(d, ALL): int(n) for d, n in zip(districts, counts.sum(axis=1), strict=True)}
    found |= {(ALL, a): int(n) for a, n in zip(areas, counts.sum(axis=0), strict=True)}
    found |= {(d, a): int(counts[i, j]) for i, d in enumerate(districts) for j, a in enumerate(areas)}
    if joined:
        others = counts[:, len(areas) - len(joined) :].sum(axis=1)
        found |= {(d, OTHERS): int(n) for d, n in zip(districts, others, strict=True)}
        found[ALL, OTHERS] = int(others.sum())
    return found
