"""Several services ordered at once: each part becomes a need once, in its turn, and a failing one stands alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import Job, Role, User
from lacarte.loop.needs.actions import NeedRefusedError, withdraw
from lacarte.loop.needs.held.holding import release as pass_on
from lacarte.loop.needs.held.holding import turn_away
from lacarte.loop.needs.messages.carriers import Memory
from lacarte.loop.needs.models import Attachment, Need
from lacarte.loop.needs.uploads.attachments import DRAFT_KEPT, store, sweep
from lacarte.loop.needs.uploads.files import path_of
from lacarte.loop.orders.bundles import sending
from lacarte.loop.orders.bundles.changing import leave_out, try_again
from lacarte.loop.orders.bundles.placing import BundleRefusedError, Part, Said, Whose, place_bundle
from lacarte.loop.orders.bundles.reasons import REASONS
from lacarte.loop.orders.models import BundleOrder, Order, WaitingPlace
from lacarte.loop.orders.tasks import keep_evidence
from lacarte.registers.entitlement.models import EvidenceType, Requirement
from lacarte.registers.menu.capacity.counting import living_holds, overbooked
from lacarte.registers.menu.capacity.holding import hold, release
from lacarte.registers.menu.models import CapacityLot, Hold, Offer
from tests.background import work
from tests.city import City, official
from tests.loop.bundled import Menu, at_home, chain, complete, menu_of, need_of, part_of, states

pytestmark = pytest.mark.django_db


@pytest.fixture
def menu(city: City) -> Menu:
    return menu_of(city)


# What is sent, and when


def test_each_part_becomes_a_need_and_an_order_in_its_turn(menu: Menu, clerk: User) -> None:
    bundle = chain(menu)
    assert states(bundle) == {"birth": "waiting", "insurance": "waiting", "benefit": "waiting"}
    work()
    assert states(bundle) == {"birth": "sent", "insurance": "waiting", "benefit": "waiting"}
    first = need_of(bundle, "birth")
    assert (first.state, first.region, first.text) == (Need.State.ORDERED, menu.city.west, "")
    assert Order.objects.get(need=first).offer_at_place == menu.offers["birth"]
    complete(first, clerk)
    work()
    assert states(bundle) == {"birth": "sent", "insurance": "sent", "benefit": "waiting"}
    complete(need_of(bundle, "insurance"), clerk)
    work()
    assert states(bundle) == {"birth": "sent", "insurance": "sent", "benefit": "sent"}


def test_parts_that_wait_for_nothing_are_sent_at_once(menu: Menu) -> None:
    parts = [menu.part("birth"), menu.part("insurance"), menu.part("benefit", offered=False)]
    bundle = place_bundle(parts, at_home(menu.city), Said(), sent_with="x")
    work()
    assert set(states(bundle).values()) == {"sent"}
    assert need_of(bundle, "benefit").state == Need.State.OPEN, "the matching finds an offer for it"
    assert Need.objects.count() == 3


def test_sent_twice_it_is_one_order(menu: Menu) -> None:
    assert chain(menu) == chain(menu)
    work()
    assert (BundleOrder.objects.count(), Need.objects.count()) == (1, 1)
    assert chain(menu, sent_with="another") != chain(menu)


def test_what_happened_is_told_in_both_languages(menu: Menu) -> None:
    bundle = chain(menu)
    work()
    told = [describe(one) for one in timeline(bundle.pk)]
    assert told == ["We have received your order.", "Sent: Birth registration."]


def test_the_answers_of_each_part_go_with_its_need(menu: Menu) -> None:
    parts = [menu.part("birth", answers={"weight": "3200"}), menu.part("insurance", answers={"name": "Lin"})]
    bundle = place_bundle(parts, at_home(menu.city), Said(facts={"infant": True}), sent_with="x")
    work()
    assert need_of(bundle, "birth").answers == {"weight": "3200"}
    assert need_of(bundle, "insurance").answers == {"name": "Lin"}
    assert bundle.facts == {"infant": True}


# The time that was chosen


def test_the_unit_that_was_held_is_kept_and_ordered(menu: Menu) -> None:
    unit = hold(menu.lots["birth"])
    bundle = place_bundle([menu.part("birth", hold=unit)], at_home(menu.city), Said(), sent_with="x")
    unit.refresh_from_db()
    assert (unit.state, unit.holder) == (Hold.State.CONFIRMED, f"part:{part_of(bundle, 'birth').pk}")
    work()
    assert Order.objects.get().hold == unit


def test_a_unit_that_is_gone_fails_its_part_alone_and_says_what_to_do(menu: Menu) -> None:
    unit = hold(menu.lots["birth"])
    release(unit)
    parts = [menu.part("birth", hold=unit), menu.part("insurance")]
    bundle = place_bundle(parts, at_home(menu.city), Said(), sent_with="x")
    work()
    assert states(bundle) == {"birth": "failed slot-gone", "insurance": "sent"}
    assert REASONS["slot-gone"].again
    try_again(part_of(bundle, "birth"), actor=None)
    work()
    assert states(bundle) == {"birth": "sent", "insurance": "sent"}
    assert Order.objects.filter(need=need_of(bundle, "birth")).exists(), "the next unit that is free"


@pytest.mark.parametrize(("change", "why"), [("paused", "offer-paused"), ("full", "offer-full")])
def test_an_offer_that_cannot_take_it_leaves_the_need_to_the_matching(menu: Menu, change: str, why: str) -> None:
    if change == "paused":
        Offer.objects.filter(code="birth").update(paused=True)
    else:
        CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=0)
    bundle = chain(menu)
    work()
    assert states(bundle)["birth"] == f"sent {why}"
    assert need_of(bundle, "birth").state == Need.State.OPEN
    assert not Hold.objects.filter(living_holds()).exists()


def test_who_waits_in_turn_is_not_passed(menu: Menu) -> None:
    other = place_bundle([menu.part("birth", offered=False)], at_home(menu.city), Said(), sent_with="other")
    work()
    WaitingPlace.objects.create(need=need_of(other, "birth"), offer_at_place=menu.offers["birth"])
    bundle = chain(menu)
    sending.send_part(part_of(bundle, "birth").pk)
    assert states(bundle)["birth"] == "sent offer-full"


def test_what_nobody_counts_needs_no_unit(menu: Menu) -> None:
    CapacityLot.objects.all().delete()
    bundle = chain(menu)
    work()
    assert need_of(bundle, "birth").state == Need.State.ORDERED
    assert Order.objects.get().hold is None


def test_the_last_unit_goes_once(menu: Menu) -> None:
    CapacityLot.objects.filter(pk=menu.lots["birth"].pk).update(units=1)
    bundles = [chain(menu, sent_with=f"{n}") for n in range(3)]
    work()
    assert sorted(states(one)["birth"] for one in bundles) == ["sent", "sent offer-full", "sent offer-full"]
    assert not overbooked().exists()


# What goes wrong


def test_trouble_takes_nothing_else_down_and_is_tried_again(menu: Menu, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sending.place_order

    def broken(need: Need, **chosen: object) -> Order:
        if need.service_type.code == "birth":
            raise OSError("the disk is full")
        return real(need, **chosen)  # type: ignore[arg-type]

    monkeypatch.setattr(sending, "place_order", broken)
    bundle = place_bundle([menu.part("birth"), menu.part("insurance")], at_home(menu.city), Said(), sent_with="x")
    work(failing=True)
    assert states(bundle) == {"birth": "failed trouble", "insurance": "sent"}
    assert Need.objects.count() == 1, "nothing half is left"
    monkeypatch.setattr(sending, "place_order", real)
    Job.objects.filter(state=Job.State.READY).update(run_at=bundle.created_at)
    work(failing=True)
    assert states(bundle) == {"birth": "sent", "insurance": "sent"}


def test_what_is_refused_can_only_be_left_out(menu: Menu, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sending.receive

    def refusing(**said: Any) -> Need:
        if said["service_type"].code == "birth":
            raise NeedRefusedError("no text")
        return real(**said)

    monkeypatch.setattr(sending, "receive", refusing)
    bundle = place_bundle([menu.part("birth"), menu.part("insurance")], at_home(menu.city), Said(), sent_with="x")
    work()
    assert states(bundle) == {"birth": "failed refused", "insurance": "sent"}
    with pytest.raises(BundleRefusedError):
        try_again(part_of(bundle, "birth"), actor=None)
    leave_out(part_of(bundle, "birth"), actor=None)
    assert states(bundle)["birth"] == "left-out"


def test_a_part_is_left_out_and_what_waits_for_it_asks_what_to_do(menu: Menu) -> None:
    bundle = chain(menu)
    leave_out(part_of(bundle, "insurance"), actor=None)
    assert states(bundle)["benefit"] == "failed before-ended"
    work()
    try_again(part_of(bundle, "benefit"), actor=None)
    work()
    assert states(bundle) == {"birth": "sent", "insurance": "left-out", "benefit": "sent"}


def test_cancelling_a_part_that_was_sent_cancels_its_order_and_frees_its_unit(menu: Menu) -> None:
    bundle = chain(menu)
    work()
    leave_out(part_of(bundle, "birth"), actor=None)
    work()
    assert need_of(bundle, "birth").state == Need.State.WITHDRAWN
    assert Order.objects.get().state == "cancelled"
    assert not Hold.objects.filter(living_holds()).exists()
    assert states(bundle) == {"birth": "sent", "insurance": "failed before-ended", "benefit": "waiting"}
    with pytest.raises(ValueError, match=r"cannot become|ended"):
        leave_out(part_of(bundle, "birth"), actor=None)


def test_a_need_that_is_withdrawn_elsewhere_counts_as_left_out(menu: Menu) -> None:
    parts = [menu.part("birth", offered=False), menu.part("insurance", "birth")]
    bundle = place_bundle(parts, at_home(menu.city), Said(), sent_with="x")
    work()
    withdraw(need_of(bundle, "birth"), actor=None)
    work()
    assert states(bundle)["insurance"] == "failed before-ended"


@pytest.mark.parametrize("again", [False, True])
def test_what_has_not_failed_or_was_left_out_is_not_tried_again(menu: Menu, again: bool) -> None:
    bundle = chain(menu)
    if again:
        leave_out(part_of(bundle, "birth"), actor=None)
    with pytest.raises(BundleRefusedError):
        try_again(part_of(bundle, "birth"), actor=None)
    work()
    assert Need.objects.count() == (0 if again else 1)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (lambda menu: [], "at least one"),
        (lambda menu: [menu.part("birth"), menu.part("birth")], "twice"),
        (lambda menu: [menu.part("birth", "benefit"), menu.part("benefit", "birth")], "wait for each other"),
        (lambda menu: [Part(menu.services["birth"], menu.offers["benefit"])], "another service"),
        (lambda menu: [menu.part("birth", hold=hold(menu.lots["benefit"]))], "another offer"),
    ],
)
def test_what_cannot_be_ordered_is_refused_whole(menu: Menu, asked: object, says: str) -> None:
    with pytest.raises(BundleRefusedError, match=says):
        place_bundle(asked(menu), at_home(menu.city), Said(), sent_with="x")  # type: ignore[operator]
    assert not BundleOrder.objects.exists()


# What a person reads first


def test_what_is_held_is_ordered_once_it_is_passed_on(menu: Menu, clerk: User) -> None:
    unit = hold(menu.lots["birth"])
    parts = [menu.part("birth", hold=unit), menu.part("insurance", "birth")]
    bundle = place_bundle(parts, at_home(menu.city), Said(held="trap"), sent_with="x")
    work()
    assert need_of(bundle, "birth").state == Need.State.HELD
    pass_on(need_of(bundle, "birth"), actor=clerk)
    work()
    assert need_of(bundle, "birth").state == Need.State.ORDERED
    assert Order.objects.get().hold == unit


def test_what_is_turned_away_keeps_no_unit(menu: Menu, clerk: User) -> None:
    unit = hold(menu.lots["birth"])
    parts = [menu.part("birth", hold=unit), menu.part("insurance", "birth")]
    bundle = place_bundle(parts, at_home(menu.city), Said(held="trap"), sent_with="x")
    work()
    turn_away(need_of(bundle, "birth"), actor=clerk)
    work()
    assert not Hold.objects.filter(living_holds()).exists()
    assert states(bundle)["insurance"] == "failed before-ended"


# What proves it


def test_a_proof_waits_with_its_part_and_is_not_swept_away(menu: Menu, clerk: User, carried: type[Memory]) -> None:
    paper = EvidenceType.objects.create(code="paper", name={"en": "Paper"})
    for code in ("insurance", "benefit"):
        made = Requirement.objects.create(
            service_type=menu.services[code], code="a", circumstance="infant", comparison="is", value=True
        )
        made.proofs.add(paper)
    file = store(b"born on Monday", name="paper.txt", draft="draft")
    bundle = chain(menu, said=Said(evidence=[(paper, file)]))
    work()
    assert not need_of(bundle, "birth").attachments.exists(), "nobody asked for it there"
    Attachment.objects.update(created_at=clock.now() - 2 * DRAFT_KEPT)
    keep_evidence()
    sweep()
    for before, after in (("birth", "insurance"), ("insurance", "benefit")):
        complete(need_of(bundle, before), clerk)
        work()
        assert need_of(bundle, after).attachments.get().sha256 == file.sha256
    assert path_of(file.file).exists()
    assert bundle.evidence.get().attachment.need == need_of(bundle, "insurance")


# Who may


def test_an_official_registers_for_somebody_within_their_mandate_only(menu: Menu) -> None:
    taker = official(Role.CALL_TAKER, menu.city.east)
    with pytest.raises(PermissionDenied):
        place_bundle([menu.part("birth")], at_home(menu.city, actor=taker, registers=True), Said(), sent_with="x")
    taker = official(Role.CALL_TAKER, menu.city.west)
    whose = at_home(menu.city, actor=taker, registers=True)
    bundle = place_bundle([menu.part("birth")], whose, Said(), sent_with="x")
    work()
    assert bundle.registered_by == taker
    assert (need_of(bundle, "birth").registered_by, need_of(bundle, "birth").channel) == (taker, "phone")


def test_without_a_home_or_a_name_it_is_a_need_of_the_whole_city(menu: Menu) -> None:
    bundle = place_bundle([menu.part("birth", offered=False)], Whose(), Said(), sent_with="x")
    work()
    assert need_of(bundle, "birth").region_id == 0
