"""What a program is told when what it sent cannot be kept."""

from __future__ import annotations


class RefusedError(ValueError):
    """A service cannot be kept: ``field`` says where, ``why`` what is wrong."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why
