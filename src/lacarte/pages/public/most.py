"""Who is most in need: the tables and the map of groups, of the whole city for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.loop.planning.codes import names
from lacarte.loop.planning.in_need import ALL, OTHERS, Group, published
from lacarte.loop.voice.queries import SMALLEST_GROUP
from lacarte.pages.design.map import RegionMap, region_map
from lacarte.pages.public.twins import Row, Table, answer
from lacarte.registers.places.outlines import districts

COLUMNS = (
    *(
        "district",
        "district_name",
        "life_area",
        "life_area_name",
        "needs",
        "mean_index",
        "index_low",
        "index_high",
    ),
    "mean_days",
)


@dataclass(frozen=True)
class Told:
    """A group with its names."""

    group: Group
    district: str
    area: str


def tables(groups: Sequence[Group]) -> dict[str, Any]:
    """What the templates show: of all, by district, by life area, and by both; and the map by district."""
    of_districts, of_areas = names()
    told = [_told(one, of_districts, of_areas) for one in groups]
    by_district = [one for one in told if one.group.district != ALL and one.group.area == ALL]
    shown = [one for one in told if one.group.needs is not None]
    both = [one for one in shown if ALL not in (one.group.district, one.group.area)]
    return {
        "everybody": next((one.group for one in shown if one.group.district == one.group.area == ALL), None),
        "by_district": by_district,
        "by_area": [one for one in told if one.group.district == ALL and one.group.area != ALL],
        "by_both": both,
        "few": len(told) - len(shown),
        "map": _map(by_district),
        "smallest": SMALLEST_GROUP,
    }


def _told(one: Group, of_districts: dict[str, str], of_areas: dict[str, str]) -> Told:
    everywhere, everything = _("Everywhere"), _("All life areas")
    district = everywhere if one.district == ALL else of_districts.get(one.district, _("Not known"))
    area = everything if one.area == ALL else of_areas.get(one.area, _("Not yet known"))
    if one.area == OTHERS:
        area = _("Other life areas together")
    return Told(one, district, area)


def _map(rows: Sequence[Told]) -> RegionMap:
    """Districts by their mean index; those that are not shown are as pale as those of nobody."""
    known = {one.group.district: one for one in rows if one.group.index is not None}
    regions = districts()
    values = {one.number: _hundredths(known[one.code].group.index or 0) for one in regions if one.code in known}
    top = next(iter(known.values()), None)
    words = (
        _("Map of the districts; the mean need index is highest in %(place)s.") % {"place": top.district}
        if top
        else _("Map")
    )
    title = _("Mean need index by district")
    return region_map(title, regions, values, words=words, nothing=_("not shown"), said=_as_index)


def _hundredths(index: float) -> int:
    """As it is written in the table: half a hundredth, which is kept as five thousandths, goes up."""
    return (round(1000 * index) + 5) // 10


def _as_index(hundredths: float) -> str:
    return number_format(hundredths / 100, decimal_pos=2)


def rows_of(groups: Sequence[Group]) -> list[Row]:
    """The rows of the twin; ``all`` stands for all districts or all life areas."""
    of_districts, of_areas = names()
    return [
        {
            "district": one.district or "all",
            "district_name": of_districts.get(one.district, ""),
            "life_area": one.area or "all",
            "life_area_name": of_areas.get(one.area, ""),
            "needs": one.needs,
            "mean_index": one.index,
            "index_low": one.low,
            "index_high": one.high,
            "mean_days": one.days,
        }
        for one in groups
    ]


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Of the whole city, as of last night."""
    found = published()
    shown = {"report": found[0], **tables(found[1])} if found else {"report": None}
    return render(request, "public/most.html", shown)


@require_GET
def twin(request: HttpRequest, ending: str) -> HttpResponse:
    """The same as CSV or JSON."""
    found = published()
    about = {"at": found[0].at.isoformat(), "weights": found[0].version} if found else {}
    return answer(Table("most-in-need", COLUMNS, rows_of(found[1] if found else []), about), ending)
