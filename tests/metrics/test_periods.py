"""Locks and restatements: a locked figure stays readable, and what changed it is named."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from governance.models import Entry
from metrics.events.declared import Days
from metrics.events.services import batch_ingest
from metrics.models import PeriodLock, Restatement, Run
from metrics.operator.counts import counts
from metrics.periods.history import locks, restatements, revisions
from metrics.periods.services import period_lock
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, NotAllowedError
from tests import builders
from tests.builders import EVENTS, SHOWN, UNDECIDED, WEEK, csv_file, person

pytestmark = pytest.mark.django_db
CLOSES = Days(WEEK, WEEK + dt.timedelta(days=6))


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def told(folder, name, *rows, closes=None, at=builders.AS_OF):
    """An events file of (event, shipment, type, occurred, received) for the shown market, taken in."""
    lines = [(event, shipment, SHOWN, *rest) for event, shipment, *rest in rows]
    path = csv_file(folder / f"{name}.csv", EVENTS, lines)
    with clock.at(at):
        return batch_ingest(
            path=path, kind="events", source="backfill", closes=closes, actor=person("data_engineer")
        ).batch


def backfilled(folder, closes=CLOSES):
    """The weekly backfill: nothing new, and the week's days declared complete."""
    quiet = (f"{SHOWN}-0-c", f"{SHOWN}-0", "created", "2025-11-01T12:00:00Z", "2025-11-10T02:00:00Z")
    return told(folder, "backfill", quiet, closes=closes)


def computed(version, at=builders.AS_OF):
    run, _ = run_queue(version=version, as_of=at, actor=person("data_engineer"))
    return run_execute(run=run, actor=person("data_engineer"))


@pytest.fixture
def version(tmp_path):
    builders.input_taken(tmp_path)
    return builders.version_effective()


def locked(version, *markets):
    return period_lock(markets=markets or [SHOWN], monday=WEEK, version=version, actor=person("finance"))


def finality(version, market=SHOWN):
    (row,) = counts(version=version, markets=[market], actor=person("dpm"))
    return row["finality"], row["on_time"], row["due"]


def test_a_week_is_provisional_then_final(tmp_path, version):
    backfilled(tmp_path)
    run = computed(version)
    assert finality(version) == ("provisional", 11, 12)
    entries = Entry.objects.count()
    (lock,) = locked(version)
    assert finality(version) == ("final", 11, 12)
    assert (lock.run, Entry.objects.count()) == (run, entries + 1)
    entry = Entry.objects.last()
    assert (entry.action, entry.subject) == ("period.locked", f"2025-W45 of {SHOWN}")
    assert finality(version, UNDECIDED)[0] == "provisional"


def test_a_late_event_restates_the_week_and_names_its_batch(tmp_path, version):
    backfilled(tmp_path)
    first = computed(version)
    locked(version)
    later = builders.AS_OF + dt.timedelta(days=7)
    # The carrier corrects the last shipment's delivery: it was there two days before.
    correction = (f"{SHOWN}-11-d", f"{SHOWN}-11", "delivered", "2025-11-05T12:00:00Z", "2025-11-18T02:00:00Z")
    cause = told(tmp_path, "correction", correction, at=later)
    told(tmp_path, "other", ("x-1", "x", "created", "2025-11-17T12:00:00Z", "2025-11-18T02:00:00Z"), at=later)
    second = computed(version, later)
    assert finality(version) == ("restated", 12, 12)
    (row,) = restatements(actor=person("finance"))
    assert (row["market"], row["week"]) == (SHOWN, "2025-W45")
    assert (row["old"], row["new"]) == ([12, 11, 1, 0, 0], [12, 12, 0, 0, 0])
    assert [one["id"] for one in row["causes"]] == [cause.pk]
    (cell,) = row["slices"]
    assert (cell["day"], cell["old"], cell["new"]) == (
        dt.date(2025, 11, 5), (12, 11, 1, 0, 0), (12, 12, 0, 0, 0),
    )  # fmt: skip
    # The locked figure is still there, beside the new one, and as of the moment it was told.
    (lock,) = locks(actor=person("finance"))
    assert lock["counts"] == [12, 11, 1, 0, 0]
    (then,) = counts(version=version, markets=[SHOWN], as_of=first.as_of, actor=person("dpm"))
    assert (then["on_time"], then["due"]) == (11, 12)
    told_when = revisions(version=version, market=SHOWN, monday=WEEK, actor=person("finance"))
    assert [(row["as_of"], row["on_time"]) for row in told_when] == [(first.as_of, 11), (second.as_of, 12)]
    entry = Entry.objects.filter(action="run.done").last()
    assert [item["causes"] for item in json.loads(entry.payload)["restated"]] == [[cause.pk]]


