"""The offers of a provider as a CSV file: what goes out comes back, what is wrong is named, all or nothing."""

from __future__ import annotations

import csv
import io
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from lacarte.cli import main
from lacarte.kernel.models import User
from lacarte.registers.menu import keeping
from lacarte.registers.menu.keeping.hours import HoursError, hours_in_line, read_hours
from lacarte.registers.menu.models import CapacityRule, MenuChange, Offer, OfferAtPlace
from lacarte.registers.providers.models import Provider
from lacarte.standards.imports.report import ImportFaultError
from lacarte.standards.offers import columns, import_offers, preview_offers, write_offers
from lacarte.standards.offers.columns import Times
from tests.city import City

_HEAD = (
    "offer,service,name:en,price,currency,region,address,longitude,latitude,hours,serves,times,since,until,paused"
)


def _file(*rows: str, head: str = _HEAD) -> bytes:
    return "\n".join([head, *rows]).encode()


def _row(**said: str) -> str:
    out = io.StringIO()
    fields = {
        "offer": "baths",
        "service": "home-care",
        "name:en": "Baths",
        "region": "w",
        "address": "Quay 1",
    } | said
    csv.DictWriter(out, _HEAD.split(",")).writerow(fields)
    return out.getvalue().strip()


@pytest.fixture
def provider(city: City) -> Provider:
    return city.offer.offer.provider


# one field


_SPANS = st.lists(st.integers(0, 24 * 12), min_size=2, max_size=6, unique=True).map(sorted)


def _clock(step: int) -> str:
    return f"{step // 12:02}:{step % 12 * 5:02}"


@given(st.dictionaries(st.sampled_from("1234567"), _SPANS))
def test_opening_hours_in_a_line_are_read_as_they_were(drawn: dict[str, list[int]]) -> None:
    hours = {
        day: [[_clock(begin), _clock(end)] for begin, end in zip(steps[::2], steps[1::2], strict=False)]
        for day, steps in sorted(drawn.items())
    }
    assert read_hours(hours_in_line(hours)) == hours


def test_days_that_are_alike_are_one_part() -> None:
    day, short = [["09:00", "12:00"], ["13:00", "17:00"]], [["10:00", "14:00"]]
    hours = {**{str(number): day for number in range(1, 6)}, "6": short}
    assert hours_in_line(hours) == "1-5 09:00-12:00 13:00-17:00; 6 10:00-14:00"
    assert read_hours("9:00-17:00")["7"] == [["09:00", "17:00"]]


@given(st.text(alphabet="1234567-,;: 09x", max_size=30))
def test_other_lines_are_refused_in_words(line: str) -> None:
    try:
        found = read_hours(line)
    except HoursError as error:
        assert str(error)
    else:
        assert read_hours(hours_in_line(found)) == found


_DAYS = st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days)))
_TIMES = st.one_of(
    st.builds(Times, st.just("month"), st.integers(0, 999)),
    st.builds(Times, st.just("day"), st.integers(0, 999), _DAYS),
    st.builds(
        Times,
        st.just("slot"),
        st.integers(0, 999),
        _DAYS,
        st.just(time(9)),
        st.just(time(17, 30)),
        st.integers(5, 90),
    ),
)


@given(st.lists(_TIMES, min_size=1, max_size=3))
def test_times_in_a_line_are_read_as_they_were(wanted: list[Times]) -> None:
    rules = [CapacityRule(**one.fields()) for one in wanted]
    assert columns.times(columns.times_in_line(rules)) == wanted


# a whole file


@pytest.mark.django_db
def test_what_goes_out_comes_back_and_changes_nothing(city: City, provider: Provider) -> None:
    full = keeping.add_offer(
        provider,
        service_type=city.lift,
        actor=None,
        name={"en": 'Lifts, "fast"', "zh-hans": "电梯\n维修", "ar": "مصاعد"},
        price_minor=1250,
        currency="EUR",
        languages=["zh", "en"],
        since=date(2026, 1, 1),
        until=date(2027, 1, 1),
        website="https://example.org",
    )
    place = keeping.add_place(
        full,
        region=city.west,
        actor=None,
        address={"en": "Quay 1, left", "zh-hans": "码头1号", "ar": "رصيف"},
        longitude=122.05,
        latitude=28.05,
        reach_metres=900,
        step_free=False,
        hours={"1": [["09:00", "24:00"]]},
        phone="+86 10 1",
        serves=[city.east, city.west],
    )
    keeping.add_place(full, region=city.east, actor=None, address={"en": "Quay 2"})
    slots = {"opens": time(9), "closes": time(12), "minutes": 30, "units": 2, "since": date(2026, 1, 1)}
    keeping.set_rule(place, actor=None, bucket="slot", weekdays=[1, 2, 3], **slots)
    keeping.pause(full, actor=None)
    keeping.add_offer(provider, service_type=city.care, actor=None, name={"en": "A draft"})
    before = MenuChange.objects.count()
    written = write_offers(provider.offers.all())
    report = import_offers(written.encode(), provider, actor=None)
    assert (report.loaded, report.known, report.rejections) == (0, 4, 0)
    assert MenuChange.objects.count() == before
    assert write_offers(provider.offers.all()) == written
    for encoding in ("utf-16", "gb18030"):
        again = import_offers(written.removeprefix("\ufeff").encode(encoding), provider, actor=None)
        assert (again.known, again.rejections) == (4, 0)


