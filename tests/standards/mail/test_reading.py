"""E-mails in every state become what somebody wrote."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacarte.kernel.text import storable
from lacarte.standards.mail.reading import Mail, read
from tests.engines.images.drawn import as_file, drawn, photo
from tests.standards.mail.written import email


def raw(body: bytes, *heads: bytes) -> bytes:
    return b"\r\n".join([b"From: li@home.example", b"Message-ID: <1@x>", *heads, b"", body])


def test_an_email_says_who_wrote_what_when_and_to_whom() -> None:
    told = read(email(cc='"Ward, west" <West@City.example>', references="<a@x> <b@x>", in_reply_to="<c@x>"))
    assert (told.sender, told.name, told.subject) == ("li@home.example", "Li Si", "Lamp")
    assert told.text == "The street lamp is broken."
    assert told.sent_to == ("needs@city.example", "west@city.example")
    assert told.answers_to == ("<a@x>", "<b@x>", "<c@x>")
    assert told.date == datetime(2025, 11, 3, 2, 12, tzinfo=UTC)
    assert told.message_id == "<1@home.example>"
    assert not told.automatic
    assert told.returned == ()


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk", "gb18030", "big5", "utf-16"])
def test_chinese_is_read_in_every_character_set(charset: str) -> None:
    words = "路燈壞了" if charset == "big5" else "路灯坏了"
    body = base64.encodebytes(words.encode(charset))
    kind = f'Content-Type: text/plain; charset="{charset}"'.encode()
    assert read(raw(body, kind, b"Content-Transfer-Encoding: base64")).text == words


def test_a_claim_that_is_wrong_is_not_believed() -> None:
    body = "路灯坏了".encode("gb18030")
    for claim in (b"utf-8", b"us-ascii", b"x-nonsense", b"zip", b"rot13", b"idna", b"unicode_escape", b""):
        kind = b"Content-Type: text/plain; charset=" + claim
        assert read(raw(body, kind, b"Content-Transfer-Encoding: 8bit")).text == "路灯坏了"


def test_what_a_character_set_lacks_is_read_as_its_larger_one() -> None:
    body = "朱镕基路的灯".encode("gbk")  # 镕 is in GBK and not in GB 2312
    kind = b"Content-Type: text/plain; charset=gb2312"
    assert read(raw(body, kind, b"Content-Transfer-Encoding: 8bit")).text == "朱镕基路的灯"


def test_heads_are_decoded_coded_or_not() -> None:
    coded = "=?gb2312?B?" + base64.b64encode("路灯坏了".encode("gbk")).decode() + "?="
    assert read(raw(b"x", f"Subject: {coded}".encode())).subject == "路灯坏了"
    assert read(raw(b"x", "Subject: 路灯坏了".encode("gb18030"))).subject == "路灯坏了"
    assert read(raw(b"x", "Subject: 路灯坏了".encode())).subject == "路灯坏了"
    assert read(raw(b"x", b"Subject: Lamp =?utf-8?B?!!!?= =?x?Q?y?= =?nonsense")).subject.startswith("Lamp")
    named = read(email(sender="=?utf-8?B?" + base64.b64encode("李四".encode()).decode() + "?= <li@home.example>"))
    assert (named.name, named.sender) == ("李四", "li@home.example")


def test_html_alone_becomes_text_and_of_two_versions_the_plain_one_counts() -> None:
    letter = EmailMessage()
    letter.set_content("<p>The lamp<br>is <b>out</b></p>", subtype="html")
    assert read(letter.as_bytes()).text == "The lamp\nis out"
    letter = EmailMessage()
    letter.set_content("plain words")
    letter.add_alternative("<p>coloured words</p>", subtype="html")
    assert read(letter.as_bytes()).text == "plain words"
    letter = EmailMessage()
    letter.set_content("   \n")
    letter.add_alternative("<p>coloured words</p>", subtype="html")
    assert read(letter.as_bytes()).text == "coloured words"


def test_photos_come_along_however_deep_they_are_and_logos_do_not() -> None:
    letter = EmailMessage()
    letter.set_content("see")
    letter.add_alternative("<p>see <img src='cid:1'><img src='cid:2'></p>", subtype="html")
    page = letter.get_payload()[1]  # type: ignore[index]
    page.add_related(photo(1), "image", "jpeg", cid="<1>")  # type: ignore[union-attr]
    page.add_related(as_file(drawn(size=(20, 20)), "PNG"), "image", "png", cid="<2>")  # type: ignore[union-attr]
    letter.add_attachment(photo(2), maintype="application", subtype="octet-stream", filename="照片.jpg")
    told = read(letter.as_bytes())
    assert told.text == "see"
    assert [data for _, data in told.enclosed] == [photo(1), photo(2)]
    assert told.enclosed[1][0] == "照片.jpg"


def test_what_was_answered_and_signed_is_cut_off() -> None:
    text = "It is worse now.\n\nOn Monday, City wrote:\n> We have it.\n\n-- \nLi"
    assert read(email(text, in_reply_to="<2@city>")).text == "It is worse now."


@pytest.mark.parametrize(
    "heads",
    [
        {"auto_submitted": "auto-replied"},
        {"auto_submitted": "auto-generated; owner-email=a@b"},
        {"return_path": "<>"},
    ],
)
def test_what_a_machine_says_it_wrote_is_known(heads: dict[str, str]) -> None:
    assert read(email(**heads)).automatic


@pytest.mark.parametrize(
    "heads",
    [
        {"precedence": "bulk"},
        {"list_id": "news <news.x>"},
        {"list_unsubscribe": "<mailto:x@y>"},
        {"x_autoreply": "yes"},
        {"sender": "MAILER-DAEMON@x.example"},
        {"sender": "No Reply <no-reply@shop.example>"},
        {"subject": "Automatic reply: Lamp"},
        {"subject": "自动回复：路灯"},
        {"subject": "Undeliverable: Lamp"},
        {"subject": "外出时发现路灯坏了"},
    ],
)
def test_what_a_machine_may_have_written_is_doubtful(heads: dict[str, str]) -> None:
    mail = read(email(**heads))
    assert (mail.automatic, mail.doubtful) == (False, True)


@pytest.mark.parametrize(
    "heads", [{"auto_submitted": "no"}, {"subject": "The office is closed"}, {"priority": "1"}]
)
def test_what_a_person_wrote_is_known(heads: dict[str, str]) -> None:
    mail = read(email(**heads))
    assert (mail.automatic, mail.doubtful) == (False, False)


def report(action: str) -> bytes:
    return f"""From: MAILER-DAEMON@x.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Sorry, I could not deliver it.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; x

