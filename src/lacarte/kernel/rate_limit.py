"""Rate limits (being written)."""

from __future__ import annotations

from django.http import HttpRequest


def allowed(scope: str, request: HttpRequest) -> bool:
    """Whether this address may do this once more."""
    return True
