"""Runs: the same question once, interruption without loss, and an end for what cannot work."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from governance.models import Entry
from metrics.events.declared import Days
from metrics.events.services import batch_ingest
from metrics.lake import store
from metrics.models import LakeFile, Run, RunVintage
from metrics.operator.beside import ladders
from metrics.operator.counts import counts
from metrics.recompute.selectors import unfinished, vintages_of
from metrics.recompute.services import MAX_ATTEMPTS, run_execute, run_queue
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, NotAllowedError
from otdr_hub.lib.roles import acting_as
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def again(run):
    return run_execute(run=run, actor=builders.person("data_engineer"))


def test_the_same_question_finds_the_same_run(tmp_path):
    run = builders.run_done(tmp_path)
    same, is_new = run_queue(version=run.version, as_of=run.as_of, actor=builders.person("data_engineer"))
    assert (same, is_new) == (run, False)
    entries = Entry.objects.count()
    assert again(same).attempts == 1
    assert Entry.objects.count() == entries


def test_an_unchanged_lake_gives_the_same_vintages_and_no_new_slice(tmp_path):
    first = builders.run_done(tmp_path)
    later, is_new = run_queue(
        version=first.version, as_of=first.as_of.replace(hour=13), actor=builders.person("data_engineer")
    )
    later = again(later)
    assert is_new
    assert vintages_of(later) == vintages_of(first)
    assert (later.slices_read, later.slices_changed) == (0, 0)


def test_an_interrupted_run_goes_on_after_the_market_it_had(tmp_path):
    run = builders.run_queued(tmp_path)
    broken = LakeFile.objects.filter(market=builders.UNDECIDED, kind="events").get()
    path = store.root() / broken.path
    content = path.read_bytes()
    path.write_bytes(b"x" * len(content))
    with pytest.raises(duckdb.Error):
        again(run)
    assert list(RunVintage.objects.values_list("market", flat=True)) == [builders.SHOWN]
    assert unfinished() == [run]
    path.write_bytes(content)
    run = again(run)
    assert (run.state, run.attempts, run.problem) == ("done", 2, "")
    assert set(vintages_of(run)) == {builders.SHOWN, builders.UNDECIDED}


def test_a_run_that_never_works_is_given_up_with_its_reason(tmp_path):
    run = builders.run_queued(tmp_path)
    path = store.root() / LakeFile.objects.filter(market=builders.SHOWN, kind="events").get().path
    path.write_bytes(b"x" * path.stat().st_size)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(duckdb.Error):
            again(run)
    run = again(run)
    assert run.state == "failed"
    assert run.problem.startswith(f"Given up after {MAX_ATTEMPTS} attempts.")
    assert unfinished() == []
    assert Entry.objects.last().action == "run.failed"


def test_a_file_that_is_not_the_one_pinned_ends_the_run(tmp_path):
    run = builders.run_queued(tmp_path)
    path = store.root() / LakeFile.objects.filter(market=builders.SHOWN, kind="promises").get().path
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ConflictError, match="is not the one pinned"):
        again(run)
    assert Run.objects.get().state == "failed"


def test_sums_of_a_week_are_those_of_its_slices_and_cells(tmp_path):
    builders.run_done(tmp_path)
    with acting_as("ops") as cursor:
        for table in ("metrics_slice", "metrics_cell", "metrics_vintageweek"):
            cursor.execute(
                f"SELECT sum(due), sum(on_time), sum(late), sum(pending), sum(unknown) FROM {table}"
            )
            assert tuple(map(int, cursor.fetchone())) == (24, 22, 2, 0, 0), table


@pytest.mark.parametrize("by", ["week", "day", "carrier", "lane"])
def test_the_operators_view_adds_up_however_it_is_split(tmp_path, by):
    run = builders.run_done(tmp_path)
    rows = counts(version=run.version, by=by, actor=builders.person("auditor"))
    assert sum(row["due"] for row in rows) == 24
    assert sum(row["on_time"] for row in rows) == 22


def test_what_was_known_at_a_moment_stays_readable(tmp_path):
    first = builders.run_done(tmp_path)
    engineer = builders.person("data_engineer")
    late = builders.csv_file(
        tmp_path / "late.csv",
        builders.EVENTS,
        [("AA-11-d2", "AA-11", "AA", "delivered", "2025-11-05T10:00:00Z", "2025-11-20T10:00:00Z")],
    )
    batch_ingest(path=late, kind="events", source="backfill", actor=engineer)
    moment = first.as_of.replace(day=21)
    again(run_queue(version=first.version, as_of=moment, actor=engineer)[0])
    now = counts(version=first.version, markets=["AA"], actor=engineer)
    then = counts(version=first.version, markets=["AA"], as_of=first.as_of, actor=engineer)
    assert [row["on_time"] for row in then] == [11]
    assert [row["on_time"] for row in now] == [12]
    assert counts(version=first.version, as_of=first.as_of.replace(year=2020), actor=engineer) == []


def test_a_batch_that_completes_its_days_turns_no_news_into_late(tmp_path):
    engineer = builders.person("data_engineer")
    first = builders.run_done(tmp_path)
    silent = [("AA-silent", "o", "AA", "2025-11-05", "2025-11-01T10:00:00Z")]
    promises = builders.csv_file(tmp_path / "more.csv", builders.PROMISES, silent)
    batch_ingest(path=promises, kind="promises", actor=engineer)
    then = first.as_of.replace(hour=13)
    again(run_queue(version=first.version, as_of=then, actor=engineer)[0])
    again_sent = [("AA-0-d", "AA-0", "AA", "delivered", "2025-11-05T12:00:00Z", "2025-11-05T13:00:00Z")]
    backfill = builders.csv_file(tmp_path / "backfill.csv", builders.EVENTS, again_sent)
    days = Days(builders.WEEK, builders.WEEK + dt.timedelta(days=6))
    with clock.at(first.as_of.replace(hour=14)):
        batch_ingest(path=backfill, kind="events", source="backfill", closes=days, actor=engineer)
    now = first.as_of.replace(hour=15)
    again(run_queue(version=first.version, as_of=now, actor=engineer)[0])
    found = [
        counts(version=first.version, markets=["AA"], as_of=moment, actor=engineer)[0]
        for moment in (then, now)
    ]
    assert [(row["due"], row["late"], row["unknown"]) for row in found] == [(13, 1, 1), (13, 2, 0)]


def test_a_ladder_is_read_from_the_pins(tmp_path):
    run = builders.run_done(tmp_path)
    week = {"since": builders.WEEK, "until": builders.WEEK + dt.timedelta(days=6)}
    found = ladders(version=run.version, markets=["AA"], actor=builders.person("auditor"), **week)
    assert next((rung.name, rung.due, rung.on_time) for rung in found["AA"]) == ("as defined", 12, 11)
    assert {rung.due for rung in found["AA"]} == {12}
    with pytest.raises(NotAllowedError):
        ladders(version=run.version, markets=["AA"], actor=builders.person("executive"), **week)


def test_the_operators_view_is_not_for_executives(tmp_path):
    run = builders.run_done(tmp_path)
    with pytest.raises(NotAllowedError):
        counts(version=run.version, actor=builders.person("executive"))
