"""What every directory of services says of a service, whatever its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lacarte.standards.imports.report import FieldError, keepable

_LONGEST_CODE = 120


@dataclass(frozen=True)
class Service:
    """One service of one provider at one place, as the file tells it."""

    code: str
    provider: str  # code
    provider_name: str
    area: str
    kind: str
    name: str
    conditions: str = ""
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    languages: list[str] = field(default_factory=list)
    hours: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise :class:`FieldError` for what no record can keep."""
        for name in ("provider_name", "name"):
            if not getattr(self, name):
                raise FieldError(name, "is empty")
        for name in ("code", "provider"):
            if len(getattr(self, name)) > _LONGEST_CODE:
                raise FieldError(
                    name, f"has {len(getattr(self, name))} characters, at most {_LONGEST_CODE} are kept"
                )
        for name, value in vars(self).items():
            if isinstance(value, str) and not keepable(value):
                raise FieldError(name, "holds bytes that are not UTF-8 text")


def plain(text: str) -> str:
    """Without the escapes and marks that some exports leave in."""
    return " ".join(text.replace("\\n", " ").replace("###MON###", "").split())


def degrees(place: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Longitude and latitude of a place; nothing where they are none."""
    try:
        longitude, latitude = float(place["longitude"]), float(place["latitude"])
    except (KeyError, TypeError, ValueError):
        return None, None
    on_earth = -180 <= longitude <= 180 and -90 <= latitude <= 90
    return (longitude, latitude) if on_earth else (None, None)
