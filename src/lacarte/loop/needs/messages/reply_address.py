"""Addresses that answers come back to: ``city+REFERENCE.TOKEN@host``, which nobody can make up.

Local parts reach us in any case, so the token is base32. Source: RFC 5233 (subaddressing).
"""

from __future__ import annotations

import base64
import re

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from lacarte.kernel.ids import read_reference
from lacarte.loop.needs.models import Need

_SALT = "lacarte.reply-address"
_BYTES = 10  # 80 bits
_TAGGED = re.compile(r"^[^@+]+\+([a-z0-9]{8})\.([a-z2-7]{16})@", re.IGNORECASE)


def reply_address(need: Need) -> str:
    """Where an answer about ``need`` is sent to; empty when the installation takes no e-mail."""
    address = settings.CONFIGURED["mail_address"]
    if not address:
        return ""
    local, _, host = address.rpartition("@")
    return f"{local}+{need.reference.replace('-', '').lower()}.{_token(need.reference)}@{host}"


def need_of_address(address: str) -> Need | None:
    """The need that an answer to ``address`` is about; ``None`` when we never gave that address out."""
    tagged = _TAGGED.match(address.strip())
    if tagged is None:
        return None
    try:
        reference = read_reference(tagged[1])
    except ValueError:
        return None
    if not constant_time_compare(tagged[2].lower(), _token(reference)):
        return None
    return Need.objects.filter(reference=reference).first()


def _token(reference: str) -> str:
    signed = salted_hmac(_SALT, reference, algorithm="sha256").digest()[:_BYTES]
    return base64.b32encode(signed).decode("ascii").lower()
