"""Where to open sites: the least way for people, or the most people within reach, with a bound on both."""

from lacarte.engines.siting.covering import Covering, maximal_covering
from lacarte.engines.siting.locations import Locations
from lacarte.engines.siting.p_median import Siting, p_median

__all__ = ["Covering", "Locations", "Siting", "maximal_covering", "p_median"]
