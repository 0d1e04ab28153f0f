"""Which services reach out to those who are entitled, and by what right people are looked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock, tree
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_over
from lacarte.kernel.text import listed, storable
from lacarte.loop.takeup.events import ReachSet
from lacarte.loop.takeup.models import Reach
from lacarte.registers.entitlement.depending import facts_of
from lacarte.registers.entitlement.judging import Rule
from lacarte.registers.entitlement.queries import rules_of
from lacarte.registers.menu.models import ServiceType, Subject
from lacarte.registers.people.circumstances import in_words
from lacarte.registers.people.consenting import PURPOSES, consented
from lacarte.registers.people.models import Person

LONGEST_PERIOD = 3650
_LONGEST_BASIS = 200
#: Why a service that was to reach out does not.
NO_RULES, LEFT_OUT_FACTS, ANY_FACT = "no-rules", "facts", "any-fact"
WHY: dict[str, str | Promise] = {
    NO_RULES: gettext_lazy("It has no requirement, so that everybody would be found."),
    LEFT_OUT_FACTS: gettext_lazy("It asks for facts that its purpose leaves out."),
    ANY_FACT: gettext_lazy("Nobody can say which facts its rules ask for."),
}


class ReachRefusedError(ValueError):
    """A service cannot reach out like this; the message says why."""


@dataclass(frozen=True)
class Group:
    """Services that look at the same people: those who consented to a purpose, or everybody where the law says so.

    ``kinds`` are the facts that are read, and no others.
    """

    purpose: str
    by_law: bool
    services: Mapping[int, Reach]
    rules: Mapping[int, tuple[Rule, ...]]
    kinds: frozenset[str]

    @property
    def key(self) -> str:
        """The same for the same group of another day."""
        return f"{self.purpose}{':law' if self.by_law else ''}"

    def allowed(self, person_at: str = "pk") -> Q:
        """A condition for ``.filter()``: whom it is about may be looked at. ``person_at`` leads to their key."""
        if self.by_law:
            return Q((f"{person_at}__isnull", False))
        return consented(self.purpose, person_at)

    def people(self) -> QuerySet[Person]:
        """Those who may be looked at."""
        return Person.objects.filter(self.allowed())

    def only(self, services: Iterable[int]) -> Group:
        """Some of the services, and what they ask for."""
        chosen = {number: self.services[number] for number in services if number in self.services}
        rules = {number: self.rules[number] for number in chosen}
        return Group(self.purpose, self.by_law, chosen, rules, _kinds(rules.values()))


def in_force() -> QuerySet[Reach]:
    """What reaches out today."""
    today = clock.now().date()
    return Reach.objects.filter(since__lte=today, service_type__orderable=True).exclude(how=Reach.How.NO)


def groups() -> tuple[list[Group], dict[int, str]]:
    """What reaches out today, by whom it looks at, in the order of their keys; and why some services cannot."""
    found: dict[tuple[str, bool], dict[int, Reach]] = {}
    left_out = {}
    reaches = list(in_force().select_related("service_type"))
    rules = rules_of([one.service_type_id for one in reaches])
    for one in reaches:
        if why := why_not(one.purpose, rules.get(one.service_type_id, ())):
            left_out[one.service_type_id] = why
        else:
            found.setdefault((one.purpose, one.by_law), {})[one.service_type_id] = one
    made = []
    for (purpose, by_law), services in found.items():
        asked = {number: rules[number] for number in services}
        made.append(Group(purpose, by_law, services, asked, _kinds(asked.values())))
    return sorted(made, key=lambda group: group.key), left_out


def kinds_of(rules: Iterable[Rule]) -> frozenset[str] | None:
    """The facts on which requirements depend; ``None`` where it may be any."""
    found: set[str] = set()
    for rule in rules:
        below = facts_of(rule.fact)
        if below is None:
            return None
        found.update(below)
    return frozenset(found)


def _kinds(rules: Iterable[Iterable[Rule]]) -> frozenset[str]:
    return frozenset().union(*(kinds_of(some) or () for some in rules))


def why_not(purpose: str, rules: Sequence[Rule]) -> str:
    """Why a service with these requirements cannot look for people for a purpose; empty where it can."""
    if not rules:
        return NO_RULES
    kinds = kinds_of(rules)
    if kinds is None:
        return ANY_FACT
    return LEFT_OUT_FACTS if purpose not in PURPOSES or kinds & PURPOSES[purpose].leaves_out else ""


@transaction.atomic
def set_reach(
    service_type: ServiceType,
    how: str,
    *,
    purpose: str,
    legal_basis: str = "",
    by_law: bool = False,
    period_days: int = 365,
    since: date | None = None,
    actor: User | None,
) -> Reach:
    """Say whether a service reaches out to those who are entitled, how and by what right, from a day on.

    ``actor`` None: whoever keeps the installation. Raises ``PermissionDenied`` without a mandate over all regions,
    and :class:`ReachRefusedError`.
    """
    if actor is not None:
        require_over(actor, Action.REACH_OUT, services=service_type.interval, regions=tree.ROOT)
    _check(service_type, how, purpose, legal_basis, by_law, period_days)
    values = {
        "how": how,
        "purpose": purpose,
        "by_law": by_law,
        "legal_basis": legal_basis.strip(),
        "period_days": period_days,
        "since": since or clock.now().date(),
        "changed_by": actor,
        "changed_at": clock.now(),
    }
    reach, _new = Reach.objects.update_or_create(service_type=service_type, defaults=values)
    said = ReachSet(
        service=service_type.pk, how=how, purpose=purpose, by_law=by_law, since=reach.since.isoformat()
    )
    publish(said, stream=reach.pk, actor=actor)
    return reach


def _check(
    service_type: ServiceType, how: str, purpose: str, legal_basis: str, by_law: bool, period_days: int
) -> None:
    if how not in Reach.How.values:
        raise ReachRefusedError(_("Choose whether people are told, get it, or are not looked for."))
    if purpose not in PURPOSES:
        raise ReachRefusedError(_("There is no such purpose."))
    if not 1 <= period_days <= LONGEST_PERIOD:
        raise ReachRefusedError(_("The period is from 1 to %(n)d days.") % {"n": LONGEST_PERIOD})
    if len(legal_basis) > _LONGEST_BASIS or not storable(legal_basis):
        raise ReachRefusedError(
            _("The legal basis is a text of at most %(n)d characters.") % {"n": _LONGEST_BASIS}
        )
    if how == Reach.How.NO:
        return
    if not service_type.orderable or service_type.subject == Subject.PLACE:
        raise ReachRefusedError(_("This service is not for persons or households."))
    if (by_law or how == Reach.How.GRANT) and not legal_basis.strip():
        raise ReachRefusedError(_("Please name the law that allows this."))
    rules = rules_of([service_type.pk]).get(service_type.pk, ())
    match why_not(purpose, rules):
        case "":
            return
        case why if why == LEFT_OUT_FACTS:
            health = sorted((kinds_of(rules) or frozenset()) & PURPOSES[purpose].leaves_out)
            words = _("It asks for facts that this purpose leaves out: %(facts)s.")
            raise ReachRefusedError(words % {"facts": listed(map(in_words, health))})
        case why:
            raise ReachRefusedError(str(WHY[why]))
