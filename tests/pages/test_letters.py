"""Letters: written at the desk, printed together in each reader's language, marked as posted."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pypdfium2
import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse

from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.messages.carriers import Memory
from lacarte.loop.needs.messages.conversation import say
from lacarte.loop.needs.messages.links import public_link_of
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.pages.desk import letter_fonts
from lacarte.pages.desk.letter_sheet import LetterFontError, Sheet, as_pdf, unprintable
from lacarte.registers.people.models import Household, Person, PersonalRead
from tests.background import work
from tests.city import City, official, signed_in
from tests.engines.documents.drawn import inked

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


DEJAVU = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"


def told(city: City, text: str = "broken lift", name: str = "Li Ming") -> Need:
    home = Household.objects.create(region=city.west, address="Mill Lane 3")
    person = Person.objects.create(name=name, household=home)
    return receive(text=text, channel=Channel.PHONE, service_type=city.lift, person=person)


def pages(body: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(body)
    try:
        return [page.get_textpage().get_text_range().replace("\r\n", "\n") for page in document]
    finally:
        document.close()


def printed(client: Client, *letters: Message) -> list[str]:
    answer = client.post(reverse("letters-print"), {"letter": [str(one.pk) for one in letters]})
    assert answer["Content-Type"] == "application/pdf"
    return pages(answer.content)


def letter(need: Need, text: str = "We come on Monday.", to: str = "Li Ming\nMill Lane 3") -> Message:
    return say(need, text, actor=official(Role.CASE_WORKER), subject="Lift", letter_to=to)


def test_the_address_is_where_they_live_and_they_see_that_it_was_read(city: City) -> None:
    need = told(city)
    client = signed_in(official(Role.CASE_WORKER))
    page = client.post(reverse("letter-write", args=[need.reference]), {"text": "What I had begun"})
    assert "Li Ming\nMill Lane 3</textarea>" in page.content.decode()
    assert "What I had begun</textarea>" in page.content.decode()
    assert PersonalRead.objects.filter(person=need.person, fields="name", purpose="write a letter").exists()


def test_a_letter_is_on_the_page_at_once_and_waits_to_be_printed(city: City) -> None:
    need, client = told(city), signed_in(official(Role.CASE_WORKER))
    sent = client.post(
        reverse("letter-write", args=[need.reference]),
        {"to": " Li Ming \n\n Mill Lane 3", "text": "We come. {link}"},
    )
    assert sent.status_code == 302
    message = Message.objects.get(need=need, medium=Message.Medium.LETTER)
    assert message.address == "Li Ming\nMill Lane 3"
    assert message.text == f"We come. {public_link_of(need)}", "the private link is not printed at the desk"
    work()
    assert not Memory.sent
    assert "Waits to be printed" in client.get(reverse("desk-need", args=[need.reference])).content.decode()


def test_letters_are_printed_together_each_in_its_language_and_stay_until_they_are_posted(city: City) -> None:
    first, second = letter(told(city)), letter(told(city, "电梯坏了", "王芳"), "我们星期一来。", "王芳\n磨坊巷3号")
    client = signed_in(official(Role.CASE_WORKER))
    one, other = printed(client, first, second)
    assert "Li Ming\nMill Lane 3" in one
    assert "We come on Monday." in one
    assert f"Your reference: {first.need.reference}" in one
    assert "王芳\n磨坊巷3号" in other
    assert "我们星期一来。" in other
    assert second.need.reference in other
    assert "Your reference" not in other
    assert {first.state, second.state} == {Message.State.QUEUED}
    client.post(reverse("letters-print"), {"letter": [str(first.pk), str(second.pk)], "posted": "yes"})
    assert set(Message.objects.filter(medium="letter").values_list("state", flat=True)) == {Message.State.SENT}
    assert "No letter waits." in client.get(reverse("letters")).content.decode()


def test_whoever_prints_is_seen_by_the_person(city: City) -> None:
    message = letter(told(city))
    printed(signed_in(official(Role.CASE_WORKER)), message)
    assert PersonalRead.objects.filter(person=message.need.person, purpose="write a letter").count() == 1


def test_nobody_prints_or_posts_letters_beyond_their_mandate(city: City) -> None:
    message = letter(told(city))
    elsewhere = signed_in(official(Role.CASE_WORKER, region=city.east))
    assert "No letter waits." in elsewhere.get(reverse("letters")).content.decode()
    for form in ({}, {"posted": "yes"}):
        answer = elsewhere.post(reverse("letters-print"), {"letter": str(message.pk), **form})
        assert answer.status_code == 302
    message.refresh_from_db()
    assert message.state == Message.State.QUEUED
    assert signed_in(official(Role.CALL_TAKER)).get(reverse("letters")).status_code == 403


def test_a_letter_with_signs_that_no_font_has_stops_none_of_the_others(city: City) -> None:
    good, odd = letter(told(city)), letter(told(city), "مرحبا")
    client = signed_in(official(Role.CASE_WORKER))
    listed = client.get(reverse("letters")).content.decode()
    assert "letter_font" in listed
    assert f'value="{odd.pk}"' not in listed
    assert len(printed(client, good, odd)) == 1


@pytest.mark.parametrize("keys", [[], ["x"], [str(uuid4())], ["\0"]])
def test_odd_choices_print_nothing_and_break_nothing(city: City, keys: list[str]) -> None:
    client = signed_in(official(Role.CASE_WORKER))
    assert client.post(reverse("letters-print"), {"letter": keys}).status_code == 302


@pytest.mark.parametrize(
    ("form", "told_so"),
    [
        ({"to": " \n ", "text": "x"}, "Please write whom it goes to"),
        ({"to": "\n".join("1234567"), "text": "x"}, "at most 6 lines"),
        ({"to": "Li", "text": " "}, "Please write what you want to say."),
        ({"to": "Li", "text": "x" * 5001}, "5000"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(city: City, form: dict[str, str], told_so: str) -> None:
    need = told(city)
    answer = signed_in(official(Role.CASE_WORKER)).post(reverse("letter-write", args=[need.reference]), form)
    assert answer.status_code == 422
    assert told_so in answer.content.decode()
    assert not Message.objects.filter(medium="letter").exists()


def sheet(text: str, to: str = "Li Ming") -> Sheet:
    return Sheet(to=to, dated="28 November 2026", subject="Lift", text=text, foot="Reference", language="en")


def test_a_long_letter_goes_on_with_the_number_of_its_page_and_the_next_begins_anew() -> None:
    long = sheet("\n\n".join(["We come on Monday. " * 30] * 12))
    found = pages(as_pdf([long, sheet("Short.", "Wang Fang"), long], sender="City", paper="letter"))
    begins = [number for number, page in enumerate(found) if page.startswith("City")]
    assert len(begins) == 3
    assert found[begins[0] + 1].startswith("2"), "the second page of the first letter"
    assert "Wang Fang" in found[begins[1]]
    assert begins[2] == begins[1] + 1
    assert found[begins[2] + 1].startswith("2"), "each letter counts its own pages"


def test_what_looks_like_markup_is_printed_as_it_is() -> None:
    assert "<b>A & B</b> <para>" in pages(as_pdf([sheet("<b>A & B</b> <para>")]))[0]


def test_signs_that_cannot_be_printed_are_named_once() -> None:
    assert unprintable(sheet("Ärger, 电梯, Привет"), "") == ""
    assert "Ärger, 电梯" in pages(as_pdf([sheet("Ärger, 电梯")]))[0]
    assert unprintable(sheet("🙂 x 🙂 ا"), "") == "🙂ا"


@pytest.mark.parametrize("words", ["مرحبا", "שלום", "नमस्ते", "สวัสดี", "🙂"])
@pytest.mark.parametrize("font", ["", DEJAVU])
def test_scripts_that_would_come_out_wrong_are_not_printed_even_where_a_font_has_their_signs(
    words: str, font: str
) -> None:
    if font and not Path(font).exists():
        pytest.skip("this machine has no such font")
    assert set(unprintable(sheet(words), font)) == set(words)


@pytest.mark.parametrize("words", ["电梯师傅星期一来。", "Привет", "Γειά σου", "Zażółć gęślą jaźń", "Küste, 海岸"])
def test_what_is_printed_is_seen(words: str) -> None:
    if unprintable(sheet(words), ""):
        pytest.skip("no font of this machine has it, and the desk is told so")
    assert words in pages(as_pdf([sheet(words)]))[0].replace("\n", "")
    empty, written = (inked(as_pdf([sheet(text)])) for text in ("", words))
    assert written > empty


def test_a_font_of_this_machine_goes_into_the_letter_and_the_chinese_one_need_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if not Path(DEJAVU).exists():
        pytest.skip("this machine has no such font")
    monkeypatch.setattr(letter_fonts, "_files", lambda: iter([Path(DEJAVU)]))
    for cached in (letter_fonts._file, letter_fonts._found):
        cached.cache_clear()
    assert (
        letter_fonts.in_words("")
        == "DejaVuSans.ttf; Chinese with STSong-Light, which whoever opens the letter must have"
    )
    written = as_pdf([sheet("Zażółć")])
    assert b"FontFile2" in written
    assert b"STSong" in as_pdf([sheet("电梯")])
    monkeypatch.setattr(letter_fonts, "_files", lambda: iter([]))
    for cached in (letter_fonts._file, letter_fonts._found):
        cached.cache_clear()
    assert unprintable(sheet("Zażółć, Привет"), "") == "żłć", "Cyrillic is in the Chinese font"
    for cached in (letter_fonts._file, letter_fonts._found):
        cached.cache_clear()


def test_a_font_that_is_none_says_so(city: City, settings: LazySettings) -> None:
    with pytest.raises(LetterFontError, match="letter_font"):
        unprintable(sheet("x"), "/nowhere/font.ttf")
