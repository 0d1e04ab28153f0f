"""Ready answers: what officials often write, kept in all languages, with gaps that are filled for each need."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from lacarte.kernel import clock, tree
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_over
from lacarte.kernel.text import in_language, storable
from lacarte.loop.needs.messages.conversation import LINK
from lacarte.loop.needs.messages.expecting import day, deadlines
from lacarte.loop.needs.models import Need, ReadyAnswer
from lacarte.registers.menu.models import ServiceType

SHIPPED = Path(__file__).parent / "content" / "ready_answers.toml"
#: The link is filled when it is sent (``conversation.say``), not before: whoever has it has the need.
GAPS = ("reference", "service", "answer_by", "done_by", "link")
LONGEST = 2000
_GAP = re.compile(r"\{([^{}]*)\}")


class ReadyAnswerRefusedError(ValueError):
    """An answer cannot be kept as it is; the message says what and why."""


def add_shipped() -> int:
    """Add the shipped answers where there are none at all: what a city has removed does not come back."""
    if ReadyAnswer.objects.exists():
        return 0
    shipped = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["answer"]
    return len(ReadyAnswer.objects.bulk_create([ReadyAnswer(**one) for one in shipped], ignore_conflicts=True))


def answers_for(need: Need) -> QuerySet[ReadyAnswer]:
    """Those that may be given to ``need``: of its service first, then of what lies above it, then of all."""
    fits = Q(service_type=None)
    if need.service_type_id:
        fits |= Q(service_type__number__lte=need.service_type_id, service_type__last__gte=need.service_type_id)
    found = ReadyAnswer.objects.filter(fits, active=True)
    return found.order_by(F("service_type").desc(nulls_last=True), "code")


def filled(answer: ReadyAnswer, need: Need, language: str, *, until: Mapping[str, datetime] | None = None) -> str:
    """The words of an answer for ``need`` in ``language``, all gaps filled but that of the link.

    ``until`` are ``answer_by`` and ``done_by`` as an order has them; else they are those of a new one. What is
    not known stays a gap, for a person to fill.
    """
    with translation.override(language):
        known = {"reference": need.reference}
        if need.service_type_id:
            ends = deadlines(need)
            known |= {
                "service": in_language(need.service_type.name),
                "answer_by": day(ends.contact),
                "done_by": day(ends.done),
            }
        known |= {gap: day(moment) for gap, moment in (until or {}).items()}
        return _GAP.sub(lambda gap: known.get(gap[1], gap[0]), in_language(answer.text))


def unknown_gaps(text: str) -> list[str]:
    """The gaps of ``text`` that nothing is known to fill, in their order."""
    return [gap for gap in dict.fromkeys(_GAP.findall(text)) if gap not in GAPS]


def left_open(text: str) -> list[str]:
    """The gaps of ``text`` that are filled before it is sent, and are not."""
    return [gap for gap in dict.fromkeys(_GAP.findall(text)) if gap in GAPS and f"{{{gap}}}" != LINK]


def save_answer(answer: ReadyAnswer, *, actor: User, languages: Collection[str]) -> ReadyAnswer:
    """Keep an answer, new or edited.

    Raises :class:`ReadyAnswerRefusedError` where its name or words are missing in one of ``languages`` or a gap
    is unknown, and ``PermissionDenied`` unless the mandate covers all regions and its services, before and after.
    """
    _check(answer, languages)
    with transaction.atomic():
        old = ReadyAnswer.objects.select_for_update(of=("self",)).filter(pk=answer.pk).first()
        for one in (old, answer):
            if one is not None:
                services = _services_of(one.service_type)
                require_over(actor, Action.SET_RULES, services=services, regions=tree.ROOT)
        answer.changed_by, answer.changed_at = actor, clock.now()
        answer.save()
    return answer


def _services_of(kind: ServiceType | None) -> tree.Interval:
    return kind.interval if kind is not None else tree.ROOT


def _check(answer: ReadyAnswer, languages: Collection[str]) -> None:
    for part in (answer.name, answer.text):
        for language in languages:
            if not part.get(language, "").strip():
                raise ReadyAnswerRefusedError(
                    _("Please write its name and its words in every language of this site.")
                )
    for text in answer.text.values():
        if len(text) > LONGEST:
            raise ReadyAnswerRefusedError(_("Please use at most %(n)d characters.") % {"n": LONGEST})
        if not storable(text):
            raise ReadyAnswerRefusedError(_("This holds a character that is no text. Please type it again."))
        if wrong := unknown_gaps(text):
            known = ", ".join(f"{{{gap}}}" for gap in GAPS)
            raise ReadyAnswerRefusedError(
                _("{%(wrong)s} is no gap that can be filled; known are %(known)s.")
                % {"wrong": wrong[0], "known": known}
            )
