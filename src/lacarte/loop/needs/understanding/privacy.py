"""Personal data in what people write: found, and hidden in everything that is public."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import Q
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from lacarte.engines.text import personal
from lacarte.loop.needs.models import Need, Understanding
from lacarte.registers.menu.models import Subject

Span = tuple[int, int, str]


def personal_in(text: str) -> list[Span]:
    """Where ``text`` has personal data: ``(start, end, kind)``, in order, none overlapping."""
    return personal.find(text)


def is_public(need: Need) -> bool:
    """Whether everybody may read what was said: it is about a place, and nobody has to read it first.

    What was held is not public until a person has passed it on: not when its sender withdraws it, it is turned
    away or joined to another either. Ask for it with ``select_related("understanding")``.
    """
    if need.subject != Subject.PLACE or need.state == Need.State.HELD:
        return False
    try:
        return not need.understanding.held
    except Understanding.DoesNotExist:
        return True


def passed_on() -> Q:
    """The needs that were never held, or that a person has passed on: only these say what the city needs."""
    return ~Q(state=Need.State.HELD) & ~Q(pk__in=Understanding.objects.exclude(held="").values("need"))


def public_text(need: Need) -> str:
    """A need's words as everybody may read them; empty for what is not public.

    Reads what was understood of the need when it came (ask for it with ``select_related("understanding")``) and
    finds it now where nothing was.
    """
    return masked_text(need) if is_public(need) else ""


def masked_text(need: Need) -> str:
    """A need's words without names, numbers and the like, public or not. Reads what was understood, likewise."""
    return without_personal(need.text, _understood(need))


def without_personal(text: str, spans: list[Span] | None = None) -> str:
    """``text`` with a word of the reader's language in place of each of ``spans`` (default: found now)."""
    words = _words_of(get_language())
    # Translators: stands in a text where personal data was taken out, such as “[phone]”.
    mask = _("[{}]")
    if spans:
        text = personal.hide(text, spans, words, mask)
    return personal.hide_all(text, words, mask)


def hidden_words() -> dict[str, str]:
    """What stands in place of each kind of personal data, in the reader's language."""
    return {
        "identity": pgettext("hidden", "identity number"),
        "social-security": pgettext("hidden", "social security number"),
        "passport": pgettext("hidden", "passport"),
        "bank": pgettext("hidden", "account number"),
        "phone": pgettext("hidden", "phone"),
        "email": pgettext("hidden", "e-mail"),
        "link": pgettext("hidden", "link"),
        "account": pgettext("hidden", "account"),
        "network": pgettext("hidden", "network address"),
        "plate": pgettext("hidden", "number plate"),
        "birth": pgettext("hidden", "date of birth"),
        "address": pgettext("hidden", "address"),
        "name": pgettext("hidden", "name"),
    }


@lru_cache(maxsize=16)
def _words_of(language: str | None) -> dict[str, str]:
    """The same, looked up once: a page of a thousand texts asks for them a thousand times."""
    return hidden_words()


def _understood(need: Need) -> list[Span] | None:
    """Spans that were kept and still fit the text; a person may have added some that no rule finds."""
    try:
        kept = need.understanding.personal
    except Understanding.DoesNotExist:
        return None
    spans = sorted((int(start), int(end), str(kind)) for start, end, kind in kept)
    ends = [0, *(end for _start, end, _kind in spans)]
    fits = all(before <= start < end for before, (start, end, _kind) in zip(ends, spans, strict=False))
    return spans if fits and ends[-1] <= len(need.text) else None
