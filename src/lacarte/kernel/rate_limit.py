"""Rate limits on what is public: so many a minute from one address, for each thing that can be done."""

from __future__ import annotations

import logging
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

logger = logging.getLogger(__name__)


def allowed(scope: str, request: HttpRequest, *, who: str = "") -> bool:
    """Whether this address, or ``who`` where that is known better, may do ``scope`` once more; a yes is counted.

    When nobody can count, because the store does not answer, people are served all the same.
    """
    limiter, limit = _limiter(settings.CONFIGURED["rate_limit_store"], settings.CONFIGURED["rate_limit"])
    try:
        return limiter.hit(limit, scope, who or address(request))
    except StorageError:
        logger.exception("rate limits are not counted: rate_limit_store does not answer")
        return True


def address(request: HttpRequest) -> str:
    """Who asks. Of ``X-Forwarded-For`` only what our own proxies wrote counts: anybody can send the rest."""
    proxies: int = settings.CONFIGURED["trusted_proxies"]
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and said:
        return said[-proxies] if len(said) >= proxies else said[0]
    return str(request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=4)
def _limiter(store: str, limit: str) -> tuple[MovingWindowRateLimiter, RateLimitItem]:
    return MovingWindowRateLimiter(storage_from_string(store, wrap_exceptions=True)), parse(limit)
