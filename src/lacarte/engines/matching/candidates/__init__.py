"""From needs' and offers' attributes to the sparse graph of who could serve whom."""

from lacarte.engines.matching.candidates.build import (
    EVER,
    Candidates,
    Needs,
    Offers,
    Parts,
    Reason,
    Rules,
    candidates,
    widen,
)

__all__ = [
    "EVER",
    "Candidates",
    "Needs",
    "Offers",
    "Parts",
    "Reason",
    "Rules",
    "candidates",
    "widen",
]
