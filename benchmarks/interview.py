"""The interview: how many questions it asks, and what a changed fact costs.

Run: ``.venv/bin/python benchmarks/interview.py [persons]`` (60; under a minute). Over drawn persons, for each life
event and each life area of the demo: the mean number of questions by expected information, with and without counts
of what others answered, against asking everything, against the rule of before, which asked what most services wait
for, and, of few facts, against who knows all answers beforehand and asks the fewest that decide: no interview can
ask fewer. Then one fact of a person changes before many services: those judged again, and their time against all.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent)]
from own_installation import begin  # noqa: E402

begin("interview")
from django.core.management import call_command  # noqa: E402

call_command("migrate", verbosity=0)
from tests.registers.interviewed import a_menu_for, drawn_person  # noqa: E402

from lacarte.demo import content  # noqa: E402
from lacarte.engines.rules import HitPolicy, Input, Kind, Output, Row, Table  # noqa: E402
from lacarte.kernel import clock  # noqa: E402
from lacarte.registers.entitlement.actions import set_requirements  # noqa: E402
from lacarte.registers.entitlement.depending import facts_of  # noqa: E402
from lacarte.registers.entitlement.interview import next_question  # noqa: E402
from lacarte.registers.entitlement.interview.answers import FEWEST  # noqa: E402
from lacarte.registers.entitlement.interview.remembering import memory  # noqa: E402
from lacarte.registers.entitlement.judging import Judgement, Rule, judge  # noqa: E402
from lacarte.registers.entitlement.models import Requirement  # noqa: E402
from lacarte.registers.entitlement.queries import depending_on, entitled, rules_of  # noqa: E402
from lacarte.registers.entitlement.tables.keeping import keep_tables  # noqa: E402
from lacarte.registers.entitlement.tables.records import Written  # noqa: E402
from lacarte.registers.menu.actions import add_service_type  # noqa: E402
from lacarte.registers.menu.models import LifeEvent, ServiceType  # noqa: E402
from lacarte.registers.people.circumstances import FACTS, Datatype  # noqa: E402
from lacarte.standards.imports import import_life_events  # noqa: E402

Rules = Sequence[tuple[Rule, ...]]
Chooses = Callable[[Sequence[Judgement], dict[str, Any]], str | None]
OTHERS, MANY, TRIES, FEW = 500, 500, 200, 10


def counted_before(judged: Sequence[Judgement], facts: Mapping[str, Any]) -> str | None:
    """The rule of before: what most services wait for; of several, what settles more alone, then the first met."""
    waiting: Counter[str] = Counter()
    alone: Counter[str] = Counter()
    for one in judged:
        missing = [fact for fact in one.missing if fact not in facts and fact in FACTS]
        waiting.update(missing)
        alone.update(missing if len(one.missing) == 1 else ())
    return max(waiting, key=lambda fact: (waiting[fact], alone[fact])) if waiting else None


def asked_of(rules: Rules, person: Mapping[str, Any], chooses: Chooses) -> int:
    """How many questions it takes until no answer can matter any more."""
    facts: dict[str, Any] = {}
    while (kind := chooses([judge(some, facts) for some in rules], facts)) is not None:
        facts[kind] = person[kind]
    return len(facts)


def fewest_of(rules: Rules, person: Mapping[str, Any], kinds: Collection[str]) -> int:
    """How many of the answers, if one could choose them knowing all, leave nothing that can matter."""
    for size in range(len(kinds)):
        for some in combinations(sorted(kinds), size):
            facts = {kind: person[kind] for kind in some}
            if next_question([judge(rule, facts) for rule in rules], facts, counts={}) is None:
                return size
    return len(kinds)


def counts_of(persons: Collection[Mapping[str, Any]]) -> dict[str, dict[Any, float]]:
    """How often each answer is known of others; days are left out."""
    found: dict[str, dict[Any, float]] = defaultdict(Counter)
    for person in persons:
        for kind, value in person.items():
            if FACTS[kind].datatype is not Datatype.DATE:
                found[kind][value] += 1
    return found


def bundles() -> dict[str, list[int]]:
    """The services of each life event and of each life area, by their numbers."""
    a_menu_for(content.LIFE_EVENTS)
    assert not import_life_events(content.LIFE_EVENTS).rejections
    numbers = dict(ServiceType.objects.values_list("code", "number"))
    found = {
        f"event {event.code}": [item.service_type_id for item in event.items.all()]
        for event in LifeEvent.objects.all()
    }
    read = content.read()
    for at, area in enumerate(read.areas):
        codes = [one.code for one in read.services if one.area == at]
        found[f"area {area['code']}"] = [numbers[code] for code in codes if code in numbers]
    found["all services"] = sorted(numbers.values())
    for many in (3, 6, 12):
        found[f"{many} drawn tables"] = tables(many)
    return found


def tables(many: int) -> list[int]:
    """Services that tables decide, each of six rows over five facts, of which the first that holds counts."""
    rng = random.Random(many)
    area = add_service_type(ServiceType.objects.get(number=0), code=f"t{many}", name={}, orderable=False)
    kinds = [kind for kind, fact in FACTS.items() if fact.datatype is Datatype.BOOL]
    found = []
    for number in range(many):
        asked = [*rng.sample(kinds, 4), "age"]
        inputs = tuple(Input(kind, Kind.NUMBER if kind == "age" else Kind.BOOLEAN) for kind in asked)
        rows = []
        for _row in range(6):
            tests = (
                *(rng.choice(("true", "false", "-", "-")) for _ in range(4)),
                rng.choice(("-", "< 18", ">= 60")),
            )
            rows.append(Row(tests, (rng.choice(("true", "false")),)))
        code, says = f"t{many}-{number}", (Output("yes", Kind.BOOLEAN, default="false"),)
        made = Table(code, inputs, says, tuple(rows), HitPolicy.FIRST)
        keep_tables([Written(made)], since=clock.now().date(), actor=None)
        service = add_service_type(area, code=code, name={})
        rule = Requirement(code="t", circumstance=f"table.{code}.yes", comparison="is", value=True)
        set_requirements(service, [(rule, ())])
        found.append(service.number)
    return found


def interviews(persons: int) -> None:
    """The table of questions."""
    drawn = [drawn_person(seed) for seed in range(persons)]
    counts = counts_of([drawn_person(1000 + seed) for seed in range(max(OTHERS, FEWEST))])
    ways: dict[str, Chooses] = {
        "before": counted_before,
        "expected": lambda judged, facts: next_question(judged, facts, counts={}),
        "with counts": lambda judged, facts: next_question(judged, facts, counts=counts),
    }
    print(
        f"questions, mean of {persons} drawn persons\n{'':34}{'all':>7}", *(f"{n:>12}" for n in (*ways, "fewest"))
    )
    sums: dict[str, list[float]] = defaultdict(list)
    for name, numbers in bundles().items():
        rules = list(rules_of(numbers).values())
        kinds = {kind for some in rules for rule in some for kind in facts_of(rule.fact) or ()}
        asked = kinds & FACTS.keys()
        if len(asked) < 2:
            continue
        means = [statistics.fmean(asked_of(rules, one, way) for one in drawn) for way in ways.values()]
        few = statistics.fmean(fewest_of(rules, one, asked) for one in drawn) if len(asked) <= FEW else None
        print(f"{name:34}{len(asked):7d}", *(f"{m:12.2f}" if m is not None else f"{'':12}" for m in (*means, few)))
        for way, mean in zip(("all", *ways), (len(asked), *means), strict=True):
            sums[way].append(mean)
    print(
        f"{'mean':34}{statistics.fmean(sums['all']):7.2f}",
        *(f"{statistics.fmean(sums[way]):12.2f}" for way in ways),
    )


def changed_fact() -> None:
    """One changed fact before many services, each of which asks two of the facts in turn."""
    area = add_service_type(ServiceType.objects.get(number=0), code="many", name={"en": "Many"}, orderable=False)
    kinds = [kind for kind, fact in FACTS.items() if fact.datatype is Datatype.BOOL]
    made = [add_service_type(area, code=f"m{n}", name={"en": f"{n}"}) for n in range(MANY)]
    Requirement.objects.bulk_create(
        Requirement(
            service_type=one, code=str(i), circumstance=kind, comparison="is", value=True, order=i, text={}
        )
        for n, one in enumerate(made)
        for i, kind in enumerate((kinds[n % len(kinds)], kinds[n // len(kinds) % len(kinds)]))
    )
    numbers, facts = [one.number for one in made], drawn_person(0)
    rules = rules_of(numbers)
    entitled(facts)(numbers)
    print(
        f"\none fact changes before {MANY} services\n{'fact':22}{'depend':>8}{'judged':>8}{'ms':>8}{'all, ms':>9}"
    )
    for kind in kinds[:6]:
        changed = {**facts, kind: not facts[kind]}
        known, before = memory(), memory().asked
        some = {number: rules[number] for number in sorted(depending_on([kind]).intersection(numbers))}
        known.judge(some, changed)
        judged = known.asked - before
        part = best_of(lambda: [judge(one, changed) for one in some.values()])  # noqa: B023
        whole = best_of(lambda: [judge(one, changed) for one in rules.values()])  # noqa: B023
        print(f"{kind:22}{len(some):8d}{judged:8d}{part:8.3f}{whole:9.3f}")


def best_of(run: Callable[[], object]) -> float:
    """Milliseconds of the quickest of many tries."""
    found = []
    for _try in range(TRIES):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found) * 1000


if __name__ == "__main__":
    interviews(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
    changed_fact()
