"""The door of the menu, and one person's list."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lacarte.kernel.text import FALLBACK, listed
from lacarte.pages.resident.menu.asked import Asked, asked_for, facts_as_query, facts_in
from lacarte.pages.resident.menu.drawing import map_of
from lacarte.pages.resident.menu.forms import FactForm, Filter, Place
from lacarte.pages.resident.menu.rows import rows_of
from lacarte.pages.resident.menu.said import Known, known_of
from lacarte.pages.resident.menu_search.counting import count_search, not_left
from lacarte.registers.entitlement.interview import next_question
from lacarte.registers.entitlement.judging import Judgement
from lacarte.registers.entitlement.queries import entitled
from lacarte.registers.menu.browse import life_areas, life_events
from lacarte.registers.menu.models import ServiceType
from lacarte.registers.menu.personal import PersonalList, personal_list
from lacarte.registers.people.circumstances import in_words, value_in_words
from lacarte.registers.people.mandates import held_by

#: Services on a page of the list.
PAGE = 12
_MOST_PAGES = 1000


@require_GET
def door(request: HttpRequest) -> HttpResponse:
    """Choose what happened, a life area, or look for words."""
    events = life_events()
    shown = {
        "events": [one for one in events if not one.business],
        "business": [one for one in events if one.business],
        "areas": life_areas(),
    }
    return render(request, "resident/menu/door.html", shown)


@require_GET
def my_list(request: HttpRequest) -> HttpResponse:
    """The services asked for, each with the best offers for whoever asks, and why."""
    asked = asked_for(request.GET)
    if asked is None:
        messages.warning(request, _("This is not on the menu (any more). Please choose something else."))
        return redirect("menu")
    if asked.results is not None:
        count_search(request, asked.results, get_language() or FALLBACK)
    elif request.GET.get("event") or request.GET.get("area"):
        not_left(request)
    known, form = known_of(request, facts_in(request.GET)), Filter(request.GET)
    page = _page(request)
    found = personal_list(
        asked.kinds, known.where, entitled(known.facts), form.wishes(), first=(page - 1) * PAGE, most=PAGE
    )
    rows = rows_of(found, asked.why)
    query = [*asked.query, *(facts_as_query(known.facts) if known.by_link else [])]
    shown = {
        "asked": asked,
        "form": form,
        "rows": [row for row in rows if not row.no],
        "not_for_them": [row for row in rows if row.no],
        "found": found,
        "map": map_of(found, asked.title),
        "query": query,
        "order_all": _order_all(asked),
        "not_found": asked.words or asked.title,
        **_told(known, found, asked.kinds, request),
        **_pages(page, found.total, [*query, *form.query()]),
    }
    return render(request, "resident/menu/list.html", shown)


@require_GET
def share(request: HttpRequest) -> HttpResponse:
    """The address of a list for somebody else: without what was said of oneself, unless that is wanted."""
    asked = asked_for(request.GET)
    if asked is None:
        return redirect("menu")
    facts = facts_as_query(known_of(request).facts)
    with_facts = bool(facts) and request.GET.get("with") == "facts"
    plain = [*asked.query, *Filter(request.GET).query()]
    whole = urlencode([*plain, *(facts if with_facts else [])])
    shown = {
        "asked": asked,
        "link": request.build_absolute_uri(f"{reverse('menu-list')}?{whole}"),
        "back": f"{reverse('menu-list')}?{urlencode(plain)}",
        "facts": [in_words(one.partition(":")[0]) for _name, one in facts],
        "with_facts": with_facts,
        "other": urlencode([*plain, *([] if with_facts else [("with", "facts")])]),
    }
    return render(request, "resident/menu/share.html", shown)


def _told(
    known: Known, found: PersonalList[Judgement], kinds: list[ServiceType], request: HttpRequest
) -> dict[str, Any]:
    """What is known of whoever asks, and the one question from which most is to be expected."""
    judged = found.judged.values()
    kind = None if known.by_link else next_question(judged, known.facts, never=known.withheld)
    return {
        "known": known,
        "facts": [
            (in_words(one), value_in_words(one, value), one in known.said.facts)
            for one, value in known.facts.items()
            if isinstance(value, bool | int | float | str)
        ],
        "withheld": [] if known.by_link else _withheld(known, found, kinds),
        "question": FactForm(kind) if kind else None,
        "place_form": Place(),
        "asks_where": not (known.where_words or known.said.nowhere),
        "here": request.get_full_path(),
        "principals": list(held_by(request.user)) if request.user.is_authenticated else [],
        "may_remember": request.user.is_authenticated and bool(known.said.facts) and not known.by_link,
    }


def _withheld(
    known: Known, found: PersonalList[Judgement], kinds: list[ServiceType]
) -> list[tuple[str, str, str]]:
    """What they would rather not say: the kind of fact, in words, and the services that it leaves open."""
    rows = []
    for fact in known.withheld:
        left = [kind for kind in kinds if fact in found.judged[kind.number].missing]
        rows.append((fact, in_words(fact), listed(left)))
    return rows


def _order_all(asked: Asked) -> str:
    """Where the whole bundle of a life event is ordered."""
    return f"{reverse('order-new')}?{urlencode(asked.query)}" if asked.event and asked.kinds else ""


def _page(request: HttpRequest) -> int:
    said = request.GET.get("page", "1")
    return min(max(int(said), 1), _MOST_PAGES) if said.isascii() and said.isdigit() and len(said) < 9 else 1


def _pages(page: int, total: int, query: list[tuple[str, str]]) -> dict[str, Any]:
    last = max((total + PAGE - 1) // PAGE, 1)

    def of(number: int) -> str:
        return urlencode([*query, ("page", str(number))]) if 1 <= number <= last else ""

    return {"page_number": page, "last_page": last, "previous_page": of(page - 1), "next_page": of(page + 1)}
