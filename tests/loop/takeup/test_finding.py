"""A run finds who is entitled and does not have it: those alone who may be looked at, by what may be used."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lacarte.engines.rules import Input, Kind, Output, Row, Table
from lacarte.kernel import clock
from lacarte.kernel.events import timeline
from lacarte.loop.needs.actions import receive, withdraw
from lacarte.loop.needs.models import Need
from lacarte.loop.orders.models import BundleOrder, BundlePart
from lacarte.loop.takeup import finding
from lacarte.loop.takeup.models import Finding, Measure, NotSo, Reach, TakeUpRun
from lacarte.loop.takeup.running import RunTakenError, is_due, run
from lacarte.loop.takeup.tasks import run_nightly
from lacarte.registers.entitlement.tables.keeping import keep_tables
from lacarte.registers.entitlement.tables.records import Written
from lacarte.registers.people.consenting import withdraw as take_back
from lacarte.registers.people.models import Circumstance, Consent, Household, Person
from lacarte.registers.people.saying import remember
from tests.background import work
from tests.city import City
from tests.loop.takeup.reaching import CARE, SUPPORT, found, reaches, rent_help, service, somebody

pytestmark = pytest.mark.django_db


def test_who_is_entitled_and_does_not_have_it_is_found(city: City) -> None:
    kind = rent_help(city)
    mo = somebody(city)
    somebody(city, "lin", facts={"low-income": False})
    somebody(city, "nothing-known", facts={"age": 40})
    done = run()
    assert found() == {("mo", "rent-help", "found")}
    one = Finding.objects.get()
    assert (one.facts, list(one.rules), one.run, one.region) == (
        ["low-income"], ["r0"], done, city.west,
    )  # fmt: skip
    assert (done.state, done.looks, done.left_out_count) == ("done", 3, 0)
    measure = Measure.objects.get()
    assert (measure.service_type, measure.region, measure.entitled, measure.receiving) == (kind, city.west, 1, 0)
    assert [event.name for event in timeline(one.pk)] == ["take-up.found"]
    assert str(mo.pk) not in str([event.payload for event in timeline(one.pk)]), "the log does not say of whom"


def test_nobody_is_looked_at_without_consent_to_the_very_purpose(city: City) -> None:
    rent_help(city)
    somebody(city, "care-only", CARE)
    somebody(city, "took-it-back")
    take_back(Person.objects.get(name="Took-It-Back"), SUPPORT, actor=Person.objects.get(name="Took-It-Back").user)
    somebody(city, "ended")
    Consent.objects.filter(person__name="Ended").update(until=clock.now() - timedelta(days=1))
    assert (run().looks, found()) == (0, set())


def test_of_others_no_facts_are_read(city: City) -> None:
    rent_help(city)
    somebody(city)
    somebody(city, "lin", CARE)
    with CaptureQueriesContext(connection) as asked:
        run()
    facts = [one["sql"] for one in asked if '"people_circumstance"' in one["sql"]]
    assert facts and all('"people_consent"' in sql for sql in facts), "consent is part of the query itself"
    assert all("low-income" in sql for sql in facts), "and so are the kinds of facts that the rules ask for"


def test_where_the_law_allows_it_everybody_is_looked_at(city: City) -> None:
    rent_help(city, by_law=True)
    somebody(city, "lin", CARE)
    run()
    assert found() == {("lin", "rent-help", "found")}
    assert Finding.objects.get().by_law


@pytest.mark.parametrize("state", ["open", "met-lately", "met-long-ago", "withdrawn", "waits-in-a-bundle"])
def test_who_has_it_or_has_asked_for_it_is_not_found(city: City, state: str) -> None:
    kind, mo = rent_help(city, period_days=30), somebody(city)
    if state == "waits-in-a-bundle":
        bundle = BundleOrder.objects.create(secret="s", person=mo)
        BundlePart.objects.create(bundle=bundle, service_type=kind)
    else:
        need = receive(text="", channel="web", service_type=kind, person=mo)
        if state == "withdrawn":
            withdraw(need, actor=None)
        elif state.startswith("met"):
            ended = clock.now() - timedelta(days=5 if state == "met-lately" else 31)
            Need.objects.filter(pk=need.pk).update(state="met", closed_at=ended, received_at=ended)
    run()
    receives = state in ("open", "met-lately", "waits-in-a-bundle")
    assert bool(found()) is not receives
    assert Measure.objects.get().receiving == int(receives)


def test_what_a_household_gets_is_found_once_and_had_by_all(city: City) -> None:
    kind = service(city, "rent-help", ("low-income", "is", True), subject="household")
    reaches(kind)
    home = Household.objects.create(region=city.west)
    for name in ("mo", "lin"):
        somebody(city, name, household=home)
    run(slice_of=1)
    assert len(found()) == 1
    receive(text="", channel="web", service_type=kind, household=home)
    run(slice_of=1)
    assert Measure.objects.latest("pk").receiving == 2


def test_a_table_decides_and_the_age_is_that_of_the_year_of_birth(city: City) -> None:
    rows = (Row(("< 1200", ">= 65"), ("true",)),)
    facts = (Input("income", Kind.NUMBER), Input("age", Kind.NUMBER))
    table = Table("rent", facts, (Output("entitled", Kind.BOOLEAN, default="false"),), rows)
    keep_tables([Written(table)], since=date(2020, 1, 1), actor=None)
    reaches(service(city, "rent-help", ("table.rent.entitled", "is", True)))
    somebody(city, "old", facts={"income": 900}, birth_year=1940)
    somebody(city, "young", facts={"income": 900}, birth_year=2000)
    run()
    assert found() == {("old", "rent-help", "found")}
    assert Finding.objects.get().facts == ["age", "income"]


def test_a_bad_person_is_named_and_left_out_and_the_rest_goes_on(city: City) -> None:
    rent_help(city)
    reaches(service(city, "baby-parcel", ("child-born-on", "at-least", "2020-01-01"), ("income", "at-most", 900)))
    good = somebody(city, "good")
    n_a = somebody(city, "n-a", facts={"low-income": True, "income": "n/a"})
    day = somebody(city, "day", facts={"low-income": True, "child-born-on": "2026-31-01"})
    two = [somebody(city, f"two-{n}", birth_year=1980, phone="555 1234567") for n in range(2)]
    Person.objects.filter(pk__in=[one.pk for one in two]).update(name="Two Homes")
    done = run(slice_of=2)
    assert found() == {("good", "rent-help", "found")}
    told = {(one["person"], one["why"], one["fact"]) for one in done.left_out}
    assert told == {
        (str(n_a.pk), "wrong-fact", "income"),
        (str(day.pk), "wrong-fact", "child-born-on"),
        *((str(one.pk), "twice", "") for one in two),
    }
    assert done.left_out_count == 4 and "n/a" not in str(done.left_out), "which fact, not what it says"
    assert str(good.pk) not in str(done.left_out)


def test_a_run_that_was_stopped_goes_on_and_counts_everybody_once(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    rent_help(city)
    reaches(service(city, "walks", ("needs-daily-help", "is", True)), purpose=CARE)
    for n in range(5):
        somebody(city, f"p{n}", SUPPORT, CARE, facts={"low-income": True, "needs-daily-help": n > 2})

    def killed(line: str) -> None:
        if "3 persons" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(killed, slice_of=1)
    assert (TakeUpRun.objects.get().state, TakeUpRun.objects.get().looks) == ("running", 3)
    done = run(slice_of=2)
    assert (TakeUpRun.objects.get(), done.state, done.looks) == (done, "done", 10)
    counted = Measure.objects.values_list("service_type__code", "entitled")
    assert dict(counted) == {"rent-help": 5, "walks": 2}
    assert len(found()) == 7


def test_one_runs_each_night_from_its_hour_on_and_one_that_was_stopped_goes_on(city: City) -> None:
    rent_help(city)
    Reach.objects.update(since=date(2026, 1, 1))
    night = datetime(2026, 11, 29, 1, 5, tzinfo=timezone.get_current_timezone())
    with clock.stopped_at(night):
        assert is_due()
        TakeUpRun.objects.create()
        assert not is_due(), "it is under way"
    with clock.stopped_at(night + timedelta(hours=3)):
        assert is_due(), "it was stopped"
        run_nightly()
        assert TakeUpRun.objects.get().state == "done" and not is_due()
    with clock.stopped_at(night + timedelta(hours=23, minutes=50)):
        assert not is_due()
    with clock.stopped_at(night + timedelta(hours=24)):
        assert is_due()
        Reach.objects.update(how="no")
        assert not is_due()


def test_two_processes_never_look_at_the_same_slice(city: City) -> None:
    rent_help(city)
    for name in ("mo", "lin"):
        somebody(city, name)

    def another_goes_on(line: str) -> None:
        if TakeUpRun.objects.get().looks == 1:
            run(slice_of=1)

    with pytest.raises(RunTakenError):
        run(another_goes_on, slice_of=1)
    assert TakeUpRun.objects.get().state == "done" and Measure.objects.get().entitled == 2


def test_what_no_longer_follows_is_gone_and_what_still_does_is_brought_up_to_date(city: City) -> None:
    reaches(service(city, "rent-help", ("income", "at-most", 1000)))
    mo = somebody(city, facts={"income": 900})
    run()
    before = Finding.objects.get()
    Circumstance.objects.update(value=950)
    run()
    after = Finding.objects.get()
    assert (after.pk, after.run) == (before.pk, before.run) and after.mark != before.mark
    Circumstance.objects.update(value=1500)
    run()
    assert not found() and not NotSo.objects.exists()
    assert mo.findings.count() == 0


def test_by_another_right_it_is_the_same_finding(city: City) -> None:
    kind, _mo = rent_help(city), somebody(city, "mo", SUPPORT, CARE)
    run()
    reaches(kind, purpose=CARE)
    run()
    assert Finding.objects.get().purpose == CARE


def test_without_consent_or_reach_nothing_is_kept(city: City) -> None:
    kind, mo = rent_help(city), somebody(city)
    run()
    Consent.objects.update(until=clock.now() - timedelta(seconds=1))
    run()
    assert not found()
    Consent.objects.update(until=None)
    run()
    assert found()
    reaches(kind, "no")
    run()
    assert not found() and mo.findings.count() == 0


def test_a_service_that_everybody_would_be_found_for_is_left_out_and_named(city: City) -> None:
    kind = rent_help(city)
    somebody(city)
    kind.requirements.all().delete()
    done = run()
    assert done.services_left_out == {str(kind.pk): "no-rules"} and not found()


def test_a_changed_fact_looks_again_at_what_depends_on_it_and_only_that(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    rent_help(city)
    reaches(service(city, "school-bag", ("school-child", "is", True)))
    mo = somebody(city, facts={"resident": True})
    work()
    looked: list[set[int]] = []
    plain = finding.look
    monkeypatch.setattr(
        finding, "look", lambda group, *more: looked.append(set(group.services)) or plain(group, *more)
    )
    remember(mo, {"unemployed": True})
    work()
    assert looked == [], "nothing depends on it"
    remember(mo, {"school-child": True})
    work()
    assert {code for _name, code, _state in found()} == {"school-bag"}
    assert [len(one) for one in looked[:1]] == [1]
    remember(mo, {"school-child": False})
    work()
    assert not found()


def test_a_fact_about_the_household_is_one_about_all_of_it(city: City) -> None:
    rent_help(city)
    home = Household.objects.create(region=city.west)
    mo, lin = (somebody(city, name, facts={"resident": True}, household=home) for name in ("mo", "lin"))
    Circumstance.objects.create(household=home, kind="low-income", value=False, since=clock.now().date())
    work()
    remember(mo, {"low-income": True})
    work()
    assert {name for name, _code, _state in found()} == {"mo", "lin"}
    assert lin.findings.count() == 1


def test_who_consents_need_not_wait_for_the_night(city: City) -> None:
    rent_help(city)
    somebody(city)
    work()
    assert found() == {("mo", "rent-help", "invited")}
