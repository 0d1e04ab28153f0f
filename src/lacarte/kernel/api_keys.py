"""Keys with which other programs speak to us: made, shown once, known by their hash, revoked."""

from __future__ import annotations

import hashlib
import secrets

from django.db import IntegrityError, transaction

from lacarte.kernel import clock
from lacarte.kernel.models import ApiKey, User
from lacarte.kernel.text import storable

_BYTES = 32
_LONGEST_NAME = 120


class ApiKeyError(ValueError):
    """A key cannot be made or revoked; the message says why."""


def make(name: str, user: User | None = None) -> tuple[ApiKey, str]:
    """A new key for ``name``, and the key itself, which cannot be read again. Raises :class:`ApiKeyError`.

    A program with a key of a ``user`` may keep what they may keep.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not storable(name) or not name.isprintable():
        raise ApiKeyError(f"a name has 1 to {_LONGEST_NAME} characters that can be printed")
    key = secrets.token_urlsafe(_BYTES)
    try:
        with transaction.atomic():
            return ApiKey.objects.create(name=name, key_hash=_hash(key), user=user), key
    except IntegrityError as error:
        raise ApiKeyError(f"there is a key for “{name}” already; revoked names are not given again") from error


def owner(key: str) -> ApiKey | None:
    """Whose key this is; ``None`` for one that is unknown or revoked.

    A key is 256 random bits, so that its plain hash gives nothing away and can be looked up.
    """
    return ApiKey.objects.select_related("user").filter(key_hash=_hash(key), revoked_at=None).first()


def acting(key: str) -> tuple[ApiKey, User] | None:
    """The key and for whom it acts; ``None`` for a key that is not in use, of nobody, or of a closed account."""
    found = owner(key)
    return (found, found.user) if found and found.user and found.user.is_active else None


def revoke(name: str) -> ApiKey:
    """End the key of ``name`` from now on. Raises :class:`ApiKeyError` where there is none in use."""
    if not ApiKey.objects.filter(name=name, revoked_at=None).update(revoked_at=clock.now()):
        raise ApiKeyError(f"there is no key in use for “{name}”")
    return ApiKey.objects.get(name=name)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
