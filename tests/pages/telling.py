"""Answering the question pages as a resident does, for the tests of them."""

from __future__ import annotations

from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from lacarte.loop.needs.models import Need
from lacarte.pages.resident.draft import SESSION_KEY

#: What is pressed on a page on which nothing is said.
_NOTHING = {"photos": {"go": "yes"}, "same": {"same": "-"}}
STUCK = "The lift in our house does not move"


def page(client: Client, step: str) -> str:
    """The page that asks a question."""
    return client.get(reverse("need-question", args=[step])).content.decode()


def answer(client: Client, step: str, **said: object) -> str:
    """Answer a question; returns the name of the next page."""
    reply = client.post(reverse("need-question", args=[step]), said)
    assert reply.status_code == 302, reply.content.decode()
    return str(reply["Location"]).rstrip("/").rsplit("/", 1)[-1]


def to_the_check(client: Client, text: str = STUCK, *, service: str = "lift-repair", **where: object) -> str:
    """Tell of a place, everything optional left out; the token of the draft."""
    answer(client, "what", text=text)
    answer(client, "kind", service=service)
    step = answer(client, "where", **(where or {"region": "w"}))
    while step != "check":
        step = answer(client, step, **_NOTHING.get(step, {}))
    return str(client.session[SESSION_KEY])


def send(client: Client, **more: object) -> Need:
    """Send what was told; the need."""
    reply = client.post(reverse("need-check"), {"draft": client.session.get(SESSION_KEY, ""), **more})
    assert reply.status_code == 302, reply.content.decode()
    return Need.objects.get(reference=str(reply["Location"]).rstrip("/").rsplit("/", 1)[-1])


def photo(name: str = "hole.png", colour: str = "red") -> SimpleUploadedFile:
    """A small photo."""
    data = BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "PNG")
    return SimpleUploadedFile(name, data.getvalue(), "image/png")
