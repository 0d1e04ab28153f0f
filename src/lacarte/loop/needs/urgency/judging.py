"""How urgent a need is by what was said, and what has to be answered at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from lacarte.engines.phrases import Found, Lexicon, Watch
from lacarte.kernel import clock
from lacarte.kernel.text import in_language
from lacarte.kernel.versions import remembered
from lacarte.loop.needs.models import UrgencyRule
from lacarte.registers.menu.models import PriorityClass, ServiceType

#: Who answers an emergency call; an advice names one as ``{fire}``. ``all`` answers where no other number is set.
KINDS = ("police", "fire", "ambulance", "crisis")
_MOST_ADVICE = 2
#: Who is in danger says so at once; a long letter that comes to speak of fire is no alarm. Words or signs.
BEGINS_WITHIN = 150


@dataclass(frozen=True)
class Judgement:
    """``urgency`` is a priority class, ``None`` where nothing speaks for one; ``rules`` the codes that spoke."""

    urgency: int | None
    rules: tuple[str, ...] = ()
    advice: str = ""  # in the reader's language; with it the emergency number
    numbers: tuple[str, ...] = ()  # the phone numbers that the advice names

    @property
    def danger(self) -> bool:
        """Whether it may be a matter of life and death."""
        return self.urgency == PriorityClass.NOW


@dataclass(frozen=True)
class Compiled:
    """The rules in force, ready to be asked."""

    rules: dict[str, UrgencyRule]
    lexicon: Lexicon

    def speaking(self, found: Iterable[Found], service_type: ServiceType | None, month: int) -> list[UrgencyRule]:
        """The rules that speak, most urgent first."""
        spoke = {one.name for one in found if not one.silenced}
        rules = [self.rules[code] for code in spoke if applies(self.rules[code], service_type, month)]
        return sorted(rules, key=lambda rule: (rule.urgency, rule.code))


def judge(text: str, *, service_type: ServiceType | None, month: int) -> Judgement:
    """What the rules that officials keep say of ``text``. ``month`` is from 1 to 12."""
    compiled = in_force()
    found = compiled.lexicon.find(text, BEGINS_WITHIN)
    rules = compiled.speaking(found, service_type, month) if found else []
    if not rules:
        return Judgement(None)
    return _judgement(rules)


def this_month() -> int:
    """The month on the city's calendar."""
    return timezone.localtime(clock.now()).month


def advice_of(codes: Iterable[str]) -> Judgement:
    """What was, or would be, told for the rules with these codes, in the reader's language."""
    spoke = list(codes)
    known = in_force().rules if spoke else {}
    rules = [known[code] for code in spoke if code in known]
    return _judgement(sorted(rules, key=lambda rule: (rule.urgency, rule.code))) if rules else Judgement(None)


def applies(rule: UrgencyRule, service_type: ServiceType | None, month: int) -> bool:
    """Whether a rule holds in this month and for this service type; a type not yet known is any type."""
    if rule.months and month not in rule.months:
        return False
    if rule.service_first is None or rule.service_last is None or service_type is None or not service_type.number:
        return True
    return rule.service_first <= service_type.number <= rule.service_last


@remembered(UrgencyRule)
def in_force() -> Compiled:
    """The active rules; compiled once for each version of them."""
    rules = {rule.code: rule for rule in UrgencyRule.objects.filter(active=True).order_by("code")}
    return Compiled(rules, Lexicon(watch_of(rule) for rule in rules.values()))


def emergency_numbers() -> dict[str, str]:
    """The number to call for each of :data:`KINDS`, as this installation has set."""
    said: dict[str, str] = dict(entry.split("=", 1) for entry in settings.CONFIGURED["emergency_numbers"])
    return {kind: said.get(kind) or said.get("all", "112") for kind in KINDS}


def with_numbers(advice: str) -> str:
    """An advice with the numbers in the place of their names."""
    for kind, number in emergency_numbers().items():
        advice = advice.replace(f"{{{kind}}}", number)
    return advice


def _judgement(rules: list[UrgencyRule]) -> Judgement:
    numbers = emergency_numbers()
    told: list[str] = []
    named: list[str] = []
    for rule in rules:
        words = in_language(rule.advice)
        if not words or words in told or len(told) == _MOST_ADVICE:
            continue
        told.append(words)
        named += [number for kind, number in numbers.items() if f"{{{kind}}}" in words and number not in named]
    advice = "\n".join(with_numbers(words) for words in told)
    return Judgement(rules[0].urgency, tuple(rule.code for rule in rules), advice, tuple(named))


def watch_of(rule: UrgencyRule) -> Watch:
    """A rule as the engine takes it."""
    return Watch(rule.code, rule.words, rule.unless)
