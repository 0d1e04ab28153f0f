"""The gazetteer: built once of places, asked for those that a text may mean."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from lacarte.engines.text.gazetteer import addresses
from lacarte.engines.text.gazetteer.crossings import Crossings, as_mentions
from lacarte.engines.text.gazetteer.han import HanNames
from lacarte.engines.text.gazetteer.latin import LatinNames
from lacarte.engines.text.gazetteer.place import AREA, CROSSING, STREET, Found, Mention, Place
from lacarte.engines.text.gazetteer.spelling import fold, has_han, words

_LEAST = 0.2
_INSIDE, _OUTSIDE = 0.5, 0.6  # of doubt, of certainty: where a place is in an area that is named too, or not
_SURE_AREA = 0.7
_NUMBER_NEAR = 200  # house numbers beyond the known parts of a street
_NUMBER_KNOWN, _NUMBER_CLOSE = 1.0, 0.95
_NUMBER_AFTER = 0.5  # of doubt: a name that a house number follows is a street's (one before it was counted)
_DOUBLE = 0.003  # degrees: two entries of one street are no further apart
#: How much more of the certainty the likelier of two readings gets.
_SHARPNESS = 3

Group = list[Mention]


class Gazetteer:
    """An index of names. Building it takes some 20 µs a name; it does not change after."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = places
        self._latin, self._han, self._crossings = LatinNames(), HanNames(), Crossings(places)
        self._keys: list[tuple[str, ...]] = []
        for number, place in enumerate(places):
            self._add(number, place)
        self._latin.finish()

    def _add(self, number: int, place: Place) -> None:
        if place.kind == CROSSING:
            self._keys.append(())
            for name in place.names:
                streets = addresses.streets_of_crossing(name)
                if len(streets) == 2:
                    self._crossings.add_crossing(number, street_key(streets[0]), street_key(streets[1]))
            return
        self._keys.append(tuple(map(street_key, place.names)) if place.kind == STREET else ())
        for name in place.names:
            if has_han(name):
                self._han.add(number, place, name)
            else:
                self._latin.add(number, place, name)
        for key in self._keys[-1]:
            self._crossings.add_street(number, key)

    def find(self, text: str, within: tuple[int, int] | None = None, most: int = 5) -> list[Found]:
        """The places that ``text`` may mean, likeliest first; those in the regions ``within`` only, if given.

        Two that are about as likely have about the same certainty. An area that holds another place that is
        named with it is left out: the other says more.
        """
        folded = fold(text)
        said = list(self._latin.mentions(folded, text))
        if has_han(folded):
            said += self._han.mentions(folded)
        if within is not None:
            said = [one for one in said if self._is_within(one, within)]
        groups = self._joined(folded, _apart(said))
        groups = [self._numbered(folded, group) for group in groups]
        return self._ranked(groups)[:most]

    def _is_within(self, mention: Mention, within: tuple[int, int]) -> bool:
        place = self.places[mention.place]
        return within[0] <= place.first and place.last <= within[1]

    def _joined(self, folded: str, groups: list[Group]) -> list[Group]:
        """Two streets with “and” between them become their crossing, where there is one."""
        joined: list[Group] = []
        taken = False
        for one, other in pairwise([*groups, []]):
            if taken:
                taken = False
                continue
            found = self._crossing(folded, one, other)
            taken = bool(found)
            joined.append(found or one)
        return joined

    def _crossing(self, folded: str, one: Group, other: Group) -> Group:
        if not other or not addresses.are_joined(folded, one[0].end, other[0].start):
            return []
        if addresses.begins_apart(folded, one[0].start):
            return []
        found = self._crossings.of(self._streets(one), self._streets(other))
        return as_mentions(one[0].start, other[0].end, found)

    def _streets(self, group: Group) -> dict[str, float]:
        found: dict[str, float] = {}
        for mention in group:
            for key in self._keys[mention.place]:
                found[key] = max(mention.score, found.get(key, 0.0))
        return found

    def _numbered(self, folded: str, group: Group) -> Group:
        """Of a street that is known in parts, the part that the house number is in; without one, the whole."""
        streets = [mention for mention in group if self.places[mention.place].kind == STREET]
        if not streets:
            return group
        start, end = group[0].start, group[0].end
        number = addresses.number_before(folded, start)
        if number is None and (number := addresses.number_after(folded, end)) is not None:
            streets = [replace(one, score=1 - (1 - one.score) * _NUMBER_AFTER) for one in streets]
        kept = [mention for mention in group if self.places[mention.place].kind != STREET]
        by_key: dict[tuple[str, ...], Group] = defaultdict(list)
        for mention in streets:
            by_key[self._keys[mention.place]].append(mention)
        for those in by_key.values():
            kept += self._parts(those, number)
        return kept

    def _parts(self, those: Group, number: int | None) -> Group:
        parts = [one for one in those if self.places[one.place].numbers is not None]
        whole = [one for one in those if self.places[one.place].numbers is None]
        if number is None or not parts:
            return whole or parts
        below = [one for one in parts if self._numbers(one)[0] <= number]
        above = [one for one in parts if self._numbers(one)[1] >= number]
        away = {one.place: _away(self._numbers(one), number) for one in parts}
        nearest = min(away.values())
        if nearest > _NUMBER_NEAR and whole and not self._same_region(below, above):
            return whole
        by = _NUMBER_KNOWN if nearest == 0 else _NUMBER_CLOSE
        return [
            replace(one, score=min(0.97, one.score * by + 0.02)) for one in parts if away[one.place] == nearest
        ]

    def _numbers(self, mention: Mention) -> tuple[int, int]:
        return self.places[mention.place].numbers or (0, 0)

    def _same_region(self, below: Group, above: Group) -> bool:
        """Whether the next known parts on both sides of a house number are in one region."""
        if not below or not above:
            return False
        one = self.places[max(below, key=self._numbers).place]
        other = self.places[min(above, key=self._numbers).place]
        return (one.first, one.last) == (other.first, other.last)

    def _ranked(self, groups: list[Group]) -> list[Found]:
        areas = [
            place
            for group in groups
            for mention in group
            if (place := self.places[mention.place]).kind == AREA and mention.score >= _SURE_AREA
        ]
        certain: dict[int, float] = {}
        for group in groups:
            for number, certainty in self._shared(group, areas).items():
                certain[number] = max(certainty, certain.get(number, 0.0))
        found = [Found(number, certainty) for number, certainty in certain.items() if certainty >= _LEAST]
        found.sort(key=lambda one: (-one.certainty, one.place))
        return [one for one in found if not self._says_less(one, found)]

    def _shared(self, group: Group, areas: list[Place]) -> dict[int, float]:
        """The readings of one stretch of text, each with its share of the certainty."""
        scores: dict[int, float] = {}
        for mention in group:
            score = self._in_context(mention, areas)
            scores[mention.place] = max(score, scores.get(mention.place, 0.0))
        scores = self._without_doubles(scores)
        total = sum(score**_SHARPNESS for score in scores.values())
        return {place: score * score**_SHARPNESS / total for place, score in scores.items() if total}

    def _in_context(self, mention: Mention, areas: list[Place]) -> float:
        place = self.places[mention.place]
        others = [area for area in areas if area is not place]
        if place.kind == AREA or not others:
            return mention.score
        if any(area.holds(place) for area in others):
            return 1 - (1 - mention.score) * _INSIDE
        return mention.score if any(place.holds(area) for area in others) else mention.score * _OUTSIDE

    def _without_doubles(self, scores: dict[int, float]) -> dict[int, float]:
        """One place that is entered twice, or an area and what bears its name in it, is one reading."""
        kept: dict[int, float] = {}
        for number in sorted(scores, key=lambda one: (-scores[one], self._width(one), one)):
            place = self.places[number]
            if not any(self._is_same(place, self.places[other]) for other in kept):
                kept[number] = scores[number]
        return kept

    @staticmethod
    def _is_same(one: Place, other: Place) -> bool:
        if one.kind == other.kind == STREET:
            near = one.point is None or other.point is None or degrees_apart(one.point, other.point) < _DOUBLE
            return (one.first, one.last, one.numbers) == (other.first, other.last, other.numbers) and near
        return (
            one.names[0] == other.names[0]
            and STREET not in (one.kind, other.kind)
            and (one.holds(other) or other.holds(one))
        )

    def _width(self, number: int) -> int:
        return self.places[number].first - self.places[number].last

    def _says_less(self, one: Found, found: list[Found]) -> bool:
        """Whether another find is in this one's region and about as certain."""
        place = self.places[one.place]
        return place.kind == AREA and any(
            other is not one
            and other.certainty >= 0.5
            and place.holds(self.places[other.place])
            and not (self.places[other.place].kind == AREA and self.places[other.place].holds(place))
            for other in found
        )


def degrees_apart(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The larger difference of longitude and latitude."""
    return max(abs(one[0] - other[0]), abs(one[1] - other[1]))


def street_key(name: str) -> str:
    """A street's name as it is compared: folded, in short words; a Chinese one without spaces."""
    folded = fold(name)
    return "".join(folded.split()) if has_han(folded) else " ".join(word.text for word in words(folded))


def _apart(said: list[Mention]) -> list[Group]:
    """Mentions of the same signs together, without those that are inside or across better ones; in their order."""
    by_signs: dict[tuple[int, int], Group] = defaultdict(list)
    for mention in said:
        by_signs[mention.start, mention.end].append(mention)
    best = sorted(by_signs.values(), key=lambda group: (-_weight(group), group[0].start))
    kept: list[Group] = []
    for group in best:
        if all(group[0].end <= other[0].start or other[0].end <= group[0].start for other in kept):
            kept.append(group)
    return sorted(kept, key=lambda group: group[0].start)


def _weight(group: Group) -> float:
    return (group[0].end - group[0].start) * max(mention.score for mention in group)


def _away(numbers: tuple[int, int], number: int) -> int:
    """How many house numbers a part is from a number."""
    return max(numbers[0] - number, number - numbers[1], 0)
