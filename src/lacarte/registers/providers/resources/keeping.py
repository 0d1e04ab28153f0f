"""The verbs by which a provider says what it lends: staff, equipment, premises, funds.

As with offers, whoever edits says which version they saw: of two who edit at once one wins, the other is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock
from lacarte.kernel.currencies import CURRENCIES
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.text import in_language, storable
from lacarte.registers.providers.access import providers_of
from lacarte.registers.providers.events import ResourceChanged
from lacarte.registers.providers.models import Provider, Resource, ResourceHold
from lacarte.registers.providers.resources.counting import living, peak
from lacarte.registers.providers.resources.holding import ResourceRefusedError

LONGEST_NAME, MOST_UNITS = 200, 2_000_000_000
_TICK = timedelta(microseconds=1)


@transaction.atomic
def add_resource(
    provider: Provider,
    *,
    kind: str,
    name: dict[str, str],
    quantity: int,
    actor: User | None,
    currency: str = "CNY",
) -> Resource:
    """Lend something more. Of funds ``quantity`` is whole units of ``currency``. ``actor`` None: the system.

    Raises ``PermissionDenied``, and ``ValidationError`` with a sentence for each field that is wrong.
    """
    _require_keeper(actor, provider)
    row = Resource(provider=provider, kind=kind, name=name, quantity=quantity, currency=currency)
    row.changed_at = clock.now()
    _check(row)
    row.save(force_insert=True)
    _publish(row, actor)
    return row


@transaction.atomic
def change_resource(
    resource: Resource,
    *,
    name: dict[str, str],
    quantity: int,
    actor: User | None,
    seen: datetime | None = None,
) -> Resource:
    """Another name, or more or fewer units. What it is, and the currency, stay: what is lent was lent as that.

    Raises as :func:`add_resource`; ``ResourceRefusedError`` when it is not as it was ``seen``, or when more is
    lent at some moment to come than there would be.
    """
    row = _locked(resource, actor)
    if seen is not None and row.changed_at != seen:
        words = _(
            "Somebody else has changed this meanwhile: it is “%(now)s” by now. Nothing of yours is kept yet."
        )
        raise ResourceRefusedError(words % {"now": row})
    before = row.quantity
    row.name, row.quantity = name, quantity
    _check(row)
    if quantity < before:
        _require_enough(row)
    _keep(row, actor)
    return row


@transaction.atomic
def pause_resource(resource: Resource, *, paused: bool, actor: User | None) -> Resource:
    """Lend no more of it from now on, or again. What is lent stands. Twice changes nothing.

    Raises ``PermissionDenied``.
    """
    row = _locked(resource, actor)
    if row.paused != paused:
        row.paused = paused
        _keep(row, actor)
    return row


def _locked(resource: Resource, actor: User | None) -> Resource:
    """Nobody lends of it, or counts it, until the transaction ends."""
    row = Resource.objects.select_for_update(no_key=True).get(pk=resource.pk)
    _require_keeper(actor, row.provider)
    return row


def _require_keeper(actor: User | None, provider: Provider) -> None:
    if not providers_of(actor).filter(pk=provider.pk).exists():
        raise PermissionDenied(_("You are not a member of this provider, and no mandate of yours covers it."))


def _require_enough(row: Resource) -> None:
    rows = ResourceHold.objects.filter(living(), resource=row.pk)
    used = peak(rows.values_list("starts_at", "ends_at", "units"), clock.now())
    if used > row.quantity:
        words = _("%(used)s of it are lent or promised at one time. Please keep at least as many.")
        raise ResourceRefusedError(words % {"used": row.in_units(used)})


def _check(row: Resource) -> None:
    wrong: dict[str, str] = {}
    if row.kind not in Resource.Kind.values:
        wrong["kind"] = _("Please choose what it is.")
    if not in_language(row.name).strip():
        wrong["name"] = _("Please give it a name in one language at least.")
    elif any(len(words) > LONGEST_NAME for words in row.name.values()):
        wrong["name"] = _("Please use at most %(n)d characters.") % {"n": LONGEST_NAME}
    elif not all(storable(words) for words in row.name.values()):
        wrong["name"] = _("This holds a character that is no text. Please type it again.")
    if not 1 <= row.quantity <= MOST_UNITS:
        wrong["quantity"] = _("There is at least 1 of it, and not this many.")
    if row.kind == Resource.Kind.FUNDS and row.currency not in CURRENCIES:
        said = {"code": str(row.currency)[:20]}
        wrong["currency"] = _("“%(code)s” is no currency. Codes have three letters, such as CNY or EUR.") % said
    if wrong:
        raise ValidationError(wrong)


def _keep(row: Resource, actor: User | None) -> None:
    row.changed_at = max(clock.now(), row.changed_at + _TICK)
    row.save()
    _publish(row, actor)


def _publish(row: Resource, actor: User | None) -> None:
    said = ResourceChanged(resource=row.pk, provider=row.provider_id, quantity=row.quantity, paused=row.paused)
    publish(said, stream=row.pk, actor=actor)
