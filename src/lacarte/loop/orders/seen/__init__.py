"""Lists of orders: who sees which is part of the query, however many there are."""

from lacarte.loop.orders.seen.keys import Filters, Sort
from lacarte.loop.orders.seen.listing import Page, SeenOrder, orders_seen_by, seen

__all__ = ["Filters", "Page", "SeenOrder", "Sort", "orders_seen_by", "seen"]
