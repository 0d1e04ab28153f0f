"""Rate limits on what is public: so many a minute for each thing that can be done, counted by who does it.

Who: the network address (of IPv6 the /64, which is one household), the session, a phone number or e-mail
address that was given, or the key of another program; each has a pace of its own in the settings.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

logger = logging.getLogger(__name__)

_TROUBLE = "trouble"
_HOUSEHOLD_BITS = 64
_SWEPT_SECONDS = 5.0


class SweptSeldom(MemoryStorage):
    """The library's counters in memory, which start a thread a hundredth of a second after each that is counted.

    What has expired takes no part in any count, so that it may stay a few seconds: one thread sweeps for many.
    """

    STORAGE_SCHEME = ["memory"]

    @property
    def timer(self) -> threading.Timer:
        """What sweeps next."""
        return self._timer

    @timer.setter
    def timer(self, timer: threading.Timer) -> None:
        timer.interval, timer.daemon = _SWEPT_SECONDS, True
        self._timer = timer


def allowed(
    scope: str,
    request: HttpRequest,
    *,
    who: str = "",
    session: bool = False,
    contacts: Iterable[str] = (),
    pace: str = "",
) -> bool:
    """Whether whoever asks may do ``scope`` once more; a yes is counted, a no is not.

    ``who`` is a program with a key: it speaks for many people, so it alone is counted. Otherwise the address is,
    and with it the ``session`` and the ``contacts`` (phone numbers and e-mail addresses, of which only a hash is
    kept). ``pace`` names the setting that holds for addresses and keys, where it is not that of senders. When
    nobody can count, because the store does not answer, people are served all the same.
    """
    return _all_within(scope, list(_counted(request, who, session, contacts, pace)))


def in_pace(scope: str, sender: str, *, pace: str = "rate_limit_contact") -> bool:
    """As :func:`allowed`, of what comes without a request: counted by its ``sender``, spelt one way, alone."""
    return not sender or _all_within(scope, [(_pace(pace), ("contact", _hidden(sender)))])


def _all_within(scope: str, counted: list[tuple[RateLimitItem, tuple[str, ...]]]) -> bool:
    try:
        limiter = _limiter(settings.CONFIGURED["rate_limit_store"])
        if len(counted) > 1 and not all(limiter.test(pace, scope, *one) for pace, one in counted):
            return False
        return all([limiter.hit(pace, scope, *one) for pace, one in counted])  # noqa: C419 (each is counted)
    except StorageError:
        logger.exception("rate limits are not counted: rate_limit_store does not answer")
        return True


def note_trouble() -> None:
    """Count something that was refused or held, so that an attack is noticed."""
    try:
        _limiter(settings.CONFIGURED["rate_limit_store"]).hit(_pace("attack_pace"), _TROUBLE)
    except StorageError:
        logger.exception("an attack cannot be noticed: rate_limit_store does not answer")


def under_attack() -> bool:
    """Whether so much was refused or held lately that everybody has to prove a little work."""
    try:
        return not _limiter(settings.CONFIGURED["rate_limit_store"]).test(_pace("attack_pace"), _TROUBLE)
    except StorageError:
        return False


def address(request: HttpRequest) -> str:
    """Who asks. Of ``X-Forwarded-For`` only what our own proxies wrote counts: anybody can send the rest."""
    proxies: int = settings.CONFIGURED["trusted_proxies"]
    said = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if proxies and said:
        return said[-proxies] if len(said) >= proxies else said[0]
    return str(request.META.get("REMOTE_ADDR", ""))


def network(request: HttpRequest) -> str:
    """The address as it is counted: of IPv6 the first 64 bits, as one connection has all that follow."""
    said = address(request)
    try:
        found = ip_address(said)
    except ValueError:
        return said
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> _HOUSEHOLD_BITS << _HOUSEHOLD_BITS)}/{_HOUSEHOLD_BITS}"


def _counted(
    request: HttpRequest, who: str, session: bool, contacts: Iterable[str], pace: str
) -> Iterator[tuple[RateLimitItem, tuple[str, ...]]]:
    if who:
        yield _pace(pace or "rate_limit_key"), ("key", _hidden(who))
        return
    yield _pace(pace or "rate_limit"), (network(request),)
    if session and (known := request.session.session_key):
        yield _pace("rate_limit_session"), ("session", _hidden(known))
    for contact in {_plain(contact) for contact in contacts} - {""}:
        yield _pace("rate_limit_contact"), ("contact", _hidden(contact))


def _plain(contact: str) -> str:
    """One spelling for one phone number or address."""
    if "@" in contact:
        return contact.strip().lower()
    return "".join(sign for sign in contact if sign.isdigit())


def _hidden(known: str) -> str:
    return salted_hmac("lacarte.rate-limit", known).hexdigest()


def _pace(name: str) -> RateLimitItem:
    return _parsed(settings.CONFIGURED[name])


@lru_cache(maxsize=32)
def _parsed(pace: str) -> RateLimitItem:
    return parse(pace)


@lru_cache(maxsize=4)
def _limiter(store: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(storage_from_string(store, wrap_exceptions=True))
