"""Numbers of a person: phones, identity documents, accounts, plates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lacarte.engines.text.personal import checks
from lacarte.engines.text.personal.folding import spelt_digits

Found = Iterator[tuple[int, int, str]]

_FREE = r"(?<![\dA-Za-z])(?<!\d[.,])(?<!\d-)"  # not inside a longer number, a decimal or a code
_END = r"(?![\dA-Za-z])(?![.,]\d)"
_GAP = r"[ \-.·]{0,2}"

_CUE_PHONE = re.compile(
    r"(?:phone|mobile|cell|tel|telephone|call|ring|text|sms|whatsapp|reach|contact|number|fax"
    r"|电话|手机|致电|来电|联系|座机|号码|短信|打给|拨打|固话|热线|传真|微信)\D{0,18}$",
    re.IGNORECASE,
)
_CUE_REFERENCE = re.compile(
    r"(?:单号|编号|工单|受理号|流水号|案号|文号|批号|条码|楼盘号|订单|快递|运单|发票|合同"
    r"|\b(?:ref|reference|case|ticket|order|request|invoice|tracking|serial|meter|asset|permit|pole|report|parcel|lot)"
    r"(?:\s*(?:no|number|id|nr))?)\W{0,4}(?:是|为|is)?\W{0,2}#?$",
    re.IGNORECASE,
)
_MOBILE = re.compile(rf"(?<![\d])(?<!\d[.,])(?:(?:\+|00)?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_LANDLINE = re.compile(
    r"(?<![\d.])(?:(?:\+|00)?86[ -]?)?\(?0(?:10|2\d|[3-9]\d{2})\)?[ -]{0,2}[2-9]\d{2,3}[ -]?\d{4}"
    r"(?:(?:[ -]|转|ext\.? ?)\d{1,5})?(?!\d)"
)
_AMERICAN = re.compile(
    rf"{_FREE}(?:\+?1[ .\-]{{0,2}})?(?:\([2-9]\d{{2}}\) ?|[2-9]\d{{2}}[ .\-]?)[2-9]\d{{2}}[ .\-]?\d{{4}}{_END}"
)
_INTERNATIONAL = re.compile(r"(?:(?<!\+)\+|(?<![\d+])00(?=[1-9]\d{1,2}[ \-]))[1-9](?:[ .\-()]{0,2}\d){6,13}(?!\d)")
_TRUNK = re.compile(rf"{_FREE}\(?0\d{{2,4}}\)?[ \-]\d{{3,4}}[ \-]?\d{{3,4}}{_END}")
_LOCAL = re.compile(rf"{_FREE}[2-9]\d{{2,3}}[ \-]?\d{{4}}{_END}")
#: Numbers that anybody may call and nobody owns.
_FREE_OF_CHARGE = re.compile(r"(?:\+?1\D{0,2})?\(?(?:800|888|877|866|855|844|833)\b|400\D?\d{3}|800\D?\d{3}")

_IDENTITY = re.compile(rf"(?<![\dA-Za-z])[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?![\dA-Za-z])")
_OLD_IDENTITY = re.compile(r"(?<![\dA-Za-z.])[1-9]\d{14}(?![\dA-Za-z])")
_CUE_IDENTITY = re.compile(r"(?:身份证|证件)(?:号码?)?\W{0,3}(?:是|为)?\W{0,2}$")
_PASSPORT = re.compile(
    r"(?:passport|护照|通行证)(?:\s*(?:no|number|号码?))?\W{0,3}(?:is|是|为)?\W{0,2}((?=(?:[A-Z]*\d){5})[A-Z0-9]{6,10})(?![\dA-Za-z])"
    r"|(?<![\dA-Za-z])((?:[EG]\d{8}|E[A-HJ-NP-Z]\d{7}))(?![\dA-Za-z])",
    re.IGNORECASE,
)
_SOCIAL = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])")
_SOCIAL_BARE = re.compile(
    r"(?:\bSSN\b|social security)[^\d\n]{0,20}(\d{9}|\d{3}[ -]\d{2}[ -]\d{4})(?!\d)", re.IGNORECASE
)
_IBAN = re.compile(r"(?<![\dA-Za-z])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]){11,27}(?![A-Za-z0-9])", re.IGNORECASE)
_CARD = re.compile(r"(?<![\d.,A-Za-z])\d(?:[ -]?\d){12,18}(?![\dA-Za-z])")
_ACCOUNT = re.compile(
    r"(?:卡号|账号|帐号|银行卡|account(?: number| no)?|card(?: number| no)?)\W{0,3}(?:是|为|is)?\W{0,2}"
    r"(\d(?:[ -]?\d){7,18})(?!\d)",
    re.IGNORECASE,
)


def numbers_in(folded: str) -> Found:
    """Phones, documents and accounts in folded text; they may overlap, the surer kinds come first."""
    spelt = spelt_digits(folded)
    yield from _identities(folded, spelt)
    yield from _documents(folded)
    yield from _accounts(folded)
    yield from _phones(folded, spelt)


def _identities(folded: str, spelt: str) -> Found:
    for found in _IDENTITY.finditer(spelt):
        number = "".join(sign for sign in found[0] if sign.isdigit() or sign in "Xx")
        cued = _CUE_IDENTITY.search(folded, 0, found.start()) is not None
        if checks.is_identity(number) or (cued and checks.looks_like_identity(number)):
            yield found.start(), found.end(), "identity"
    for found in _OLD_IDENTITY.finditer(folded):
        if checks.is_old_identity(found[0]) and not _is_reference(folded, found.start()):
            yield found.start(), found.end(), "identity"


def _documents(folded: str) -> Found:
    for found in _PASSPORT.finditer(folded):
        group = found.lastindex or 0
        yield found.start(group), found.end(group), "passport"
    for found in _SOCIAL.finditer(folded):
        yield found.start(), found.end(), "social-security"
    for found in _SOCIAL_BARE.finditer(folded):
        yield found.start(1), found.end(1), "social-security"


def _accounts(folded: str) -> Found:
    for found in _IBAN.finditer(folded):
        # Words that follow may look like a part of it: the country says how long it is.
        long = checks.IBAN_LENGTH.get(found[0][:2].upper(), 0)
        signs = [(place, sign) for place, sign in enumerate(found[0].upper()) if sign.isalnum()][:long]
        if signs and checks.is_iban("".join(sign for _, sign in signs)):
            yield found.start(), found.start() + signs[-1][0] + 1, "bank"
    for found in _CARD.finditer(folded):
        if checks.is_card(checks.digits_of(found[0])):
            yield found.start(), found.end(), "bank"
    for found in _ACCOUNT.finditer(folded):
        yield found.start(1), found.end(1), "bank"


def _phones(folded: str, spelt: str) -> Found:
    for found in _MOBILE.finditer(spelt):
        if not _is_reference(folded, found.start()) and not _AMERICAN.fullmatch(
            folded, found.start(), found.end()
        ):
            yield found.start(), found.end(), "phone"
    for pattern in (_LANDLINE, _INTERNATIONAL, _AMERICAN, _TRUNK):
        for found in pattern.finditer(folded):
            if _is_somebodys(folded, found):
                yield found.start(), found.end(), "phone"
    for found in _LOCAL.finditer(spelt):
        if _is_cued(folded, found.start()) and _is_somebodys(folded, found):
            yield found.start(), found.end(), "phone"


def _is_somebodys(folded: str, found: re.Match[str]) -> bool:
    """Neither a number that is free of charge nor the number of a file."""
    numbered = _FREE_OF_CHARGE.match(found[0]) or folded.startswith("号", found.end())
    return not numbered and not _is_reference(folded, found.start())


def _is_cued(folded: str, at: int) -> bool:
    return _CUE_PHONE.search(folded, max(0, at - 40), at) is not None


def _is_reference(folded: str, at: int) -> bool:
    return _CUE_REFERENCE.search(folded, max(0, at - 30), at) is not None
