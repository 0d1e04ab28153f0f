"""Rows of ours and objects of others, drawn at random."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from lacarte.standards.hsds.shapes import Field, kinds

words = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
names = st.dictionaries(st.sampled_from(["en", "zh-hans", "fr", "ar"]), words, max_size=3)
times = st.sampled_from(["08:00", "09:30", "12:00", "17:00", "24:00", "9am"])
hours = st.dictionaries(st.sampled_from("1234567x"), st.lists(st.lists(times, min_size=2, max_size=2), max_size=2))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
days = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
_places = st.tuples(st.floats(-180, 180), st.floats(-90, 90)) | st.just((None, None))
_common: dict[str, st.SearchStrategy[Any]] = {
    "id": st.uuids(),
    "code": words,
    "name": names,
    "description": names,
    "website": words,
    "email": words,
    "phone": words,
    "carried": st.just({}),
    "changed_at": moments,
}
providers = st.fixed_dictionaries(
    _common | {"kind": st.sampled_from(["government", "market", "social"]), "region_code": words}
)
offers = st.fixed_dictionaries(
    _common
    | {
        "conditions": names,
        "languages": st.lists(st.sampled_from(["en", "zh-hans", "es", "nan-Hant"]), unique=True),
        "price_minor": st.none() | st.integers(0, 2**31 - 1),
        "currency": st.sampled_from(["CNY", "EUR", "JPY", "KWD"]),
        "price_note": names,
        "since": days,
        "until": days,
        "paused": st.booleans(),
    }
)


def _placed(row: dict[str, Any], point: tuple[float | None, float | None]) -> dict[str, Any]:
    return row | {"longitude": point[0], "latitude": point[1]}


places = st.builds(
    _placed,
    st.fixed_dictionaries(
        {
            "id": st.uuids(),
            "address": names,
            "reach_metres": st.none() | st.integers(0, 2**31 - 1),
            "step_free": st.none() | st.booleans(),
            "hours": hours,
            "phone": words,
            "region_code": words,
            "carried": st.just({}),
        }
    ),
    _places,
)


def _plain(field: Field) -> st.SearchStrategy[Any]:
    if field.is_number:
        return st.integers(-200, 200) | st.floats(-200, 200)
    if field.words:
        return st.sampled_from(field.words)
    if field.type == "uuid":
        return st.uuids(version=4).map(str)
    if field.name in ("opens_at", "closes_at"):
        return times | words
    if field.name == "byday":
        return st.sampled_from(["MO,TU", "SU", "1MO", ""])
    return words | st.sampled_from(["en", "USD", "metres", "Step-free access"])


def objects(name: str, depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Objects of a kind as other directories might say them, with fields of their own, ``depth`` levels deep."""
    kind = kinds()[name]
    needed = {field.name: _plain(field) for field in kind.fields.values() if field.required}
    rest: dict[str, Any] = {field.name: _plain(field) for field in kind.fields.values() if not field.required}
    if depth:
        inner = {part: k for part, k in kind.parts.items() if k not in ("organization", "service", "metadata")}
        one = {part: objects(k, depth - 1) for part, k in inner.items() if part in kind.one}
        many = {
            part: st.lists(objects(k, depth - 1), max_size=2) for part, k in inner.items() if part in kind.many
        }
        rest |= one | many
    some = st.sets(st.sampled_from(sorted(rest)), max_size=8)
    own = st.dictionaries(st.sampled_from(["x_own", "x_more"]), words | st.none(), max_size=1)
    return st.builds(
        lambda here, chosen, extra: here | chosen | extra,
        st.fixed_dictionaries(needed),
        some.flatmap(lambda chosen: st.fixed_dictionaries({part: rest[part] for part in sorted(chosen)})),
        own,
    )
