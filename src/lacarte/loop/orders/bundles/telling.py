"""Whoever ordered hears of all parts in one message: where each stands, what comes next, and by when.

It is told once all that can be sent is sent, and again when one of the parts stands otherwise without their doing:
sent in its turn, ordered, not to be sent. What one part alone has to say, such as that it is done, its need says.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.kernel.events import subscribe
from lacarte.kernel.models import Event
from lacarte.loop.needs.cases.news import say_once
from lacarte.loop.needs.messages.confirming import heard_enough, leave_to_others, may_be_a_machines
from lacarte.loop.needs.messages.reaching import Medium, language_for, way_to
from lacarte.loop.needs.messages.reply_address import reply_address
from lacarte.loop.needs.models import Message, Need, Understanding
from lacarte.loop.needs.urgency.judging import advice_of
from lacarte.loop.orders.bundles.events import BundlePartFailed, BundlePartSent
from lacarte.loop.orders.bundles.queries import parts_of
from lacarte.loop.orders.bundles.reasons import TROUBLE
from lacarte.loop.orders.bundles.standing import Line, lines
from lacarte.loop.orders.models import BundleOrder, BundlePart
from lacarte.registers.people.mandates import on_behalf

State = BundlePart.State

leave_to_others(Q(bundle_part__isnull=False))


@subscribe(BundlePartSent)
def tell_sent(event: BundlePartSent, record: Event) -> None:
    """All of it is sent, or it was the turn of another part."""
    tell(event.bundle)


@subscribe(BundlePartFailed)
def tell_failed(event: BundlePartFailed, record: Event) -> None:
    """What to do about a part that could not be sent, unless it is tried again by itself."""
    if event.why != TROUBLE:
        tell(event.bundle)


def bundles_of(needs: Sequence[UUID]) -> dict[UUID, UUID]:
    """The bundles of those needs that are a part of one."""
    return dict(BundlePart.objects.filter(need__in=needs).values_list("need", "bundle"))


def tell(key: UUID) -> None:
    """Tell how all parts of a bundle stand, unless one is still on its way or this was told before.

    Within the caller's transaction. Without a part that is a need, and without a way to whoever ordered, there is
    its page.
    """
    bundle = BundleOrder.objects.select_for_update(of=("self",)).get(pk=key)
    bundle = BundleOrder.objects.select_related("life_event", "mandate__holder", "mandate__principal").get(
        pk=bundle.pk
    )
    parts = parts_of(bundle)
    need = next((one.need for one in parts if one.need is not None and not may_be_a_machines(one.need)), None)
    if need is None or any(_on_its_way(part) for part in parts):
        return
    name = f"order:{bundle.pk}:"
    first = not Message.objects.filter(need=need, external_id__startswith=name).exists()
    if first and heard_enough(way_to(need)):
        return
    with translation.override(language_for(need)):
        brief = way_to(need).medium != Medium.EMAIL
        words = [*_above(bundle, parts, first), *_told(lines(parts), brief), *_below(bundle, need, brief)]
        subject = _("%(kind)s [%(reference)s]") % {"kind": name_of(bundle), "reference": need.reference}
        say_once(need, name + _how_it_stands(parts), *filter(None, words), subject=subject)


def _on_its_way(part: BundlePart) -> bool:
    """Whether a part will be sent, or what was chosen for it ordered, at any moment."""
    if part.need is not None:
        chosen = part.offer_at_place_id is not None and not part.why
        return chosen and part.need.state == Need.State.OPEN and not part.need.orders.all()
    before = [one.need for one in part.after.all()]
    due = all(need is not None and need.state == Need.State.MET for need in before)
    return due and part.state == State.WAITING


def _how_it_stands(parts: Sequence[BundlePart]) -> str:
    """A digest of all that is told anew when it changes."""
    stands = []
    for part in parts:
        order = next(iter(part.need.orders.all()), None) if part.need is not None else None
        held = part.need is not None and part.need.state == Need.State.HELD
        stands.append((str(part.pk), part.state, part.why, held, str(order.pk) if order is not None else ""))
    return sha256(repr(stands).encode()).hexdigest()[:16]


def _above(bundle: BundleOrder, parts: Sequence[BundlePart], first: bool) -> list[str]:
    """Where to call when life is in danger, what this is about, and who told it for whom."""
    codes = Understanding.objects.filter(need__bundle_part__bundle=bundle).values_list("rules", flat=True)
    n = sum(part.state != State.LEFT_OUT for part in parts)
    thanks = ngettext(
        "Thank you. We have received your order of %(n)d service.",
        "Thank you. We have received your order of %(n)d services.",
        n,
    ) % {"n": n}
    news = _("There is news of your order.")
    return [
        advice_of(code for some in codes for code in some).advice if first else "",
        thanks if first else news,
        on_behalf(bundle.mandate, official=bundle.registered_by_id is not None),
    ]


def _told(shown: Sequence[Line], brief: bool) -> list[str]:
    """A paragraph for each part; ``brief`` has the heading and the time alone."""
    return [f"{n}. {_line(line, brief)}" for n, line in enumerate(shown, start=1)]


def _line(line: Line, brief: bool) -> str:
    service, standing = str(line.part.service_type), line.standing
    if brief:
        said = _("%(service)s: %(stands)s") % {"service": service, "stands": standing.title}
        return f"{said}. {line.time}".rstrip(". ")
    return "\n".join(filter(None, (service, line.time, f"{standing.title}.", standing.words, line.by_when)))


def _below(bundle: BundleOrder, need: Need, brief: bool) -> list[str]:
    """Where all of it is, and how to add something."""
    if brief:
        return [link_of(bundle)]
    return [
        _("All of it, and what you can do about each part, for whoever has this link: %(link)s")
        % {"link": link_of(bundle)},
        _("To add something, answer this e-mail.") if reply_address(need) else "",
    ]


def name_of(bundle: BundleOrder) -> str:
    """What somebody calls an order."""
    return str(bundle.life_event) if bundle.life_event is not None else _("Your order")


def link_of(bundle: BundleOrder) -> str:
    """The private link of an order, as it stands in an e-mail or SMS; pages are upstairs, so it is written out."""
    return f"{str(settings.CONFIGURED['site_address']).rstrip('/')}/order/{bundle.secret}/"
