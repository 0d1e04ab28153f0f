"""The questions of several services as one list: what is the same fact is asked once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

from lacarte.loop.orders.bundles.facts import answer_of, fact_of, is_day, question_about, read_day
from lacarte.registers.entitlement.knowing import facts_of
from lacarte.registers.entitlement.models import Requirement
from lacarte.registers.entitlement.tables import facts_asked
from lacarte.registers.menu.answering import Answers, AnswerWrongError, Given, read_answer
from lacarte.registers.menu.answering import in_words as answered_in_words
from lacarte.registers.menu.models import Attribute, ServiceType
from lacarte.registers.people.circumstances import FACTS, value_in_words
from lacarte.registers.people.models import Person


@dataclass(frozen=True)
class Asked:
    """One thing to be known, how it is asked, and which questions of services it answers.

    ``name`` is the same for all who ask for the same fact; ``circumstance`` is that fact, empty for what one
    service alone wants to know. ``rules`` says that somebody's entitlement hangs on it.
    """

    name: str
    question: Attribute
    answers: tuple[Attribute, ...]
    circumstance: str = ""
    rules: bool = False

    @property
    def takes_answer(self) -> bool:
        """Whether it is a question, and not a notice."""
        return self.question.variable

    @property
    def day(self) -> bool:
        """Whether the answer is a day."""
        return is_day(self.circumstance)

    def read(self, given: str | Sequence[str]) -> str | list[str]:
        """The answer as it is kept; empty for none. Raises ``AnswerWrongError``."""
        if self.day:
            return read_day(self.circumstance, given, required=self.question.required)
        return read_answer(self.question, given)


def questions_for(services: Sequence[ServiceType]) -> list[Asked]:
    """What has to be known for ``services``, in their order; then what only their requirements ask for.

    Two queries, however many services there are.
    """
    numbers = [service.number for service in services]
    return once(
        services,
        Attribute.objects.filter(service_type__in=numbers),
        Requirement.objects.filter(service_type__in=numbers),
    )


def once(
    services: Iterable[ServiceType], attributes: Iterable[Attribute], rules: Iterable[Requirement]
) -> list[Asked]:
    """As :func:`questions_for`, of questions and requirements that were read before."""
    place = {service.number: at for at, service in enumerate(services)}
    asked: dict[str, list[Attribute]] = {}
    for one in sorted(attributes, key=lambda one: (place[one.service_type_id], one.order, one.code)):
        asked.setdefault(_name(one), []).append(one)
    in_turn = sorted(rules, key=lambda one: (place[one.service_type_id], one.order, one.code))
    ruled = dict.fromkeys(fact for rule in in_turn for fact in facts_asked(rule.circumstance))
    found = []
    for name, same in asked.items():
        fact = same[0].circumstance if same[0].variable else ""
        found.append(Asked(name, _once(same), tuple(same), fact, fact in ruled))
    known = {one.circumstance for one in found}
    only_ruled = [kind for kind in ruled if kind not in known and kind in FACTS]
    return [*found, *(Asked(f"f-{kind}", question_about(kind), (), kind, True) for kind in only_ruled)]


def _name(attribute: Attribute) -> str:
    if attribute.circumstance and attribute.variable:
        return f"f-{attribute.circumstance}"
    return f"q-{attribute.service_type_id}-{attribute.code}"


def _once(same: list[Attribute]) -> Attribute:
    """One question for all: as the first asks it, needed if one needs it, with the choices of all."""
    first = copy(same[0])
    first.required = any(one.required for one in same)
    choices: dict[str, Any] = {}
    for choice in (choice for one in same for choice in one.values):
        choices.setdefault(choice["key"], choice)
    first.values = list(choices.values())
    return first


def said_before(person: Person | None, asked: Iterable[Asked]) -> dict[str, str | list[str]]:
    """What is known of ``person`` today, as answers by name; what does not answer the question is not among it."""
    if person is None:
        return {}
    return known_answers(facts_of(person), asked)


def known_answers(facts: Mapping[str, Any], asked: Iterable[Asked]) -> dict[str, str | list[str]]:
    """Facts as answers, by the name of their question."""
    found = {}
    for one in asked:
        if one.circumstance in facts and one.takes_answer:
            try:
                answer = one.read(answer_of(one.circumstance, facts[one.circumstance]))
            except AnswerWrongError:
                continue
            if answer:
                found[one.name] = answer
    return found


def checked(asked: Iterable[Asked], given: Given) -> tuple[Answers, dict[str, str]]:
    """The answers as they are kept, and what is wrong with the others; both by name."""
    kept: Answers = {}
    wrong: dict[str, str] = {}
    for one in asked:
        if not one.takes_answer:
            continue
        try:
            answer = one.read(given.get(one.name, ""))
        except AnswerWrongError as error:
            wrong[one.name] = str(error)
        else:
            if answer:
                kept[one.name] = answer
    return kept, wrong


def answers_for(service: ServiceType, asked: Iterable[Asked], answers: Answers) -> Answers:
    """The answers to the questions of one service, by their code; each was given once for all that ask it."""
    found: Answers = {}
    for one in asked:
        for question in one.answers:
            if question.service_type_id == service.number and one.name in answers:
                try:
                    found[question.code] = read_answer(question, answers[one.name])
                except AnswerWrongError:  # this service knows other choices: the fact itself goes with the bundle
                    continue
    return found


def facts_in(asked: Iterable[Asked], answers: Answers) -> dict[str, Any]:
    """The facts that were said, by kind; “I do not know” is none."""
    said = [one for one in asked if one.circumstance and one.name in answers]
    facts = {one.circumstance: fact_of(one.circumstance, answers[one.name], one.question) for one in said}
    return {kind: value for kind, value in facts.items() if value is not None}


def in_words(one: Asked, answer: str | list[str]) -> str:
    """An answer as people say it."""
    if one.day:
        return value_in_words(one.circumstance, answer)
    return answered_in_words([one.question], {one.question.code: answer})[0].words
