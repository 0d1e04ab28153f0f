"""What is computed by night for planners and for everybody."""

from lacarte.loop.planning import groups, in_need

__all__ = ["groups", "in_need"]
