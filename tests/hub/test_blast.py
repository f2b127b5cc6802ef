"""The blast radius: with and without suspect numbers, near a threshold, and who has seen them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from governance.access.policy import ROLES
from governance.killswitch.services import shutoff_activate
from metrics.operator.blast import blast
from metrics.operator.effect import Sum
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.hub.blast.part import blast_part
from otdr_hub.lib.outcome import InvalidInputError, NotAllowedError
from tests import builders
from tests.builders import WEEK, person
from tests.decide_client import client, words

pytestmark = pytest.mark.django_db
READS = {"finance", "legal", "logistics", "dpm", "auditor", "data_engineer"}


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return tmp_path


def look(run, *markets: str, **more):
    given = {
        "version": run.version, "markets": markets or ("AA",), "since": WEEK, "through": WEEK,
        "threshold": Decimal(90), "shown": ("BB",), "actor": person("dpm"),
    }  # fmt: skip
    return blast(**(given | more))


def test_the_roll_up_with_and_without(lake):
    found = look(builders.run_done(lake))
    assert [one.monday for one in found.weeks] == [WEEK]
    week = found.weeks[0]
    assert (week.included, week.left_out) == (Sum(22, 24), Sum(11, 12))
    assert week.points == 0
    assert found.steady == ()


def test_the_roll_up_is_of_the_markets_shown_and_the_suspect_one(lake):
    run = builders.run_done(lake)
    alone = look(run, shown=()).weeks[0]
    assert (alone.included, alone.left_out) == (Sum(11, 12), Sum(0, 0))
    shown = look(run, "BB", shown=("AA", "BB")).weeks[0]
    assert (shown.included, shown.left_out) == (Sum(22, 24), Sum(11, 12))


def test_a_week_that_is_not_told_is_in_no_roll_up(lake):
    """On the Saturday after it, its last shipments are still younger than the horizon."""
    builders.input_taken(lake)
    early = dt.datetime(2025, 11, 6, 12, tzinfo=dt.UTC)
    run, _ = run_queue(version=builders.version_effective(), as_of=early, actor=person("data_engineer"))
    found = look(run_execute(run=run, actor=person("data_engineer")), within=Decimal(100))
    assert (found.weeks, found.near) == ((), ())


def test_that_a_week_would_not_be_told_is_said(lake):
    found = look(builders.run_done(lake))
    week = replace(found.weeks[0], included=found.weeks[0].left_out)
    assert not found.weeks[0].is_untold
    assert "The hub would not tell" not in blast_part(found).lead
    said = blast_part(replace(found, weeks=(week,))).lead
    assert said.startswith("The hub would not tell")
    assert re.search("of Aland: .* Shown or not, the roll-up is 91.7.%.", said)


def test_without_the_only_market_nothing_is_left(lake):
    week = look(builders.run_done(lake), "AA", "BB").weeks[0]
    assert week.left_out == Sum(0, 0)
    assert week.points is None


def test_a_lane_is_near_or_not_by_the_points_asked(lake):
    run = builders.run_done(lake)
    rate = Fraction(11, 12) * 100  # 91.67
    near = look(run, within=Decimal(2)).near
    assert {one.kind for one in near} == {"carrier", "lane"}
    assert all(one.included == Sum(11, 12) and one.left_out == Sum(0, 0) for one in near)
    assert not any(one.crosses for one in near)
    assert abs(rate - 90) > 1
    assert look(run, within=Decimal(1)).near == ()


def test_what_is_asked_has_to_be_there(lake):
    run = builders.run_done(lake)
    with pytest.raises(InvalidInputError, match="ZZ"):
        look(run, "ZZ")
    with pytest.raises(InvalidInputError, match="Mondays"):
        look(run, since=WEEK + dt.timedelta(days=1))
    with pytest.raises(InvalidInputError, match="Mondays"):
        look(run, since=WEEK + dt.timedelta(days=7))


@pytest.mark.parametrize("role", sorted(set(ROLES) - READS))
def test_it_is_not_for_everybody(lake, role):
    run = builders.run_done(lake)
    with pytest.raises(NotAllowedError):
        look(run, actor=person(role))
    assert client(role).get("/blast/AA/").status_code == 403
    assert client(role).get("/api/v1/blast/AA").status_code == 403


def test_who_has_seen_it(lake):
    publication = builders.published(lake)
    assert look(worlds_run(publication)).readers == ()
    client("executive").get("/")
    client("finance").get("/export/hub.csv")
    list(client("finance").get("/export/hub.csv").streaming_content)
    seen = {(one.person, one.surface, one.what) for one in look(worlds_run(publication)).readers}
    assert ("executive", "page", "AA") in seen
    assert ("finance", "csv", "AA") in seen
    assert look(worlds_run(publication), "BB").readers == ()


class worlds_run:  # noqa: N801 (stands in for a run, of which only the version is asked)
    def __init__(self, publication):
        self.version = publication.version


def test_the_page_says_it_in_words(lake):
    builders.published(lake)
    said = words(client("dpm").get("/blast/AA/"))
    assert "If Aland were shown" in said
    assert re.search("With Aland the roll-up of [^,]+ is 91.7.%; without, nothing is shown of it.", said)
    assert "Nobody has seen it on the hub." in said
    other = words(client("dpm").get("/blast/BB/"))
    assert re.search("With Borduria the roll-up of [^,]+ is 91.7.%, without 91.7.%:", other)


def test_odd_numbers_are_refused_with_the_fix(lake):
    builders.published(lake)
    reader = client("dpm")
    for asked, said in (
        ("since=soon", "since: 'soon' is not an ISO week"),
        (f"since={'9' * 5000}", "is not an ISO week"),
        ("through=9999-W52", "through: 9999-W52 is out of range; write a week from 2000 to 2100."),
        ("since=0001-W01", "since: 0001-W01 is out of range"),
        ("threshold=much", "threshold: 'much' is no number; write it like 90 or 92.5"),
        ("threshold=1e-999999999", "is no number"),
        ("threshold=90.001", "is no number"),
        (f"within={'1' * 5000}", "is no number"),
        ("within=101", "within: 101 is out of range; write 0 to 100."),
        ("within=NaN", "is no number"),
    ):
        page, told = (reader.get(f"{path}?{asked}") for path in ("/blast/AA/", "/api/v1/blast/AA"))
        assert (page.status_code, told.status_code) == (422, 422), asked
        assert said in words(page)
        assert said in told.json()["detail"]


def test_the_api_says_the_same(lake):
    builders.published(lake)
    told = client("dpm").get("/api/v1/blast/BB?threshold=90").json()
    assert told["weeks"][0]["included"] == {"on_time": 22, "due": 24}
    assert told["weeks"][0]["left_out"] == {"on_time": 11, "due": 12}
    assert told["threshold"] == "90"
    assert client("dpm").get("/api/v1/blast/ZZ").status_code == 404


def test_what_is_switched_off_is_in_no_blast_radius(lake):
    builders.published(lake)
    shutoff_activate(market="AA", category="data_quality", actor=person("admin"))
    page = client("dpm").get("/blast/AA/")
    assert page.status_code == 409
    assert "switched off" in words(page)
    assert "91.7" not in words(page)
    told = client("dpm").get("/api/v1/blast/BB?threshold=90").json()
    assert told["weeks"][0]["included"] == {"on_time": 11, "due": 12}
    assert told["weeks"][0]["left_out"] == {"on_time": 0, "due": 0}
