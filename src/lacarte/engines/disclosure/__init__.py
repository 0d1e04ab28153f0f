"""Tables of counts for planners: groups, not persons, and no hidden number that others give away."""

from lacarte.engines.disclosure.hiding import HIDDEN, SMALLEST, Reason, Table, hide, hide_row
from lacarte.engines.disclosure.joining import Joined, join

__all__ = ["HIDDEN", "SMALLEST", "Joined", "Reason", "Table", "hide", "hide_row", "join"]
