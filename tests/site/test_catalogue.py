"""Messages are found in the source, translations are kept, and what is wrong is named with its file and line."""

from __future__ import annotations

import gettext
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.utils.translation import gettext as translated
from django.utils.translation import ngettext, override, to_locale

from lacarte.cli import main
from lacarte.site import catalogue

CHECKOUT = Path(__file__).resolve().parents[2]
PO = "src/lacarte/locale/zh_Hans/LC_MESSAGES/django.po"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small checkout with a page, a module and an empty Chinese catalogue."""
    write(tmp_path, "src/lacarte/pages/templates/home.html", '<p>\n  {% translate "Menu" %}</p>')
    write(tmp_path, "src/lacarte/loop/words.py", '_("Sent by %(name)s")\n')
    (tmp_path / PO).parent.mkdir(parents=True)
    catalogue.update(tmp_path)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def translate(root: Path, **translations: str) -> None:
    """Fill in the .po file as a translator would: by hand, below each original."""
    text = (root / PO).read_text(encoding="utf-8")
    for original, translation in translations.items():
        line = next(line for line in text.splitlines() if line.startswith(f'msgid "{original}'))
        text = text.replace(f'{line}\nmsgstr ""', f'{line}\nmsgstr "{translation}"')
    (root / PO).write_text(text, encoding="utf-8")


def found(root: Path) -> list[str]:
    return [str(finding) for finding in catalogue.findings(root)]


def test_this_checkout_has_a_folder_for_every_language() -> None:
    spoken = [to_locale(code) for code, _name in settings.LANGUAGES if code != "en"]
    assert catalogue.languages(CHECKOUT) == spoken


def test_messages_are_found_in_every_way_to_write_them(root: Path) -> None:
    write(
        root,
        "src/lacarte/a.py",
        "_('one ' 'text')\ngettext_lazy('lazy')\nngettext_lazy('%(n)s day', '%(n)s days', n)\n"
        "pgettext('month', 'May')\nnpgettext('crowd', 'head', 'heads', n)\n_(name)\nf(x, label or _('inner'))\n",
    )
    write(
        root,
        "src/lacarte/templates/b.html",
        "{% if a %}\n      {% translate 'May' context 'month' %}\n  {% endif %}\n"
        "{% blocktranslate trimmed count n=days %}\n  {{ n }} day\n"
        "{% plural %}\n  {{ n }} days\n{% endblocktranslate %}\n"
        "{% blocktranslate trimmed with who=name %}\n"
        "   Dear {{ who }},\n   it's 100% yours\n{% endblocktranslate %}\n"
        "{% tag _('tagged') %} {{ _('shown')|upper }} {% comment %}{% translate 'not this' %}{% endcomment %}",
    )
    write(root, "src/lacarte/migrations/c.py", "_('not in migrations')")
    messages = {(m.id, m.context) for m in catalogue.messages(root) if m.id}
    assert messages == {
        ("one text", None),
        ("lazy", None),
        (("%(n)s day", "%(n)s days"), None),
        ("May", "month"),
        (("head", "heads"), "crowd"),
        ("inner", None),
        (("%(n)s day", "%(n)s days"), None),
        ("Dear %(who)s, it's 100%% yours", None),
        ("tagged", None),
        ("shown", None),
        ("Menu", None),
        ("Sent by %(name)s", None),
    }


def test_new_messages_join_in_the_order_of_their_files_and_translations_stay(root: Path) -> None:
    translate(root, Menu="菜单", Sent="由%(name)s发送")
    write(root, "src/lacarte/loop/words.py", '_("Sent by %(name)s")\n_("Send")\n')
    left = catalogue.update(root)
    assert [str(finding) for finding in left] == [
        "src/lacarte/loop/words.py:2: “Send” is not translated in zh_Hans"
    ]
    text = (root / PO).read_text(encoding="utf-8")
    assert text.index("由%(name)s发送") < text.index('"Send"') < text.index("菜单")


def test_the_po_file_has_no_dates_and_no_line_numbers_and_stays_the_same(root: Path) -> None:
    first = (root / PO).read_text(encoding="utf-8")
    write(root, "src/lacarte/pages/templates/home.html", '\n\n\n<p>\n  {% translate "Menu" %}</p>')
    catalogue.update(root)
    assert (root / PO).read_text(encoding="utf-8") == first
    assert "#: src/lacarte/pages/templates/home.html\n" in first
    assert "Date" not in first


def test_a_changed_original_loses_its_translation_rather_than_keep_a_guess(root: Path) -> None:
    translate(root, Menu="菜单", Sent="由%(name)s发送")
    write(root, "src/lacarte/pages/templates/home.html", '{% translate "Menus" %}')
    catalogue.update(root)
    text = (root / PO).read_text(encoding="utf-8")
    assert 'msgid "Menus"\nmsgstr ""' in text
    assert "菜单" not in text


def test_the_notes_of_translators_and_of_programmers_are_kept(root: Path) -> None:
    write(root, "src/lacarte/loop/words.py", '# Translators: a verb\n_("Order")\n')
    catalogue.update(root)
    text = (root / PO).read_text(encoding="utf-8")
    assert "#. Translators: a verb\n" in text
    (root / PO).write_text(text.replace("#. Translators", "# as on the paper form\n#. Translators"), "utf-8")
    catalogue.update(root)
    assert "# as on the paper form\n#. Translators: a verb\n" in (root / PO).read_text(encoding="utf-8")


def test_the_mo_file_is_read_by_gettext_and_leaves_out_what_has_no_translation(root: Path) -> None:
    write(root, "src/lacarte/loop/days.py", "ngettext('%(n)s day', '%(n)s days', n)\n_('Send')")
    catalogue.update(root)
    text = (root / PO).read_text(encoding="utf-8")
    (root / PO).write_text(text.replace('msgstr[0] ""', 'msgstr[0] "%(n)s 天"'), encoding="utf-8")
    catalogue.update(root)
    with (root / PO).with_suffix(".mo").open("rb") as file:
        chinese = gettext.GNUTranslations(file)
    assert chinese.ngettext("%(n)s day", "%(n)s days", 1) == "%(n)s 天"
    assert chinese.ngettext("%(n)s day", "%(n)s days", 5) == "%(n)s 天"
    assert chinese.gettext("Send") == "Send"


def test_a_complete_catalogue_has_no_findings(root: Path) -> None:
    translate(root, Menu="菜单", Sent="由%(name)s发送")
    assert catalogue.update(root) == []
    assert found(root) == []


def test_what_is_missing_or_not_translated_is_named_where_it_is_written(root: Path) -> None:
    write(root, "src/lacarte/loop/words.py", '\n_("Sent by %(name)s")\n_("Send")\n')
    assert found(root) == [
        "src/lacarte/loop/words.py:2: “Sent by %(name)s” is not translated in zh_Hans",
        "src/lacarte/loop/words.py:3: “Send” is missing in zh_Hans",
        "src/lacarte/pages/templates/home.html:2: “Menu” is not translated in zh_Hans",
    ]


def test_a_guess_is_not_a_translation(root: Path) -> None:
    translate(root, Menu="菜单", Sent="由%(name)s发送")
    text = (root / PO).read_text(encoding="utf-8")
    (root / PO).write_text(text.replace('msgid "Menu"', '#, fuzzy\nmsgid "Menu"'), encoding="utf-8")
    assert [str(finding) for finding in catalogue.update(root)] == [
        "src/lacarte/pages/templates/home.html:2: “Menu” is not translated in zh_Hans"
    ]


def test_what_is_stale_is_named_in_the_po_file(root: Path) -> None:
    translate(root, Menu="菜单", Sent="由%(name)s发送")
    catalogue.update(root)
    (root / "src/lacarte/pages/templates/home.html").unlink()
    line = (root / PO).read_text(encoding="utf-8").splitlines().index('msgid "Menu"') + 1
    assert found(root) == [f"{PO}:{line}: “Menu” is not in the source any more"]


def test_a_mo_file_that_does_not_match_is_named(root: Path) -> None:
    translate(root, Menu="菜单", Sent="由%(name)s发送")
    assert found(root) == [f"{PO.replace('.po', '.mo')}:1: does not match django.po; run `lacarte translations`"]
    (root / PO).with_suffix(".mo").unlink()
    assert len(found(root)) == 1


@pytest.mark.parametrize(
    ("original", "translation", "says"),
    [
        ("by %(name)s", "由某人", "lacks %(name)s"),
        ("by %(name)s", "由%(naem)s和%(name)s", "has %(naem)s, which the original does not have"),
        ("%(n)d left", "还剩%(n)s", "lacks %(n)d"),
        ("%s of %s", "共%s", "has %s 1×, the original 2×"),
        ("{a} to {b}", "从{a}起", "lacks {b}"),
        ("%(n)s, 100%% sure", "%(n)s，100%确定", "lacks %%"),
        ("%(n)s of all", "占%(n)s（单位%）", "has a single %, which must be %%"),
    ],
)
def test_placeholders_must_be_the_same(root: Path, original: str, translation: str, says: str) -> None:
    translate(root, Menu="菜单")
    write(root, "src/lacarte/loop/words.py", f'_("{original}")\n')
    catalogue.update(root)
    translate(root, **{original: translation})
    catalogue.update(root)
    line = (root / PO).read_text(encoding="utf-8").splitlines().index(f'msgid "{original}"') + 1
    assert f"{PO}:{line}: the translation of “{original}” {says}" in found(root)


def test_one_of_several_plural_forms_may_leave_the_number_out(root: Path) -> None:
    shutil.rmtree((root / PO).parents[1])
    french = root / PO.replace("zh_Hans", "fr")
    french.parent.mkdir(parents=True)
    write(root, "src/lacarte/loop/words.py", "ngettext('Only one', '%(n)s left', n)")
    (root / "src/lacarte/pages/templates/home.html").unlink()
    catalogue.update(root)
    text = french.read_text(encoding="utf-8")
    filled = text.replace('msgstr[0] ""', 'msgstr[0] "Un seul"').replace('msgstr[1] ""', 'msgstr[1] "Reste"')
    french.write_text(filled, encoding="utf-8")
    assert [str(finding).partition(": ")[2] for finding in catalogue.update(root)] == [
        "the translation of “Only one” lacks %(n)s"
    ]


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("src/lacarte/templates/x.html", "{% blocktranslate %}{% if a %}", "templates/x.html, line 1"),
        (PO, 'msgid "a"\nmsgstr "b"\nnonsense', "django.po:3: cannot read “nonsense”"),
        (PO.replace("zh_Hans", "qq"), "", "unknown locale 'qq'"),
        (PO.replace("zh_Hans", "of mine"), "", "got 'of mine'"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(root: Path, name: str, text: str, says: str) -> None:
    write(root, name, text)
    with pytest.raises(catalogue.CatalogueError, match=says):
        catalogue.update(root)


def test_the_command_writes_the_catalogue_and_check_says_what_is_left(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lacarte.cli.checkout.source_root", lambda: root)
    write(root, "src/lacarte/loop/words.py", '_("Send")\n')
    run = CliRunner().invoke
    stale = run(main, ["translations", "--check"])
    assert (stale.exit_code, "words.py:1: “Send” is missing in zh_Hans" in stale.output) == (1, True)
    assert "Send" not in (root / PO).read_text(encoding="utf-8")
    written = run(main, ["translations"])
    assert (written.exit_code, "2 to translate" in written.output) == (0, True)
    translate(root, Menu="菜单", Send="发送")
    run(main, ["translations"])
    assert run(main, ["translations", "--check"]).output == "The translations are complete.\n"


def test_pages_speak_chinese() -> None:
    with override("zh-hans"):
        assert translated("What do you need?") == "您需要什么？"
        assert ngettext("%(n)s day", "%(n)s days", 3) % {"n": 3} == "3天"
