"""E-mails become needs and conversations, and what we send comes back to them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core import mail as sent_mail

from lacarte.kernel import clock
from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.held.holding import release, why
from lacarte.loop.needs.messages.conversation import say
from lacarte.loop.needs.messages.reply_address import need_of_address, reply_address
from lacarte.loop.needs.models import Channel, Message, Need
from lacarte.registers.people.models import Household, Person
from lacarte.registers.places.models import NamedPlace
from lacarte.standards.mail.taking import Became, take
from tests.background import work
from tests.city import City, build, official
from tests.standards.mail.written import CITY, email

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city(settings: LazySettings, tmp_path: Path) -> Iterator[City]:
    settings.CONFIGURED = settings.CONFIGURED | {"mail_address": CITY, "uploads_per_need": 2}
    settings.DEFAULT_FROM_EMAIL = CITY
    settings.MEDIA_ROOT = tmp_path
    yield build()


def begun(**heads: str) -> Need:
    """A need that came by e-mail, confirmed."""
    taken = take(email("The lift is broken", **heads))
    assert taken.message is not None
    work()
    return taken.message.need


def test_an_email_becomes_a_need_with_its_sender_and_photos() -> None:
    taken = take(email("The lift in 12 Long Street is broken.", photos=1))
    assert taken.became == Became.NEED
    need = Need.objects.get()
    assert need.text == "Lamp\n\nThe lift in 12 Long Street is broken."
    assert need.person is not None
    assert (need.person.email, need.person.name) == ("li@home.example", "Li Si")
    assert need.attachments.count() == 1
    assert need.channel == Channel.MESSAGE


def test_taken_in_again_it_is_one() -> None:
    take(email(photos=1))
    again = take(email(photos=1))
    assert again.became == Became.KNOWN
    assert (Need.objects.count(), Message.objects.count(), Person.objects.count()) == (1, 1, 1)


def test_a_name_that_somebody_else_used_before_loses_no_email() -> None:
    take(email(key="<same@x>"))
    assert take(email(key="<same@x>", sender="wang@other.example")).became == Became.NEED
    assert take(email(key="<same@x>", sender="wang@other.example")).became == Became.KNOWN
    assert Need.objects.count() == 2


def test_what_cannot_be_taken_along_is_named_and_the_email_is_not_lost() -> None:
    taken = take(email("see", photos=4))
    assert taken.message is not None
    assert taken.message.need.attachments.count() == 2
    assert taken.message.refused == ["At most 2 files can be sent along."]
    broken = email("see", key="<2@x>", photos=1).replace(b"/9j/", b"AAAA")
    taken = take(broken)
    assert taken.message is not None
    assert "photo 0.jpg" in taken.message.refused[0]


def test_an_email_longer_than_a_need_is_kept_whole() -> None:
    words = "The lamp is out. " * 1000
    taken = take(email(words))
    assert taken.message is not None
    assert len(taken.message.need.text) <= 5000
    assert taken.message.text == words.strip()


def test_an_email_without_words_is_a_need_for_a_person_to_look_at() -> None:
    taken = take(email("", subject="", photos=1))
    assert taken.message is not None
    assert taken.message.need.text


def test_who_is_known_by_the_address_is_the_same_person() -> None:
    known = Person.objects.create(name="Li", email="li@home.example")
    take(email(sender="LI@Home.example"))
    assert Need.objects.get().person == known


def test_what_the_words_surely_name_wins_over_the_senders_home(city: City) -> None:
    home = Household.objects.create(region=city.east, longitude=122.15, latitude=28.05)
    Person.objects.create(name="Li", email="li@home.example", household=home)
    NamedPlace.objects.create(
        code="s", kind="street", name={"en": "Long Street"}, region=city.west, longitude=122.05, latitude=28.05
    )
    take(email("The lift is broken", key="<1@x>"))
    take(email("The lift in Long Street is broken", key="<2@x>"))
    assert list(Need.objects.order_by("pk").values_list("longitude", flat=True)) == [122.15, 122.05]


def test_an_answer_to_our_address_joins_whoever_sends_it() -> None:
    need = begun()
    taken = take(email("From my other account", key="<2@x>", sender="li@work.example", to=reply_address(need)))
    assert (taken.became, taken.message and taken.message.need) == (Became.JOINED, need)


def test_an_address_that_we_never_gave_out_opens_no_conversation() -> None:
    need = begun()
    forged = reply_address(need).replace(".", ".a", 1)[: len(reply_address(need))]
    other = begun(key="<2@x>", sender="wang@x.example")
    swapped = reply_address(other).replace(
        other.reference.replace("-", "").lower(), need.reference.replace("-", "").lower()
    )
    for address in (forged, swapped, CITY, "x+y@z", "needs+AAAAAAAA.aaaaaaaaaaaaaaaa@city.example"):
        assert need_of_address(address) is None
    assert need_of_address(reply_address(need).upper()) == need, "mail programs may change the case"


def test_an_answer_to_our_message_joins_by_its_name() -> None:
    need = begun()
    told = Message.objects.get(incoming=False)
    taken = take(email("thanks", key="<2@x>", sender="x@y.example", in_reply_to=f"<{told.pk}@city.example>"))
    assert (taken.became, taken.message and taken.message.need) == (Became.JOINED, need)


def test_an_answer_to_their_own_email_joins_for_the_sender_only() -> None:
    need = begun()
    taken = take(email("and", key="<2@x>", references="<1@home.example>"))
    assert (taken.became, taken.message and taken.message.need) == (Became.JOINED, need)
    assert (
        take(email("and", key="<3@x>", sender="x@y.example", references="<1@home.example>")).became == Became.NEED
    )


def test_a_reference_in_words_joins_for_the_sender_only() -> None:
    need = begun()
    named = need.reference.replace("-", " ").lower()
    taken = take(email("and", key="<2@x>", subject=f"About {named}"))
    assert (taken.became, taken.message and taken.message.need) == (Became.JOINED, need)
    assert take(email(f"About {need.reference}", key="<3@x>", sender="x@y.example")).became == Became.NEED


def test_an_email_about_something_else_is_another_need() -> None:
    begun()
    assert take(email("The lamp is out too", key="<2@x>")).became == Became.NEED


def test_the_sender_hears_once_what_happens_next_in_their_language() -> None:
    need = begun()
    take(email("The lift is broken"))
    work()
    (letter,) = sent_mail.outbox
    assert letter.to == ["li@home.example"]
    assert letter.reply_to == [reply_address(need)]
    assert need.reference in letter.subject
    assert f"http://localhost:8000/n/{need.secret}/" in letter.body
    assert "Somebody should get in touch with you by" in letter.body
    assert need.text not in letter.body, "what was told stays where it was told"
    heads = letter.extra_headers
    assert heads["Auto-Submitted"] == "auto-replied"
    assert heads["In-Reply-To"] == "<1@home.example>"
    told = Message.objects.get(incoming=False)
    assert heads["Message-ID"] == f"<{told.pk}@city.example>"
    assert told.state == Message.State.SENT


def test_a_chinese_email_is_answered_in_chinese() -> None:
    take(email("小区的电梯坏了，困人了", subject="电梯"))
    work()
    (letter,) = sent_mail.outbox
    assert letter.extra_headers["Content-Language"] == "zh-Hans"


@pytest.mark.parametrize(
    "heads",
    [
        {"auto_submitted": "auto-replied"},
        {"return_path": "<>"},
        {"sender": CITY},
    ],
)
def test_what_a_machine_wrote_begins_nothing_and_is_not_answered(heads: dict[str, str]) -> None:
    assert take(email(**heads)).became == Became.PASSED_OVER
    work()
    assert not Need.objects.exists()
    assert sent_mail.outbox == []


@pytest.mark.parametrize(
    "heads",
    [
        {"subject": "外出时发现路灯坏了"},
        {"subject": "退信太多，邮局不处理"},
        {"subject": "Undelivered post in our street"},
        {"subject": "Returned mail piles up in the hall"},
        {"subject": "Auto: blocks my driveway"},
        {"list_unsubscribe": "<mailto:x@y.example>"},
        {"list_id": "<news>"},
        {"sender": "MAILER-DAEMON@x.example"},
    ],
)
def test_what_a_machine_may_have_written_is_held_and_answered_once_a_person_has_passed_it_on(
    heads: dict[str, str],
) -> None:
    assert take(email(**heads)).became == Became.NEED
    work()
    need = Need.objects.get()
    assert (need.state, why(need)) == (Need.State.HELD, "machine")
    assert sent_mail.outbox == []
    release(need, actor=official(Role.CASE_WORKER))
    work()
    assert [need.reference in letter.subject for letter in sent_mail.outbox] == [True]


def test_what_a_machine_may_have_written_joins_its_conversation_and_waits_for_a_person() -> None:
    need = begun()
    answer = email("Fire! People are trapped", key="<2@x>", to=reply_address(need), subject="Auto: reply")
    assert take(answer).became == Became.JOINED
    work()
    assert len(sent_mail.outbox) == 1
    assert need.messages.get(external_id="<2@x>").handled_at is None


def test_an_absence_joins_its_conversation_unanswered() -> None:
    need = begun()
    absent = email("I am away", key="<2@x>", to=reply_address(need), auto_submitted="auto-replied")
    assert take(absent).became == Became.JOINED
    work()
    assert len(sent_mail.outbox) == 1
    assert Message.objects.get(text="I am away").handled_at is not None


def test_two_programs_that_answer_each_other_come_to_rest() -> None:
    for n in range(40):
        take(email(f"I have received your message {n}", key=f"<{n}@x>", subject="Ticket created"))
        work()
    assert len(sent_mail.outbox) == 6
    assert Need.objects.count() == 40, "and nothing was lost"
    with clock.stopped_at(clock.now() + timedelta(hours=2)):
        take(email("It is me again", key="<later@x>"))
        work()
    assert len(sent_mail.outbox) == 7


def test_an_answer_from_the_desk_goes_out_and_one_from_the_resident_comes_back(city: City) -> None:
    need = begun()
    worker = official(Role.CASE_WORKER)
    message = say(need, "Which floor?", actor=worker)
    work()
    letter = sent_mail.outbox[-1]
    assert letter.body.strip() == "Which floor?"
    assert letter.extra_headers["Auto-Submitted"] == "no"
    raw = letter.message().as_bytes()
    answer = email("The third.\n\nOn Monday, City wrote:\n> Which floor?", key="<2@x>", to=letter.reply_to[0])
    assert message_from_bytes(raw)["Message-ID"] == f"<{message.pk}@city.example>"
    assert take(answer).became == Became.JOINED
    assert need.messages.get(external_id="<2@x>").text == "The third."


def test_what_comes_back_is_shown_as_not_delivered() -> None:
    need = begun()
    told = need.messages.get(incoming=False)
    report = f"""From: MAILER-DAEMON@x.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Sorry.
