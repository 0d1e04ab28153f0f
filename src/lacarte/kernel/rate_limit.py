"""Rate limits on what is public: so many a minute from one address, for each thing that can be done."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter


def allowed(scope: str, request: HttpRequest) -> bool:
    """Whether this address may do ``scope`` once more; a yes is counted."""
    limiter, limit = _limiter(settings.CONFIGURED["rate_limit_store"], settings.CONFIGURED["rate_limit"])
    return limiter.hit(limit, scope, address(request))


def address(request: HttpRequest) -> str:
    """Who asks. Of ``X-Forwarded-For`` only what our own proxies wrote counts: anybody can send the rest."""
    proxies: int = settings.CONFIGURED["trusted_proxies"]
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and said:
        return said[-proxies] if len(said) >= proxies else said[0]
    return str(request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=4)
def _limiter(store: str, limit: str) -> tuple[MovingWindowRateLimiter, RateLimitItem]:
    return MovingWindowRateLimiter(storage_from_string(store)), parse(limit)
