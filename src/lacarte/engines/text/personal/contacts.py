"""What leads to a person without being their number: mail, links, plates, days of birth."""

from __future__ import annotations

import re

from lacarte.engines.text.personal import checks
from lacarte.engines.text.personal.numbers import Found

_MAIL = re.compile(r"[\w.+%-]{1,64} ?@ ?(?:[A-Za-z0-9\-]{1,63}\.)+[A-Za-z]{2,24}", re.ASCII)
_SPELT_MAIL = re.compile(
    r"\b[a-z0-9._+-]{2,40} ?[\[(]? ?\bat\b ?[\])]? ?[a-z0-9-]{2,40}"
    r" ?[\[(]? ?\bdot\b ?[\])]? ?(?:com|org|net|edu|gov|cn|uk)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”，。；（）\u4e00-\u9fff]+", re.IGNORECASE)
_OF_A_PERSON = re.compile(
    r"//[^/\s]+@|[?&][^=&\s]*(?:token|mail|phone|mobile|user|uid|name|login|session|sid|auth|openid)[^=&\s]*=[^&\s]"
    r"|/(?:users?|u|profiles?|people|member|in|friends?|home)/[^/\s]|/~\w|/@\w"
    r"|(?:facebook|instagram|twitter|x|weibo|linkedin|tiktok|douyin|vk|zhihu)\.com/[\w.]{3}|(?:wa|t)\.me/",
    re.IGNORECASE,
)
_HANDLE = re.compile(
    r"(?:QQ号?|微信号?|wechat(?: id)?|weixin|telegram|whatsapp|line id|skype)\s?(?:号|id|is|是|为)?\s?[:：]?\s?@?"
    r"(?=[a-z_\-]*\d)([a-z0-9][a-z0-9_\-]{4,20})(?![a-z0-9])",
    re.IGNORECASE,
)
_NETWORK = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")
_NETWORK_6 = re.compile(r"(?<![0-9a-f:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![0-9a-f:])", re.IGNORECASE)
_VERSION = re.compile(r"(?:version|release|section|chapter|v|版本|章节?|条|第)\.?\s?$", re.IGNORECASE)

_PROVINCE = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_CHINESE_PLATE = re.compile(
    rf"[{_PROVINCE}] ?[A-HJ-NP-Z][ ·•.-]?"
    r"(?:(?=[A-Z]{0,2}\d|\d)(?:[DF][A-HJ-NP-Z0-9]\d{4}|\d{5}[DF]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳]))(?![A-Z0-9])",
    re.IGNORECASE,
)
_BRITISH_PLATE = re.compile(r"(?<![A-Z0-9])[A-HJ-PR-Y][A-HJ-PR-Y][0-7]\d ?[A-HJ-PR-Z]{3}(?![A-Z0-9])")
_CALIFORNIAN_PLATE = re.compile(r"(?<![A-Za-z0-9])\d[A-Z]{3}\d{3}(?![A-Za-z0-9])", re.IGNORECASE)
_CUED_PLATE = re.compile(
    r"(?:licen[cs]e(?: plate)?|\bplates?|\blic\b|\breg(?:istration)?\b|车牌号?码?|牌照)"
    r"(?:\s*(?:no|number|nr|号码?))?[\s.:#,]{0,3}(?:(?:is|was|reads|是|为)\s?)?"
    r"(?-i:((?=[A-Z0-9 -]*\d)[A-Z0-9]{1,4}[ -]?[A-Z0-9]{2,5}))(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_DAY = (
    r"(\d{4} ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Z][a-z]{2,8}\.?,? \d{4}"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})"
)
_BIRTH = re.compile(
    r"(?:\bborn(?: on)?|date of birth|birth ?date|birthday|\bd\.?o\.?b\b\.?|出生日期|出生年月|出生于|生于|生日)"
    rf"\s?(?:[:：,]|is|was|是|为|在)?\s?{_DAY}",
    re.IGNORECASE,
)
_BORN_AFTER = re.compile(r"(\d{4} ?年 ?\d{1,2} ?月(?: ?\d{1,2} ?日)?)(?:出生|生人|生的)")


def contacts_in(folded: str) -> Found:
    """Mail addresses, links with user data, handles, network addresses, plates and days of birth."""
    yield from _links(folded)
    yield from _plates(folded)
    for pattern in (_BIRTH, _BORN_AFTER):
        for found in pattern.finditer(folded):
            yield found.start(1), found.end(1), "birth"


def _links(folded: str) -> Found:
    if "@" in folded:
        for found in _MAIL.finditer(folded):
            yield found.start(), found.end(), "email"
    for found in _SPELT_MAIL.finditer(folded):
        yield found.start(), found.end(), "email"
    for found in _LINK.finditer(folded):
        if _OF_A_PERSON.search(found[0]):
            yield found.start(), found.end(), "link"
    for found in _HANDLE.finditer(folded):
        yield found.start(1), found.end(1), "account"
    for found in _NETWORK.finditer(folded):
        if checks.is_network_address(found[0]) and not _VERSION.search(folded, 0, found.start()):
            yield found.start(), found.end(), "network"
    for found in _NETWORK_6.finditer(folded):
        yield found.start(), found.end(), "network"


def _plates(folded: str) -> Found:
    for pattern in (_CHINESE_PLATE, _BRITISH_PLATE, _CALIFORNIAN_PLATE):
        for found in pattern.finditer(folded):
            yield found.start(), found.end(), "plate"
    for found in _CUED_PLATE.finditer(folded):
        yield found.start(1), found.end(1), "plate"
