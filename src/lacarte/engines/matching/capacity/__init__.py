"""Where more capacity helps most, pools that are shared, and what an agreement is worth."""

from lacarte.engines.matching.capacity.agreements import Agreed, Crossings, agree, worth_at_most
from lacarte.engines.matching.capacity.growth import Growth, curve, grown, people_and_cost, where_next
from lacarte.engines.matching.capacity.sharing import Change, Pool, Shared, changes, protecting, share

__all__ = [
    "Agreed",
    "Change",
    "Crossings",
    "Growth",
    "Pool",
    "Shared",
    "agree",
    "changes",
    "curve",
    "grown",
    "people_and_cost",
    "protecting",
    "share",
    "where_next",
    "worth_at_most",
]
