"""Verbs of the rules of deadlines: seen before they count, set and removed, with what they move."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lacarte.kernel import clock, jobs, tree
from lacarte.kernel.events import DomainEvent, publish, timeline
from lacarte.kernel.models import Event, User
from lacarte.kernel.permissions import Action, may_over, require_over
from lacarte.loop.orders.delivery.closest import Rules
from lacarte.loop.orders.delivery.deadlines import Facts, within
from lacarte.loop.orders.delivery.errors import OrderRefusedError
from lacarte.loop.orders.delivery.what_if import Preview, what_if
from lacarte.loop.orders.models import DeadlineRule
from lacarte.loop.orders.models.deadlines import ALWAYS
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.places.models import Region

SET_ANEW = "orders.set-deadlines-anew"
MOST = 10_000  # days or hours: more is a slip of the keyboard


@dataclass(frozen=True, kw_only=True)
class DeadlineRuleChanged(DomainEvent):
    """A rule of deadlines was set or removed."""

    name: ClassVar[str] = "deadline-rule.changed"
    sentence: ClassVar[str | Promise] = gettext_lazy("A rule of deadlines was changed.")
    rule: UUID
    service_type: int
    region: int
    priority_class: int | None
    before: str  # contact and resolution, such as “2 days, 10 days”; empty: there was none
    after: str
    reason: str = ""


def preview(rule: DeadlineRule, *, actor: User, removed: bool = False, most: int = 50) -> Preview:
    """What setting ``rule`` as it is in memory, or removing it, would do; nothing is kept.

    Counted over all orders that the rule is about. Raises ``PermissionDenied``, and :class:`OrderRefusedError`
    for a rule that cannot be.
    """
    _require(rule, actor)
    _check(rule)
    rules, orders = _with(rule, removed=removed), within(rule.service_type.interval, rule.region.interval)
    return what_if(orders, lambda batch: Facts.of(batch, rules), actor=actor, most=most)


@transaction.atomic
def set_rule(rule: DeadlineRule, *, actor: User, reason: str = "", seen: datetime | None = None) -> DeadlineRule:
    """Keep a rule, new or edited; the deadlines of orders under way that it is about move, in the background.

    To leave what is under way alone, set another rule with ``since`` of today. ``seen`` is when the rule that
    whoever edits it has seen was changed: if somebody was quicker, they are told. Raises ``PermissionDenied``
    (before and after the edit), :class:`OrderRefusedError`.
    """
    _check(rule)
    old = _as_seen(rule, seen)
    for one in (old, rule):
        if one is not None:
            _require(one, actor)
    rule.changed_by, rule.changed_at = actor, clock.now()
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        raise OrderRefusedError(
            _("There is a rule for this service, region and class already. Please edit that.")
        ) from error
    _changed(rule, actor, before=_in_short(old), after=_in_short(rule), reason=reason)
    for one in (old, rule):
        if one is not None:
            set_anew_within(one.service_type.interval, one.region.interval)
    return rule


@transaction.atomic
def remove_rule(rule: DeadlineRule, *, actor: User, reason: str = "", seen: datetime | None = None) -> None:
    """Remove a rule: its cases fall back to the rule that is closest then, at last to the type's own days.

    ``seen`` as for :func:`set_rule`. Raises ``PermissionDenied``, :class:`OrderRefusedError`. Removed twice it
    is removed.
    """
    if not DeadlineRule.objects.filter(pk=rule.pk).exists():
        return
    found = _as_seen(rule, seen)
    if found is None:
        return
    _require(found, actor)
    DeadlineRule.objects.filter(pk=found.pk).delete()
    _changed(found, actor, before=_in_short(found), after="", reason=reason)
    set_anew_within(found.service_type.interval, found.region.interval)


@dataclass(frozen=True)
class RuleChange:
    """What was done to a rule, and what it is about, where that is still there."""

    record: Event
    said: DeadlineRuleChanged
    service_type: ServiceType | None
    region: Region | None


def history(*, rule: UUID | None = None, most: int = 20) -> list[RuleChange]:
    """What was done to ``rule``, or to any, also to those that are not there any more; the newest first."""
    rows = timeline(rule) if rule is not None else Event.objects.select_related("actor")
    rows = rows.filter(name=DeadlineRuleChanged.name).order_by("-at", "-id")[:most]
    found = [(row, DeadlineRuleChanged.from_payload(row.payload)) for row in rows]
    kinds = ServiceType.objects.in_bulk({said.service_type for _row, said in found})
    regions = Region.objects.in_bulk({said.region for _row, said in found})
    return [RuleChange(row, said, kinds.get(said.service_type), regions.get(said.region)) for row, said in found]


def may_set(rule: DeadlineRule, user: User) -> bool:
    """Whether ``user`` may change or remove ``rule`` (to show a door, not to open it)."""
    return may_over(user, Action.SET_RULES, services=rule.service_type.interval, regions=rule.region.interval)


def set_anew_within(services: tree.Interval, regions: tree.Interval) -> None:
    """Ask for the deadlines below a service type and a region to be set anew, within the caller's transaction."""
    jobs.enqueue(SET_ANEW, {"services": [services.first, services.last], "regions": [regions.first, regions.last]})


