"""The public pages of the rates: the same numbers as their twins, and none of few people."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.models import Need
from lacarte.loop.voice import comments, exclusions
from lacarte.loop.voice.counting import months_before
from lacarte.loop.voice.models import Rating
from lacarte.pages.public.twins import CLOSURE_COLUMNS, COMPARED_COLUMNS, MATTER_COLUMNS, RATE_COLUMNS
from tests.city import City, official
from tests.loop.voice.rated import another_provider, rated

pytestmark = pytest.mark.django_db

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "rates.md"


@pytest.fixture
def rated_city(city: City) -> City:
    """Three providers, one of them with too few ratings to be shown."""
    places = [(city.offer, 30, 5), (another_provider(city, "q"), 40, 2), (another_provider(city, "r"), 3, 1)]
    for place, n, satisfaction in places:
        for at in range(n):
            rated(city, satisfaction if at % 5 else 3, place=place, solved=at % 4 > 0, east=at % 2 > 0)
    return city


def rows(client: Client, path: str, **asked: str) -> list[dict[str, str]]:
    answer = client.get(path, asked)
    assert answer["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "path",
    [
        "/rates/",
        "/rates/method/",
        "/rates/matter/",
        "/rates/records/",
        "/rates/by/provider/",
        "/rates/by/type/?rate=response",
        "/rates/provider/p/",
        "/rates/provider/r/",
        "/rates/region/w/",
    ],
)
def test_every_page_opens_with_much_and_with_nothing(client: Client, city: City, path: str, language: str) -> None:
    client.cookies["django_language"] = language
    if "provider/r" not in path:
        assert client.get(path).status_code == 200
    for place, n in ((city.offer, 30), (another_provider(city, "r"), 12)):
        for at in range(n):
            rated(city, 1 + at % 5, place=place)
    page = client.get(path)
    assert page.status_code == 200
    assert page.content.count(b"<h1>") == 1


@pytest.mark.parametrize(
    "path",
    [
        "/rates/by/colour/",
        "/rates/by/provider/?rate=colour",
        "/rates/by/provider/?month=2026-13",
        "/rates/by/provider/?month=9999-12",
        "/rates/by/provider/?month=0000-01",
        "/rates/by/provider.xml",
        "/rates/?month=soon",
        "/rates/matter/?month=%00",
        "/rates/provider/none/",
        "/rates/region/none/",
        "/rates/region/c/",
        "/rates/colour/p/rates.csv",
        "/rates/records/colour.csv",
    ],
)
def test_what_there_is_not_is_not_found(client: Client, city: City, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_twins_say_what_the_page_says_and_hide_what_it_hides(client: Client, rated_city: City) -> None:
    page = client.get("/rates/by/provider/").content.decode()
    data = client.get("/rates/by/provider.json").json()
    table = rows(client, "/rates/by/provider.csv")
    assert [row["code"] for row in table] == [row["code"] for row in data["rows"]]
    shown = {row["code"]: row for row in data["rows"]}
    assert shown["r"]["share"] is None
    assert [code for code, row in shown.items() if row["share"] is not None] == ["q"] or shown["p"][
        "share"
    ] is None
    assert (data["by"], data["rate"]) == ("provider", "satisfaction")
    assert data["prior"]["a"] > 0
    for row in data["rows"]:
        if row["share"] is not None:
            assert f"{round(row['share'] * 100)} %" in page
        named = f"/rates/provider/{row['code']}/" in page
        assert named == (row["share"] is not None), "who is hidden is not named either"
    everything = rows(client, "/rates/by/provider.csv", rate="all")
    assert {row["code"]: row["told_us"] for row in everything}["r"] == ""


def test_every_column_of_the_twins_is_documented() -> None:
    told = REFERENCE.read_text(encoding="utf-8")
    for column in {*RATE_COLUMNS, *COMPARED_COLUMNS, *MATTER_COLUMNS, *CLOSURE_COLUMNS}:
        assert f"`{column}`" in told, column


def test_names_are_no_formulas_in_a_spreadsheet(client: Client, city: City) -> None:
    city.offer.offer.provider.name = {"en": "=HYPERLINK(1)"}
    city.offer.offer.provider.save()
    rated(city)
    assert rows(client, "/rates/by/provider.csv")[0]["name"] == "'=HYPERLINK(1)"


def test_the_table_comes_before_its_drawing_and_has_the_same_rows(client: Client, city: City) -> None:
    for code in ("q", "r", "s"):
        place = another_provider(city, code)
        for at in range(20):
            rated(city, 5 if at % 3 else 1, place=place)
    page = client.get("/rates/by/provider/").content.decode()
    assert page.index("<table") < page.index('class="chart"')
    assert page.count("<circle") == page.count('<tr><th scope="row"') == 3
    card = client.get("/rates/provider/q/").content.decode()
    assert card.count("<circle") == 3
    assert "1–3 of 3" in card, "three alike have no places of their own"


def test_where_no_group_can_be_shown_the_page_says_so_without_an_empty_table(client: Client, city: City) -> None:
    for code in ("q", "r", "s", "t"):
        place = another_provider(city, code)
        for _at in range(4):
            rated(city, 5, place=place)
    page = client.get("/rates/by/provider/").content.decode()
    assert "All together: 100 %." in page
    assert "4 groups are not shown" in page
    assert "<table" not in page


def test_a_month_is_shown_alone_and_adds_up(client: Client, city: City) -> None:
    first, second = months_before(clock.now(), 3)[:2]
    for begins, n in ((first, 12), (second, 15)):
        for at in range(n):
            rated(city, 4, requested=begins + timedelta(days=5, hours=at))
    asked = client.get("/rates/by/provider.json", {"rate": "all", "month": f"{first:%Y-%m}"}).json()
    assert asked["rows"][0]["orders"] == 12
    months = client.get("/rates/provider/p/rates.json").json()["rows"]
    assert [row["orders"] for row in months if row["orders"]] == [12, 15]
    assert client.get("/rates/provider/p/rates.csv", {"table": "services"}).status_code == 200


def test_what_people_say_is_there_once_it_is_released(client: Client, city: City) -> None:
    made = rated(city)
    Rating.objects.filter(order=made).update(comment="Call me, I am Zebulon. She was kind.")
    assert "kind" not in client.get("/rates/provider/p/").content.decode()
    comments.release(made.rating, text="She was <b>kind</b>.", actor=official(Role.CASE_WORKER))
    page = client.get("/rates/provider/p/").content.decode()
    assert "She was &lt;b&gt;kind&lt;/b&gt;." in page
    assert "Zebulon" not in page


def test_what_is_left_out_stands_in_the_tables_and_on_the_page_of_the_method(
    client: Client, rated_city: City
) -> None:
    worker = official(Role.CASE_WORKER)
    made = exclusions.propose(
        rated(rated_city, 1),
        reason="force-majeure",
        words="Flood.",
        actor=official(Role.CASE_WORKER, name="other"),
    )
    exclusions.decide(made, approve=True, words="", actor=worker)
    everything = {row["code"]: row["left_out"] for row in rows(client, "/rates/by/provider.csv", rate="all")}
    assert everything == {"p": "1", "q": "0", "r": "0"}
    assert "Storm, flood or the like" in client.get("/rates/method/").content.decode()


def test_pages_take_as_many_queries_however_much_there_is(client: Client, city: City) -> None:
    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paths = (
        "/rates/",
        "/rates/by/provider/",
        "/rates/provider/p/",
        "/rates/region/w/",
        "/rates/matter/",
        "/rates/records/",
    )
    rated(city)
    few = [asked(path) for path in paths]
    for code in "qrstuv":
        place = another_provider(city, code)
        for at in range(12):
            rated(city, 1 + at % 5, place=place, east=at % 2 > 0)
    assert [asked(path) for path in paths] == few
    assert max(few) <= 14


def test_the_one_matter_is_named_first(client: Client, city: City) -> None:
    begins = months_before(clock.now(), 3)
    Need.objects.bulk_create(
        Need(
            reference=f"{month:%m}{at:05}",
            channel="web",
            subject="person",
            service_type=city.care,
            region=city.west if at % 2 else city.east,
            state=Need.State.OPEN if at % 2 else Need.State.MET,
            received_at=month + timedelta(days=2),
            closed_at=None if at % 2 else month + timedelta(days=4),
        )
        for month in begins[:2]
        for at in range(60)
    )
    page = client.get("/rates/matter/").content.decode()
    assert "Home care · West" in page
    [row] = client.get("/rates/matter.json").json()["rows"]
    assert (row["region"], row["needs"], row["unmet"]) == ("w", 60, 60)
    assert rows(client, "/rates/matter.csv")[0]["again"] == "0"
