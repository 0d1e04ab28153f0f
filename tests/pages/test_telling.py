"""What is asked, what is kept, and that a need told once is one need."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.models import KeptDraft, Need
from lacarte.loop.needs.understanding.placing import PlaceFound
from lacarte.pages.resident import questions_where
from lacarte.pages.resident.draft import SESSION_KEY
from lacarte.pages.resident.tasks import sweep_drafts
from lacarte.registers.menu.attributes import read_question, set_questions
from lacarte.registers.places.models import NamedPlace
from tests.city import City, build
from tests.pages.telling import STUCK, answer, send, to_the_check

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> City:
    return build()


def page(client: Client, step: str) -> str:
    return client.get(reverse("need-question", args=[step])).content.decode()


# Which questions are asked


def test_a_need_of_a_place_is_asked_since_when_and_for_photos(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", region="w") == "when"
    assert answer(client, "when", since="2026-01-02", times="at night") == "photos"
    assert answer(client, "photos", go="yes") == "contact"
    assert answer(client, "contact") == "check"
    need = send(client)
    assert (str(need.since), need.times, need.person) == ("2026-01-02", "at night", None)
    shown = client.get(reverse("need", args=[need.reference])).content.decode()
    assert "2 January 2026" in shown
    assert "at night" in shown


def test_what_somebody_needs_at_home_is_not_asked_for_photos(city: City, client: Client) -> None:
    answer(client, "what", text="help with washing")
    answer(client, "kind", service="home-care")
    assert answer(client, "where", region="w") == "contact"


def test_a_page_that_is_not_asked_for_leads_on(city: City, client: Client) -> None:
    answer(client, "what", text="help with washing")
    answer(client, "kind", service="home-care")
    answer(client, "where", region="w")
    for step in ("which", "same", "more", "when", "photos"):
        reply = client.get(reverse("need-question", args=[step]))
        assert reply["Location"].endswith("/need/contact/"), step


@pytest.mark.parametrize(
    ("since", "says"),
    [
        ("2999-01-01", "still to come"),
        ("1200-01-01", "check the year"),
        ("2026-02-30", "year-month-day"),
        ("soon", "year-month-day"),
    ],
)
def test_a_day_that_cannot_be_is_said_so(city: City, client: Client, since: str, says: str) -> None:
    to_the_check(client)
    reply = client.post(reverse("need-question", args=["when"]), {"since": since, "times": "at noon"})
    assert says in reply.content.decode()
    assert "at noon" in reply.content.decode(), "nothing is lost"


def test_text_that_no_database_keeps_is_said_so(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    reply = client.post(reverse("need-question", args=["where"]), {"address": "Mill\0Lane", "region": "w"})
    assert reply.status_code == 200
    assert "field-error" in reply.content.decode()


# Follow-up questions


def test_follow_up_questions_are_asked_checked_and_shown(city: City, client: Client) -> None:
    kinds = {"line": "Pole?", "text": "More?", "number": "How many?", "time": "When?"}
    asked = [
        read_question({"code": kind, "type": kind, "question": {"en": words}}) for kind, words in kinds.items()
    ]
    values = {"a": {"en": "Low"}, "b": {"en": "High"}}
    one = {"code": "one", "type": "one-of", "question": {"en": "Which?"}, "required": True, "values": values}
    some = {"code": "some", "type": "some-of", "question": {"en": "Which ones?"}, "values": values}
    notice = {"code": "note", "notice": True, "question": {"en": "Press the bell."}}
    set_questions(city.lift, [read_question(notice), *asked, read_question(one), read_question(some)])
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", region="w") == "more"
    assert "Press the bell." in page(client, "more")
    said = {
        "q-line": "LW-1",
        "q-text": "a\nb",
        "q-number": "3",
        "q-time": "2026-11-01T10:30",
        "q-some": ["b", "a"],
    }
    wrong = client.post(reverse("need-question", args=["more"]), said).content.decode()
    assert "Please choose one." in wrong
    for kept in ('value="LW-1"', 'value="3"', 'value="2026-11-01T10:30"', "a\nb"):
        assert kept in wrong
    assert answer(client, "more", **said, **{"q-one": "a"}) == "when"
    assert 'value="2026-11-01T10:30"' in page(client, "more"), "and shown when one comes back"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    need = send(client)
    assert need.answers["some"] == ["b", "a"]
    assert need.answers["time"] == "2026-11-01T10:30:00+00:00"
    shown = client.get(reverse("need", args=[need.reference])).content.decode()
    for words in ("Pole?", "LW-1", "Low", "High", "1 November 2026"):
        assert words in shown


def test_another_service_has_other_questions(city: City, client: Client) -> None:
    set_questions(city.lift, [read_question({"code": "a", "question": {"en": "Which lift?"}})])
    set_questions(city.care, [read_question({"code": "b", "question": {"en": "How often?"}})])
    to_the_check(client)
    assert answer(client, "kind", service="home-care") == "more"
    assert "How often?" in page(client, "more")
    answer(client, "more", **{"q-b": "daily"})
    assert send(client).answers == {"b": "daily"}


# Where


def named(city: City, code: str, name: str, **more: object) -> NamedPlace:
    return NamedPlace.objects.create(
        code=code, kind="street", name={"en": name}, region=more.pop("region", city.west), **more
    )


def found(monkeypatch: pytest.MonkeyPatch, *places: tuple[NamedPlace, float]) -> None:
    monkeypatch.setattr(
        questions_where, "places_in", lambda words, within=None, most=5: [PlaceFound(*one) for one in places]
    )


def test_a_place_that_is_named_beyond_doubt_is_taken(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(monkeypatch, (named(city, "mill", "Mill Lane", longitude=122.05, latitude=28.05), 0.97))
    to_the_check(client, address="mill lane 3", nearby="by the gate")
    need = send(client)
    assert (need.region, need.longitude, need.address) == (city.west, 122.05, "mill lane 3 – by the gate")


def test_of_two_places_with_one_name_it_is_asked_which(
    city: City, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    west = named(city, "mill-w", "Mill Lane")
    east = named(city, "mill-e", "Mill Lane", region=city.east, longitude=122.15, latitude=28.05)
    found(monkeypatch, (west, 0.5), (east, 0.5))
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", address="Mill Lane") == "which"
    shown = page(client, "which")
    assert "Which one do you mean?" in shown
    assert shown.count("Mill Lane") >= 2
    assert "East" in shown
    none = client.post(reverse("need-question", args=["which"]), {}).content.decode()
    assert "Please choose one of the places, or none of them." in none
    assert answer(client, "which", place="mill-e") == "when"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    need = send(client)
    assert (need.region, need.longitude) == (city.east, 122.15)


def test_of_a_long_street_the_part_is_asked(city: City, client: Client) -> None:
    named(city, "mill", "Mill Lane", region=city.city)
    named(city, "mill:1", "Mill Lane", longitude=122.05, latitude=28.05, first_number=1, last_number=60)
    named(
        city,
        "mill:2",
        "Mill Lane",
        region=city.east,
        longitude=122.15,
        latitude=28.05,
        first_number=61,
        last_number=120,
    )
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", address="Mill Lane") == "which"
    shown = page(client, "which")
    assert "Which part of Mill Lane do you mean?" in shown
    assert "Mill Lane 61–120" in shown
    assert answer(client, "which", place="mill:2") == "when"
    assert answer(client, "where", address="Mill Lane", region="") == "when", "nothing has changed"
    assert answer(client, "where", address="mill lane") == "which"
    assert answer(client, "which", place="-") == "when"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    assert send(client).region == city.city, "the street alone, when nobody knows more"


def test_words_alone_are_enough_for_a_place_that_nobody_knows(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    assert answer(client, "where", nearby="behind the old kiln") == "which"
    assert "We do not know this place yet: behind the old kiln" in page(client, "which")
    assert answer(client, "which") == "when"
    answer(client, "when")
    answer(client, "photos", go="yes")
    answer(client, "contact")
    assert "We find the place by your words" in client.get(reverse("need-check")).content.decode()
    need = send(client)
    assert (need.region_id, need.address) == (0, "behind the old kiln")


def test_a_point_outside_the_city_is_refused_in_words(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    outside = {"longitude": "10", "latitude": "50", "nearby": "near the sea"}
    reply = client.post(reverse("need-question", args=["where"]), outside).content.decode()
    assert "This point is outside the city." in reply
    assert "near the sea" in reply
    assert 'value="10"' not in reply, "the point is not sent again"
    assert answer(client, "where", longitude="122.05", latitude="28.05") == "when"


def test_any_point_will_do_where_no_boundary_is_known(client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="-")
    assert answer(client, "where", longitude="10", latitude="50") == "when"


def test_names_are_suggested_while_somebody_types(city: City, client: Client) -> None:
    named(city, "mill", "Mill Lane")
    named(city, "part", "Mill Lane 1–60", first_number=1, last_number=60)
    NamedPlace.objects.create(code="q", kind="street", name={"en": "Quay", "zh-hans": "码头路"}, region=city.east)

    def names(typed: str) -> list[dict[str, str]]:
        return client.get(reverse("place-names"), {"q": typed}).json()["places"]  # type: ignore[no-any-return]

    assert names("mil") == [{"name": "Mill Lane", "where": "West"}], "a part of a street is not a name"
    assert {"name": "West", "where": "Coast"} in names("wes")
    assert names("码头") == [{"name": "Quay", "where": "East"}]
    for nothing in ("m", "", "\0\0\0", "xyz", "%%", "__"):
        assert names(nothing) == []


# The draft


def test_a_draft_waits_for_seven_days_and_is_found_on_the_first_page(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    home = client.get("/").content.decode()
    assert "Go on where you stopped" in home
    assert reverse("need-question", args=["where"]) in home
    with clock.stopped_at(clock.now() + timedelta(days=6, hours=23)):
        assert STUCK in page(client, "what")
    with clock.stopped_at(clock.now() + timedelta(days=7, minutes=1)):
        assert "Go on where you stopped" not in client.get("/").content.decode()
        sweep_drafts()
    assert not KeptDraft.objects.exists()


def test_the_cookie_outlives_the_window_and_the_seven_days(city: City, client: Client) -> None:
    answer(client, "what", text=STUCK)
    assert int(client.cookies["sessionid"]["max-age"]) >= 7 * 86400


def test_each_answer_keeps_the_draft_for_as_long_again(city: City, client: Client) -> None:
    with clock.stopped_at(clock.now() - timedelta(days=6)):
        answer(client, "what", text=STUCK)
    answer(client, "kind", service="lift-repair")
    with clock.stopped_at(clock.now() + timedelta(days=6)):
        sweep_drafts()
        assert STUCK in page(client, "what")


def test_a_draft_survives_signing_in(city: City, client: Client) -> None:
    User.objects.create_user("ada", password="a long enough word")
    to_the_check(client)
    client.post(reverse("login"), {"username": "ada", "password": "a long enough word"})
    assert "Check your answers" in client.get(reverse("need-check")).content.decode()
    assert send(client).person.user.username == "ada"  # type: ignore[union-attr]


def test_signing_out_takes_the_draft_along(city: City, client: Client) -> None:
    client.force_login(User.objects.create_user("ada"))
    answer(client, "what", text=STUCK)
    client.post(reverse("logout"))
    assert STUCK not in client.get("/").content.decode()


def test_a_draft_is_forgotten_when_asked(city: City, client: Client) -> None:
    to_the_check(client)
    reply = client.post(reverse("need-forget"), follow=True).content.decode()
    assert "What you had told us is deleted." in reply
    assert not KeptDraft.objects.exists()
    assert STUCK not in client.get("/").content.decode()


def test_words_on_the_first_page_begin_anew(city: City, client: Client) -> None:
    old = to_the_check(client)
    assert answer(client, "what", text="help with washing", anew="yes") == "kind"
    assert client.session[SESSION_KEY] != old


def test_two_windows_lose_nothing_of_each_other(city: City, client: Client) -> None:
    """Each began with the same draft and answers another question."""
    from lacarte.pages.resident.draft import Draft

    token = to_the_check(client)
    one, two = Draft.of(client.session), Draft.of(client.session)
    one.address, two.phone = "Mill Lane", "555"
    one.keep(client.session)
    two.keep(client.session)
    said = KeptDraft.objects.get(token=token).said
    assert (said["address"], said["phone"]) == ("Mill Lane", "555")


# Sent twice


def test_the_back_button_and_a_resend_make_one_need(city: City, client: Client) -> None:
    token = to_the_check(client)
    first = send(client)
    again = client.post(reverse("need-check"), {"draft": token})
    assert again["Location"].endswith(f"/{first.reference}/")
    assert Need.objects.count() == 1


def test_another_need_in_between_changes_nothing(city: City, client: Client) -> None:
    token = to_the_check(client)
    first = send(client)
    to_the_check(client, text="The other lift does not move either")
    again = client.post(reverse("need-check"), {"draft": token})
    assert again["Location"].endswith(f"/{first.reference}/")
    assert "The other lift" in client.get(reverse("need-check")).content.decode(), "the new draft is still there"
    send(client)
    assert Need.objects.count() == 2


def test_a_strangers_token_opens_nothing(city: City, client: Client) -> None:
    token = to_the_check(client)
    send(client)
    stranger = Client()
    reply = stranger.post(reverse("need-check"), {"draft": token})
    assert reply["Location"].endswith("/need/what/")


def test_a_check_that_is_older_than_the_draft_is_shown_again(city: City, client: Client) -> None:
    to_the_check(client)
    reply = client.post(reverse("need-check"), {"draft": "of another window"})
    assert "in another window" in reply.content.decode()
    assert not Need.objects.exists()


# After sending


def test_what_is_said_after_sending(city: City, client: Client) -> None:
    to_the_check(client)
    need = send(client)
    shown = client.get(reverse("need", args=[need.reference])).content.decode()
    for words in ("We have it. Thank you.", need.reference, "To read it out:", "What happens next", need.secret):
        assert words in shown


# Danger


def test_who_may_be_in_danger_is_told_at_once_and_until_the_end(city: City, client: Client) -> None:
    assert "Help right now" not in page(client, "what")
    answer(client, "what", text="There is a fire in the lift, smoke everywhere, people are trapped inside")
    for step in ("kind", "what"):
        assert "Help right now" in page(client, step), step
    answer(client, "kind", service="lift-repair")
    for step in ("where",):
        assert "Help right now" in page(client, step), step
    for step, said in (("where", {"region": "w"}), ("when", {}), ("photos", {"go": "yes"}), ("contact", {})):
        answer(client, step, **said)
    assert "Help right now" in client.get(reverse("need-check")).content.decode()
    need = send(client)
    assert "Help right now" in client.get(reverse("need", args=[need.reference])).content.decode()
    assert need.danger is not None
