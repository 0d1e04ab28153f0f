"""Matching needs with offers under strict priority: the optimum, with prices that prove it.

A problem and its answer are here; each other part is a package of its own, named for what it does.
"""

from lacarte.engines.matching.certify import Certificate, certify
from lacarte.engines.matching.problem import Problem, Result
from lacarte.engines.matching.solve import solve

__all__ = ["Certificate", "Problem", "Result", "certify", "solve"]
