"""Inside one life area: its services by district, as far as that narrows nobody whom the layout hides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lacarte.engines.disclosure import HIDDEN, hide_row, join
from lacarte.loop.planning.layout import ALL, Layout


@dataclass(frozen=True)
class Part:
    """People who wait for one service in a district; where ``district`` is "", in ``of_districts`` together.

    ``elsewhere``: other districts have parts of their own. ``service`` 0 stands for the whole life area, of which
    nothing inside is told.
    """

    service: int
    district: str
    of_districts: Sequence[str]
    told: bool
    elsewhere: bool = False


def parts_of(layout: Layout, area: str, people: Mapping[tuple[str, int], int]) -> list[Part]:
    """The parts of ``area``, from its ``people`` by code of district and number of service; none of nobody.

    A district has parts of its own where its number for the area is told; the others are told together. Where
    nothing is told inside, services are not listed either: that somebody waits for each of many would be a number.
    """
    size: Counter[int] = Counter()
    for (_, service), n in people.items():
        size[service] += n
    services = sorted(size, key=lambda one: (-size[one], one))
    apart = [one for one in layout.districts if area not in layout.joined and layout.told.get((one, area), False)]
    rest = [one for one in layout.districts if one not in apart]
    counts = np.array([[people.get((one, s), 0) for s in services] for one in layout.districts], dtype=np.int64)
    at, unknown = ([layout.districts.index(one) for one in some] for some in (apart, rest))
    table = np.vstack([counts[at], counts[unknown].sum(axis=0, keepdims=True)])
    everywhere = layout.districts[0] if len(layout.districts) == 1 else ALL
    sums = hide_row(table.sum(axis=0)).shown[0]
    if not layout.tells(ALL, area) or sums[-1] == HIDDEN:
        return [Part(0, everywhere, layout.districts, layout.tells(ALL, area))]
    columns = sums[:-1] != HIDDEN
    joined = join(table, np.ones(len(table), dtype=np.bool_), columns)
    kept, cells = joined.kept, joined.cells
    found: list[Part] = []
    for j, service in enumerate(services[:kept]):
        own = [Part(service, one, [one], bool(cells[i, j])) for i, one in enumerate(apart) if table[i, j]]
        found += own
        if table[-1, j]:
            found.append(Part(service, ALL, rest, bool(cells[-1, j]), bool(own)))
    together = zip(services[kept:], columns[kept:].tolist(), strict=True)
    return found + [Part(service, everywhere, layout.districts, told) for service, told in together]
