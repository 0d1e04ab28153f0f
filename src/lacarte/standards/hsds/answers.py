"""Reading the objects that an HSDS interface answers with: JSON, a page of a list, or JSON lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lacarte.standards.hsds.fitting import UnfitError, fitted
from lacarte.standards.hsds.identity import Keys
from lacarte.standards.hsds.ours import Object
from lacarte.standards.hsds.tables import Nested
from lacarte.standards.imports.report import ImportFaultError, Report

#: Fields that only objects of a kind have, the most telling first.
_SIGNS = (
    ("service", ("service_at_locations", "organization", "status")),
    ("service_at_location", ("location",)),
    ("taxonomy_term", ("parent_id", "taxonomy", "taxonomy_id", "term_uri")),
    ("organization", ("name",)),
)


def objects_in(text: str) -> list[tuple[int, Any]] | None:
    """Each object of a file with its line (or place in a list); ``None`` where they are none of HSDS."""
    try:
        found = json.loads(text)
    except ValueError:
        found = _lines(text)
        return found if found and kind_of(found[0][1]) else None
    if isinstance(found, dict):
        found = found.get("contents", [found])
    listed = list(enumerate(found, start=1)) if isinstance(found, list) else []
    return listed if any(kind_of(one) for _, one in listed) else None


def _lines(text: str) -> list[tuple[int, Any]]:
    return [(number, json.loads(line)) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def kind_of(found: Any) -> str:
    """Which kind of object of HSDS it is; empty where it is none."""
    if not isinstance(found, dict) or "id" not in found or "objectId" in found:
        return ""
    return next((kind for kind, signs in _SIGNS if any(sign in found for sign in signs)), "")


def read_objects(path: Path, listed: list[tuple[int, Any]], source: str, report: Report) -> Nested:
    """The organisations and services that objects tell of. Raises :class:`ImportFaultError` for none."""
    reader = _Reader(source, report)
    for line, found in listed:
        reader.take(line, found)
    if not reader.found.services and not reader.found.organizations:
        raise ImportFaultError(f"{path} tells of no service and no organisation")
    return reader.found


class _Reader:
    def __init__(self, source: str, report: Report) -> None:
        self._keys, self._report = Keys(source), report
        self.found = Nested(known_as=self._keys.known_as)
        self._organizations: dict[str, Object] = {}
        self._services: dict[str, Object] = {}

    def take(self, line: int, found: Any) -> None:
        """One object of the file; what it cannot be kept for is reported."""
        kind = kind_of(found)
        if not kind:
            self._report.reject(line, "object", "is none of HSDS")
            return
        try:
            fit = fitted(kind, self._keys.object(kind, found))
        except UnfitError as error:
            self._report.reject(line, *error.args)
            return
        getattr(self, f"_{kind}")(line, fit)

    def _organization(self, line: int, found: Object) -> None:
        services = found.pop("services", [])
        known = self._organizations.setdefault(found["id"], {})
        if not known:
            known |= found
            self.found.organizations.append(known)
        elif len(found) > len(known):  # a list tells less of it than its own page
            known.clear()
            known.update(found)
        for service in services:
            self._service(line, {"organization_id": found["id"]} | service)

    def _service(self, line: int, found: Object) -> None:
        if "organization" in found:
            self._organization(line, found["organization"])
            found = {"organization_id": found["organization"]["id"]} | found
        self.found.lines.setdefault(found["id"], line)
        known = self._services.setdefault(found["id"], {})
        if not known:
            self.found.services.append(known)
        if len(found) > len(known):
            places = known.get("service_at_locations", [])
            known.clear()
            known.update(found)
            if places:
                known.setdefault("service_at_locations", places)

    def _service_at_location(self, line: int, found: Object) -> None:
        service = found.pop("service", None)
        if service is None:
            self._report.reject(line, "service", "is missing: a place without a service")
            return
        self._service(line, service)
        self._services[service["id"]].setdefault("service_at_locations", []).append(found)

    def _taxonomy_term(self, line: int, found: Object) -> None:
        self.found.loose.append(("taxonomy_term", found))
