"""Several bodies at one order: parts, notes, what each may read, and what is lent, with books that add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given
from hypothesis import strategies as st

from lacarte.kernel import clock
from lacarte.kernel.events import describe, timeline
from lacarte.kernel.models import User
from lacarte.kernel.money import Money
from lacarte.loop.orders.actions import OrderRefusedError, change
from lacarte.loop.orders.delivery.lending import give_back, lend
from lacarte.loop.orders.delivery.seeing import contributions_of, notes_for, read_for_part
from lacarte.loop.orders.delivery.together import Part, ask_to_help, change_part, note, split
from lacarte.loop.orders.models import Contribution, OrderState
from lacarte.registers.people.models import PersonalRead
from lacarte.registers.providers.models import Provider, Resource, ResourceHold
from lacarte.registers.providers.resources import checking, holding
from lacarte.registers.providers.resources.counting import peak
from lacarte.registers.providers.resources.holding import (
    ResourceRefusedError,
    confirm,
    free,
    hold,
    hold_all,
    release_all,
)
from lacarte.site.health import findings
from tests.background import work
from tests.loop.orders.delivery.at_work import AtWork, member_of

S, P = OrderState, Contribution.State
HOUR = timedelta(hours=1)


def asked(at: AtWork, **more: object) -> Part:
    """The other provider is asked to help by tomorrow."""
    values = {"what": "Bring a ramp", "due": clock.now() + timedelta(days=1), **more}
    return Part(at.other.offer.provider, **values)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_an_order_is_done_when_all_its_parts_are(at_work: AtWork) -> None:
    for state in (S.ACCEPTED, S.IN_PROGRESS):
        change(at_work.order, to=state, actor=at_work.member)
    own = Part(at_work.city.offer.offer.provider, "Wash", clock.now() + HOUR)
    mine, theirs = split(at_work.order, [own, asked(at_work, cost=Money("CNY", 1250))], actor=at_work.member)
    assert (mine.state, theirs.state, str(theirs.cost)) == (P.ACCEPTED, P.REQUESTED, "12.50 CNY")
    assert at_work.told()[-1] == "Provider q was asked to help."
    with pytest.raises(OrderRefusedError, match="2 parts of it are not done"):
        change(at_work.order, to=S.COMPLETED, actor=at_work.member)
    with pytest.raises(PermissionDenied):
        change_part(theirs, to=P.ACCEPTED, actor=at_work.member)
    change_part(theirs, to=P.ACCEPTED, actor=at_work.other_member)
    change_part(theirs, to=P.IN_PROGRESS, actor=at_work.other_member)
    assert at_work.told()[-1] == "Provider q has begun its part."
    change_part(theirs, to=P.COMPLETED, actor=at_work.other_member, words="ramp is there")
    with pytest.raises(OrderRefusedError, match="“Done” by now"):
        change_part(theirs, to=P.REJECTED, actor=at_work.other_member, words="late")
    with pytest.raises(OrderRefusedError, match="1 part of it is not done"):
        change(at_work.order, to=S.COMPLETED, actor=at_work.member)
    change_part(mine, to=P.COMPLETED, actor=at_work.member)
    with pytest.raises(PermissionDenied):
        change(at_work.order, to=S.COMPLETED, actor=at_work.other_member)
    change(at_work.order, to=S.COMPLETED, actor=at_work.member)


@pytest.mark.django_db
def test_the_resident_hears_of_who_said_yes_and_of_what_becomes_of_that(at_work: AtWork) -> None:
    def heard() -> list[str]:
        return [
            said for event in timeline(at_work.need.pk, inside=False) if "Provider q" in (said := describe(event))
        ]

    def ask() -> Contribution:
        return ask_to_help(at_work.order, asked(at_work), actor=at_work.member)

    change_part(ask(), to=P.REJECTED, actor=at_work.other_member, words="No ramp")
    change_part(ask(), to=P.CANCELLED, actor=at_work.member, words="We have one")
    assert heard() == []
    part = ask()
    change_part(part, to=P.ACCEPTED, actor=at_work.other_member)
    change_part(part, to=P.REJECTED, actor=at_work.other_member, words="It broke")
    assert heard() == ["Provider q helps.", "Provider q cannot help."]
    ask()
    change(at_work.order, to=S.REJECTED, actor=at_work.member, code="full")
    work()
    assert len(heard()) == 2, "who was only asked is called off in silence"


@pytest.mark.django_db
def test_what_cannot_be_asked_is_refused_and_nothing_of_it_kept(at_work: AtWork) -> None:
    past = {"due": clock.now() - HOUR}
    for wrong in ({"what": " "}, past, {"sees": "more"}, {"what": "x" * 501}, {"what": "\0"}):
        with pytest.raises(OrderRefusedError):
            split(at_work.order, [asked(at_work), asked(at_work, **wrong)], actor=at_work.member)
    with pytest.raises(OrderRefusedError, match="at most 50"):
        split(at_work.order, [], actor=at_work.member)
    with pytest.raises(PermissionDenied):
        ask_to_help(at_work.order, asked(at_work), actor=at_work.other_member)
    assert not Contribution.objects.exists()


@pytest.mark.django_db
def test_parts_end_with_their_order_and_give_back_what_was_lent(at_work: AtWork) -> None:
    part = ask_to_help(at_work.order, asked(at_work), actor=at_work.clerk)
    van = Resource.objects.create(provider=part.provider, kind="equipment", name={"en": "Van"}, quantity=1)
    now = clock.now()
    with pytest.raises(PermissionDenied):
        lend(part, van, units=1, since=now, until=now + HOUR, actor=at_work.member)
    lend(part, van, units=1, since=now, until=now + HOUR, actor=at_work.other_member)
    assert free(van, now, now + HOUR) == 0
    assert at_work.told()[-1] == "Provider q lends for it: Van × 1."
    change(at_work.order, to=S.CANCELLED, actor=at_work.clerk, code="not-wanted")
    finding = next(one for one in findings() if one.what == "resources")
    assert finding.well
    work()
    part.refresh_from_db()
    assert part.state == P.CANCELLED
    assert free(van, now, now + HOUR) == 1
    with pytest.raises(OrderRefusedError, match="has ended"):
        lend(part, van, units=1, since=now, until=now + HOUR, actor=at_work.other_member)
    hold(van, units=1, since=now, until=now + HOUR, holder=f"part:{part.pk}")
    finding = next(one for one in findings() if one.what == "resources")
    assert (finding.well, "lent for work that has ended" in finding.words) == (False, True)


@pytest.mark.django_db
def test_what_was_lent_is_given_back_once_by_whoever_has_to_do_with_it(at_work: AtWork) -> None:
    part = ask_to_help(at_work.order, asked(at_work), actor=at_work.clerk)
    third = Provider.objects.create(code="t", name={"en": "Third"}, kind="social", region=at_work.city.west)
    lender, now = member_of(third), clock.now()
    fund = Resource.objects.create(provider=third, kind="funds", name={"en": "Fund"}, quantity=100)
    givers = (lender, at_work.other_member, at_work.member, at_work.clerk)
    for giver in givers:
        spent = lend(part, fund, units=100, since=now, until=None, actor=lender)
        assert at_work.told()[-1] == "Third lends for it: Fund: 100 CNY."
        for stranger in (User.objects.create_user(f"no-{giver}"), at_work.person.user):
            assert stranger is not None
            with pytest.raises(PermissionDenied):
                give_back(spent, actor=stranger)
        give_back(spent, actor=giver)
        with pytest.raises(OrderRefusedError, match="back already"):
            give_back(spent, actor=giver)
        assert free(fund, now, None) == 100
    assert at_work.told()[-1] == "What Third lent for it was given back: Fund: 100 CNY."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sees", "fields"),
    [("none", ()), ("part", ("name", "phone")), ("all", ("name", "phone", "email", "birth_year"))],
)
def test_a_body_reads_what_its_part_lets_it_and_each_read_is_logged(
    at_work: AtWork, sees: str, fields: tuple[str, ...]
) -> None:
    part = ask_to_help(at_work.order, asked(at_work, sees=sees), actor=at_work.clerk)
    told = read_for_part(part, reader=at_work.other_member, purpose="arrange the service")
    where = ["address"] if sees == "all" else []
    assert set(told) == {*fields, *where}
    logged = [
        (words, at_work.other_member.pk) for words in (", ".join(fields), *(["need"] if where else [])) if words
    ]
    assert list(PersonalRead.objects.order_by("pk").values_list("fields", "reader")) == logged
    for stranger in (at_work.member, at_work.clerk):
        with pytest.raises(PermissionDenied):
            read_for_part(part, reader=stranger, purpose="arrange the service")
    change_part(part, to=P.REJECTED, actor=at_work.other_member, words="no time")
    with pytest.raises(PermissionDenied, match="has ended"):
        read_for_part(part, reader=at_work.other_member, purpose="arrange the service")


@pytest.mark.django_db
def test_notes_are_read_by_those_they_are_for(at_work: AtWork, django_assert_max_num_queries: object) -> None:
    third = Provider.objects.create(code="t", name={"en": "Third"}, kind="social", region=at_work.city.west)
    third_member = member_of(third)
    ours, theirs = at_work.city.offer.offer.provider, at_work.other.offer.provider
    for one in (asked(at_work), Part(third, "Look in", clock.now() + HOUR)):
        ask_to_help(at_work.order, one, actor=at_work.clerk)
    note(at_work.order, "for all", actor=at_work.clerk, for_all=True)
    note(at_work.order, "for the other", actor=at_work.member, body=ours, bodies=[theirs])
    note(at_work.order, "to myself", actor=third_member, body=third)
    stranger = User.objects.create_user("stranger")

    def read(user: User) -> list[str]:
        return [one.text for one in notes_for(user, at_work.order)]

    assert read(at_work.clerk) == ["for all", "for the other", "to myself"]
    assert read(at_work.member) == ["for all", "for the other"]
    assert read(at_work.other_member) == ["for all", "for the other"]
    assert read(third_member) == ["for all", "to myself"]
    assert at_work.person.user is not None
    assert read(stranger) == read(at_work.person.user) == []
    for actor, body in ((stranger, None), (stranger, third), (third_member, None), (at_work.person.user, None)):
        with pytest.raises(PermissionDenied):
            note(at_work.order, "x", actor=actor, body=body)
    with pytest.raises(OrderRefusedError, match="who work on this"):
        outside = Provider.objects.create(code="x", name={"en": "X"}, kind="market", region=at_work.city.west)
        note(at_work.order, "x", actor=at_work.clerk, bodies=[outside])
    change_part(Contribution.objects.get(provider=third), to=P.REJECTED, actor=third_member, words="no")
    assert read(third_member) == [], "who does not work on it any more reads nothing of it"
    assert contributions_of(stranger).count() == 0
    assert contributions_of(at_work.other_member).count() == 1
    assert contributions_of(at_work.member).count() == contributions_of(at_work.clerk).count() == 2


@pytest.fixture
def crew(at_work: AtWork) -> Resource:
    """Two people."""
    provider = at_work.other.offer.provider
    return Resource.objects.create(provider=provider, kind="staff", name={"en": "Crew"}, quantity=2)


@pytest.mark.django_db
def test_no_more_is_lent_at_a_moment_than_there_is(crew: Resource) -> None:
    nine = clock.now() + timedelta(days=1)
    first = hold(crew, units=1, since=nine, until=nine + 2 * HOUR, holder="a")
    hold(crew, units=1, since=nine + HOUR, until=nine + 3 * HOUR, holder="b", expires_at=nine)
    with pytest.raises(ResourceRefusedError, match="2 asked for, 1 free"):
        hold(crew, units=2, since=nine + 2 * HOUR, until=nine + 4 * HOUR, holder="c")
    with pytest.raises(ResourceRefusedError, match="1 asked for, 0 free"):
        hold(crew, units=1, since=nine, until=nine + 4 * HOUR, holder="c")
    hold(crew, units=2, since=nine + 3 * HOUR, until=nine + 4 * HOUR, holder="c")
    assert release_all("a") == 1
    assert release_all("a") == 0
    assert not holding.give_back(first)
    assert free(crew, nine, nine + 3 * HOUR) == 1
    found = checking.books()
    assert (found.well, found.holds, found.units) == (True, 2, 2)
    ResourceHold.objects.filter(holder="c").update(starts_at=nine + 2 * HOUR)
    assert checking.books().overlent == [crew.pk]


@pytest.mark.django_db
def test_what_expired_is_free_and_confirmed_only_while_it_is(crew: Resource) -> None:
    now = clock.now()
    held = hold(crew, units=2, since=now, until=now + 9 * HOUR, holder="a", expires_at=now + HOUR)
    with clock.stopped_at(now + 2 * HOUR):
        other = hold(crew, units=1, since=now + 3 * HOUR, until=now + 4 * HOUR, holder="b")
        with pytest.raises(ResourceRefusedError, match="2 asked for, 1 free"):
            confirm(held)
        holding.give_back(other)
        assert confirm(held).state == ResourceHold.State.CONFIRMED
        assert confirm(held).state == ResourceHold.State.CONFIRMED


@pytest.mark.django_db
def test_funds_are_spent_for_good(at_work: AtWork, crew: Resource) -> None:
    fund = Resource.objects.create(provider=crew.provider, kind="funds", name={"en": "Fund"}, quantity=100)
    now = clock.now()
    hold_all([(fund, 70), (crew, 1)], since=now, until=now + HOUR, holder="a")
    with pytest.raises(ResourceRefusedError, match="31 asked for, 30 free"):
        hold_all([(crew, 1), (fund, 31)], since=now + 9 * HOUR, until=now + 10 * HOUR, holder="b")
    assert ResourceHold.objects.count() == 2, "all of it or none"
    assert release_all("a") == 1
    assert free(fund, now, None) == 30
    holding.give_back(ResourceHold.objects.get(resource=fund))
    assert free(fund, now, None) == 100


@pytest.mark.django_db
def test_what_cannot_be_lent_is_refused(crew: Resource) -> None:
    now = clock.now()
    for units, until in ((0, now + HOUR), (1, now), (1, None)):
        with pytest.raises(ResourceRefusedError):
            hold(crew, units=units, since=now, until=until, holder="a")
    gone = Resource(provider=crew.provider, kind="staff", quantity=1)
    with pytest.raises(ResourceRefusedError, match="not lent"):
        hold(gone, units=1, since=now, until=now + HOUR, holder="a")


START = datetime(2026, 1, 1, tzinfo=UTC)
uses = st.lists(st.tuples(st.integers(0, 20), st.none() | st.integers(1, 9), st.integers(1, 5)), max_size=8)


@given(uses, st.integers(0, 20), st.none() | st.integers(1, 12))
def test_the_most_in_use_is_what_counting_each_hour_says(
    uses: list[tuple[int, int | None, int]], since: int, length: int | None
) -> None:
    spans = [(begins, 99 if lasts is None else begins + lasts, units) for begins, lasts, units in uses]
    until = 60 if length is None else since + length
    counted = max(
        (sum(units for begins, ends, units in spans if begins <= hour < ends) for hour in range(since, until)),
        default=0,
    )
    given = [
        (START + begins * HOUR, None if lasts is None else START + (begins + lasts) * HOUR, units)
        for begins, lasts, units in uses
    ]
    assert peak(given, START + since * HOUR, None if length is None else START + until * HOUR) == counted
