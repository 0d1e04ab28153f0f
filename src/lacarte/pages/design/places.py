"""Places in forms and maps."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from shapely.geometry import mapping

from lacarte.registers.places.models import Region
from lacarte.registers.places.outlines import districts, neighbourhoods, outlines

#: Cities and their districts; what is smaller stands below its district.
_DISTRICT = 2


def region_choices(first: str = "") -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Neighbourhoods grouped by district, for a select; an empty choice called ``first`` before them."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for region in Region.objects.filter(number__in=[r.number for r in neighbourhoods()]).select_related("parent"):
        above = str(region.parent) if region.parent is not None and region.parent.number else str(region)
        groups.setdefault(above, []).append((region.code, str(region)))
    return [("", first or _("Please choose")), *groups.items()]


def district_choices(everywhere: str) -> list[tuple[str, str]]:
    """Districts for a filter; ``everywhere`` is the name of no filter."""
    return [("", everywhere), *((region.code, str(region)) for region in districts())]


def all_regions(everywhere: str) -> list[tuple[str, str | list[tuple[str, str]]]]:
    """Every region, the smaller ones grouped by their district, for a select; ``everywhere`` comes first."""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for region in Region.objects.exclude(parent=None).order_by("number"):  # what is below comes right after
        if region.interval.depth <= _DISTRICT:
            groups.append((str(region), []))
        groups[-1][1].append((region.code, str(region)))
    return [("", everywhere), *((name, rows) if len(rows) > 1 else rows[0] for name, rows in groups)]


def regions_json(request: HttpRequest) -> JsonResponse:
    """The neighbourhoods as GeoJSON, for choosing a point."""
    features = [
        {"type": "Feature", "properties": {"name": str(region)}, "geometry": mapping(outline)}
        for region, outline in outlines(neighbourhoods())
    ]
    answer = JsonResponse({"type": "FeatureCollection", "features": features})
    patch_cache_control(answer, private=True, max_age=3600)
    patch_vary_headers(answer, ["Cookie"])  # the names are in the reader's language
    return answer
