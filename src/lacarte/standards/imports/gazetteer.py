"""Streets, estates and landmarks of a file as entries of the gazetteer, with the crossings that lines make."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from hashlib import blake2s
from itertools import groupby
from pathlib import Path

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from lacarte.engines.text.gazetteer import street_key
from lacarte.kernel import tree
from lacarte.registers.places.gazetteer import Covering, remember
from lacarte.registers.places.models import NamedPlace, Region
from lacarte.registers.places.queries import regions_at
from lacarte.standards.imports.gazetteer_files import Draft, drafts_in
from lacarte.standards.imports.places import slug
from lacarte.standards.imports.report import Report

Kind = NamedPlace.Kind
_LONGEST_CODE = 120
#: Degrees: a longer place has no point that says where on it something is, about 400 m.
_POINT_OF = 0.004
_STEPS = 20  # points along a line by which its region is found
_GOES_ON = 0.0005  # degrees between pieces of one street


def import_gazetteer(path: Path, *, source: str = "", replace: bool = False) -> Report:
    """Load named places: a CSV file, or GeoJSON with points, lines and areas.

    Lines of one name that go on in each other are one street, and where two streets meet is a crossing. Loading a
    file again changes what it brought before; ``replace`` also removes what it no longer has. ``source`` (the
    file's name) keeps the entries of several files apart. Raises :class:`ImportFaultError`.
    """
    report = Report()
    source = (source or path.stem)[:60]
    drafts = list(_whole(drafts_in(path, report)))
    places = [*_placed(drafts, source, report), *_crossings(drafts, source)]
    report.loaded, report.known = remember(places, source=source, whole=replace)
    report.notes.append(_told(places))
    return report


def _told(places: list[NamedPlace]) -> str:
    counts = Counter(place.kind for place in places)
    nowhere = sum(place.region_id == tree.ROOT_NUMBER for place in places)
    told = ", ".join(f"{count} {Kind(kind).label}" for kind, count in sorted(counts.items()))
    return f"{told or 'nothing'}; {nowhere} of them in no known region."


def _whole(drafts: Iterator[Draft]) -> Iterator[Draft]:
    """Pieces of a street put together; everything else as it is."""
    streets: dict[str, list[Draft]] = defaultdict(list)
    for draft in drafts:
        line = draft.shape is not None and draft.shape.geom_type in ("LineString", "MultiLineString")
        if draft.kind == Kind.STREET and line and draft.numbers is None:
            streets[street_key(next(iter(draft.name.values())))].append(draft)
        else:
            yield draft
    for pieces in streets.values():
        yield from _strung(pieces)


def _strung(pieces: list[Draft]) -> Iterator[Draft]:
    """Of pieces with one name, those that touch are one street; a town may have two streets of a name."""
    shapes = [piece.shape for piece in pieces if piece.shape is not None]
    near = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=_GOES_ON)
    group = list(range(len(pieces)))
    for one, other in near.T.tolist():
        low, high = sorted((group[one], group[other]))
        group = [low if at == high else at for at in group]
    order = sorted(range(len(pieces)), key=lambda at: group[at])
    for _, members in groupby(order, key=lambda at: group[at]):
        those = [pieces[at] for at in members]
        first = those[0]
        first.shape = shapely.union_all([piece.shape for piece in those])
        first.others = list(dict.fromkeys(name for piece in those for name in piece.others))
        yield first


def _placed(drafts: list[Draft], source: str, report: Report) -> Iterator[NamedPlace]:
    regions = dict(Region.objects.values_list("code", "number"))
    covering, taken = Covering(), set[str]()
    for draft in drafts:
        if draft.region and draft.region not in regions:
            report.reject(draft.line, "region", f"“{draft.region}” is no region's code")
            continue
        number = regions[draft.region] if draft.region else _region(draft.shape, covering)
        place = _place(draft, number, draft.code or _code(draft, number, source))
        if place.code in taken and place.longitude is not None:
            place.code = _short(f"{place.code}:{place.longitude:.4f},{place.latitude:.4f}")
        if place.code in taken:
            report.wonder(draft.line, "is in the file already, with the same name, kind and region")
        taken.add(place.code)
        yield place


def _place(draft: Draft, region: int, code: str) -> NamedPlace:
    x, y = _middle(draft.shape)
    low, high = draft.numbers or (None, None)
    return NamedPlace(
        code=code,
        kind=draft.kind,
        name=draft.name,
        other_names=draft.others,
        region_id=region,
        longitude=x,
        latitude=y,
        first_number=low,
        last_number=high,
    )


def _region(drawn: BaseGeometry | None, covering: Covering) -> int:
    if drawn is None:
        return tree.ROOT_NUMBER
    if "Line" in drawn.geom_type:
        along = shapely.line_interpolate_point(
            shapely.get_parts(drawn)[:, None], np.linspace(0, 1, _STEPS), normalized=True
        ).ravel()
    else:
        along = np.array([drawn.representative_point()])
    found = regions_at(shapely.get_x(along), shapely.get_y(along))
    return covering.of(Counter(found.tolist()))


def _middle(drawn: BaseGeometry | None) -> tuple[float | None, float | None]:
    """A point of the place, unless it is so large that a point says nothing."""
    if drawn is None:
        return None, None
    west, south, east, north = drawn.bounds
    if max(east - west, north - south) > _POINT_OF:
        return None, None
    point = drawn.representative_point()
    return round(point.x, 6), round(point.y, 6)


def _code(draft: Draft, region: int, source: str) -> str:
    name = next(iter(draft.name.values()))
    numbers = "" if draft.numbers is None else f":{draft.numbers[0]}"
    return _short(f"{source}:{draft.kind}:{slug(name)}:{region:x}{numbers}")


def _short(code: str) -> str:
    if len(code) <= _LONGEST_CODE:
        return code
    return f"{code[: _LONGEST_CODE - 17]}:{blake2s(code.encode(), digest_size=8).hexdigest()}"


def _crossings(drafts: Iterable[Draft], source: str) -> Iterator[NamedPlace]:
    """Where lines of two streets meet. Where they meet more than once, the first is as good as any."""
    streets = [
        one
        for one in drafts
        if one.kind == Kind.STREET and one.shape is not None and "Line" in one.shape.geom_type
    ]
    if len(streets) < 2:
        return
    shapes = [street.shape for street in streets]
    met: dict[str, tuple[dict[str, str], float, float]] = {}
    for one, other in shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist():
        if one >= other:
            continue
        names = _both(streets[one].name, streets[other].name)
        if names:
            point = shapely.intersection(shapes[one], shapes[other]).representative_point()
            code = _short(
                f"{source}:crossing:" + "&".join(sorted(map(slug, next(iter(names.values())).split(" & "))))
            )
            met.setdefault(code, (names, round(point.x, 6), round(point.y, 6)))
    found = regions_at([x for _, x, _ in met.values()], [y for *_, y in met.values()]).tolist()
    for (code, (names, x, y)), region in zip(met.items(), found, strict=True):
        yield NamedPlace(code=code, kind=Kind.CROSSING, name=names, region_id=region, longitude=x, latitude=y)


def _both(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """The crossing's name in every language that both streets have, unless they bear the same."""
    return {
        tongue: f"{one[tongue]} & {other[tongue]}"
        for tongue in one
        if tongue in other and street_key(one[tongue]) != street_key(other[tongue])
    }
