"""Why something cannot be done with an order."""

from __future__ import annotations


class OrderRefusedError(ValueError):
    """The change is not possible now; the message says why and what to do."""
