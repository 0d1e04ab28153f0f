"""What a client is told when its request cannot be fulfilled."""

from __future__ import annotations


class Open311Error(Exception):
    """Answered with the standard's error list: every problem that was found, each naming its field.

    ``status`` is HTTP's. GeoReport v2, "Errors": 404 for what does not exist, 403 for the key, 400 for the rest.
    """

    def __init__(self, status: int, *problems: str, headers: dict[str, str] | None = None) -> None:
        super().__init__("; ".join(problems))
        self.status, self.problems, self.headers = status, problems, headers or {}

    def listed(self) -> list[dict[str, object]]:
        """The problems as the standard lists them."""
        return [{"code": self.status, "description": problem} for problem in self.problems]
