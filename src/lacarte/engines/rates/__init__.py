"""Rates compared fairly: intervals, shrunk shares, funnels, ranges of ranks, signs of figures made up."""

from lacarte.engines.rates.funnels import CONTROL, WARNING, dispersion, limits
from lacarte.engines.rates.hiding import hidden
from lacarte.engines.rates.intervals import Interval, bounds, wilson
from lacarte.engines.rates.ranks import Ranks, ranks
from lacarte.engines.rates.shrinking import JEFFREYS, Estimates, Prior, fit, fit_by_moments, shrink
from lacarte.engines.rates.signs import Burst, burst, excess_chance

__all__ = [
    "CONTROL",
    "JEFFREYS",
    "WARNING",
    "Burst",
    "Estimates",
    "Interval",
    "Prior",
    "Ranks",
    "bounds",
    "burst",
    "dispersion",
    "excess_chance",
    "fit",
    "fit_by_moments",
    "hidden",
    "limits",
    "ranks",
    "shrink",
    "wilson",
]
