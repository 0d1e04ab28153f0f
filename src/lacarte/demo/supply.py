"""Providers of the three kinds and what they offer: enough in all, in the wrong places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lacarte.demo.content import Content, Text
from lacarte.demo.geography import Land, points_in

PROVIDERS = {"government": 50, "market": 55, "social": 45}
OFFERS = 600
#: Weekly units in all, against weekly needs; below one for what is short everywhere.
_COVERAGE = (0.62, 1.12)
_PRICE_UNTOLD = 6  # one of so many market offers does not say its price
_REACHES = (None, 9000, 6000, 4000)
_REACH_SHARES = (0.30, 0.25, 0.25, 0.20)


@dataclass(frozen=True)
class DrawnProvider:
    """A provider; ``district`` is where it sits."""

    code: str
    name: Text
    kind: str
    district: int
    area: str  # the life area it works in
    only: list[str]  # the services it keeps to; empty: all of its area

    def supplies(self, service: str, area: str) -> bool:
        """Whether a service of a life area is its trade."""
        return self.area == area and (not self.only or service in self.only)


@dataclass(frozen=True)
class DrawnOffer:
    """An offer at one place, and how many units it has in an average week."""

    code: str
    provider: int
    service: int
    place: int  # neighbourhood
    longitude: float
    latitude: float
    reach_metres: int | None
    price_minor: int | None
    languages: list[str]
    weekly: float


@dataclass(frozen=True)
class Supply:
    """Who supplies what."""

    providers: list[DrawnProvider]
    offers: list[DrawnOffer]


def demand_shares(content: Content) -> list[float]:
    """The share of each service in all needs."""
    total = sum(service.demand for service in content.services)
    return [service.demand / total for service in content.services]


def draw(rng: np.random.Generator, content: Content, land: Land, weekly_needs: float) -> Supply:
    """Draw 150 providers and 600 offers for ``weekly_needs`` needs a week."""
    providers = _providers(rng, content)
    offers: list[DrawnOffer] = []
    for service, n in enumerate(_offers_each(content)):
        able = _able(providers, content, service)
        units = weekly_needs * demand_shares(content)[service] * rng.uniform(*_COVERAGE)
        places = _places(rng, content, n)
        size = rng.gamma(2.0, 1.0, n)
        for at, share in zip(places, (size / size.sum()).tolist(), strict=True):
            provider = int(rng.choice(able))
            offers.append(_offer(rng, content, land, len(offers), service, at, provider, providers, units * share))
    return Supply(providers, offers)


def _providers(rng: np.random.Generator, content: Content) -> list[DrawnProvider]:
    weights = np.array([one.population_share * one.supply for one in content.districts])
    made: list[DrawnProvider] = []
    names: set[str] = set()
    for kind, n in PROVIDERS.items():
        count = 0
        while count < n:
            district = int(rng.choice(weights.size, p=weights / weights.sum()))
            pattern = content.providers[kind][count % len(content.providers[kind])]
            brand = int(rng.integers(len(content.words["brands"]["en"])))
            name = {
                language: str(pattern[language]).format(
                    place=content.districts[district].name[language],
                    brand=content.words["brands"][language][brand],
                )
                for language in ("en", "zh-hans")
            }
            if name["en"] not in names:
                names.add(name["en"])
                count += 1
                trade = str(pattern["area"]), list(pattern.get("only", []))
                made.append(DrawnProvider(f"demo-{kind}-{count}", name, kind, district, *trade))
    return made


def _offers_each(content: Content) -> list[int]:
    """How many offers each service has: more for what is common, never fewer than three, 600 in all."""
    weight = np.sqrt([service.demand for service in content.services])
    exact = 3 + (OFFERS - 3 * weight.size) * weight / weight.sum()
    whole = np.floor(exact).astype(int)
    whole[np.argsort(whole - exact)[: OFFERS - whole.sum()]] += 1
    return [int(n) for n in whole]


def _able(providers: list[DrawnProvider], content: Content, service: int) -> list[int]:
    """The providers whose trade a service is; each kind that supplies it in equal parts."""
    wanted = content.services[service]
    area = str(content.areas[wanted.area]["code"])
    trade = [i for i, one in enumerate(providers) if one.supplies(wanted.code, area)]
    return [i for i in trade if providers[i].kind in wanted.kinds] or trade


def _places(rng: np.random.Generator, content: Content, n: int) -> list[int]:
    """Neighbourhoods for ``n`` offers, where supply is, not where people are."""
    owner = [d for d, _ in content.neighbourhoods]
    weights = np.array([content.districts[d].population_share * content.districts[d].supply for d in owner])
    return [int(k) for k in rng.choice(weights.size, n, p=weights / weights.sum())]


def _offer(
    rng: np.random.Generator,
    content: Content,
    land: Land,
    number: int,
    service: int,
    place: int,
    provider: int,
    providers: list[DrawnProvider],
    weekly: float,
) -> DrawnOffer:
    wanted = content.services[service]
    x, y = points_in(land.neighbourhoods[place], 1, rng)
    low, high = wanted.price_minor
    kind = providers[provider].kind
    price = 0 if kind == "government" else int(round(rng.uniform(low, high) / 500) * 500)
    chance = rng.random()
    reach = _REACHES[int(rng.choice(len(_REACHES), p=_REACH_SHARES))]
    return DrawnOffer(
        code=f"demo-{wanted.code}-{number}",
        provider=provider,
        service=service,
        place=place,
        longitude=float(x[0]),
        latitude=float(y[0]),
        reach_metres=reach,
        price_minor=None if kind == "market" and number % _PRICE_UNTOLD == 0 else price,
        languages=["zh-hans", "en"] if chance < 0.45 else ["zh-hans"],
        weekly=weekly,
    )
