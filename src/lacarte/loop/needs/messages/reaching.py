"""How whoever has a need is reached, and in which language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.conf import settings

from lacarte.loop.needs.messages.carriers import carrier_of
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.registers.people.mandates import ended
from lacarte.registers.people.models import Person

Medium = Message.Medium
_PHONE = re.compile(r"\+?[0-9 ()/.-]{5,40}")
_PUNCTUATION = re.compile(r"[ ()/.-]")
_LEAST_DIGITS = 8  # what is left of a number without its country's code
_CARRIED = (Medium.EMAIL, Medium.SMS, Medium.CHAT)


@dataclass(frozen=True)
class Way:
    """A medium, whom to address on it, and by which gateway."""

    medium: Medium
    address: str = ""
    gateway: str = ""


PAGE = Way(Medium.PAGE)


def way_to(need: Need) -> Way:
    """How to reach whoever has ``need``: as they last wrote to us, or as they said when they told it.

    Only where the need came from and what its person left are believed: an answer from elsewhere is read, but
    nothing is ever sent there. Without any of them it is the page of the need.
    """
    own = _own_ways(need)
    for wrote in need.messages.filter(incoming=True, medium__in=_CARRIED).order_by("-at", "-id"):
        way = Way(Medium(wrote.medium), wrote.address, wrote.gateway)
        if is_known(way, own) and (routed := _routed(way)):
            return routed
    return next(filter(None, map(_routed, own)), PAGE)


def way_to_person(person: Person) -> Way:
    """How to reach somebody who follows a need: as they left it, or not at all but on its page."""
    return next(filter(None, map(_routed, _ways_of(person))), PAGE)


def way_to_contact(contact: str) -> Way:
    """How to reach somebody who left nothing but an e-mail address or a phone number."""
    said = contact.strip()
    way = Way(Medium.EMAIL, said) if "@" in said else Way(Medium.SMS, plain(said))
    return (_routed(way) if "@" in said or _PHONE.fullmatch(said) else None) or PAGE


def believes(need: Need, sender: Way) -> bool:
    """Whether ``sender`` is how whoever has ``need`` writes, so that it may name its reference."""
    return is_known(sender, _own_ways(need))


def is_known(asked: Way, ways: Iterable[Way]) -> bool:
    """Whether one of ``ways`` is the one ``asked`` for, however its address is spelt.

    Anybody may call themselves in a chat by somebody else's e-mail address, or by their name on another gateway.
    """
    spelt = spellings(asked.address)
    return any(
        way.medium == asked.medium
        and (way.medium != Medium.CHAT or way.gateway == asked.gateway)
        and plain(way.address) in spelt
        for way in ways
    )


def plain(address: str) -> str:
    """One spelling for an e-mail address, a phone number or the name of a chat."""
    if "@" in address:
        return address.strip().lower()
    return _PUNCTUATION.sub("", address) if _PHONE.fullmatch(address) else address.strip()


def spellings(address: str) -> list[str]:
    """How people may have written an address: a phone number with its country's code, or without.

    A code has one to three digits (ITU-T E.164); in front of the number inside a country there may be a 0.
    """
    known = plain(address)
    if not _PHONE.fullmatch(known):
        return [known]
    digits = known.removeprefix("+").removeprefix("00") if known[0] == "+" or known[:2] == "00" else known
    inside = [f"{trunk}{digits[n:]}" for n in (1, 2, 3) if len(digits) - n >= _LEAST_DIGITS for trunk in ("", "0")]
    return [known, digits, f"+{digits}", f"00{digits}", *inside]


def _own_ways(need: Need) -> list[Way]:
    ways = []
    opening = opening_of(need)
    if opening is not None and opening.medium in _CARRIED and opening.address:
        ways.append(Way(Medium(opening.medium), opening.address, opening.gateway))
    if need.person is not None:
        ways += _ways_of(need.person)
    if need.mandate is None or ended(need.mandate):
        return ways
    if need.channel == Channel.CITY:  # whoever consented for them is told
        return _ways_of(need.mandate.holder) + ways
    return ways or _ways_of(need.mandate.holder)  # a child has no phone


def _ways_of(person: Person) -> list[Way]:
    email = person.email or (person.user.email if person.user else "")
    ways = [Way(Medium.EMAIL, email)] if email else []
    return [*ways, Way(Medium.SMS, plain(person.phone))] if person.phone else ways


def _routed(way: Way) -> Way | None:
    """The way with the gateway it goes by; ``None`` where nothing goes out."""
    carrier = carrier_of(way.medium)
    gateway = carrier.route(way.gateway) if carrier is not None else None
    return None if gateway is None else replace(way, gateway=gateway)


def opening_of(need: Need) -> Message | None:
    """The message by which a need came, if it came by one."""
    return need.messages.filter(external_id=need.external_id).first() if need.external_id else None


def language_for(need: Need) -> str:
    """The language to answer in, as Django names it: what they wrote in, else what they read, else the site's."""
    return nearest_language(need.language, need.person.language if need.person else "")


def language_of_person(person: Person) -> str:
    """The language to write to somebody in who follows a need, as Django names it."""
    return nearest_language(person.language)


def nearest_language(*told: str) -> str:
    """The first language of these that the site speaks, as Django names it; else the site's own."""
    known = dict(settings.LANGUAGES)
    for tag in filter(None, told):
        spoken = tag.lower()
        if spoken in known:
            return spoken
        related = [code for code in known if code.split("-")[0] == spoken.split("-")[0]]
        if related:
            return related[0]
    return str(settings.LANGUAGE_CODE)
