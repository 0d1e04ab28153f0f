"""Who could do it instead: the offers for one need, by the rules of a run, cheapest first, with their reasons."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import numpy as np
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lacarte.loop.matching.candidates import build
from lacarte.loop.matching.inputs import Inputs
from lacarte.loop.matching.queries import Languages, open_needs, refused, supply
from lacarte.loop.needs.models import Need
from lacarte.loop.priority.actions import weigh
from lacarte.registers.menu.models import OfferAtPlace


@dataclass(frozen=True)
class Alternative:
    """An offer that could serve a need, what of it is free, and why it comes at its place."""

    offer_at_place: OfferAtPlace
    free: int
    seconds: dict[str, int]  # {part of the cost: seconds or their equivalent}

    def in_words(self) -> str:
        """Why this one, in the reader's language."""
        minutes, said = round(self.seconds.get("travel", 0) / 60), []
        said.append(ngettext("about %(n)d minute away", "about %(n)d minutes away", minutes) % {"n": minutes})
        said.append(ngettext("%(n)d place free", "%(n)d places free", self.free) % {"n": self.free})
        if self.seconds.get("language"):
            said.append(_("does not speak their language"))
        if self.seconds.get("price") and self.offer_at_place.offer.price is not None:
            said.append(_("costs %(price)s") % {"price": self.offer_at_place.offer.price})
        return str(_("; ")).join(said)


def next_best(need: Need, most: int = 3) -> list[Alternative]:
    """The offers with free places that a run would consider for ``need`` alone, cheapest first.

    Those that returned it or failed it lately are left out, as a run leaves them out. Empty for a need that does
    not wait, or whose service nobody knows.
    """
    weigh(Need.objects.filter(pk=need.pk, state=Need.State.OPEN).select_related("service_type", "region"))
    languages = Languages()
    needs = open_needs(languages, only=need.pk)
    if not len(needs):
        return []
    offers = supply(languages, needs.service_type.tolist())
    found = build(Inputs(needs, offers, refused(needs, offers), str(need.pk), 0))
    problem = found.problem
    order = np.argsort(problem.candidate_cost, kind="stable")
    fits = [at for at in order.tolist() if problem.capacity[problem.candidate_offer[at]] > 0][:most]
    keys: list[UUID] = [offers.ids[problem.candidate_offer[at]] for at in fits]
    places = OfferAtPlace.objects.select_related("offer__provider", "region").in_bulk(keys)
    return [
        Alternative(
            places[key],
            int(problem.capacity[problem.candidate_offer[at]]),
            {name: int(seconds[at]) for name, seconds in found.parts.items()},
        )
        for key, at in zip(keys, fits, strict=True)
    ]