def _with(rule: DeadlineRule, *, removed: bool) -> Rules:
    others = tuple(row for row in Rules.kept().rows if row.pk != rule.pk)
    return Rules(others if removed else (*others, rule))


def _require(rule: DeadlineRule, actor: User) -> None:
    intervals = {"services": rule.service_type.interval, "regions": rule.region.interval}
    require_over(actor, Action.SET_RULES, **intervals)


def _check(rule: DeadlineRule) -> None:
    units = (rule.contact_unit, rule.resolution_unit)
    if any(unit not in DeadlineRule.Unit.values for unit in units):
        raise OrderRefusedError(_("Please choose working days, working hours, or hours by day and night."))
    if not (0 <= rule.contact <= MOST and 0 <= rule.resolution <= MOST):
        raise OrderRefusedError(_("A deadline is from 0 to %(n)d days or hours away.") % {"n": MOST})
    if rule.contact_unit == rule.resolution_unit and rule.resolution < rule.contact:
        raise OrderRefusedError(_("What is done cannot be due before it is answered."))


def _as_seen(rule: DeadlineRule, seen: datetime | None) -> DeadlineRule | None:
    """The rule as it is kept, which nobody else changes until the transaction ends; ``None``: it is new."""
    old = DeadlineRule.objects.select_for_update().filter(pk=rule.pk).first()
    if seen is not None and (old is None or old.changed_at != seen):
        said = history(rule=rule.pk, most=1)
        raise OrderRefusedError(
            _("%(who)s changed this rule meanwhile. Please look again.")
            % {"who": said[0].record.actor if said and said[0].record.actor else _("Somebody")}
        )
    return old


def _in_short(rule: DeadlineRule | None) -> str:
    """As it is kept in the log; :func:`read_short` reads it."""
    if rule is None:
        return ""
    short = f"{rule.contact} {rule.contact_unit}, {rule.resolution} {rule.resolution_unit}"
    since = "" if rule.since == ALWAYS else rule.since.isoformat()
    return f"{short}, {since}, {rule.legal_basis}" if since or rule.legal_basis else short


def read_short(short: str) -> DeadlineRule | None:
    """A rule as the log has it: its times, its day and its legal basis; ``None``: there was none."""
    if not short:
        return None
    contact, resolution, since, basis = (*short.split(", ", 3), "", "")[:4]
    read = DeadlineRule(legal_basis=basis, since=datetime.fromisoformat(since) if since else ALWAYS)
    for name, said in (("contact", contact), ("resolution", resolution)):
        amount, unit = said.split(" ", 1)
        setattr(read, name, int(amount))
        setattr(read, f"{name}_unit", unit)
    return read


def _changed(rule: DeadlineRule, actor: User, *, before: str, after: str, reason: str) -> None:
    said = DeadlineRuleChanged(
        rule=rule.pk,
        service_type=rule.service_type_id,
        region=rule.region_id,
        priority_class=rule.priority_class,
        before=before,
        after=after,
        reason=reason,
    )
    publish(said, stream=rule.pk, actor=actor)
