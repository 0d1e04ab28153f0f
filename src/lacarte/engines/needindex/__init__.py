"""How much a need weighs: additive, every part shown, what is not known an interval.

The parts have a module each: ``multidimensional`` and ``regions`` for households, ``places`` for where they live;
``sensitivity`` says how much hangs on the weights and ``uncertainty`` how much on what is not known.
"""

from lacarte.engines.needindex.adding import VULNERABLE, NeedIndex, index, index_between, priority_class

__all__ = ["VULNERABLE", "NeedIndex", "index", "index_between", "priority_class"]
