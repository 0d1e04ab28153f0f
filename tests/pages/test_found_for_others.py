"""Who acts for a child by law sees what was found for it, uses it, deletes it, and says what its data are for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from lacarte.kernel import clock
from lacarte.kernel.models import User
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import BundleOrder
from lacarte.loop.takeup.models import Finding, NotSo
from lacarte.loop.takeup.running import run
from lacarte.registers.menu.models import Attribute
from lacarte.registers.people import mandates
from lacarte.registers.people.models import Consent, Mandate, Person, PersonalRead
from tests.city import City, signed_in
from tests.loop.takeup.acting import child, child_found, holder_of
from tests.loop.takeup.reaching import CARE, SUPPORT, rent_help, somebody

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("carried")]


@pytest.fixture
def mandate(city: City) -> Mandate:
    rent_help(city)
    mandate = child_found(city)
    run()
    return mandate


@pytest.fixture
def page(mandate: Mandate) -> Client:
    return signed_in(mandate.holder.user)


def of(mandate: Mandate) -> str:
    return f"{reverse('my-found')}?whose={mandate.pk}"


def said(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def logged(mandate: Mandate) -> list[str]:
    rows = PersonalRead.objects.filter(person=mandate.principal, reader=mandate.holder.user)
    return list(rows.order_by("at", "pk").values_list("purpose", flat=True))


def test_it_is_found_from_ones_own_pages_and_the_look_is_written_down(page: Client, mandate: Mandate) -> None:
    for path in (reverse("my-page"), reverse("acting"), reverse("my-found")):
        assert f"?whose={mandate.pk}" in said(page, path)
    assert "Rent help" not in said(page, reverse("my-found")) and logged(mandate) == [mandates.CONSENT]
    shown = said(page, of(mandate))
    acting = "You act for Bao by law (Parent): read “you” below as Bao."
    for words in ("What the city found out about Bao", acting, "Rent help", "Order it"):
        assert words in shown
    assert "by Lin, under a mandate (Parent)" in shown
    said(page, of(mandate))
    assert logged(mandate)[-1:] == [mandates.SEE_FOUND] and logged(mandate).count(mandates.SEE_FOUND) == 1


def test_it_is_ordered_on_their_behalf(page: Client, mandate: Mandate) -> None:
    answer = page.post(reverse("my-found-order", args=[Finding.objects.get().pk]), follow=True)
    bundle, need = BundleOrder.objects.get(), Need.objects.get()
    assert (bundle.person, bundle.mandate) == (mandate.principal, mandate)
    assert (need.person, need.mandate) == (mandate.principal, mandate)
    assert "Told by Lin for Bao, under a mandate (Parent)." in answer.content.decode()
    assert mandates.ORDER in logged(mandate)
    assert "It was asked for" in said(page, of(mandate))


def test_pressed_twice_it_is_one_order(page: Client, mandate: Mandate) -> None:
    key = Finding.objects.get().pk
    for _ in range(2):
        page.post(reverse("my-found-order", args=[key]))
    assert BundleOrder.objects.count() == Need.objects.count() == 1


def test_what_must_be_asked_first_is_asked_for_them(page: Client, mandate: Mandate) -> None:
    one = Finding.objects.get()
    Attribute.objects.create(
        service_type=one.service_type, code="rooms", datatype="number", question={"en": "Rooms?"}, required=True
    )
    answer = page.post(reverse("my-found-order", args=[one.pk]))
    assert answer.url == "/order/new/?service=rent-help"
    page.post(answer.url, {"services": ["rent-help"], "service": "rent-help"})
    who = said(page, reverse("order-step", args=["who"]))
    chosen = who[: who.index(f'value="{mandate.pk}"') + 200].rpartition("<input")[2]
    assert "checked" in chosen, "the child is chosen already"


def test_it_is_deleted_and_looked_for_again(page: Client, mandate: Mandate) -> None:
    answer = page.post(reverse("my-found-not-so", args=[Finding.objects.get().pk]))
    assert answer.url == of(mandate) and not Finding.objects.exists()
    assert "It was said that it is not so" in said(page, of(mandate))
    number = NotSo.objects.get().service_type_id
    assert page.post(reverse("my-found-again", args=[number])).status_code == 404, "of oneself there is nothing"
    page.post(reverse("my-found-again", args=[number]), {"whose": str(mandate.pk)})
    assert Finding.objects.get().person == mandate.principal
    assert logged(mandate).count(mandates.DELETE_FOUND) == 2


def test_consent_is_given_and_taken_back_for_them(page: Client, mandate: Mandate) -> None:
    whose = {"whose": str(mandate.pk)}
    assert page.post(reverse("my-consent", args=[CARE]), whose).url == f"{of(mandate)}#consents"
    assert Consent.objects.get(purpose=CARE).person == mandate.principal
    page.post(reverse("my-consent", args=[SUPPORT]), {**whose, "act": "withdraw"})
    assert not Finding.objects.exists()
    assert logged(mandate).count(mandates.CONSENT) == 3, "once it was before"


def test_the_principal_reads_who_consented_for_them(page: Client, mandate: Mandate) -> None:
    bao = mandate.principal
    bao.user = User.objects.create_user("bao")
    bao.save()
    shown = said(signed_in(bao.user), reverse("my-page"))
    assert "by Lin, under a mandate (Parent)" in shown
    assert "Say for you what your data may be used for, under a mandate" in shown


@pytest.mark.parametrize("kind", ["family", "helper", "case-worker"])
def test_whoever_does_not_act_by_law_is_kept_out(city: City, mandate: Mandate, kind: str) -> None:
    other = holder_of(mandate.principal, "hu", kind)
    client, one = signed_in(other.holder.user), Finding.objects.get()
    for path in (reverse("my-page"), reverse("acting"), reverse("my-found")):
        assert f"my/found/?whose={other.pk}" not in said(client, path)
    for key in (other.pk, mandate.pk):
        whose = {"whose": str(key)}
        assert client.get(reverse("my-found"), whose).status_code == 403
        assert client.post(reverse("my-consent", args=[CARE]), whose).status_code == 403
        assert client.post(reverse("my-found-again", args=[one.service_type_id]), whose).status_code == 403
    for name in ("my-found-order", "my-found-not-so"):
        assert client.post(reverse(name, args=[one.pk]), {"whose": str(mandate.pk)}).status_code == 404
    assert client.get(reverse("my-found"), {"whose": "x"}).status_code == 404
    assert not PersonalRead.objects.filter(reader=other.holder.user).exists()
    assert not NotSo.objects.exists() and not Consent.objects.filter(purpose=CARE).exists()


def test_a_child_that_its_parent_has_added_themselves_is_not_enough(city: City) -> None:
    lin = somebody(city, "lin")
    added = mandates.add_child(lin, name="Bao", birth_year=clock.now().year - 4, actor=lin.user)
    assert signed_in(lin.user).get(of(added)).status_code == 403
    words = "opens once an official has entered that you are a parent"
    assert words in said(signed_in(lin.user), reverse("acting"))
    Mandate.objects.update(entered_by=lin.user)
    assert words not in said(signed_in(lin.user), reverse("acting"))


def test_when_the_child_is_of_age_the_page_is_closed(city: City, page: Client, mandate: Mandate) -> None:
    Person.objects.filter(pk=mandate.principal_id).update(birth_year=clock.now().year - 19)
    assert page.get(of(mandate)).status_code == 403
    key = Finding.objects.get().pk
    assert page.post(reverse("my-found-order", args=[key])).status_code == 404


def test_so_it_is_when_the_mandate_has_ended(city: City, page: Client, mandate: Mandate) -> None:
    Mandate.objects.update(until=clock.now() - timedelta(seconds=1))
    assert page.get(of(mandate)).status_code == 403


def test_of_several_each_has_its_own_page(city: City, page: Client, mandate: Mandate) -> None:
    second = Mandate.objects.create(
        holder=mandate.holder, principal=child(city, "Mei"), kind="guardian", entered_by=mandate.entered_by
    )
    shown = said(page, of(second))
    assert "What the city found out about Mei" in shown and "Rent help" not in shown and "For Bao" in shown
