"""A table of a census says how deprived regions are: bad rows are named, what is not known is an interval."""

from __future__ import annotations

from pathlib import Path

import pytest

from lacarte.kernel.models import Event
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel
from lacarte.loop.priority.models import Weighing, WeighingAnew
from lacarte.registers.places.actions import add_region
from lacarte.registers.places.models import PlaceDeprivation, Region
from lacarte.standards.imports import ImportFaultError
from lacarte.standards.imports.deprivation import import_deprivation
from tests.background import work
from tests.city import City

pytestmark = pytest.mark.django_db
SF = Path(__file__).parents[4] / "shared" / "data" / "sf" / "neighbourhood_census.csv"
MAPPING = """
region = "place"
population = "people"
source = "Census of the coast"
of = 2020-11-01
[columns]
income = { weight = 0.6, deprived = "low" }
unemployed = { weight = 0.4, deprived = "high" }
"""


def written(tmp_path: Path, rows: str, mapping: str = MAPPING) -> tuple[Path, Path]:
    file, said = tmp_path / "census.csv", tmp_path / "census.toml"
    file.write_text(rows, encoding="utf-8")
    said.write_text(mapping, encoding="utf-8")
    return file, said


def test_regions_are_ranked_by_people_and_their_needs_weighed_anew(city: City, tmp_path: Path) -> None:
    need = receive(channel=Channel.WEB, text="", service_type=city.care, longitude=122.15, latitude=28.04)
    work()
    assert "deprivation" in Weighing.objects.get(need=need).between
    rows = 'place,people,income,unemployed\nWest,"1,000","30,000",0.1\ne,3000,20000,0.2\n'
    assert import_deprivation(*written(tmp_path, rows)).loaded == 2
    work()
    west, east = (Region.objects.get(code=code).deprivation for code in "we")
    assert (west, east) == (pytest.approx(1 / 8), pytest.approx(5 / 8))
    told = PlaceDeprivation.objects.get(region=city.east)
    assert (told.source, f"{told.of}", told.low == told.high) == ("Census of the coast", "2020-11-01", True)
    weighing = Weighing.objects.get(need=need)
    assert "deprivation" not in weighing.between
    assert weighing.parts["deprivation"] == pytest.approx(0.15 * 5 / 8, abs=1e-3)
    assert WeighingAnew.objects.get().ended_at is not None
    assert Event.objects.get(name="place.deprivation-set").payload["regions"] == 2


def test_rows_that_cannot_be_used_are_named_and_a_number_that_is_not_known_is_an_interval(
    city: City, tmp_path: Path
) -> None:
    good = "place,people,income,unemployed\nWest,1000,n/a,0.1\nEast,3000,20000,0.2\n"
    bad = "North,1,1,1\nEast,1,1,1\nCoast,many,1,1\n"
    report = import_deprivation(*written(tmp_path, good + bad))
    assert (report.loaded, report.rejections) == (2, 3)
    text = report.text()
    for said in (
        "line 4, place: “North” is no region",
        "line 5, place: “East” is in line 3",
        "line 6, people: “many”",
    ):
        assert said in text
    west = PlaceDeprivation.objects.get(region=city.west)
    assert west.low < Region.objects.get(pk=city.west.pk).deprivation < west.high  # type: ignore[operator]


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        (MAPPING.replace("0.4", "0.5"), "make 1.1"),
        (MAPPING.replace('"low"', '"less"'), "income"),
        (MAPPING.replace("2020-11-01", '"long ago"'), "the day"),
        (MAPPING.replace("unemployed", "jobless"), "no column “jobless”"),
        (MAPPING + "extra = 3", "extra"),
        ("region = 1", "lacks"),
        ("[", "census.toml"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_refused_and_says_why(
    city: City, tmp_path: Path, mapping: str, says: str
) -> None:
    with pytest.raises(ImportFaultError, match=says):
        import_deprivation(*written(tmp_path, "place,people,income,unemployed\nWest,1,1,1\n", mapping))


@pytest.mark.skipif(not SF.exists(), reason="the real files are not there")
def test_the_real_census_of_san_francisco_is_read(city: City, tmp_path: Path) -> None:
    names = [line.split(",")[0] for line in SF.read_text(encoding="utf-8").splitlines()[1:]]
    for at, name in enumerate(names):
        add_region(city.city, code=f"sf-{at}", name={"en": name})
    mapping = tmp_path / "sf.toml"
    mapping.write_text(
        'region = "Neighborhood"\npopulation = "Total.Pop"\nsource = "Census"\nof = 2010-04-01\n'
        '[columns]\n"Med.Income" = { weight = 1.0, deprived = "low" }\n',
        encoding="utf-8",
    )
    report = import_deprivation(SF, mapping)
    assert report.loaded + report.rejections == len(names)
    assert report.loaded >= len(names) - 2
    poor = Region.objects.get(name__en="Bayview Hunters Point").deprivation
    assert poor is not None
    assert poor > 0.7
