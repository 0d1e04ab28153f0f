"""Keys with which other programs speak to us: made, shown once, known by their hash, revoked."""

from __future__ import annotations

import hashlib
import secrets

from django.db import IntegrityError, transaction

from lacarte.kernel import clock
from lacarte.kernel.models import ApiKey
from lacarte.kernel.text import storable

_BYTES = 32
_LONGEST_NAME = 120


class ApiKeyError(ValueError):
    """A key cannot be made or revoked; the message says why."""


def make(name: str) -> tuple[ApiKey, str]:
    """A new key for ``name``, and the key itself, which cannot be read again. Raises :class:`ApiKeyError`."""
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not storable(name) or not name.isprintable():
        raise ApiKeyError(f"a name has 1 to {_LONGEST_NAME} characters that can be printed")
    key = secrets.token_urlsafe(_BYTES)
    try:
        with transaction.atomic():
            return ApiKey.objects.create(name=name, key_hash=_hash(key)), key
    except IntegrityError as error:
        raise ApiKeyError(f"there is a key for “{name}” already; revoked names are not given again") from error


def owner(key: str) -> ApiKey | None:
    """Whose key this is; ``None`` for one that is unknown or revoked.

    A key is 256 random bits, so that its plain hash gives nothing away and can be looked up.
    """
    return ApiKey.objects.filter(key_hash=_hash(key), revoked_at=None).first()


def revoke(name: str) -> ApiKey:
    """End the key of ``name`` from now on. Raises :class:`ApiKeyError` where there is none in use."""
    if not ApiKey.objects.filter(name=name, revoked_at=None).update(revoked_at=clock.now()):
        raise ApiKeyError(f"there is no key in use for “{name}”")
    return ApiKey.objects.get(name=name)


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
