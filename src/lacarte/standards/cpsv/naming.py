"""The stable addresses of records. What came from elsewhere keeps the address that it had there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID, uuid5

#: All keys that are made for what belongs to no record come from it; it never changes.
NAMESPACE = UUID("c1f4b7c2-3c0d-5b7e-8f55-1a7c0a11e000")
_FOLDERS = {
    "service": "menu/services",
    "offer": "menu/offers",
    "provider": "menu/providers",
    "event": "menu/events",
    "evidence": "menu/evidence",
    "region": "menu/regions",
}


#: What stands in an address as it is; most codes do.
_as_it_is = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def _quoted(name: str) -> str:
    return name if _as_it_is(name) else quote(name, safe="")


class Names:
    """Addresses below that of the site. A name such as ``service/home-care`` says kind and code of a record."""

    def __init__(self, site: str, elsewhere: Mapping[str, str] | None = None) -> None:
        """``elsewhere``: the addresses of what was named by others, by our name for it."""
        self._site, self._elsewhere = site.rstrip("/"), elsewhere or {}

    @property
    def catalogue(self) -> str:
        """The whole menu."""
        return f"{self._site}/catalogue"

    @property
    def authority(self) -> str:
        """Who answers for the menu."""
        return f"{self.catalogue}#authority"

    def of(self, kind: str, code: str) -> str:
        """A record that has an address of its own."""
        if found := self._elsewhere.get(f"{kind}/{code}"):
            return found
        return f"{self._site}/{_FOLDERS[kind]}/{_quoted(code)}"

    def part(self, whole: str, name: str) -> str:
        """Something of a record that is told with it, such as its cost. ``whole`` is the record's address."""
        if self._elsewhere and (found := self._elsewhere.get(f"{whole} {name}")):
            return found
        return f"{whole}{'-' if '#' in whole else '#'}{_quoted(name)}"


def key_of(table: str, name: str) -> UUID:
    """The key under which something is kept that belongs to no record."""
    return uuid5(NAMESPACE, f"{table}/{name}")
