"""Orders, bundles of them, who waits for what is full, how orders are delivered, and whose work they are."""

from lacarte.loop.orders.models.bulk import BulkAct, BulkStep
from lacarte.loop.orders.models.bundles import BundleOrder, BundlePart, EvidenceGiven
from lacarte.loop.orders.models.changes import OrderChange, Reason
from lacarte.loop.orders.models.deadlines import DeadlineRule, Escalation, Extension, Pause, Warned
from lacarte.loop.orders.models.order import Order, OrderState
from lacarte.loop.orders.models.rounds import NotToday, PhoneStep, Round
from lacarte.loop.orders.models.together import Contribution, Handover, Note
from lacarte.loop.orders.models.waiting import WaitingPlace
from lacarte.loop.orders.models.working import Assignment, ShiftCase, ShiftHandover

__all__ = [
    "Assignment",
    "BulkAct",
    "BulkStep",
    "BundleOrder",
    "BundlePart",
    "Contribution",
    "DeadlineRule",
    "Escalation",
    "EvidenceGiven",
    "Extension",
    "Handover",
    "NotToday",
    "Note",
    "Order",
    "OrderChange",
    "OrderState",
    "Pause",
    "PhoneStep",
    "Reason",
    "Round",
    "ShiftCase",
    "ShiftHandover",
    "WaitingPlace",
    "Warned",
]