def test_the_same_change_is_restated_once_and_a_new_lock_ends_it(tmp_path, version):
    backfilled(tmp_path)
    computed(version)
    locked(version)
    later = builders.AS_OF + dt.timedelta(days=7)
    told(
        tmp_path, "correction",
        (f"{SHOWN}-11-d", f"{SHOWN}-11", "delivered", "2025-11-05T12:00:00Z", "2025-11-18T02:00:00Z"), at=later,
    )  # fmt: skip
    computed(version, later)
    computed(version, later + dt.timedelta(hours=1))
    assert Restatement.objects.count() == 1
    locked(version)
    assert finality(version) == ("final", 12, 12)
    assert PeriodLock.objects.count() == 2


def test_looking_back_restates_nothing(tmp_path, version):
    backfilled(tmp_path)
    computed(version)
    locked(version)
    computed(version, dt.datetime(2025, 11, 6, 12, tzinfo=dt.UTC))
    assert not Restatement.objects.exists()
    assert finality(version) == ("final", 11, 12)


def test_a_part_of_the_days_is_never_the_newest_word(tmp_path, version):
    backfilled(tmp_path)
    computed(version)
    locked(version)
    run, _ = run_queue(
        version=version, since=dt.date(2025, 11, 6), until=dt.date(2025, 11, 7),
        as_of=builders.AS_OF + dt.timedelta(days=1), actor=person("data_engineer"),
    )  # fmt: skip
    run = run_execute(run=run, actor=person("data_engineer"))
    assert run.slices_read == 0
    assert finality(version) == ("final", 11, 12)
    assert not Restatement.objects.exists()


def test_without_a_backfill_that_closes_every_day_no_lock(tmp_path, version):
    backfilled(tmp_path, closes=Days(WEEK, WEEK + dt.timedelta(days=4)))
    computed(version)
    with pytest.raises(
        ConflictError, match=r"No backfill has declared 2025-11-08, 2025-11-09 complete for AA"
    ):
        locked(version)


def test_one_market_that_cannot_be_locked_locks_none(tmp_path, version):
    backfilled(tmp_path)
    computed(version)
    with pytest.raises(ConflictError, match="2025-W45 of BB cannot be locked"):
        locked(version, SHOWN, UNDECIDED)
    assert not PeriodLock.objects.exists()


def test_a_week_that_is_not_mature_cannot_be_locked(tmp_path, version):
    backfilled(tmp_path)
    early = dt.datetime(2025, 11, 10, 6, tzinfo=dt.UTC)
    told(tmp_path, "promised late")
    path = csv_file(
        tmp_path / "late.csv", builders.PROMISES, [("x", "x", SHOWN, "2025-11-09", "2025-11-01T00:00:00Z")]
    )
    batch_ingest(path=path, kind="promises", actor=person("data_engineer"))
    computed(version, early)
    with clock.at(early), pytest.raises(ConflictError, match="2025-W45 is preliminary"):
        locked(version)


def test_counts_that_do_not_reconcile_are_not_locked(tmp_path, version):
    """A promise recorded after the moment of the numbers is in the files but not in them."""
    backfilled(tmp_path)
    path = csv_file(
        tmp_path / "later.csv", builders.PROMISES, [("x", "x", SHOWN, "2025-12-09", "2025-11-20T00:00:00Z")]
    )
    batch_ingest(path=path, kind="promises", actor=person("data_engineer"))
    computed(version)
    with pytest.raises(ConflictError, match="13 promise rows came, 12 are accounted for"):
        locked(version)


def test_only_finance_locks_and_only_weeks(tmp_path, version):
    backfilled(tmp_path)
    computed(version)
    with pytest.raises(NotAllowedError):
        period_lock(markets=[SHOWN], monday=WEEK, version=version, actor=person("dpm"))
    with pytest.raises(InvalidInputError, match="is no Monday"):
        period_lock(
            markets=[SHOWN], monday=WEEK + dt.timedelta(days=1), version=version, actor=person("finance")
        )
    locked(version)
    with pytest.raises(ConflictError, match="locked already"):
        locked(version)


def test_a_lost_state_is_made_again_with_the_same_digests(tmp_path, version, lake):
    computed(version)
    for path in (lake / ".state").rglob("*.parquet"):
        path.unlink()
    again = computed(version, builders.AS_OF + dt.timedelta(hours=1))
    assert again.slices_read == Run.objects.order_by("as_of").first().slices_read
    assert again.slices_changed == 0


def test_a_tampered_state_is_not_used(tmp_path, version, lake):
    computed(version)
    for path in (lake / ".state").rglob("*.parquet"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    assert computed(version, builders.AS_OF + dt.timedelta(hours=1)).slices_changed == 0
