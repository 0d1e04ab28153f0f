"""Keeping what providers offer: who may, what is checked, and how it was before."""

from lacarte.registers.menu.keeping.access import offers_of, places_of
from lacarte.registers.menu.keeping.history import Changed, OfferThen, changes_between, changes_since, offered_on
from lacarte.registers.menu.keeping.noting import note, note_before, note_removed
from lacarte.registers.menu.keeping.times import effect_of_pause, end_times, set_rule
from lacarte.registers.menu.keeping.verbs import (
    ChangedMeanwhileError,
    KeepingRefusedError,
    add_offer,
    add_place,
    change_offer,
    change_place,
    change_provider,
    pause,
    remove_place,
    resume,
)
from lacarte.registers.providers.access import keeps_any, member_of, providers_of

__all__ = [
    "Changed",
    "ChangedMeanwhileError",
    "KeepingRefusedError",
    "OfferThen",
    "add_offer",
    "add_place",
    "change_offer",
    "change_place",
    "change_provider",
    "changes_between",
    "changes_since",
    "effect_of_pause",
    "end_times",
    "keeps_any",
    "member_of",
    "note",
    "note_before",
    "note_removed",
    "offered_on",
    "offers_of",
    "pause",
    "places_of",
    "providers_of",
    "remove_place",
    "resume",
    "set_rule",
]
