"""Tables of counts for planners: groups, not persons, and no hidden number that others give away."""

from lacarte.engines.disclosure.hiding import HIDDEN, SMALLEST, Reason, Table, hide, hide_row

__all__ = ["HIDDEN", "SMALLEST", "Reason", "Table", "hide", "hide_row"]
