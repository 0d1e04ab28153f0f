"""Decision tables as DMN XML and as CSV, in both directions. See docs/reference/decision-tables.md."""

from lacarte.standards.dmn.document import Decision, Ids, Notes, Taken, UnwritableError
from lacarte.standards.dmn.kept import decision_of, written_of
from lacarte.standards.dmn.reading import read_xml
from lacarte.standards.dmn.sheets import read_csv
from lacarte.standards.dmn.sheets_written import write_csv
from lacarte.standards.dmn.writing import write_xml

__all__ = [
    "Decision",
    "Ids",
    "Notes",
    "Taken",
    "UnwritableError",
    "decision_of",
    "read_csv",
    "read_xml",
    "write_csv",
    "write_xml",
    "written_of",
]
