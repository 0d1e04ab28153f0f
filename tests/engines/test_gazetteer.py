"""Places are found in what people write, with slips and without spaces; what is not certain is not guessed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.engines.text.gazetteer import AREA, CROSSING, STREET, Gazetteer, Place, learn, read_address
from lacarte.engines.text.gazetteer.addresses import read_number
from lacarte.engines.text.gazetteer.learning import Address
from lacarte.engines.text.gazetteer.spelling import fold, han_forms, latin_forms
from lacarte.engines.text.gazetteer.typing_errors import TypingErrors, distance

PORT, TOWN = 1000, 2000  # two districts, each of a hundred neighbourhoods


def in_port(name: str, kind: str = STREET, n: int = 1, **more: object) -> Place:
    return Place(tuple(name.split("|")), kind, PORT + n, PORT + n, **more)  # type: ignore[arg-type]


def in_town(name: str, kind: str = STREET, n: int = 1, **more: object) -> Place:
    return Place(tuple(name.split("|")), kind, TOWN + n, TOWN + n, **more)  # type: ignore[arg-type]


PLACES = [
    Place(("Old Port", "老港区"), AREA, PORT, PORT + 99),
    Place(("New Town", "澜新区"), AREA, TOWN, TOWN + 99),
    in_port("Rope Walk|缆绳里", AREA, 1),
    in_port("Anchor Street|锚街", n=1),
    in_port("Market St", n=2, numbers=(800, 899)),
    in_town("Market St", n=3, numbers=(900, 999)),
    Place(("Market St",), STREET, 0, 9999),
    in_port("5th St", n=3),
    in_town("5th Ave", n=3),
    in_port("Market St & 5th St", CROSSING, 2),
    in_port("Moon Gate Lane|月洞门巷", n=4),
    in_port("Guerrero St", n=5),
    in_port("Van Ness Ave", n=6),
    in_port("Lantern Road|提灯街", n=7),
    in_port("蓝天小区", "estate", 8),
    in_town("蓝天小区", "estate", 8),
    in_port("落潮路", n=9, point=(122.0, 30.0)),
    in_town("四井街", n=9, point=(122.001, 30.0)),
    in_port("北门东路", n=10),
    in_port("McAllister St", n=11),
    in_port("Church St", n=12),
    in_port("King's Landing", "landmark", 13),
]
CITY = Gazetteer(PLACES)


def best(text: str, within: tuple[int, int] | None = None) -> tuple[str, int] | None:
    """The place that is certain: its first name and region; nothing where a person is asked."""
    found = CITY.find(text, within)
    if (
        not found
        or found[0].certainty < 0.75
        or (len(found) > 1 and found[0].certainty - found[1].certainty < 0.2)
    ):
        return None
    return PLACES[found[0].place].names[0], PLACES[found[0].place].first


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Lamp out on Anchor Street",
            "lamp out on anchor st.",
            "ANCHOR STR is dark",
            "Anchor Street 12",
            "12, Anchor St",
        ),
        *(
            "the Anchór  Street lamp",
            "anchr street",
            "anchro street",
            "ancchor st",
            "anxhor st",
            "锚街12号路灯不亮",
        ),
        *("路灯不亮，锚街十二号对面", "錨街沒燈", "锚 街 12 号", "Ａｎｃｈｏｒ Street"),
    ],
)
def test_a_street_is_found_however_it_is_written(text: str) -> None:
    assert best(text) == ("Anchor Street", PORT + 1)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("guerero st", "Guerrero St"),
        ("vanness avenue", "Van Ness Ave"),
        ("Mc Allister street", "McAllister St"),
        ("kings landing has no light", "King's Landing"),
        ("the fifth street stairs", "5th St"),
        ("05TH AVE", "5th Ave"),
        ("月同门巷漏水", "Moon Gate Lane"),
        ("月洞門巷", "Moon Gate Lane"),
        ("北门东路堵车", "北门东路"),
    ],
)
def test_slips_spaces_and_other_ways_to_write_are_forgiven(text: str, name: str) -> None:
    found = best(text)
    assert found is not None and found[0] == name


@pytest.mark.parametrize(
    "text",
    [
        "anchor",
        "北门西路堵车",
        "the church is loud",
        "on the 5th of May",
        "提灯散步",
        "pine street",
        "",
        "。",
        "锚",
    ],
)
def test_what_only_looks_like_a_place_is_none(text: str) -> None:
    assert best(text) is None


def test_a_house_number_says_which_part_of_a_street() -> None:
    assert best("820 Market St") == ("Market St", PORT + 2)
    assert best("950 market street") == ("Market St", TOWN + 3)
    assert best("the 900 block of Market St") == ("Market St", TOWN + 3)
    assert best("somewhere on Market St") == ("Market St", 0)
    assert best("5000 Market St") == ("Market St", 0)


@pytest.mark.parametrize(
    "text", ["Market and 5th", "market & 5th street", "corner of Market St and 5th St", "5th/Market"]
)
def test_two_streets_are_their_crossing(text: str) -> None:
    assert best(text) == ("Market St & 5th St", PORT + 2)


def test_a_crossing_that_nobody_entered_follows_from_points_of_its_streets() -> None:
    found = CITY.find("落潮路与四井街路口有坑")
    assert {PLACES[one.place].names[0] for one in found} == {"落潮路", "四井街"}
    assert best("落潮路与四井街路口有坑") is None, "the two are in different regions"


def test_streets_between_which_something_is_are_no_crossing() -> None:
    assert best("between Market and 5th") is None


def test_two_places_of_one_name_are_a_question_until_their_area_is_named() -> None:
    found = CITY.find("蓝天小区停电")
    assert len(found) == 2 and found[0].certainty == pytest.approx(found[1].certainty)
    assert best("老港区蓝天小区停电") == ("蓝天小区", PORT + 8)
    assert best("蓝天小区停电", within=(TOWN, TOWN + 99)) == ("蓝天小区", TOWN + 8)


def test_an_area_gives_way_to_what_is_in_it() -> None:
    assert best("Anchor Street in the Old Port") == ("Anchor Street", PORT + 1)
    assert best("something smells in the Old Port") == ("Old Port", PORT)
    assert best("Old Port or New Town") is None


def test_within_a_region_nothing_outside_is_found() -> None:
    assert best("Anchor Street", within=(TOWN, TOWN + 99)) is None
    assert best("Anchor Street", within=(PORT, PORT + 99)) == ("Anchor Street", PORT + 1)


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["market ", "5th", " and ", "锚街", "12", "号", "蓝天", "st "])).map("".join)
)
def test_any_text_gives_certainties_in_order(text: str) -> None:
    found = CITY.find(text)
    assert all(0 < one.certainty <= 1 for one in found)
    assert [one.certainty for one in found] == sorted((one.certainty for one in found), reverse=True)
    assert len({one.place for one in found}) == len(found) <= 5


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_one_slip_in_a_long_word_never_hides_it(data: st.DataObject) -> None:
    word = data.draw(st.text("abcdefghij", min_size=6, max_size=12))
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcdefghij"))
    typed = data.draw(
        st.sampled_from(
            [word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :]]
        )
    )
    assert typed == word or (word, distance(typed, word, 1)) in TypingErrors([word]).meant(typed)


@settings(max_examples=200, deadline=None)
@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_distance_is_a_distance(one: str, other: str) -> None:
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)
    assert min(distance(one, other, 9), 2) == distance(one, other, 1)


@pytest.mark.parametrize(
    "piece", ["market and 5th and ", "锚街", "蓝天小区 ", "12 ", "a ", "guerero st ", "落潮路与四井街"]
)
def test_no_text_takes_long(piece: str) -> None:
    start = time.process_time()
    CITY.find(piece * (5000 // len(piece)))
    assert time.process_time() - start < 1.5


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("2820 GREENWICH ST, SAN FRANCISCO, CA, 94123", Address("Greenwich St", 2820)),
        ("Intersection of MARKET ST and MASON ST", Address("Market St", other="Mason St")),
        ("Park Presidio Blvd, SAN FRANCISCO", Address("Park Presidio Blvd")),
        ("Anchor Street 12", Address("Anchor Street", 12)),
        ("1060 Pine St #304", Address("Pine St", 1060)),
        ("澜湾市老港区锚街12号", Address("锚街", 12)),
        ("落潮路与四井街交叉口", Address("落潮路", other="四井街")),
        ("behind my house", None),
        ("", None),
        ("12", None),
    ],
)
def test_an_address_says_its_street(text: str, address: Address | None) -> None:
    assert read_address(text) == address


def test_streets_are_learnt_from_addresses_and_rare_ones_left_out() -> None:
    seen = [
        *(
            (f"{number} OAK ST, CITY", 122.0 + number / 1e5, 30.0, PORT if number < 200 else TOWN)
            for number in range(100, 300, 9)
        ),
        *(("Oak St and Elm Ave", 122.001, 30.0, PORT), ("Elm Ave & Oak St", 122.001, 30.0, PORT)),
        *(("7 Slip Stret St", 122.0, 30.0, PORT), ("my house", 122.0, 30.0, PORT)),
    ]
    learnt = {(one.kind, one.name, one.numbers): one for one in learn(seen)}
    assert set(learnt) == {
        (STREET, "Oak St", None),
        (STREET, "Oak St", (100, 199)),
        (STREET, "Oak St", (200, 299)),
        (STREET, "Elm Ave", None),
        (CROSSING, "Elm Ave & Oak St", None),
    }
    assert learnt[STREET, "Oak St", (200, 299)].regions == {TOWN: 11}
    assert learnt[CROSSING, "Elm Ave & Oak St", None].longitude == pytest.approx(122.001)


def test_forms_of_names() -> None:
    assert {" ".join(form.words) for form in latin_forms("5th Avenue", street=True)} == {
        *("5th ave", "5th", "fifth ave", "fifth", "5 ave"),
    }
    assert dict(han_forms("铁工一村")) == {"铁工一村": 1.0, "铁工一": 0.0, "铁工村": 0.85}
    assert fold("Café  灣區 O'Farrell") == "cafe  湾区 ofarrell"
    assert [read_number(text) for text in ("12", "十二", "一百零三", "两百")] == [12, 12, 103, 200]
