"""What proves something is handed in once for all parts."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lacarte.loop.needs.models import Attachment
from lacarte.registers.entitlement.models import EvidenceType
from tests.background import work
from tests.loop.bundled import Menu, need_of
from tests.pages.ordering import (
    answer,
    begin,
    order_page,
    page,
    refused,
    rule,
    send,
    to_the_check,
)
from tests.pages.telling import photo

pytestmark = pytest.mark.django_db


def test_each_kind_of_proof_is_handed_in_once_and_goes_to_every_part_that_asks(
    menu: Menu, client: Client, carried: object
) -> None:
    paper = EvidenceType.objects.create(code="birth-certificate", name={"en": "Birth certificate"})
    rule(menu, "birth", "infant", paper)
    rule(menu, "insurance", "infant", paper)
    begin(client, "birth", "insurance", query="service=birth&service=insurance")
    answer(client, "who")
    answer(client, "offers")
    assert answer(client, "questions", **{"f-infant": "yes"}) == "proofs"
    shown = page(client, "proofs")
    assert shown.count("Birth certificate</") == 1
    assert "For: Birth registration, Health insurance." in shown
    answer(client, "proofs", **{f"e-{paper.pk}": photo(), "add": "yes"})
    waiting = Attachment.objects.get()
    assert client.get(reverse("attachment", args=[waiting.pk])).status_code == 200
    assert Client().get(reverse("attachment", args=[waiting.pk])).status_code == 404
    assert answer(client, "proofs", go="yes") == "check"
    bundle = send(client)
    work()
    for service in ("birth", "insurance"):
        (file,) = need_of(bundle, service).attachments.all()
        assert file.sha256 == waiting.sha256
    assert bundle.evidence.get().evidence_type == paper
    assert "Handed in" in order_page(client, bundle)


def test_what_was_not_handed_in_is_said_once_and_one_of_several_is_enough(menu: Menu, client: Client) -> None:
    paper, other = (
        EvidenceType.objects.create(code=code, name={"en": code.title()}) for code in ("paper", "other")
    )
    rule(menu, "birth", "infant", paper, other)
    rule(menu, "insurance", "low-income", paper)
    to_the_check(client, "birth", "insurance")
    bundle = send(client)
    shown = order_page(client, bundle)
    assert shown.count("Not handed in yet") == 2
    assert shown.count("Send it with a message") == 2
    file = Attachment.objects.create(draft="x", file="x", media_type="text/plain", size=1, sha256="x")
    bundle.evidence.create(evidence_type=paper, attachment=file)
    shown = order_page(client, bundle)
    assert "Not handed in yet" not in shown
    assert shown.count("Handed in") == 1


def test_a_proof_that_is_none_is_said_at_its_field_and_can_be_removed(
    menu: Menu, client: Client, carried: object
) -> None:
    paper = EvidenceType.objects.create(code="p", name={"en": "Paper"})
    rule(menu, "birth", "infant", paper)
    begin(client, "birth")
    answer(client, "who")
    answer(client, "offers")
    answer(client, "questions")
    film = SimpleUploadedFile("film.mp4", b"\0\0\0\x18ftypmp42")
    assert "film.mp4" in refused(client, "proofs", **{f"e-{paper.pk}": film})
    answer(client, "proofs", **{f"e-{paper.pk}": photo(), "add": "yes"})
    answer(client, "proofs", remove=str(Attachment.objects.get().pk))
    assert not Attachment.objects.exists()
    assert answer(client, "proofs", remove="no-key") == "proofs"
