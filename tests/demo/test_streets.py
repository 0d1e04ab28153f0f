"""Every address of the demo city leads to its neighbourhood, and every landmark is in its own."""

from __future__ import annotations

import numpy as np
import pytest

from lacarte.demo import geography, streets
from lacarte.demo.content import read
from lacarte.demo.load import load
from lacarte.loop.needs.understanding.placing import certain, places_in
from lacarte.registers.people.models import Household
from lacarte.registers.places.models import NamedPlace
from lacarte.registers.places.queries import regions_at


def test_every_neighbourhood_has_streets_and_no_street_crosses_the_sea() -> None:
    content = read()
    laid = streets.lay(geography.draw(np.random.default_rng(7), content), content)
    island = {k for k, (d, _) in enumerate(content.neighbourhoods) if content.districts[d].code == "gull-islands"}
    runs = [set(run) for run in laid.through]
    assert all(run <= island or not run & island for run in runs)
    assert all(sum(place in run for run in runs) >= 2 for place in range(len(content.neighbourhoods)))
    assert len(laid.names) == len(laid.lines) == 30


@pytest.mark.django_db
def test_addresses_of_households_and_points_of_places_agree_with_regions() -> None:
    load(residents=400, needs=150)
    for home in Household.objects.select_related("region"):
        place = certain(places_in(home.address))
        assert place is not None and place.region_id == home.region_id, home.address
    placed = NamedPlace.objects.filter(source=streets.SOURCE, longitude__isnull=False)
    columns = list(placed.values_list("longitude", "latitude", "region_id"))
    assert len(columns) > 150
    x, y, regions = map(list, zip(*columns, strict=True))
    assert regions_at(x, y).tolist() == regions
    assert certain(places_in("轮渡码头的栏杆断了")) is None, "there are two"
    assert str(certain(places_in("the central hospital's ramp is broken"))) == "Lanwan Central Hospital"
