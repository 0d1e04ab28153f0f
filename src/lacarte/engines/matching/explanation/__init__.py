"""Why this offer, why not another, why none, and what would change it."""

from lacarte.engines.matching.explanation.check import Fault, check
from lacarte.engines.matching.explanation.counterfactuals import Possible
from lacarte.engines.matching.explanation.explain import Explanation, Explanations, explain
from lacarte.engines.matching.explanation.words import words

__all__ = [
    "Explanation",
    "Explanations",
    "Fault",
    "Possible",
    "check",
    "explain",
    "words",
]
