"""Files of other systems: regions from GeoJSON, needs from CSV, menus from HSDS; bad rows never stop good ones."""

from lacarte.standards.imports.attributes import import_attributes
from lacarte.standards.imports.gazetteer import import_gazetteer
from lacarte.standards.imports.life_events import import_life_events
from lacarte.standards.imports.menu import import_menu
from lacarte.standards.imports.places import import_places
from lacarte.standards.imports.report import ImportFaultError, Report
from lacarte.standards.imports.requests import import_requests

__all__ = [
    "ImportFaultError",
    "Report",
    "import_attributes",
    "import_gazetteer",
    "import_life_events",
    "import_menu",
    "import_places",
    "import_requests",
]
