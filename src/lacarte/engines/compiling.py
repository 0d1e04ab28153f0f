"""Kernels: loops over arrays that numba compiles where the data are large, and plain Python runs where not.

One source serves both. A kernel may call other kernels: compiled code calls them compiled, Python calls them
in Python. Numba is the extra ``lacarte[engine]``; without it everything still works, slowly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, update_wrapper
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, Generic, ParamSpec, TypeVar

__all__ = ["COMPILE_FROM", "Kernel", "available", "in_blocks", "kernel", "kernel_in_place"]

P = ParamSpec("P")
R = TypeVar("R")

#: From this many needs on, waiting for the compiler (once, then cached on disk) pays.
COMPILE_FROM = 20_000
#: How many passes of inner loops count as one need. Two million take plain Python some two seconds, and about as
#: long takes compiling a handful of kernels.
STEPS_OF_A_NEED = 100


def available() -> bool:
    """Is numba installed?"""
    return find_spec("numba") is not None


class Kernel(Generic[P, R]):
    """A function that runs as it stands, or compiled: see :meth:`at_size`."""

    def __init__(self, function: Callable[P, R], makes_arrays: bool = True) -> None:
        self.function, self.makes_arrays = function, makes_arrays
        update_wrapper(self, function)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it in plain Python."""
        return self.function(*args, **kwargs)

    @cached_property
    def compiled(self) -> Callable[P, R]:
        """The compiled function; releases the interpreter lock. Raises ``ImportError`` without numba."""
        from numba import njit
        from numba.core.options import DefaultOptions

        options: dict[str, Any] = {"cache": True, "nogil": True, "boundscheck": False}
        if not self.makes_arrays and hasattr(DefaultOptions, "_nrt"):
            options["_nrt"] = False  # not for everybody, says its name: without it all is the same, but slower
        dispatcher: Callable[P, R] = njit(**options)(self.function)
        return dispatcher

    @property
    def _numba_type_(self) -> Any:
        """What numba takes this object for where compiled code calls it."""
        from numba.core.types import Dispatcher

        return Dispatcher(self.compiled)

    def at_size(self, n: int) -> Callable[P, R]:
        """Compiled when ``n`` needs are worth it and numba is there, else as it stands."""
        return self.compiled if n >= COMPILE_FROM and available() else self.function

    def for_steps(self, steps: int) -> Callable[P, R]:
        """Compiled when so many passes of inner loops, over all calls that are to come, are worth it."""
        return self.at_size(steps // STEPS_OF_A_NEED)


def kernel(function: Callable[P, R]) -> Kernel[P, R]:
    """Make ``function``, written in the part of Python that numba knows, a :class:`Kernel`."""
    return Kernel(function)


def kernel_in_place(function: Callable[P, R]) -> Kernel[P, R]:
    """As :func:`kernel`, for a ``function`` that works in the arrays it is given and makes none.

    Nothing counts who refers to those arrays then, which makes small functions that call each other with tuples of
    arrays some three times as fast.
    """
    return Kernel(function, makes_arrays=False)


def in_blocks(work: Callable[[int, int], Any], bounds: Sequence[int], threads: int) -> list[Any]:
    """``work(first, last)`` for each block between ``bounds``, on ``threads``; the results in order.

    Threads help where ``work`` is a compiled kernel: those release the interpreter lock.
    """
    blocks = list(pairwise(bounds))
    if threads == 1 or len(blocks) == 1:
        return [work(first, last) for first, last in blocks]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda block: work(*block), blocks))
