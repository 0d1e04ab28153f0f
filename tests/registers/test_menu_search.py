"""Finding what is on the menu, and keeping the search in step with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from benchmarks.menu_filled import fill
from benchmarks.menu_records import KINDS, Collection, draw, queries
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lacarte.cli import main
from lacarte.registers.menu.actions import add_service_type
from lacarte.registers.menu.models import LifeEvent, Offer, OfferAtPlace, SearchEntry, SearchWord, ServiceType
from lacarte.registers.menu.searching import file_again, look, refresh, search, words
from lacarte.registers.menu.searching.filing import state
from lacarte.registers.menu.searching.keeping import file_changed
from lacarte.registers.menu.searching.synonyms import SynonymsError, synonyms
from lacarte.registers.providers.models import Provider
from tests.city import City

if TYPE_CHECKING:
    from django.conf import LazySettings

Kind = SearchEntry.Kind
Captured = Callable[..., object]


@pytest.fixture(autouse=True)
def no_words_of_other_tests() -> Iterator[None]:
    words.forget()
    yield
    words.forget()


@pytest.fixture
def menu(city: City) -> City:
    """The small city, with a life event, all of it filed."""
    ServiceType.objects.filter(pk=city.care.pk).update(
        description={
            "en": "Washing, dressing and meals, day by day",
            "zh-hans": "洗澡、穿衣、做饭",
        },
        keywords={"en": "elderly frail", "zh-hans": "老人 失能"},
    )
    LifeEvent.objects.create(
        code="job-lost",
        name={"en": "I lost my job", "zh-hans": "我失业了"},
        description={"en": "Money, advice and courses until there is new work"},
    )
    refresh()
    return city


def test_the_command_says_whether_all_is_filed_as_the_menu_has_it(menu: City) -> None:
    right = CliRunner().invoke(main, ["search", "--validate", "lost my job"])
    assert (right.exit_code, "all as the menu has them" in right.stderr) == (0, True)
    assert "I lost my job" in right.stdout
    LifeEvent.objects.filter(code="job-lost").update(name={"en": "Out of work"})
    SearchEntry.objects.create(kind=Kind.OFFER, key="gone", code="gone", title={"en": "Gone"}, digest="x")
    wrong = CliRunner().invoke(main, ["search", "--validate", "lost my job"])
    assert wrong.exit_code == 1
    assert "1 are not filed as the menu has them, and 1 are of what is gone" in wrong.output
    assert SearchEntry.objects.filter(key="gone").exists(), "nothing is changed"
    refresh()
    assert CliRunner().invoke(main, ["search", "--validate"]).exit_code == 0


def titles(text: str, language: str = "en") -> list[str]:
    return [found.title for found in search(text, language)]


def test_a_service_is_found_by_its_name_and_before_its_offers(menu: City) -> None:
    found = search("home care", "en")
    assert [(one.kind, one.title) for one in found] == [(Kind.SERVICE, "Home care"), (Kind.OFFER, "Care")]
    assert found[0].code == menu.care.code
    assert found[0].words == ("home", "care")


@pytest.mark.parametrize(
    "asked",
    [
        *("HOME CARE", "hoem care", "home caer", "carer at home", "elderly", "dressing", "dress"),
        *(
            "居家",
            "居家照护",
            "居傢照護",
            "老人",
            "老",
            "洗澡",
            "home 老人",
            "ｈｏｍｅ　ｃａｒｅ",
            "ayuda a domicilio",
        ),
    ],
)
def test_a_service_is_found_in_many_words(menu: City, asked: str) -> None:
    assert "Home care" in titles(asked)


@pytest.mark.parametrize("asked", ["laid off", "redundant", "失業", "perdí mi trabajo", "perdi mi trabajo"])
def test_what_happened_is_found_by_words_that_mean_it(menu: City, asked: str) -> None:
    assert search(asked, "en")[0].code == "job-lost"


def test_an_offer_is_found_by_where_it_is_and_who_gives_it(menu: City) -> None:
    provider = menu.offer.offer.provider
    Provider.objects.filter(pk=provider.pk).update(name={"en": "Sunflower Trust"})
    file_again(Offer, [menu.offer.offer_id])
    assert search("sunflower west", "en")[0].kind == Kind.OFFER


def test_titles_are_in_the_language_of_whoever_asks(menu: City) -> None:
    assert titles("我失业了", "zh-hans")[0] == "我失业了"
    assert titles("我失业了", "en")[0] == "I lost my job"


def test_what_a_word_was_taken_for_is_said(menu: City) -> None:
    results = look("washnig zzzzzz", "en")
    assert results.meant == {"washnig": "washing"}
    assert results.unknown == ("zzzzzz",)


@pytest.mark.parametrize(
    "asked", ["", "  ", "zzzz", "?!", "'; DROP TABLE", '"', "q:x*", "0kind1", "🙂", "\x00", "\ud800"]
)
def test_what_says_nothing_finds_nothing(menu: City, asked: str) -> None:
    assert titles(asked) == []


@given(st.text(max_size=400))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_may_be_asked_for(menu: City, text: str) -> None:
    search(text, "en")


def test_what_is_saved_is_found_when_it_is_committed(
    menu: City, django_capture_on_commit_callbacks: Captured
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        add_service_type(menu.area, code="hearing", name={"en": "Hearing aids"})
    assert "Hearing aids" in titles("hearing aid")


def test_what_is_renamed_is_found_by_its_new_name_only(
    menu: City, django_capture_on_commit_callbacks: Captured
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        menu.lift.name = {"en": "Elevator mending"}
        menu.lift.save()
    assert titles("elevator mending")[0] == "Elevator mending"
    assert "Lift repair" not in titles("lift repair")


def test_the_offers_of_a_renamed_provider_are_found_by_it(
    menu: City, django_capture_on_commit_callbacks: Captured
) -> None:
    provider = menu.offer.offer.provider
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        provider.name = {"en": "Larkspur"}
        provider.save()
    assert titles("larkspur") == ["Care"]


def test_what_is_removed_is_not_found(menu: City, django_capture_on_commit_callbacks: Captured) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        LifeEvent.objects.get(code="job-lost").delete()
    assert "I lost my job" not in titles("lost my job")


def test_what_was_written_in_bulk_is_found_after_a_while(menu: City) -> None:
    offer = menu.offer.offer
    copy = Offer(code="copy", service_type=offer.service_type, provider=offer.provider, name={"en": "Quince jam"})
    Offer.objects.bulk_create([copy])
    OfferAtPlace.objects.bulk_create([OfferAtPlace(offer=copy, region=menu.west)])
    file_changed()
    assert titles("quince") == ["Quince jam"]


def test_filing_again_changes_nothing(menu: City) -> None:
    again = refresh()
    assert (again.changed, again.removed) == (0, 0)
    assert state() == (again.entries, again.entries)


def test_filing_all_takes_out_what_is_gone_and_forgets_its_words(menu: City) -> None:
    LifeEvent.objects.filter(code="job-lost").update(active=False)
    assert refresh().removed == 1
    assert not SearchWord.objects.filter(word="我失").exists()
    assert state()[0] == state()[1]


def test_a_word_is_counted_by_the_entries_that_have_it(menu: City) -> None:
    assert SearchWord.objects.get(word="dressing").count == 1
    assert SearchWord.objects.get(word="care").count == 2


def test_an_installation_adds_words_of_its_own(menu: City, settings: LazySettings, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    (tmp_path / "synonyms.toml").write_text('[gran]\nen = ["home care", "granny sitting"]\n', encoding="utf-8")
    refresh()
    assert "Home care" in titles("granny sitting")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("[a", "synonyms.toml"),
        ('a = "b"', "“a” is no group"),
        ('[a]\nen = "b"', "[a], en: a list"),
        ('[a]\nen = ["one two three four five six seven"]', "has not 1 to 6 words"),
        ('[a]\nen = ["?"]', "has not 1 to 6 words"),
    ],
)
def test_a_file_of_synonyms_that_is_wrong_says_where(
    settings: LazySettings, tmp_path: Path, written: str, said: str
) -> None:
    settings.HOME = tmp_path
    (tmp_path / "synonyms.toml").write_text(written, encoding="utf-8")
    with pytest.raises(SynonymsError) as raised:
        synonyms()
    assert said in str(raised.value)


@pytest.fixture
def filled(db: None) -> tuple[Collection, dict[str, int]]:
    """A thousand drawn services, and the number of each by its key."""
    collection = draw(1000)
    keys = fill(collection)
    refresh()
    return collection, {key: number for number, key in enumerate(keys)}


def test_every_kind_of_query_finds_what_it_means(filled: tuple[Collection, dict[str, int]]) -> None:
    collection, number = filled
    missed = []
    asked = queries(collection, 15)
    for query in asked:
        found = [one for one in search(query.text, "en") if one.kind == Kind.OFFER]
        if not any(collection.answers(query, number[one.key]) for one in found):
            missed.append(query)
    assert {query.kind for query in asked} == set(KINDS)
    assert len(missed) <= 0.02 * len(asked), missed


def test_of_more_offers_than_are_weighed_those_that_have_the_common_words_are_found(
    menu: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"{'Taxi' if k % 10 == 9 else 'Bus'} {'Blue Hill' if k >= 170 else 'Grove'} {k}" for k in range(200)]
    given = {"service_type": menu.lift, "provider": menu.offer.offer.provider, "languages": [], "price_minor": 0}
    offers = [Offer(code=name, name={"en": name}, **given) for name in names]
    OfferAtPlace.objects.bulk_create(
        OfferAtPlace(offer=offer, region=menu.east) for offer in Offer.objects.bulk_create(offers)
    )
    refresh()
    monkeypatch.setattr("lacarte.registers.menu.searching.asking._WEIGHED", 12)
    assert {"Taxi Blue Hill 179", "Taxi Blue Hill 189", "Taxi Blue Hill 199"} == set(titles("taxi blue hill")[:3])
