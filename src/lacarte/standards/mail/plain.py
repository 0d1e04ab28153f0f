"""The words of an e-mail: out of HTML, without what is quoted and without signatures."""

from __future__ import annotations

import html
import re
import unicodedata

_BLOCK = re.compile(
    r"address|article|blockquote|d[dlt]|div|fieldset|footer|form|h[1-6]|header|hr|li|main|ol|p|pre|section|table|tr|ul"
)
_UNSEEN = frozenset(["script", "style", "head", "title", "template", "noscript"])
_TAG = re.compile(r"(/?)([a-zA-Z][a-zA-Z0-9]*)")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
#: How programs announce what they quote. Each is one line, or two that were wrapped.
_ANNOUNCED = re.compile(
    r"^(?:"
    r"on\b.{4,200}\bwrote ?:"
    r"|am\b.{4,200}\bschrieb\b.{0,100}:"
    r"|le\b.{4,200}\ba écrit ?:"
    r"|el\b.{4,200}\bescribió ?:"
    r"|il\b.{4,200}\bha scritto ?:"
    r"|em\b.{4,200}\bescreveu ?:"
    r"|(?:在|于)?.{0,20}\d.{0,160}(?:写道|寫道)[:：]"
    r"|.{1,200}<[^<>@ ]+@[^<>@ ]+>.{0,60}(?:写道|寫道|wrote|schrieb)[:：]"
    r")$",
    re.IGNORECASE,
)
_DIVIDER = re.compile(
    r"^(?:-{2,} ?(?:original message|ursprüngliche nachricht|message d'origine|mensaje original"
    r"|原始邮件|原邮件|回复的原邮件) ?-{2,}|_{20,})$",
    re.IGNORECASE,
)
#: The heads that Outlook and many Chinese programs put above what they quote.
_HEAD = re.compile(
    r"^[*_ ]*(?:from|sent|date|to|cc|subject|von|gesendet|an|betreff|de|envoyé|à|objet|enviado|para|asunto"
    r"|发件人|发送时间|发送日期|日期|收件人|抄送|抄送人|主题|寄件者|寄件者|收件者|主旨)[*_ ]*[:：]",
    re.IGNORECASE,
)
_SENT_FROM = re.compile(
    r"^(?:sent from (?:my|outlook|mail|yahoo)\b.{0,60}|get outlook for .{0,30}|发自我的.{0,40}"
    r"|(?:发|來|来)自 ?.{0,10}(?:手机|邮箱|outlook|mail).{0,40}"
    r"|von meinem .{0,40} gesendet|envoyé de(?:puis)? mon .{0,40}|enviado desde mi .{0,40}|inviato da .{0,40}"
    r"|从 ?.{0,20}(?:版邮件|outlook|手机).{0,20}发送)$",
    re.IGNORECASE,
)
_LEAST_HEADS = 3


def clean(text: str) -> str:
    """``text`` without what a database cannot keep and nobody can see, and with single empty lines at most."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    kept = "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs", "Cn"))
    lines = (line.rstrip() for line in kept.split("\n"))
    return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()


def unfolded(text: str) -> str:
    """Text in the form ``format=flowed`` (RFC 3676): a line that ends in a blank goes on in the next."""
    out: list[str] = []
    flows = False
    for line in text.replace("\r\n", "\n").split("\n"):
        words = line[1:] if line.startswith(" ") else line
        if flows and not words.startswith(">"):
            out[-1] += words
        else:
            out.append(words)
        flows = words.endswith(" ") and words != "-- " and not words.startswith(">")
    return "\n".join(out)


def of_html(source: str) -> str:
    """What a reader of an HTML page would read, in lines; what is in a ``blockquote`` is marked with ``>``.

    One pass from front to back, whatever is wrong with the page.
    """
    out: list[str] = []
    unseen, depth, at = "", 0, 0
    while at < len(source):
        opens = source.find("<", at)
        if opens < 0:
            opens = len(source)
        if not unseen and opens > at:
            out.append(_BLANKS.sub(" ", html.unescape(source[at:opens])))
        if opens == len(source):
            break
        at, tag, closing = _tag(source, opens)
        if tag == "<":
            out.append("" if unseen else tag)
        elif unseen:
            unseen = "" if closing and tag == unseen else unseen
        elif tag in _UNSEEN and not closing:
            unseen = tag
        elif tag == "br" or _BLOCK.fullmatch(tag):
            if tag == "blockquote":
                depth = max(0, depth + (-1 if closing else 1))
            out.append("\n" + "> " * min(depth, 5) + ("- " if tag == "li" and not closing else ""))
        elif tag == "td":
            out.append(" ")
    return clean(_tidied("".join(out)))


def _tag(source: str, at: int) -> tuple[int, str, bool]:
    """Where what begins at ``at`` ends, the name of the tag if it is one, and whether it closes."""
    if source.startswith("<!--", at):
        ends = source.find("-->", at + 4)
        return (len(source) if ends < 0 else ends + 3), "", False
    ends = source.find(">", at)
    ends = len(source) if ends < 0 else ends + 1
    named = _TAG.match(source, at + 1)
    if named is None and source[at + 1 : at + 2] not in ("!", "?", "/"):
        return at + 1, "<", False  # only a sign
    return ends, (named[2].lower() if named else ""), bool(named and named[1])


def _tidied(text: str) -> str:
    lines = [line.strip() for line in text.split("\n")]
    return "\n".join("" if line.strip("> ") == "" and line else line for line in lines)


def without_quotes(text: str, *, answers: bool) -> str:
    """What the writer of an e-mail wrote themselves.

    What is quoted line by line goes, and so does a signature. In an e-mail that ``answers`` another, all goes
    that follows the announcement of a quote. Of an e-mail that holds nothing else, such as one that is only
    forwarded, everything stays.
    """
    lines = clean(text).split("\n")
    kept = _own(lines, answers=answers)
    return clean("\n".join(kept)) or clean("\n".join(line.lstrip("> ") for line in lines))


def _own(lines: list[str], *, answers: bool) -> list[str]:
    kept: list[str] = []
    for at, line in enumerate(lines):
        words = line.strip()
        if words == "--":  # the mark of a signature (RFC 3676, section 4.3), blanks at its end lost
            break
        if answers and (_begins_quote(lines, at) or _DIVIDER.match(words)):
            break
        if words.startswith(">"):
            while kept and (_ANNOUNCED.match(kept[-1].strip()) or not kept[-1].strip()):
                kept.pop()  # the announcement goes with what it announces
            continue
        if not _SENT_FROM.match(words):
            kept.append(line)
    return kept


def _begins_quote(lines: list[str], at: int) -> bool:
    words = lines[at].strip()
    if _ANNOUNCED.match(words):
        return True
    if at + 1 < len(lines) and len(words) < 200 and _ANNOUNCED.match(f"{words} {lines[at + 1].strip()}"):
        return bool(re.match(r"(?:on|am|le|el|il|em|在|于)\b", words, re.IGNORECASE))
    heads = [line for line in lines[at : at + 6] if _HEAD.match(line.strip())]
    return bool(_HEAD.match(words)) and len(heads) >= _LEAST_HEADS
