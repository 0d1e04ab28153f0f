"""Service types from the terms of a taxonomy: our own terms by their code, others by their names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import ServiceType
from lacarte.standards.hsds.ours import RECORD, SERVICE_TYPES, Object, taken_apart
from lacarte.standards.hsds.reading import service_type_columns
from lacarte.standards.imports.places import slug

_LONGEST_CODE = 120
UNSORTED = ("Unsorted", "unsorted")


class Types:
    """Finds the service type of each offer, and makes those that are missing."""

    def __init__(self, terms: dict[str, Object], about: dict[str, Object]) -> None:
        """``terms`` of the whole file by key; ``about``: our own attributes of them, by the key of the term."""
        self._terms, self._about = terms, about
        self._root = ServiceType.objects.get(number=0)
        self._known = {kind.code: kind for kind in ServiceType.objects.all()}
        self._named: dict[tuple[str, str], ServiceType] = {}
        self.made: list[ServiceType] = []

    def add_ours(self) -> None:
        """Make the service types of our own taxonomy that are not there yet."""
        for term in self._terms.values():
            if term.get("taxonomy_id") == SERVICE_TYPES["id"]:
                self._ours(term)

    def of(self, term: Object | None, attributes: Any) -> ServiceType:
        """The type that our own ``term`` is, or else the first term of ``attributes``, or none in particular."""
        if term is not None and (found := self._ours(self._terms.get(str(term.get("id")), term))):
            return found
        first = next(_terms_of(attributes), None)
        return self._by_name(*(UNSORTED if first is None else (self._area(first), str(first["name"]))))

    def _area(self, term: Object) -> str:
        above = self._terms.get(str(term.get("parent_id")), {})
        return str(above.get("name") or UNSORTED[0])

    def _ours(self, term: Object) -> ServiceType | None:
        """The type of our taxonomy that ``term`` is; ``None`` where it cannot be one."""
        code = term.get("code")
        if not isinstance(code, str) or not 0 < len(code) <= _LONGEST_CODE:
            return None
        if code not in self._known:
            above = self._terms.get(str(term.get("parent_id")))
            parent = (self._ours(above) if above is not None and above is not term else None) or self._root
            extras = self._about.get(str(term.get("id")), {})
            try:
                self._add(parent, code=code, **service_type_columns(term, extras))
            except ValueError:  # the tree is full there
                return None
        return self._known[code]

    def _by_name(self, area: str, name: str) -> ServiceType:
        """The type ``name`` in the life area ``area``; shared by all files that name it."""
        if (area, name) not in self._named:
            above_code, code = slug(area)[:_LONGEST_CODE], f"{slug(area)}-{slug(name)}"[:_LONGEST_CODE]
            above = self._known.get(above_code) or self._add(
                self._root, code=above_code, name={"en": area}, orderable=False
            )
            self._named[area, name] = self._known.get(code) or self._add(above, code=code, name={"en": name})
        return self._named[area, name]

    def _add(self, parent: ServiceType, *, code: str, name: dict[str, str], **more: Any) -> ServiceType:
        self._known[code] = add_service_type(parent, code=code, name=name, **more)
        self.made.append(self._known[code])
        return self._known[code]


def _terms_of(attributes: Any) -> Iterator[Object]:
    for attribute in attributes if isinstance(attributes, list) else []:
        term = attribute.get("taxonomy_term") if isinstance(attribute, dict) else None
        if isinstance(term, dict) and term.get("name"):
            yield term


def about_terms(rows: list[tuple[str, Object]]) -> dict[str, Object]:
    """What attributes of ours say of terms, by the key of the term; in files they are beside the terms."""
    found = {}
    for name, row in rows:
        if name == "attribute" and row.get("taxonomy_term_id") == RECORD["id"] and row.get("link_id"):
            found[str(row["link_id"])] = taken_apart([row])[1]
        if name == "taxonomy_term" and row.get("attributes"):
            found[str(row["id"])] = taken_apart(row["attributes"])[1]
    return found
