"""Where people rank and providers have priorities: deferred acceptance, and its check."""

from lacarte.engines.matching.preferences.acceptance import Choices, Placement, admitted, deferred_acceptance
from lacarte.engines.matching.preferences.stability import Stability, check_stability

__all__ = [
    "Choices",
    "Placement",
    "Stability",
    "admitted",
    "check_stability",
    "deferred_acceptance",
]
