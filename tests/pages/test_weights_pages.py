"""Officials who may set rules enter what a body decided, and see before what it does."""

from __future__ import annotations

import pytest
from django.test import Client

from lacarte.kernel.models import Role
from lacarte.loop.needs.actions import receive
from lacarte.loop.needs.models import Channel
from lacarte.loop.priority.models import Weighing, Weights
from lacarte.loop.priority.weights import WeightsRefusedError, in_force
from lacarte.pages.desk.weights_form import WeightsForm, indicator_line, read_indicator
from tests.background import work
from tests.city import City, official, signed_in

pytestmark = pytest.mark.django_db
NEW = "/desk/weights/new/"


def said(**changed: str) -> dict[str, str]:
    form = WeightsForm(None, now=in_force())
    values = {name: str(form[name].value() or "") for name in form.fields}
    words = {
        "body-en": "Council",
        "body-zh-hans": "市议会",
        "reason-en": "Care first",
        "minutes": "https://example.org/1",
    }
    return {**values, **words, "weight-urgency": "30", "weight-vulnerability": "40", **changed}


def test_a_decision_is_seen_before_it_is_kept_and_read_by_everybody(city: City, client: Client) -> None:
    receive(channel=Channel.WEB, text="", service_type=city.care, longitude=122.04, latitude=28.04)
    work()
    planner = signed_in(official(Role.PLANNER))
    shown = planner.post(NEW, said())
    assert "Tried on 1 of 1 needs that wait" in shown.content.decode()
    assert Weights.objects.count() == 1
    looked_at = shown.context["form"].data["looked_at"]
    changed = planner.post(NEW, said(looked_at=looked_at, **{"full_wait_days": "60"}))
    assert "Tried on" in changed.content.decode(), "what was changed after looking is looked at again"
    assert Weights.objects.count() == 1
    assert planner.post(NEW, said(looked_at=looked_at), follow=True).redirect_chain == [("/desk/weights/", 302)]
    made = Weights.objects.get(version=in_force().version)
    assert made.weights == {"urgency": 0.3, "vulnerability": 0.4, "deprivation": 0.15, "waiting": 0.15}
    work()
    assert Weighing.objects.get().rules_version == made.version
    assert "1, up to" in planner.get("/desk/weights/").content.decode()
    public = client.get("/priority/", headers={"accept-language": "en"}).content.decode()
    for words in (
        "Council",
        "https://example.org/1",
        "Urgency of the service: 40 % → 30 %",
        "One class earlier: 0",
    ):
        assert words in public


@pytest.mark.parametrize(
    ("changed", "at", "says"),
    [
        ({"weight-urgency": "50"}, "weight-urgency", "they make 120"),
        ({"weight-urgency": "much"}, "weight-urgency", "write a number"),
        ({"share-0": "35"}, "__all__", "they make 110"),
        ({"facts-0": "low-income >= 3"}, "facts-0", "yes or no"),
        ({"facts-0": "no-such-fact"}, "facts-0", "names no circumstance"),
        ({"facts-0": "age = 3"}, "facts-0", "numbers are compared"),
        ({"name-6-en": "Seventh"}, "__all__", "needs 1 to 20"),
    ],
)
def test_what_cannot_be_is_said_where_it_is_wrong(city: City, changed: dict[str, str], at: str, says: str) -> None:
    answer = signed_in(official(Role.PLANNER)).post(NEW, said(**changed))
    assert answer.status_code == 422
    assert says in str(answer.context["form"].errors[at])


def test_without_a_body_nothing_is_decided(city: City) -> None:
    planner = signed_in(official(Role.PLANNER))
    nobody = said(**{"body-en": "", "body-zh-hans": ""})
    looked_at = planner.post(NEW, nobody).context["form"].data["looked_at"]
    answer = planner.post(NEW, {**nobody, "looked_at": looked_at})
    assert "which body decided" in str(answer.context["form"].errors["body-en"])


def test_a_dimension_is_added_and_one_removed(city: City) -> None:
    planner = signed_in(official(Role.PLANNER))
    emptied = dict.fromkeys(("name-5-en", "name-5-zh-hans", "share-5", "facts-5"), "")
    added = {"name-6-en": "Size", "share-6": "5", "facts-6": "household-size >= 5\nwork = none"}
    values = said(**emptied, **added)
    looked_at = planner.post(NEW, values).context["form"].data["looked_at"]
    planner.post(NEW, {**values, "looked_at": looked_at})
    last = in_force().dimensions[-1]
    assert (last.name, last.weight) == ({"en": "Size"}, 0.05)
    assert [indicator_line(one) for one in last.indicators] == ["household-size >= 5", "work = none"]
    assert "housing" not in [one.code for one in in_force().dimensions]


def test_only_who_sets_rules_everywhere_decides_and_officials_read(city: City, client: Client) -> None:
    assert client.get("/desk/weights/").status_code == 302
    assert signed_in(official(Role.CASE_WORKER)).get("/desk/weights/").status_code == 200
    for user in (official(Role.CASE_WORKER, name="cw"), official(Role.PLANNER, city.west, "west")):
        assert signed_in(user).get(NEW).status_code == 403


def test_an_indicator_reads_as_it_is_written() -> None:
    for line in ("low-income = yes", "age >= 75", "household-size <= 1", "work = none"):
        assert indicator_line(read_indicator(line, "x")) == line
    with pytest.raises(WeightsRefusedError):
        read_indicator("work > none", "x")
