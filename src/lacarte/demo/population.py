"""Residents in households, with the circumstances that make them need things."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lacarte.demo.content import Content
from lacarte.demo.geography import Floats, Land, points_in

Ints = npt.NDArray[np.int64]
_SIZES, _SIZE_SHARES = np.arange(1, 6), np.array([0.27, 0.29, 0.23, 0.14, 0.07])


@dataclass(frozen=True, eq=False)
class Population:
    """``h`` households and ``p`` persons, as columns; ``facts`` by kind."""

    place: Ints  # [h] neighbourhood
    longitude: Floats  # [h]
    latitude: Floats  # [h]
    street: Ints  # [h]
    number: Ints  # [h]
    home: Ints  # [p] household
    age: Ints  # [p]
    surname: Ints  # [p]
    given: Ints  # [p]
    english: npt.NDArray[np.bool_]  # [p] who does not speak Chinese
    of_persons: dict[str, Ints]  # kind -> persons
    of_households: dict[str, Ints]  # kind -> households

    def concerned(self, kinds: list[str]) -> Ints:
        """The persons with one of these circumstances, their own or their household's; sorted."""
        persons = [self.of_persons[kind] for kind in kinds if kind in self.of_persons]
        for kind in kinds:
            if kind in self.of_households:
                persons.append(np.flatnonzero(np.isin(self.home, self.of_households[kind])))
        return np.unique(np.concatenate(persons)) if persons else np.zeros(0, dtype=np.int64)


def draw(rng: np.random.Generator, content: Content, land: Land, residents: int) -> Population:
    """Draw ``residents`` persons (exactly), in households of one to five."""
    sizes = rng.choice(_SIZES, residents, p=_SIZE_SHARES)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), residents)) + 1]
    sizes[-1] -= int(sizes.sum()) - residents
    n = sizes.size
    district = rng.choice(len(content.districts), n, p=[one.population_share for one in content.districts])
    owner = np.array([d for d, _ in content.neighbourhoods])
    place = np.array([rng.choice(np.flatnonzero(owner == d)) for d in district], dtype=np.int64)
    longitude, latitude = np.zeros(n), np.zeros(n)
    for k in range(owner.size):
        inside = np.flatnonzero(place == k)
        longitude[inside], latitude[inside] = points_in(land.neighbourhoods[k], inside.size, rng)
    home = np.repeat(np.arange(n), sizes)
    age = _ages(rng, content, district, sizes)
    deprivation = np.array([one.deprivation for one in content.districts])[district]
    return Population(
        place=place,
        longitude=longitude,
        latitude=latitude,
        street=rng.integers(0, len(content.words["streets"]["en"]), n),
        number=rng.integers(1, 240, n),
        home=home,
        age=age,
        surname=np.repeat(rng.integers(0, len(content.words["surnames"]["en"]), n), sizes),
        given=rng.integers(0, len(content.words["given"]["en"]), home.size),
        english=np.repeat(rng.random(n) < 0.14, sizes),
        of_persons=_personal(rng, home, age, sizes, deprivation),
        of_households=_of_households(rng, home, age, sizes, deprivation),
    )


def _ages(rng: np.random.Generator, content: Content, district: Ints, sizes: Ints) -> Ints:
    """The first of a household is grown up; old more often where the district is old."""
    elderly = np.array([one.elderly for one in content.districts])[district]
    old = rng.random(sizes.size) < elderly * 1.6
    first = np.where(old, rng.integers(66, 94, sizes.size), rng.integers(21, 66, sizes.size))
    ages = []
    for head, size in zip(first.tolist(), sizes.tolist(), strict=True):
        ages.append(head)
        if size > 1:
            ages.append(max(18, head + int(rng.integers(-7, 8))))
        for _ in range(size - 2):
            ages.append(int(rng.integers(0, 19)) if head < 60 else max(0, head - int(rng.integers(24, 38))))
    return np.array(ages, dtype=np.int64)


def _personal(
    rng: np.random.Generator, home: Ints, age: Ints, sizes: Ints, deprivation: Floats
) -> dict[str, Ints]:
    chance, poor = rng.random((5, home.size)), deprivation[home]
    grown = (age >= 18) & (age < 62)
    return {
        "disability": np.flatnonzero(chance[0] < np.where(age > 65, 0.15, 0.035)),
        "chronic-illness": np.flatnonzero(chance[1] < np.where(age > 60, 0.42, 0.05)),
        "lives-alone-over-75": np.flatnonzero((age > 75) & (sizes[home] == 1)),
        "unemployed": np.flatnonzero(grown & (chance[2] < 0.03 + 0.09 * poor)),
        "pregnant": np.flatnonzero((age >= 20) & (age < 42) & (chance[3] < 0.02)),
    }


def _of_households(
    rng: np.random.Generator, home: Ints, age: Ints, sizes: Ints, deprivation: Floats
) -> dict[str, Ints]:
    def with_age(low: int, high: int) -> npt.NDArray[np.bool_]:
        found = np.zeros(sizes.size, dtype=np.bool_)
        found[home[(age >= low) & (age <= high)]] = True
        return found

    chance = rng.random((3, sizes.size))
    children = with_age(0, 17)
    return {
        "low-income": np.flatnonzero(chance[0] < 0.04 + 0.26 * deprivation),
        "no-lift": np.flatnonzero(chance[1] < 0.08 + 0.4 * deprivation),
        "single-parent": np.flatnonzero(children & (chance[2] < 0.09)),
        "school-child": np.flatnonzero(with_age(6, 15)),
        "infant": np.flatnonzero(with_age(0, 2)),
    }
