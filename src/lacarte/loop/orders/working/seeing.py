"""Who works on what, as lists and pages ask for it. The caller has checked who may know that."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import Assignment


def at_work() -> QuerySet[Assignment]:
    """Who works on a case now. A withdrawn account works on nothing."""
    return Assignment.objects.filter(until=None, official__is_active=True)


def works_on(user: User) -> Q:
    """A condition on needs: that ``user`` works on them."""
    return Q(Exists(Assignment.objects.filter(need=OuterRef("pk"), until=None, official=user)))


def nobodys() -> Q:
    """A condition on needs: they are open and nobody works on them. What is joined is worked on with its lead."""
    return ~Q(Exists(at_work().filter(need=OuterRef("pk")))) & Q(closed_at=None, lead=None)


def worker_of(need: Need) -> Assignment | None:
    """Who works on a case now."""
    return at_work().filter(need=need).select_related("official", "given_by").first()


def left_by(need: Need) -> Assignment | None:
    """Who worked on a case until their account was withdrawn, where nobody has taken it on since."""
    last = Assignment.objects.filter(need=need).select_related("official").order_by("-since", "-pk").first()
    if last is None or (last.until is None and last.official.is_active):
        return None
    return last if last.until is None or last.ended == Assignment.Ended.LEFT else None


def workers_of(references: Collection[str]) -> dict[str, User]:
    """Who works on each of many needs (by reference), in one query; nobody's are not in it."""
    rows = at_work().filter(need__reference__in=references).select_related("need", "official")
    return {row.need.reference: row.official for row in rows}
