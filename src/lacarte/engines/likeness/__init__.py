"""Whether two reports tell of the same thing: near in place, time, kind, words or photo."""

from lacarte.engines.likeness.fitting import fit
from lacarte.engines.likeness.scoring import FEATURES, Outlook, Report, features, outlook, probabilities, reasons
from lacarte.engines.likeness.words import numbers, overlap, pieces

__all__ = [
    "FEATURES",
    "Outlook",
    "Report",
    "features",
    "fit",
    "numbers",
    "outlook",
    "overlap",
    "pieces",
    "probabilities",
    "reasons",
]
