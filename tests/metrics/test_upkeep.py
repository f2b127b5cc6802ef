"""Nightly re-derivation, clean-up of the lake, carriers' codes that a later version reads, versions compared."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import time

import pytest
from django.core.management import call_command

from governance.definition import Definition
from governance.models import Entry, Publication, Shutoff
from governance.versions.services import version_propose
from metrics.audit.cleanup import removable, remove
from metrics.audit.rota import sample
from metrics.audit.verify import verify
from metrics.events.services import batch_ingest
from metrics.models import Batch, RunVintage
from metrics.otdr.engine import engine_digest
from metrics.recompute.services import run_execute, run_queue
from metrics.tasks import rederive
from otdr_hub.celery import app
from otdr_hub.lib import clock
from tests import builders
from tests.builders import EVENTS, SHOWN, csv_file, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def test_every_night_a_sample_is_computed_again(tmp_path):
    builders.published(tmp_path)
    rederive()
    entry = Entry.objects.last()
    assert (entry.action, entry.actor) == ("publication.rederived", "system")
    assert json.loads(entry.payload)["integers"] > 0
    assert "metrics.rederive" in {item["task"] for item in app.conf.beat_schedule.values()}


def test_a_night_that_finds_something_says_so(tmp_path, lake, caplog):
    builders.published(tmp_path)
    for path in (lake / "events").rglob("*.parquet"):
        path.write_bytes(b"x" * path.stat().st_size)
    rederive()
    entry = Entry.objects.last()
    assert entry.action == "publication.differs"
    assert len(json.loads(entry.payload)["findings"]) == 2
    assert "does not re-derive" in caplog.text


def test_a_file_damaged_later_switches_nothing_off(tmp_path, lake):
    builders.published(tmp_path)
    for path in (lake / "events").rglob("*.parquet"):
        path.write_bytes(b"x" * path.stat().st_size)
    rederive()
    assert not Shutoff.objects.exists()


def test_the_sample_changes_with_the_night_and_covers_all(tmp_path):
    assert sample(dt.date(2026, 1, 1)) == []
    publication = builders.published(tmp_path)
    nights = [sample(dt.date(2026, 1, 1) + dt.timedelta(days=n)) for n in range(5)]
    assert all(found == [(publication, ["AA", "BB"])] for found in nights)
    assert nights[0] == sample(dt.date(2026, 1, 1))


def aged(path, days=2):
    moment = time.time() - days * 86_400
    os.utime(path, (moment, moment))


def test_clean_up_takes_what_nothing_names_and_pins_survive(tmp_path, lake):
    publication = builders.published(tmp_path)
    kept = set(lake.rglob("*.parquet"))
    cut_off = lake / "events" / "market=AA" / "cut-off.parquet"
    staged = lake / ".staging" / "x" / "AA.parquet"
    young = lake / "events" / "market=AA" / "young.parquet"
    for path in (cut_off, staged, young):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    for path in lake.rglob("*.parquet"):
        if path != young:
            aged(path)
    assert [file.path for file in removable()] == [
        ".staging/x/AA.parquet", "events/market=AA/cut-off.parquet",
    ]  # fmt: skip
    assert remove(removable()) == 8
    assert set(lake.rglob("*.parquet")) == kept | {young}
    assert not staged.parent.exists()
    assert verify(publication).findings == ()


def test_clean_up_keeps_the_folded_rows_the_next_run_starts_from(tmp_path, lake):
    first = builders.run_done(tmp_path)
    for hours in range(1, 5):
        row = (
            f"x{hours}",
            f"{SHOWN}-{hours}",
            SHOWN,
            "created",
            "2025-11-01T12:00:00Z",
            "2025-11-10T02:00:00Z",
        )
        path = csv_file(tmp_path / f"more-{hours}.csv", EVENTS, [row])
        batch_ingest(path=path, kind="events", actor=person("data_engineer"))
        moment = first.as_of + dt.timedelta(hours=hours)
        run, _ = run_queue(version=first.version, as_of=moment, actor=person("data_engineer"))
        run_execute(run=run, actor=person("data_engineer"))
    for path in lake.rglob("*.parquet"):
        aged(path)
    gone = removable()
    assert gone
    assert all(file.path.startswith(".state/") for file in gone)
    remove(gone)
    out = io.StringIO()
    call_command("lake", "clean", "--dry-run", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"files": [], "bytes": 0}
    run, _ = run_queue(
        version=first.version, as_of=first.as_of + dt.timedelta(days=1), actor=person("data_engineer")
    )
    assert run_execute(run=run, actor=person("data_engineer")).slices_read == 0


CODES = Definition(name="otdr-codes", small_cell=11, event_map=(("correio", "BDE-01", "delivered"),))


def test_rows_in_a_carriers_own_code_wait_for_a_version_that_reads_it(tmp_path):
    builders.two_markets()
    rows = [
        ("e1", "s1", SHOWN, "BDE-01", "2025-11-05T12:00:00Z", "2025-11-05T13:00:00Z", "correio"),
        ("e2", "s2", SHOWN, "delivered", "2025-11-05T12:00:00Z", "2025-11-05T13:00:00Z", "correio"),
    ]
    path = csv_file(tmp_path / "events.csv", [*EVENTS, "carrier"], rows)

    def taken():
        return batch_ingest(path=path, kind="events", actor=person("data_engineer"))

    first = taken()
    assert (first.batch.accepted, first.batch.reasons) == (1, {"unknown_type": 1})
    assert not taken().is_new
    version_propose(definition=CODES, engine_digest=engine_digest(), actor=person("data_engineer"))
    again = taken()
    assert again.is_new
    assert (again.batch.accepted, again.batch.quarantined) == (2, 0)
    assert not taken().is_new
    assert Batch.objects.filter(state="accepted").count() == 2


def test_two_versions_are_compared_by_command(tmp_path):
    builders.run_done(tmp_path)
    two_days = Definition(name="otdr-grace", small_cell=11, grace_minutes=2 * 24 * 60)
    version_propose(definition=two_days, engine_digest=engine_digest(), actor=person("data_engineer"))
    out = io.StringIO()
    arguments = ("versions", "compare", "otdr-test", "otdr-grace", "--market", SHOWN, "--week", "2025-W45")
    call_command(*arguments, "--as", "data_engineer", "--json", stdout=out)
    sides = json.loads(out.getvalue())["markets"][SHOWN]
    assert (sides["before"]["on_time"], sides["after"]["on_time"]) == (11, 12)
    assert sides["effects"] == [{"rule": "grace_minutes", "due": 0, "on_time": 1}]


def test_what_is_counted_beside_the_rate_is_shown_by_week(tmp_path):
    builders.run_done(tmp_path)
    for option, words in (
        ("--notes", "median promise"),
        ("--delays", "known within"),
        ("--revisions", "as known"),
    ):
        out = io.StringIO()
        with clock.at(builders.AS_OF):
            call_command(
                "otdr", option, "--market", SHOWN, "--week", "2025-W45", "--as", "data_engineer", stdout=out
            )
        assert words in out.getvalue() or "0 deliveries" in out.getvalue()
    assert RunVintage.objects.exclude(state="").count() == 2
    assert not Publication.objects.exists()