@pytest.mark.django_db
def test_an_empty_price_is_one_that_is_not_known(city: City, provider: Provider) -> None:
    def kept(**said: str) -> int | None:
        assert not import_offers(_file(_row(**said)), provider, actor=None).rejections
        return Offer.objects.get(code="baths").price_minor

    assert kept(price="0", currency="CNY") == 0
    assert ",0,CNY," in write_offers(Offer.objects.filter(code="baths"))
    assert kept(currency="CNY") is None
    assert ",,CNY," in write_offers(Offer.objects.filter(code="baths"))
    assert kept(price="75", currency="CNY") == 7500


@pytest.mark.django_db
def test_a_new_offer_comes_with_its_places_and_times_and_is_known_the_next_time(
    city: City, provider: Provider
) -> None:
    rows = (
        _row(price="75", currency="cny", hours="1-5 9:00-17:00", serves="e", times="day 1-7 x3"),
        _row(**{"name:en": "", "address": "Quay 2", "service": ""}),
    )
    assert import_offers(_file(*rows), provider, actor=None).loaded == 2
    offer = Offer.objects.get(code="baths")
    assert (offer.name, offer.price_minor, offer.currency) == ({"en": "Baths"}, 7500, "CNY")
    first, second = offer.places.order_by("address")
    assert [region.code for region in first.serves.all()] == ["e"]
    assert (first.rules.get().units, first.lots.exists(), second.rules.exists()) == (3, True, False)
    again = import_offers(_file(*rows), provider, actor=None)
    assert (again.loaded, again.known) == (0, 2)
    assert offer.places.count() == 2


@pytest.mark.django_db
def test_an_address_is_one_text_or_one_a_language(city: City, provider: Provider) -> None:
    def kept(head: str, said: str) -> dict[str, str]:
        file = _file(f"o,{city.offer.pk},{said}", head=f"offer,place,{head}")
        assert not import_offers(file, provider, actor=None).rejections
        return OfferAtPlace.objects.get(pk=city.offer.pk).address

    assert kept("address", "Quay 1") == {"en": "Quay 1"}
    assert kept("address:zh-hans", "码头1号") == {"en": "Quay 1", "zh-hans": "码头1号"}
    assert kept("address", "Quay 1") == {"en": "Quay 1", "zh-hans": "码头1号"}, "that is known already"
    assert kept("address:en", "") == {"zh-hans": "码头1号"}
    assert kept("address", "码头2号") == {"zh-hans": "码头2号"}
    assert kept("address", "") == {}


