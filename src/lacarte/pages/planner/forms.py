"""The planner's filters."""

from __future__ import annotations

from collections.abc import Iterable

from lacarte.loop.planning.queries import UnmetRow
from lacarte.pages.design.filters import AreaAndDistrict


class Filter(AreaAndDistrict):
    """By life area and district."""

    def keep(self, rows: Iterable[UnmetRow]) -> list[UnmetRow]:
        """The rows within what was chosen."""
        area, district = self.chosen_area(), self.chosen_district()
        return [
            row
            for row in rows
            if (area is None or row.service_type.number in area.interval)
            and (district is None or row.region.number in district.interval)
        ]
