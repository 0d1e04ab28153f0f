"""What no person wrote: answers of machines, returned mail, newsletters (RFC 3834, 3462, 3464, 2919)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from email.message import Message as Part

_ROBOTS = re.compile(
    r"(?:^|<)(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?[+-][^@<>]*|autoreply)@", re.IGNORECASE
)
_SUBJECTS = re.compile(
    r"^\s*(?:(?:re|aw|antw|回复|答复)[:：]\s*)?(?:out of (?:the )?office|automatic reply|auto(?:matic)?[ -]?reply"
    r"|auto:|abwesenheit|automatische antwort|réponse automatique|absence du bureau|respuesta automática"
    r"|fuera de la oficina"
    r"|自动回复|自動回覆|自动答复|外出|undeliver(?:able|ed)|delivery (?:status notification|failure)"
    r"|mail delivery (?:failed|failure)|returned mail|系统退信|退信|邮件投递失败)",
    re.IGNORECASE,
)
_PRECEDENCE = ("bulk", "junk", "list", "auto_reply", "auto-reply")
_MARKS = ("list-id", "list-unsubscribe", "x-autoreply", "x-autorespond", "x-autorespond-subject", "feedback-id")
_ID = re.compile(rb"^message-id:\s*(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_FAILED = re.compile(rb"^action:\s*failed", re.IGNORECASE | re.MULTILINE)


def is_automatic(heads: Mapping[str, Sequence[str]]) -> bool:
    """Whether a machine says that it sent it (names of heads in lower case). It begins no need.

    Only what no program of a person's writes counts: what is passed over is lost.
    """
    submitted = _said(heads, "auto-submitted")
    return bool(
        (submitted and submitted.split(";")[0].strip() != "no")
        or _said(heads, "return-path") == "<>"
        or _said(heads, "content-type").startswith(("multipart/report", "message/delivery-status"))
    )


def may_be_automatic(heads: Mapping[str, Sequence[str]]) -> bool:
    """Whether a machine may have sent it: a person reads it first, and what answers it might be answered again."""
    return bool(
        _said(heads, "precedence") in _PRECEDENCE
        or any(heads.get(mark) for mark in _MARKS)
        or _ROBOTS.search(_said(heads, "from"))
        or _SUBJECTS.match(_said(heads, "subject"))
    )


def _said(heads: Mapping[str, Sequence[str]], name: str) -> str:
    return " ".join(heads.get(name, ())).strip().lower()


def returned(whole: Part) -> tuple[str, ...]:
    """The Message-IDs of what could not be delivered, of a report that says so (RFC 3464); else none."""
    try:
        if whole.get_content_type() != "multipart/report" or not whole.is_multipart():
            return ()
        parts = [part for part in whole.get_payload() if isinstance(part, Part)]
        inside = [bytes(part) for part in parts[1:6]]
    except Exception:  # a report in pieces reports nothing
        return ()
    if not any(_FAILED.search(part) for part in inside):
        return ()
    return tuple(dict.fromkeys(found.decode("ascii", "replace") for part in inside for found in _ID.findall(part)))