Final-Recipient: rfc822; li@x
Action: {action}
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <ours@city.example>
Subject: Lamp

--b--
""".encode()


def test_a_report_names_what_could_not_be_delivered() -> None:
    told = read(report("failed"))
    assert told.returned == ("<ours@city.example>",)
    assert told.automatic
    assert read(report("delayed")).returned == ()


def test_an_email_without_a_name_of_its_own_gets_one_from_its_bytes() -> None:
    one, same, other = (read(b"From: a@b.example\n\n" + body).message_id for body in (b"x", b"x", b"y"))
    assert one == same != other


def test_an_email_without_a_sender_is_read_too() -> None:
    assert read(b"From: nobody at all\n\nwords").sender == ""
    assert read(b"").text == ""
    assert read(b"words without any head").text in ("", "words without any head")


def test_an_email_in_an_email_in_an_email_is_read_as_far_as_it_goes() -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    assert isinstance(read(b"Message-ID: <deep@x>\n" + deep), Mail)
    many = EmailMessage()
    many.set_content("words")
    for _ in range(400):
        many.add_attachment(b"x", maintype="image", subtype="png", filename="a.png")
    assert len(read(many.as_bytes()).enclosed) < 250


def nothing_unstorable(told: Mail) -> bool:
    return all(storable(words) for words in (told.text, told.subject, told.name, told.sender, told.message_id))


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_an_error(data: bytes) -> None:
    assert nothing_unstorable(read(data))


_HEADS = st.sampled_from(
    b"From To Subject Date Message-ID References In-Reply-To Reply-To Content-Type Content-Disposition "
    b"Content-Transfer-Encoding MIME-Version Auto-Submitted".split()
)
_PIECES = st.sampled_from(
    b"multipart/mixed; boundary=x|multipart/alternative; boundary=x|multipart/report; boundary=x|text/html"
    b"|text/html; charset=|text/plain|message/rfc822|x|=?utf-8?Q?=C3?=|=?gb2312?B?//?=|=?x?y?z?=|base64"
    b"|quoted-printable|x-uuencode"
    b"|filename*=utf-8''%FF%00|filename*0*=a|\"|<a@b>|<@>|(((|\xff\xfe|\0|attachment; |;;=;|utf-7|idna"
    b"|Mon, 99 Foo 99999 99:99:99 +9999".split(b"|")
)
_LINE = st.one_of(
    st.tuples(_HEADS, st.lists(_PIECES, max_size=4)).map(lambda made: made[0] + b": " + b" ".join(made[1])),
    st.sampled_from([b"", b"--x", b"--x--", b"begin 644 a", b"end", b"<p>&#xD800;<!--", b"=00=FF=", b"\x80\x00"]),
    st.binary(max_size=30),
)


@settings(max_examples=1500, deadline=None)
@given(st.lists(_LINE, max_size=25))
def test_no_email_raises_an_error(lines: list[bytes]) -> None:
    assert nothing_unstorable(read(b"\r\n".join(lines)))


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_email_is_read_as_far_as_it_goes(data: st.DataObject) -> None:
    whole = bytearray(email(photos=1, in_reply_to="<a@b>", cc="x@y.example")[:4000])
    for at, new in data.draw(
        st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(0, 255)), max_size=20)
    ):
        whole[at] = new
    assert nothing_unstorable(read(bytes(whole[: data.draw(st.integers(0, len(whole)))])))
