"""What a client is told when its request cannot be answered (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus


class HsdsError(Exception):
    """Answered as a problem: HTTP's status, and what is wrong in words that name the parameter."""

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}

    def as_json(self) -> dict[str, object]:
        """The problem's details."""
        return {"title": HTTPStatus(self.status).phrase, "status": self.status, "detail": self.detail}
