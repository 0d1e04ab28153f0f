"""Files of other systems: regions from GeoJSON, needs from CSV. A bad row never stops the good ones."""

from lacarte.standards.imports.places import import_places
from lacarte.standards.imports.report import ImportFaultError, Report
from lacarte.standards.imports.requests import import_requests

__all__ = ["ImportFaultError", "Report", "import_places", "import_requests"]