--b
Content-Type: message/delivery-status

Action: failed

--b
Content-Type: text/rfc822-headers

Message-ID: <{told.pk}@city.example>

--b--
"""
    assert take(report.encode()).became == Became.RETURNED
    told.refresh_from_db()
    assert told.state == Message.State.FAILED
    assert take(report.replace(str(told.pk), "no-key").encode()).became == Became.RETURNED


def test_nothing_is_sent_to_an_address_that_only_wrote_to_the_conversation() -> None:
    need = begun()
    take(email("It is me, honestly", key="<2@x>", sender="thief@x.example", to=reply_address(need)))
    say(need, "Your new date is Monday", actor=None)
    work()
    assert sent_mail.outbox[-1].to == ["li@home.example"]


def test_an_import_is_confirmed_to_nobody() -> None:
    for channel in (Channel.SENSOR, Channel.IMPORT):
        receive(text="lift", channel=channel, person=Person(email="li@home.example"))
    work()
    assert sent_mail.outbox == []


def test_damaged_emails_are_taken_in_or_passed_over_and_none_is_lost() -> None:
    draw = random.Random(11)
    for n in range(150):
        whole = bytearray(email("路灯坏了 lamp", key=f"<{n}@x>", subject="Lamp", photos=n % 2, cc="x@y.example"))
        for _ in range(draw.randrange(12)):
            at = draw.randrange(min(len(whole), 900))
            whole[at : at + draw.randrange(3)] = draw.randbytes(draw.randrange(3))
        before = Message.objects.count()
        taken = take(bytes(whole))
        if taken.became in (Became.NEED, Became.JOINED):
            assert Message.objects.count() == before + 1
        else:
            assert taken.became in (Became.KNOWN, Became.PASSED_OVER)
