"""The words of an e-mail, without what is quoted and without signatures."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacarte.kernel.text import storable
from lacarte.standards.mail.plain import clean, of_html, unfolded, without_quotes


@pytest.mark.parametrize(
    ("sent", "own"),
    [
        ("Thank you!\n\nOn Mon, 3 Nov 2025 at 10:12, City <city@x.example> wrote:\n> We have it.\n", "Thank you!"),
        (
            "Thanks\n\nOn Monday, November the third, one with a long name\n<a@b.example> wrote:\n\n> x",
            "Thanks",
        ),
        ("好的，谢谢\n\n在 2025年11月3日 10:12，市民服务 <city@x.example> 写道：\n> 已收到", "好的，谢谢"),
        (
            "已经修好了\n\n------ 原始邮件 ------\n发件人: 市民服务\n主题: 路灯",
            "已经修好了",
        ),
        ("Danke\n\nAm 03.11.25 um 10:12 schrieb Stadt:\n> Wir haben es.", "Danke"),
        ("Merci\n\nLe lun. 3 nov. 2025 à 10:12, Ville <v@x.example> a écrit :\n> Reçu", "Merci"),
        (
            "It is worse now\n\nFrom: City <c@x.example>\nSent: Monday\nTo: Li\nSubject: Lamp\n\nWe have it.",
            "It is worse now",
        ),
        ("Yes\n-----Original Message-----\nFrom: x", "Yes"),
        ("> When?\nTomorrow.\n> Where?\nAt home.", "Tomorrow.\nAt home."),
        ("The lamp is out.\n\n-- \nLi Si\n12 Long Street", "The lamp is out."),
        ("The lamp is out.\n\nSent from my iPhone", "The lamp is out."),
        ("路灯不亮。\n\n发自我的iPhone", "路灯不亮。"),
        ("路灯不亮。\n来自 QQ邮箱手机版", "路灯不亮。"),
        ("nothing quoted at all", "nothing quoted at all"),
    ],
)
def test_of_an_answer_what_its_writer_wrote_is_left(sent: str, own: str) -> None:
    assert without_quotes(sent, answers=True) == own


def test_a_first_email_keeps_what_only_looks_like_a_quote() -> None:
    told = "On Monday my neighbour, who lives below, wrote:\nthe pipe leaks\n\nFrom: here\nTo: there\nDate: today"
    assert without_quotes(told, answers=False) == told


def test_of_an_email_that_is_only_forwarded_everything_stays() -> None:
    assert without_quotes("> The lamp is out.\n> Since May.", answers=True) == "The lamp is out.\nSince May."
    assert without_quotes("-----Original Message-----\nThe lamp is out.", answers=True).endswith(
        "The lamp is out."
    )


def test_html_becomes_lines_a_reader_would_read() -> None:
    page = (
        "<html><head><title>no</title><style>p{color:red}</style></head><body><!-- no --><p>The&nbsp;lamp<br>is "
        "<b>out</b> &amp; dark.</p><ul><li>one<li>two</ul><script>alert('no')</script><blockquote>quoted<br>twice"
        "</blockquote>after</body></html>"
    )
    assert of_html(page) == "The lamp\nis out & dark.\n\n- one\n- two\n\n> quoted\n> twice\nafter"
    assert without_quotes(of_html(page), answers=True) == "The lamp\nis out & dark.\n\n- one\n- two\nafter"


def test_broken_html_loses_no_words() -> None:
    assert of_html("1 < 2 and <b>bold") == "1 < 2 and bold"
    assert of_html("<p>open <b") == "open"
    assert of_html("<script>never closed") == ""
    assert of_html("&#0; &#xD800; &bogus; &#99999999;").isprintable()


def test_flowed_text_flows() -> None:
    assert unfolded("one \ntwo\n> quoted \nthree\n-- \nLi") == "one two\n> quoted \nthree\n-- \nLi"


@pytest.mark.parametrize(
    "hostile", ["<!--", "<", "<a ", "<![CDATA[", "&", "<blockquote>", "<script>", "</", "\n> "]
)
def test_hostile_pages_take_no_longer_than_others(hostile: str) -> None:
    began = time.perf_counter()
    without_quotes(of_html(hostile * (300_000 // len(hostile))), answers=True)
    assert time.perf_counter() - began < 5


@given(st.text(), st.booleans())
def test_whatever_is_written_can_be_kept(text: str, answers: bool) -> None:
    for words in (clean(text), of_html(text), without_quotes(text, answers=answers)):
        assert storable(words)
        assert words == words.strip()
