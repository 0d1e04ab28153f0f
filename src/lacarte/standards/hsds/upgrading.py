"""Tables of HSDS 1.x and 2.0 as those of 3.1, row by row. What has no other place keeps its column's name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from lacarte.standards.hsds.hours import DAYS

Row = dict[str, Any]
_CLOCK = re.compile(r"(\d{1,2})(?::(\d\d))?(?::\d\d)?\s*([ap])\.?m\.?", re.IGNORECASE)
#: Marks that some exports leave in texts.
_MARKS = {"\\n": "\n", "###MON###": ""}


def tidy(row: Row) -> Row:
    """A row without the escapes and marks that some exports leave in, and without blanks around values."""
    found = {}
    for name, text in row.items():
        for mark, instead in _MARKS.items():
            text = text.replace(mark, instead)
        if text := text.strip():
            found[name] = text
    return found


def _renamed(kind: str, /, fixed: Row | None = None, **names: str) -> Callable[[Row], tuple[str, Row]]:
    """A row of another table whose columns have other names: ``new="old"``."""

    def upgrade(row: Row) -> tuple[str, Row]:
        rest = dict(row)
        moved = {new: rest.pop(old) for new, old in names.items() if rest.get(old) and not rest.get(new)}
        return kind, rest | moved | (fixed or {})

    return upgrade


def _taxonomy(row: Row) -> tuple[str, Row]:
    kind, found = _renamed("taxonomy_term", taxonomy="vocabulary")(row)
    return kind, {"code": row.get("id", "")} | found


def _schedule(row: Row) -> tuple[str, Row]:
    """Of a weekday, or (``holiday_schedules``) of the days from ``start_date`` to ``end_date``."""
    _, found = _renamed("schedule", description="original_text", valid_from="start_date", valid_to="end_date")(row)
    weekday = str(found.pop("weekday", "")).strip()
    day = weekday[:2].upper()
    if day in DAYS:
        found |= {"byday": day, "freq": "WEEKLY"}
    elif weekday:
        found["weekday"] = weekday
    for name in ("opens_at", "closes_at"):
        if found.get(name):
            found[name] = _clock(found[name])
    return "schedule", found


def _clock(text: str) -> str:
    """``9:00am`` is ``09:00``; what is no such time stays as it is."""
    matched = _CLOCK.fullmatch(text.strip())
    if matched is None:
        return text
    hour = int(matched[1]) % 12 + (12 if matched[3].lower() == "p" else 0)
    return f"{hour:02}:{matched[2] or '00'}"


#: How the rows of each old table become rows of a kind of 3.1.
UPGRADES: dict[str, Callable[[Row], tuple[str, Row]]] = {
    "services_at_location": _renamed("service_at_location"),
    "physical_addresses": _renamed("address", {"address_type": "physical"}),
    "postal_addresses": _renamed("address", {"address_type": "postal"}),
    "regular_schedules": _schedule,
    "regular_schedule": _schedule,
    "holiday_schedules": _schedule,
    "holiday_schedule": _schedule,
    "taxonomy": _taxonomy,
    "services_taxonomy": _renamed(
        "attribute",
        {"link_entity": "service"},
        link_id="service_id",
        taxonomy_term_id="taxonomy_id",
        value="taxonomy_detail",
    ),
    "service_taxonomy": _renamed(
        "attribute",
        {"link_entity": "service"},
        link_id="service_id",
        taxonomy_term_id="taxonomy_id",
        value="taxonomy_detail",
    ),
    "accessibility_for_disabilities": _renamed("accessibility", description="accessibility"),
    "payments_accepted": _renamed("cost_option", option="payment"),
    "languages": _renamed("language", name="language"),
    "service_areas": _renamed("service_area", name="service_area"),
    "organizations": _renamed("organization", website="url"),
}
#: Of 1.x alone: whom a service is for, in a table of its own.
ELIGIBILITY = "eligibility"


def with_eligibility(services: list[tuple[int, Row]], said: list[tuple[int, Row]]) -> None:
    """Tell each service whom it is for, all that is said one after the other."""
    words: dict[str, list[str]] = {}
    for _, row in said:
        if row.get("eligibility"):
            words.setdefault(row.get("service_id", ""), []).append(row["eligibility"])
    for _, service in services:
        if service.get("id") in words and not service.get("eligibility_description"):
            service["eligibility_description"] = "\n".join(words[service["id"]])


def parents_of_terms(terms: list[tuple[int, Row]]) -> list[tuple[int, Row]]:
    """Terms that others name as the one above them, and that are not listed themselves."""
    known = {row.get("id") for _, row in terms}
    found: dict[str, tuple[int, Row]] = {}
    for line, row in terms:
        above, name = row.get("parent_id"), row.pop("parent_name", "")
        if above and name and above not in known:
            term = {"id": above, "code": above, "name": name, "taxonomy": row.get("taxonomy", "")}
            found.setdefault(above, (line, term))
    return list(found.values())
