"""Who is served and how long people wait; guarantees, balance between regions, and public draws."""

from lacarte.engines.matching.fairness.at_service import (
    GroupReport,
    IndexAtService,
    group_report,
    index_at_service,
)
from lacarte.engines.matching.fairness.balance import Balance, balanced, max_min_exact, max_min_order
from lacarte.engines.matching.fairness.guarantee import Guarantee, guarantee_kept, order_for
from lacarte.engines.matching.fairness.lottery import commitment, draw, is_included
from lacarte.engines.matching.fairness.rates import (
    Disparity,
    Rates,
    Waiting,
    disparity,
    served_rates,
    waiting_quantile,
    wilson,
)

__all__ = [
    "Balance",
    "Disparity",
    "GroupReport",
    "Guarantee",
    "IndexAtService",
    "Rates",
    "Waiting",
    "balanced",
    "commitment",
    "disparity",
    "draw",
    "group_report",
    "guarantee_kept",
    "index_at_service",
    "is_included",
    "max_min_exact",
    "max_min_order",
    "order_for",
    "served_rates",
    "waiting_quantile",
    "wilson",
]
