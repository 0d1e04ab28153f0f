"""Who is entitled and does not receive: persons a second and memory of a run, beside a plain loop of ``judge``.

Run: ``.venv/bin/python benchmarks/takeup.py [persons] [services]`` (20,000 and 8), with
``LACARTE_DATABASE=postgresql://…`` for PostgreSQL. Persons and facts are drawn (seed 1); half of the services ask
requirements, half a decision table of 12 rules. The loop reads the facts of each person as the pages do and judges
them for the same services; it writes nothing and asks nobody whether they receive, so the run does more.
"""

from __future__ import annotations

import resource
import sys
import time
from datetime import date

import numpy as np
from own_installation import begin, settle

begin("takeup")

from django.core.management import call_command  # noqa: E402

from lacarte.engines.rules import Input, Kind, Output, Row, Table  # noqa: E402
from lacarte.kernel import clock  # noqa: E402
from lacarte.loop.takeup.looking import judging_of, look  # noqa: E402
from lacarte.loop.takeup.models import Finding, Measure  # noqa: E402
from lacarte.loop.takeup.reach import groups, set_reach  # noqa: E402
from lacarte.loop.takeup.running import SLICE, run  # noqa: E402
from lacarte.registers.entitlement.judging import judge  # noqa: E402
from lacarte.registers.entitlement.knowing import facts_of  # noqa: E402
from lacarte.registers.entitlement.models import Requirement  # noqa: E402
from lacarte.registers.entitlement.queries import rules_of  # noqa: E402
from lacarte.registers.entitlement.tables.keeping import keep_tables  # noqa: E402
from lacarte.registers.entitlement.tables.records import Written  # noqa: E402
from lacarte.registers.menu.actions import add_service_type  # noqa: E402
from lacarte.registers.menu.eligibility import Verdict  # noqa: E402
from lacarte.registers.menu.models import ServiceType  # noqa: E402
from lacarte.registers.people.models import Circumstance, Consent, Household, Person  # noqa: E402
from lacarte.registers.places.actions import add_region  # noqa: E402
from lacarte.registers.places.models import Region  # noqa: E402

_BATCH = 2000


def draw(n: int) -> None:
    """Persons with a year of birth, an income of many values and three facts of yes or no; nine in ten consent."""
    rng, today = np.random.default_rng(1), clock.now().date()
    city = add_region(Region.objects.get(number=0), code="c", name={"en": "City"})
    regions = [add_region(city, code=f"d{i}", name={"en": f"District {i}"}) for i in range(8)]
    for start in range(0, n, _BATCH):
        size = min(_BATCH, n - start)
        homes = [Household(region=regions[i]) for i in rng.integers(0, 8, size).tolist()]
        Household.objects.bulk_create(homes)
        years = rng.integers(1935, 2008, size).tolist()
        people = [Person(household=home, birth_year=year) for home, year in zip(homes, years, strict=True)]
        Person.objects.bulk_create(people)
        incomes, chance = rng.integers(0, 4000, size).tolist(), rng.random((4, size))
        facts = [
            Circumstance(person=one, kind=kind, value=value, since=today)
            for i, one in enumerate(people)
            for kind, value in (
                ("income", incomes[i]),
                ("unemployed", bool(chance[0, i] < 0.1)),
                ("rents-home", bool(chance[1, i] < 0.5)),
                ("school-child", bool(chance[2, i] < 0.2)),
            )
        ]
        Circumstance.objects.bulk_create(facts, batch_size=_BATCH)
        Consent.objects.bulk_create(
            Consent(person=one, purpose="find-support") for i, one in enumerate(people) if chance[3, i] < 0.9
        )


def services(k: int) -> None:
    """Half by requirements, half by tables; all are invitations."""
    area = add_service_type(ServiceType.objects.get(number=0), code="area", name={"en": "A"}, orderable=False)
    facts = (Input("income", Kind.NUMBER), Input("rents-home", Kind.BOOLEAN), Input("age", Kind.NUMBER))
    said = (Output("entitled", Kind.BOOLEAN, default="false"),)
    for i in range(k):
        kind = add_service_type(area, code=f"s{i}", name={"en": f"Service {i}"})
        rules = [("income", "at-most", 300 + 40 * i), ("unemployed", "is", True), ("age", "at-least", 25)]
        if i % 2:
            step = 20 + i
            rows = tuple(
                Row((f"[{step * j}..{step * (j + 1)})", "true" if j % 2 else "-", f">= {20 + j}"), ("true",))
                for j in range(12)
            )
            keep_tables([Written(Table(f"t{i}", facts, said, rows))], since=date(2020, 1, 1), actor=None)
            rules = [(f"table.t{i}.entitled", "is", True), ("school-child", "is", True)]
        for fact, comparison, value in rules:
            Requirement.objects.create(
                service_type=kind, code=fact[:80], circumstance=fact, comparison=comparison, value=value
            )
        set_reach(kind, "invite", purpose="find-support", actor=None)


def peak() -> float:
    """Megabytes that the process has needed at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def timed(words: str, n: int, work: object) -> float:
    began, cpu = time.perf_counter(), time.process_time()
    work()  # type: ignore[operator]
    wall, own = time.perf_counter() - began, time.process_time() - cpu
    print(f"{words:<46} {n / wall:>9,.0f} persons/s  clock {wall:6.2f} s  CPU {own:6.2f} s  peak {peak():5.0f} MB")
    return own


def main(n: int, k: int) -> None:
    call_command("migrate", verbosity=0)
    draw(n)
    services(k)
    settle()
    ((group,), _left_out) = groups()
    looks = group.people().count()
    print(f"{n:,} persons, {looks:,} consent; {k} services; slices of {SLICE:,}; before: {peak():.0f} MB")

    def only_look() -> None:
        judging, last, within = judging_of(group), None, group.people()
        while (looked := look(group, judging, within.filter(pk__gt=last) if last else within, SLICE)).people.keys:
            last = looked.people.keys[-1]

    many = timed("look: read and decide by columns", looks, only_look)
    whole = timed("run: and who receives, findings, counts, events", looks, run)
    counted = dict.fromkeys(group.services, 0)
    for service, entitled in Measure.objects.values_list("service_type", "entitled"):
        counted[service] += entitled
    alone, found = min(2000, looks), dict.fromkeys(group.services, 0)
    rules = rules_of(list(group.services))

    def loop() -> None:
        for person in group.people().order_by("pk")[:alone]:
            facts = facts_of(person)
            for service in group.services:
                found[service] += judge(rules[service], facts).verdict is Verdict.YES

    one = timed(f"peer: facts_of and judge, {alone:,} of them", alone, loop) * looks / alone
    print(f"look takes {many / one:.1%} of the peer's time, the run {whole / one:.1%}")
    if alone == looks:
        assert found == counted, "the loop finds others"
    print(f"{Finding.objects.count():,} found; entitled by service: {list(counted.values())}")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:]]
    main(*(given + [20_000, 8][len(given) :]))
