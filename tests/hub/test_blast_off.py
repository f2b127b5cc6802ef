"""What no blast radius shows: what is switched off, small cells, and an answer that was overtaken."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from governance.killswitch.models import Shutoff
from governance.killswitch.services import shutoff_activate
from governance.ledger.selectors import epoch
from metrics.events.services import batch_ingest
from metrics.operator.blast import blast
from metrics.operator.effect import Sum
from otdr_hub.hub.blast import api, views
from otdr_hub.hub.triage import page as triage
from tests import builders, cases
from tests.builders import EVENTS, PROMISES, SHOWN, WEEK, csv_file, person
from tests.decide_client import client, words
from tests.hub.test_carriers import computed, fed

pytestmark = pytest.mark.django_db
PAGE, API = "/blast/AA/?threshold=90&within=100", "/api/v1/blast/AA?threshold=90&within=100"
BEFORE = WEEK - dt.timedelta(weeks=1)


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def off(**key: str) -> None:
    shutoff_activate(category="data_quality", actor=person("admin"), **{"market": "AA", **key})


def near(run, since: dt.date = WEEK, kind: str = "carrier") -> dict[str, tuple[Sum, Sum]]:
    found = blast(
        version=run.version, markets=[SHOWN], since=since, through=WEEK, threshold=Decimal(90),
        within=Decimal(100), shown=(), actor=person("finance"),
    )  # fmt: skip
    return {one.name: (one.included, one.left_out) for one in found.near if one.kind == kind}


@pytest.mark.parametrize(
    "key", [{"value": "X"}, {"value": "*"}, {"market": "global", "value": "X"}], ids=["one", "all", "global"]
)
def test_where_one_carrier_is_off_no_carrier_and_no_lane_is_shown(lake, key):
    builders.published(lake)
    reader = client("finance")
    assert reader.get(API).json()["near"]
    off(breakout="carrier", **key)
    told = reader.get(API).json()
    assert (told["near"], told["near_off"]) == ([], ["AA"])
    said = words(reader.get(PAGE))
    assert "Carrier figures of Aland are switched off" in said
    assert "carriers or lanes cross" not in said
    assert "91.7" in said  # the roll-up, which is of the market as a whole


def test_a_small_carrier_is_withheld_and_the_one_that_would_give_it_away(lake):
    fed(lake, {"a": (40, 39), "b": (30, 28), "c": (20, 17), "d": (5, 4)})
    assert near(computed()) == {"a": (Sum(39, 40), Sum(0, 0)), "b": (Sum(28, 30), Sum(0, 0))}


def test_a_carrier_small_in_one_week_is_withheld_of_all_since_a_sum_less_another_is_that_week(lake):
    fed(lake, {"a": (40, 39), "b": (30, 28), "c": (20, 17), "d": (20, 19)}, week=BEFORE)
    fed(lake, {"a": (40, 39), "b": (30, 28), "c": (20, 17), "d": (5, 4)})
    run = computed()
    assert near(run) == {"a": (Sum(78, 80), Sum(39, 40)), "b": (Sum(56, 60), Sum(28, 30))}
    assert near(run, since=BEFORE) == {"a": (Sum(78, 80), Sum(0, 0)), "b": (Sum(56, 60), Sum(0, 0))}


def test_a_small_lane_is_withheld_as_a_carrier_is(lake):
    builders.two_markets()
    promises, events = [], []
    for lane, due in (("North", 40), ("South", 30), ("East", 20), ("West", 5)):
        for n in range(due):
            name, day = f"{lane}-{n}", "2025-11-07" if n == 0 else "2025-11-05"
            promises.append((name, name, SHOWN, "2025-11-05", "2025-10-20T10:00:00Z", lane, lane))
            events.append((f"{name}-d", name, SHOWN, "delivered", f"{day}T12:00:00Z", f"{day}T13:00:00Z"))
    for kind, columns, rows in (
        ("promises", (*PROMISES, "origin", "destination"), promises), ("events", EVENTS, events),
    ):  # fmt: skip
        path = csv_file(lake / f"{kind}.csv", columns, rows)
        batch_ingest(path=path, kind=kind, actor=person("data_engineer"))
    found = near(computed(), kind="lane")
    assert sorted(one.due for one, _ in found.values()) == [30, 40]


@pytest.mark.parametrize(("path", "module"), [(PAGE, views), (API, api)], ids=["page", "api"])
def test_an_answer_in_flight_is_made_again(lake, monkeypatch, path, module):
    builders.published(lake)
    real = module.asked

    def overtaken(*given):
        found = real(*given)
        if not Shutoff.objects.exists():
            off()
        return found

    monkeypatch.setattr(module, "asked", overtaken)
    answer = client("finance").get(path)
    assert answer.status_code == 409
    assert '"on_time"' not in answer.content.decode()
    assert "91.7" not in answer.content.decode()


def test_the_section_of_a_case_is_made_again_too(lake, monkeypatch):
    builders.published(lake)
    case, real = cases.opened(), triage.of_weeks

    def overtaken(*given):
        found = real(*given)
        if not Shutoff.objects.exists():
            off()
        return found

    monkeypatch.setattr(triage, "of_weeks", overtaken)
    answer = client("dpm").get(f"/triage/{case.number}/")
    assert answer.status_code == 200
    assert "91.7" not in words(answer)
    assert "switched off, so no page shows" in words(answer)


@pytest.mark.parametrize("path", [PAGE, "/triage/1/"], ids=["page", "case"])
def test_an_open_tab_finds_the_place_of_the_figures_and_keeps_what_is_typed(lake, path):
    builders.published(lake)
    cases.opened()
    for is_off in (False, True):
        if is_off:
            off()
        text = client("dpm").get(path).content.decode()
        assert ("91.7" in text) != is_off
        assert 'data-numbers="parts"' in text
        assert f'data-epoch="{epoch()}"' in text
        assert text.count(" data-number>") == 1
