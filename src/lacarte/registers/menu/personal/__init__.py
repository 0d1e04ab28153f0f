"""One person's list: the services asked for, each with the best offers for them."""

from lacarte.registers.menu.personal.listing import (
    ListedOffer,
    ListedService,
    PersonalList,
    personal_list,
    these_offers,
)
from lacarte.registers.menu.personal.ranking import Effort, Where, Wishes

__all__ = [
    "Effort",
    "ListedOffer",
    "ListedService",
    "PersonalList",
    "Where",
    "Wishes",
    "personal_list",
    "these_offers",
]
