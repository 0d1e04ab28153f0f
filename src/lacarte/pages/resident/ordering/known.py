"""What is known of whom an order is for, so that it is not asked again."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.http import HttpRequest
from django.utils.translation import gettext as _

from lacarte.kernel.text import listed
from lacarte.loop.orders.bundles.questions import facts_in, known_answers, said_before
from lacarte.pages.resident.menu import said
from lacarte.pages.resident.menu.rows import reasons_of
from lacarte.pages.resident.ordering.draft import ME, OrderDraft
from lacarte.pages.resident.ordering.whose import is_official, mandate_for, person_for
from lacarte.registers.entitlement.interview import still_asked
from lacarte.registers.entitlement.judging import Between, Facts
from lacarte.registers.entitlement.knowing import facts_of
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.answering import Answers
from lacarte.registers.menu.eligibility import Verdict
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.people.mandates import LOOK, ORDER_AT_DESK, note_act
from lacarte.registers.people.queries import note_look


def registered(request: HttpRequest, draft: OrderDraft) -> Answers:
    """What is known of them for good, as answers by name; a look at what another has said is written down."""
    person, user = person_for(draft.whose, request.user), request.user
    known = said_before(person, draft.asked())
    mandate = mandate_for(draft.whose, user)
    if known and mandate is not None and user.is_authenticated:
        note_act(mandate, actor=user, purpose=LOOK, fields="facts")
    if known and person is not None and user.is_authenticated and is_official(draft.whose):
        note_look(person, reader=user, purpose=ORDER_AT_DESK, fields="facts")
    return known


def known_of(request: HttpRequest, draft: OrderDraft) -> Answers:
    """And what was said of them on the pages of the menu in this session."""
    known, here = registered(request, draft), said.Said.of(request.session)
    if draft.whose == (here.whose or ME):
        known |= known_answers(here.facts, draft.asked())
    return known


def withheld_of(request: HttpRequest, draft: OrderDraft) -> set[str]:
    """The names of the questions whose answer they would rather not say, of oneself, and that nobody needs."""
    if draft.whose != ME or said.Said.of(request.session).whose:
        return set()
    kinds = said.known_of(request).withheld
    return {one.name for one in draft.asked() if one.circumstance in kinds and not one.question.required}


def bounds_of(request: HttpRequest, draft: OrderDraft) -> Facts:
    """The facts of oneself of which only bounds are known, such as an age: they may settle what would be asked."""
    if draft.whose != ME or said.Said.of(request.session).whose:
        return {}
    person = person_for(draft.whose, request.user)
    facts = facts_of(person) if person is not None else {}
    return {kind: value for kind, value in facts.items() if isinstance(value, Between)}


def idle_questions(draft: OrderDraft, known: Answers, withheld: Collection[str], bounds: Facts) -> set[str]:
    """The names of the questions that only rules ask and whose answers cannot matter, by what is known."""
    asked = draft.asked()
    facts = {**bounds, **facts_in(asked, known)}
    judged = entitled(facts)([service.number for service in draft.chosen()])
    never = [one.circumstance for one in asked if one.name in withheld]
    matter = {*still_asked(judged.values(), facts, never=never), *never}
    by_rules = [one for one in asked if one.rules and not one.answers]
    return {one.name for one in by_rules if one.circumstance not in matter and one.name not in known}


def not_for_them(request: HttpRequest, services: Sequence[ServiceType]) -> dict[str, str]:
    """Why some services are not for whoever looks, as far as is known of them, by code."""
    facts = said.known_of(request).facts
    if not facts or not services:
        return {}
    judged = entitled(facts)([service.number for service in services])
    found = {}
    for service in services:
        if judged[service.number].verdict is Verdict.NO:
            why = listed(reasons_of(judged[service.number]))
            found[service.code] = _("Not for you, as far as we know: %(reasons)s") % {"reasons": why}
    return found
