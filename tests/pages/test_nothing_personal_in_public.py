"""No address that anybody may open shows what is personal in a need, whatever pages there will be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Need
from lacarte.registers.people.models import Person
from tests import city as towns

TEXT = "Lift stuck again. My name is Zebulon Quartermain, 13800138000, 4幢1321室, zeb@quarter.example, 沪A12345"
ADDRESS = "3 Plum Lane, Apt 77Q"
CARE = "My mother needs help and fell off the gazebo"
HIDDEN = ("Zebulon", "Quartermain", "13800138000", "1321", "zeb@", "沪A12345", "77Q", "gazebo")
#: Signs drawn by chance, among which “77Q” or “1321” may be: of forms, of ids and hashes, of parts of a second.
_DRAWN = re.compile(
    r'name="(?:csrfmiddlewaretoken|draft|challenge)" value="[^"]*"|\b[0-9a-f-]{32,}\b|(?<=:\d\d)\.\d{6}\b'
)
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")


def addresses(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, str]]:
    """Every address there is as a pattern, with its name."""
    for one in resolver.url_patterns:
        pattern = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield pattern, one.name or ""
        else:
            yield from addresses(one, pattern)


def filled(pattern: str, values: dict[str, str]) -> str:
    """The address with a value for each of its parts. Raises ``KeyError`` for a part that has none."""
    plain = _GROUP.sub(lambda found: f"<{found[1]}>", pattern)
    plain = re.sub(r"\(\?:([^()]*(?:\.<format>)?)\)\??", lambda found: found[1].replace("\\.", "."), plain)
    plain = re.sub(r"[\^$?]|\\Z|\\", "", plain)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values[found[1]], plain)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("form", ["json", "xml"])
def test_nobody_reads_what_is_personal(client: Client, language: str, form: str) -> None:
    city = towns.build()
    place = receive(
        text=TEXT, address=ADDRESS, channel="web", service_type=city.lift, longitude=122.05, latitude=28.05
    )
    person = Person.objects.create(name="Zebulon Quartermain")
    care = receive(text=CARE, channel="web", service_type=city.care, region=city.west, person=person)
    held = receive(text=TEXT, channel="web", service_type=city.lift, region=city.west, held="other")
    client.cookies["django_language"] = language
    opened = 0
    for need in (place, care, held):
        values = {
            **{"reference": need.reference, "identifier": need.reference, "token": need.reference},
            **{"by": "region", "kind": "region", "whose": "nobody", "what": "accepted"},
            **{"code": "lift-repair", "format": form, "step": "where", "name": "any", "secret": "none"},
            **{"number": "1", "purpose": "find-care"},
            **{"folder": "services", "ending": "ttl", "version": "3.1", "path": "services"},
            **dict.fromkeys(("key", "run", "job", "order", "place", "holder", "mandate"), str(uuid4())),
        }
        for pattern, name in addresses(get_resolver()):
            if name in ("", "rule"):
                continue
            path = filled(pattern, values)
            answer = client.get(path, {"extensions": "true", "q": need.reference, "reference": need.reference})
            said = _DRAWN.sub("", b"".join(answer).decode(errors="replace"))  # also one that streams
            shown = [words for words in HIDDEN if words in said]
            assert not shown, f"{path} shows {shown}"
            opened += answer.status_code == 200
    assert opened > 30, "the addresses were opened"
    assert Need.objects.count() == 3


@pytest.mark.django_db
def test_what_is_left_of_the_words_about_a_place_is_public(client: Client) -> None:
    city = towns.build()
    need = receive(text=TEXT, channel="web", service_type=city.lift, longitude=122.05, latitude=28.05)
    said = client.get(f"/open311/v2/requests/{need.reference}.json").json()
    assert said[0]["description"].startswith("Lift stuck again. My name is [name], [phone], [address], [e-mail]")
