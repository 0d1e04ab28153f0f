"""Burning issues: what suddenly grows by place and kind, against its own usual season, with few false alarms."""

from lacarte.engines.surges.chance import false_discovery_limit, tail_chance
from lacarte.engines.surges.emerging import Emerging, emerging
from lacarte.engines.surges.find import SCALES, Happened, Scale, Surge, find, still
from lacarte.engines.surges.seasons import Expected, annual_ratio, expect
from lacarte.engines.surges.topics import Topic, grams, topics

__all__ = [
    "SCALES",
    "Emerging",
    "Expected",
    "Happened",
    "Scale",
    "Surge",
    "Topic",
    "annual_ratio",
    "emerging",
    "expect",
    "false_discovery_limit",
    "find",
    "grams",
    "still",
    "tail_chance",
    "topics",
]
