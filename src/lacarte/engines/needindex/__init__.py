"""How much a need weighs: additive, every part shown, what is not known an interval.

The parts have a module each: ``household`` for one household, ``multidimensional`` and ``regions`` for many,
``places`` for where they live; ``sensitivity`` says how much hangs on the weights, ``changes`` what other
weights would do, and ``uncertainty`` how much hangs on what is not known.
"""

from lacarte.engines.needindex.adding import VULNERABLE, NeedIndex, index, index_between, priority_class

__all__ = ["VULNERABLE", "NeedIndex", "index", "index_between", "priority_class"]
