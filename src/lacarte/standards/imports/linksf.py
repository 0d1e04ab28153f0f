"""LinkSF's list of facilities that serve people in need, JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lacarte.standards.imports.directory import Service, degrees, plain
from lacarte.standards.imports.report import FieldError, ImportFaultError, Report


def read(path: Path, report: Report) -> list[Service]:
    """All services of all facilities that can be read. Raises :class:`ImportFaultError` when it is no list."""
    facilities = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(facilities, list):
        raise ImportFaultError(f"{path} holds neither objects of HSDS nor a LinkSF list of facilities")
    services = []
    for line, facility in enumerate(facilities, start=1):
        try:
            services += _facility(facility)
        except KeyError as error:
            report.reject(line, "facility", f"lacks {error}")
        except FieldError as error:
            report.reject(line, *error.args)
        except (TypeError, ValueError, AttributeError) as error:
            report.reject(line, "facility", f"cannot be read ({error})")
    return services


def _facility(facility: dict[str, Any]) -> list[Service]:
    longitude, latitude = degrees(facility.get("location") or {})
    return [
        Service(
            code=f"linksf-{service['objectId']}",
            provider=f"linksf-{facility['objectId']}",
            provider_name=facility["name"].strip(),
            area="Help for people in need",
            kind=service["category"].replace("_", " ").capitalize(),
            name=(service.get("name") or service["category"]).strip(),
            conditions=plain(service.get("notes") or ""),
            address=(facility.get("address") or "").strip(),
            longitude=longitude,
            latitude=latitude,
            hours={str((int(day) - 1) % 7 + 1): times for day, times in (service.get("openHours") or {}).items()},
        )
        for service in facility["services"]
    ]
