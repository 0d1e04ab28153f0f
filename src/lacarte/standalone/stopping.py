"""Ctrl-C while a match is solved."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

__all__ = ["Stopping"]


class Stopping:
    """Hears Ctrl-C: the first asks the solver to end well at its next step, the second ends everything."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.asked = self.interrupted = self.at_once = False
        self._said = ""
        self._before: Any = None

    def __enter__(self) -> Stopping:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._hear)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def progress(self, what: str, epsilon: float) -> None:
        """Say how far the solver is; it takes ``KeyboardInterrupt`` as the wish to end well."""
        line = f"solving: {what}, to {epsilon:.3g} s" if epsilon else f"solving: {what}"
        if line != self._said:  # some solvers ask often whether to go on
            self.say(line)
            self._said = line
        if self.asked:
            self.interrupted = True
            raise KeyboardInterrupt

    def _hear(self, _number: int, _frame: FrameType | None) -> None:
        if self.asked:
            self.at_once = True  # a solver may take the exception as the wish to end well
            raise KeyboardInterrupt
        self.asked = True
        self.say("stopping with the best match so far; Ctrl-C again stops at once and writes nothing")
