"""A standing match that follows what happens and stays the optimum."""

from lacarte.engines.matching.standing.match import Arrive, Change, Promise, SetCapacity, Standing, Withdraw

__all__ = [
    "Arrive",
    "Change",
    "Promise",
    "SetCapacity",
    "Standing",
    "Withdraw",
]
