"""How long something takes, again and again."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np


def milliseconds(work: Callable[[], object], times: int) -> tuple[np.ndarray, np.ndarray]:
    """CPU of this process and clock, of each time."""
    took = []
    for _ in range(times):
        cpu, wall = time.process_time(), time.perf_counter()
        work()
        took.append((time.process_time() - cpu, time.perf_counter() - wall))
    both = np.array(took) * 1000
    return both[:, 0], both[:, 1]