@pytest.mark.django_db
def test_a_preview_says_what_changes_and_keeps_nothing(city: City, provider: Provider) -> None:
    rows = (_row(times="day 1-7 x3"), _row(offer="bad", price="x", currency="CNY"))
    seen = preview_offers(_file(*rows), provider, actor=None)
    assert [one.change.record for one in seen.changes] == ["offer", "offer-at-place", "capacity-rule"]
    assert [(one.line, one.field) for one in seen.report.rejected] == [(3, "price")]
    assert not Offer.objects.filter(code="baths").exists()
    assert not MenuChange.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"offer": ""}, "offer", "is empty"),
        ({"service": "none"}, "service", "no service of the menu"),
        ({"service": ""}, "service", "which service"),
        ({"service": "health"}, "service", "area of life"),
        ({"name:en": ""}, "name", "at least one language"),
        ({"price": "-3", "currency": "CNY"}, "price", "0 or more"),
        ({"price": "NaN", "currency": "CNY"}, "price", "no price"),
        ({"price": "3"}, "currency", "is empty"),
        ({"price": "3", "currency": "XYZ"}, "currency", "no currency"),
        ({"region": "nowhere"}, "region", "no code of a region"),
        ({"region": ""}, "region", "where is it"),
        ({"longitude": "far"}, "longitude", "no number"),
        ({"longitude": "inf"}, "longitude", "no number"),
        ({"longitude": "400", "latitude": "1"}, "longitude", "not on the Earth"),
        ({"hours": "1-5 17:00-09:00"}, "hours", "before it opens"),
        ({"hours": "always"}, "hours", "no opening hours"),
        ({"serves": "w, mars"}, "serves", "“mars”"),
        ({"times": "day x-3"}, "times", "no times"),
        ({"times": "slot 1-5 12:00-09:00 30min x2"}, "times", "later on the same day"),
        ({"since": "2026-03-02", "until": "2026-03-01"}, "until", "before it begins"),
        ({"since": "3 March"}, "since", "no day"),
        ({"paused": "perhaps"}, "paused", "neither yes nor no"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_field_and_its_offer_stays_out_whole(
    city: City, provider: Provider, said: dict[str, str], field: str, words: str
) -> None:
    report = import_offers(_file(_row(offer="good"), _row(**said)), provider, actor=None)
    assert (report.rejected[0].line, report.rejected[0].field) == (3, field)
    assert words in report.rejected[0].reason
    assert set(Offer.objects.values_list("code", flat=True)) == {"o", "good"}


@pytest.mark.django_db
def test_one_wrong_row_leaves_out_the_other_rows_of_its_offer(city: City, provider: Provider) -> None:
    rows = (_row(), _row(address="Quay 2", hours="never"), _row(offer="good", address="Quay 3"))
    report = import_offers(_file(*rows), provider, actor=None)
    assert [(one.line, one.field) for one in report.rejected] == [(3, "hours"), (2, "offer")]
    assert "line 3 of the same offer" in report.rejected[1].reason
    assert (report.loaded, set(Offer.objects.values_list("code", flat=True))) == (1, {"o", "good"})


@pytest.mark.django_db
def test_rows_of_one_offer_do_not_contradict_each_other(city: City, provider: Provider) -> None:
    rows = (_row(price="1", currency="CNY"), _row(price="2", currency="CNY", address="Quay 2"))
    report = import_offers(_file(*rows), provider, actor=None)
    assert "something else than line 2" in report.rejected[0].reason


@pytest.mark.django_db
def test_the_offers_and_places_of_others_cannot_be_taken(city: City, provider: Provider) -> None:
    other = Provider.objects.create(code="q", name={"en": "Others"}, kind="market", region=city.west)
    report = import_offers(_file(_row(offer="o")), other, actor=None)
    assert "another provider's offer" in report.rejected[0].reason
    head = _HEAD + ",place"
    report = import_offers(_file(f"{_row(offer='mine')},{city.offer.pk}", head=head), other, actor=None)
    assert (report.rejected[0].field, Offer.objects.filter(code="mine").exists()) == ("place", False)
    stranger = User.objects.create_user("stranger")
    with pytest.raises(Exception, match="not a member"):
        import_offers(_file(_row()), provider, actor=stranger)


@pytest.mark.django_db
def test_a_column_that_is_not_there_leaves_alone_what_it_is_about(city: City, provider: Provider) -> None:
    keeping.change_offer(city.offer.offer, actor=None, price_minor=900, name={"en": "Care", "ar": "رعاية"})
    keeping.change_place(city.offer, actor=None, serves=[city.east], hours={"1": [["09:00", "17:00"]]})
    import_offers(b"offer;name:en\no;Better care\n", provider, actor=None)
    offer, place = Offer.objects.get(), OfferAtPlace.objects.get()
    assert (offer.name, offer.price_minor) == ({"en": "Better care", "ar": "رعاية"}, 900)
    assert (place.hours, place.serves.count()) == ({"1": [["09:00", "17:00"]]}, 1)


@pytest.mark.django_db
def test_times_are_replaced_by_those_of_the_file_and_ended_by_none(city: City, provider: Provider) -> None:
    for said, expected in (("day 1-7 x3", [3]), ("day 1-7 x3; month x9", [3, 9]), ("month x9", [9]), ("none", [])):
        import_offers(_file(_row(times=said)), provider, actor=None)
        living = CapacityRule.objects.filter(units__gt=0).order_by("units")
        assert [rule.units for rule in living] == expected


@pytest.mark.parametrize(
    "data", [b"", b"a,b\n1,2", b"offer,colour\no,red", b"offer,name:en,name:en\n", b"\x89PNG\0"]
)
@pytest.mark.django_db
def test_what_is_no_such_file_is_said(city: City, provider: Provider, data: bytes) -> None:
    with pytest.raises(ImportFaultError):
        import_offers(data, provider, actor=None)


@pytest.mark.django_db
def test_the_command_previews_and_loads(city: City, provider: Provider, tmp_path: Any) -> None:
    file, of = tmp_path / "offers.csv", ("--provider", "p")
    file.write_bytes(_file(_row()))
    say = CliRunner().invoke
    assert "2 changes, none is kept" in say(main, ["import", "offers", str(file), *of, "--preview"]).output
    assert not Offer.objects.filter(code="baths").exists()
    assert "1 loaded" in say(main, ["import", "offers", str(file), *of]).output
    assert "no provider with the code" in say(main, ["import", "offers", str(file), "--provider", "x"]).output


@pytest.mark.django_db
def test_the_file_to_begin_with_can_be_taken(city: City, provider: Provider) -> None:
    written = (Path(__file__).parents[2] / "docs/how-to/offers.csv").read_text(encoding="utf-8")
    here = written.replace("old-port", "w").replace("new-town", "e")
    report = import_offers(here.encode(), provider, actor=None)
    assert (report.loaded, report.rejected) == (2, [])
    offer = Offer.objects.get(code="bath-at-home")
    assert sorted(rule.bucket for place in offer.places.all() for rule in place.rules.all()) == ["day", "slot"]
