"""An e-mail as bytes becomes what somebody wrote, whatever state it is in (RFC 5322, 2045–2049, 2231, 3462).

Nothing that is wrong with an e-mail raises an error: what cannot be read is left out or named.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header
from email.message import Message as Part
from email.utils import getaddresses, parsedate_to_datetime

from lacarte.standards.mail.automatic import is_automatic, may_be_automatic, returned
from lacarte.standards.mail.charsets import decoded, readable
from lacarte.standards.mail.plain import clean, of_html, unfolded, without_quotes

_MOST_PARTS = 200
_LONGEST_TEXT = 300_000
#: Pictures in the text that are smaller are the sender's logo, not what they want to show.
_LEAST_INLINE = 5_000
_IDS = re.compile(r"<[^<>\s]{1,900}>")
_ADDRESS = re.compile(r"[^@\s<>\"(),;:]{1,64}@[^@\s<>\"(),;:]{1,189}")
_RECIPIENTS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-forwarded-to")
_LEFT_OUT = ("application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature")
_LEFT_OUT_TEXT = ("text/calendar", "text/x-amp-html", "text/rfc822-headers", "text/vcard", "text/x-vcard")


@dataclass
class Mail:
    """What an e-mail says. Addresses are in lower case; an e-mail without a Message-ID gets one from its bytes."""

    message_id: str = ""
    sender: str = ""  # empty where there is none that can be answered
    name: str = ""
    subject: str = ""
    text: str = ""
    sent_to: tuple[str, ...] = ()
    answers_to: tuple[str, ...] = ()  # Message-IDs, oldest first
    date: datetime | None = None
    automatic: bool = False  # a machine says that it sent it
    doubtful: bool = False  # a machine may have sent it
    returned: tuple[str, ...] = ()  # Message-IDs of what could not be delivered
    enclosed: list[tuple[str, bytes]] = field(default_factory=list)  # name, bytes


def read(data: bytes) -> Mail:
    """The e-mail in ``data``. Never raises for what is wrong inside."""
    try:
        whole = message_from_bytes(data)
    except Exception:  # the parser's own bounds: nested too deeply, above all
        whole = message_from_bytes(data[: max(data.find(b"\n\n"), data.find(b"\r\n\r\n"), 0)] + b"\n\n")
    heads = _heads(whole)
    mail = Mail(
        message_id=_message_id(heads, data),
        subject=" ".join(_words(heads, "subject").split())[:500],
        sent_to=tuple(_addresses(heads, _RECIPIENTS)),
        answers_to=tuple(_IDS.findall(_words(heads, "references") + " " + _words(heads, "in-reply-to")))[-50:],
        date=_date(_words(heads, "date")),
        automatic=is_automatic(heads),
        doubtful=may_be_automatic(heads),
        returned=returned(whole),
    )
    mail.sender, mail.name = _sender(heads)
    _read_parts(whole, mail)
    return mail


def _heads(part: Part) -> dict[str, list[str]]:
    """The heads by name in lower case, each decoded (RFC 2047), in their order."""
    found: dict[str, list[str]] = {}
    for name, raw in part.raw_items():
        found.setdefault(name.lower(), []).append(_decoded_head(str(raw)))
    return found


def _decoded_head(raw: str) -> str:
    words = readable(raw.encode("utf-8", "surrogateescape"))
    try:
        parts = decode_header(words)
        words = "".join(part if isinstance(part, str) else decoded(part, charset or "") for part, charset in parts)
    except Exception:  # a coded word that is none
        words = words.strip()
    return clean(words)


def _words(heads: dict[str, list[str]], name: str) -> str:
    return " ".join(heads.get(name, []))


def _message_id(heads: dict[str, list[str]], data: bytes) -> str:
    named = _IDS.search(_words(heads, "message-id"))
    return named[0] if named else f"<{hashlib.sha256(data).hexdigest()}@no-message-id.invalid>"


def _addresses(heads: dict[str, list[str]], names: tuple[str, ...]) -> list[str]:
    """The addresses in these heads, each once."""
    said = [value for name in names for value in heads.get(name, [])]
    try:
        pairs = getaddresses(said[:100])
    except Exception:
        pairs = []
    found = [address for _name, address in pairs] + _ADDRESS.findall(" ".join(said[:100])[:20_000])
    return list(dict.fromkeys(one.lower() for one in found if _ADDRESS.fullmatch(one)))[:100]


def _sender(heads: dict[str, list[str]]) -> tuple[str, str]:
    """Address and name of who wrote."""
    address = next(iter(_addresses(heads, ("from",))), "")
    try:
        name = next((name for name, _ in getaddresses(heads.get("from", [])[:1]) if name), "")
    except Exception:
        name = ""
    return address, ("" if "@" in name else name.strip())[:200]


def _date(said: str) -> datetime | None:
    """The time of a head, with its zone."""
    try:
        at = parsedate_to_datetime(said)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except Exception:  # there are more ways to write a wrong date than errors for it
        return None


def _read_parts(whole: Part, mail: Mail) -> None:
    plain: list[str] = []
    for part in _leaves(whole):
        kind, name = _kind(part), _file_name(part)
        attached = name or _disposition(part) == "attachment"
        if kind in ("text/plain", "text/html") and not attached:
            plain.append(_text(part, kind))
        elif kind not in _LEFT_OUT and kind not in _LEFT_OUT_TEXT and not kind.startswith("message/"):
            data = _bytes(part)
            logo = kind.startswith("image/") and _disposition(part) != "attachment" and len(data) < _LEAST_INLINE
            if data and not logo:
                mail.enclosed.append((name or kind, data))
    text = "\n\n".join(filter(None, plain))[:_LONGEST_TEXT]
    mail.text = without_quotes(text, answers=bool(mail.answers_to))


def _leaves(part: Part, depth: int = 0) -> list[Part]:
    """The parts that hold something, in their order; of alternatives the plainest with words in it."""
    if depth > 20:
        return []
    if not part.is_multipart():
        return [part]
    inside = [one for one in part.get_payload() if isinstance(one, Part)][:_MOST_PARTS]
    if _kind(part) == "multipart/alternative":
        return _plainest([_leaves(one, depth + 1) for one in inside])
    if _kind(part) == "multipart/report":
        inside = inside[:1]
    return [leaf for one in inside for leaf in _leaves(one, depth + 1)][:_MOST_PARTS]


def _plainest(alternatives: list[list[Part]]) -> list[Part]:
    """One of several versions of the same; what only another has, such as pictures, comes along."""
    for kind in ("text/plain", "text/html"):
        for leaves in alternatives:
            if any(_kind(leaf) == kind and _text(leaf, kind).strip() for leaf in leaves):
                others = [leaf for more in alternatives if more is not leaves for leaf in more]
                return leaves + [leaf for leaf in others if not _kind(leaf).startswith("text/")]
    return [leaf for leaves in alternatives for leaf in leaves]


def _kind(part: Part) -> str:
    try:
        return part.get_content_type().lower()
    except Exception:
        return "text/plain"


def _disposition(part: Part) -> str:
    try:
        return part.get_content_disposition() or ""
    except Exception:
        return ""


def _file_name(part: Part) -> str:
    try:
        return _decoded_head(part.get_filename() or "")
    except Exception:
        return ""


def _bytes(part: Part) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except Exception:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _text(part: Part, kind: str) -> str:
    try:
        charset, flowed = str(part.get_content_charset() or ""), str(part.get_param("format") or "").lower()
    except Exception:
        charset, flowed = "", ""
    words = decoded(_bytes(part)[: 4 * _LONGEST_TEXT], charset)[:_LONGEST_TEXT]
    if kind == "text/html":
        return of_html(words)
    return clean(unfolded(words) if flowed == "flowed" else words)
