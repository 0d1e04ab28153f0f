"""Weights are set by a body, in the open: a version, a day, who decided, why, and where it is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from lacarte.kernel import clock, tree
from lacarte.kernel.events import publish
from lacarte.kernel.models import User
from lacarte.kernel.permissions import Action, require_over
from lacarte.kernel.text import storable
from lacarte.loop.priority.anew import weigh_anew
from lacarte.loop.priority.events import WeightsDecided
from lacarte.loop.priority.models import Weights
from lacarte.loop.priority.previewing import foresee
from lacarte.loop.priority.weights import Scheme, WeightsRefusedError, check, columns_of, next_version

LONGEST_WORDS = 2000
_is_link = URLValidator(schemes=["https", "http"])


def decide(
    proposed: Scheme,
    *,
    body: Mapping[str, str],
    reason: Mapping[str, str],
    minutes: str,
    since: datetime,
    actor: User,
) -> Weights:
    """Have needs weighed by ``proposed`` from ``since`` on; its name and seed are given to it.

    All open needs are weighed anew then, in the background. What it changes is computed before and kept with it.
    Raises ``PermissionDenied`` unless the mandate covers everything, and
    :class:`~lacarte.loop.priority.weights.WeightsRefusedError`.
    """
    require_over(actor, Action.SET_RULES, services=tree.ROOT, regions=tree.ROOT)
    check(proposed)
    _check_words(body, reason, minutes)
    foreseen = foresee(proposed)
    with transaction.atomic():
        newest = Weights.objects.select_for_update().order_by("-since").first()
        now = clock.now()
        since = max(since, now)  # what was weighed before was weighed by what held then
        if newest is not None and since <= newest.since:
            raise WeightsRefusedError("since", _("There are weights of a later day already."))
        version = next_version(now)
        made = Weights.objects.create(
            version=version,
            since=since,
            body=dict(body),
            reason=dict(reason),
            minutes=minutes,
            seed=version,
            foreseen=foreseen.as_json(),
            decided_by=actor,
            decided_at=now,
            changed_at=now,
            **columns_of(replace(proposed, version=version)),
        )
        publish(WeightsDecided(version=version, since=since.isoformat()), stream=made.pk, actor=actor)
        weigh_anew(version, at=since)
    return made


def _check_words(body: Mapping[str, str], reason: Mapping[str, str], minutes: str) -> None:
    for field, words, missing in (
        ("body", body, _("Please say which body decided.")),
        ("reason", reason, _("Please say why.")),
    ):
        if not any(said.strip() for said in words.values()):
            raise WeightsRefusedError(field, missing)
        if any(len(said) > LONGEST_WORDS or not storable(said) for said in words.values()):
            raise WeightsRefusedError(field, _("This is too long, or no text."))
    if minutes:
        try:
            _is_link(minutes)
        except ValidationError as error:
            raise WeightsRefusedError("minutes", _("This is no address of a page, such as https://….")) from error
