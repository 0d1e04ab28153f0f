"""Why there is no plan."""

from __future__ import annotations


class NoPlanError(Exception):
    """What was asked for cannot be planned; the message says why and what to do, in the reader's language."""
