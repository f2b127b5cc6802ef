"""Signatures cover later data while it stays within the guard of what was signed, and not a point further."""

from __future__ import annotations

import datetime as dt

import pytest

from governance.models import Market, Publication, PublicationLine, Shutoff
from governance.publication.services import guard_holds, publication_publish
from governance.scope.services import ACT as SCOPE
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open
from metrics.events.services import batch_ingest
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.hub.guarded import read_hub
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError
from tests import builders
from tests.builders import DEPARTMENTS, EVENTS, PROMISES, SHOWN, WEEK, csv_file, person

pytestmark = pytest.mark.django_db
LATER = builders.AS_OF + dt.timedelta(days=7)


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def taken(folder, name, kind, columns, rows):
    path = csv_file(folder / f"{name}.csv", columns, rows)
    return batch_ingest(path=path, kind=kind, actor=person("data_engineer"))


def corrected(folder):
    """The carrier corrects one of twelve deliveries: the week moves by 8.3 points."""
    row = (f"{SHOWN}-11-d", f"{SHOWN}-11", SHOWN, "delivered", "2025-11-05T12:00:00Z", "2025-11-18T02:00:00Z")
    taken(folder, "correction", "events", EVENTS, [row])


def next_week(folder):
    """Twelve more shipments, promised and delivered in the week after."""
    promises = [(f"n{n}", f"n{n}", SHOWN, "2025-11-12", "2025-11-08T10:00:00Z") for n in range(12)]
    events = [
        (f"n{n}-d", f"n{n}", SHOWN, "delivered", "2025-11-12T12:00:00Z", "2025-11-12T13:00:00Z")
        for n in range(12)
    ]
    taken(folder, "promises-2", "promises", PROMISES, promises)
    taken(folder, "events-2", "events", EVENTS, events)


def recomputed(publication, as_of=LATER):
    run, _ = run_queue(version=publication.version, as_of=as_of, actor=person("data_engineer"))
    return run_execute(run=run, actor=person("data_engineer"))


def published_again(publication, run, through=WEEK):
    return publication_publish(
        version=publication.version, vintages=vintages_of(run), through=through, as_of=run.as_of,
        actor=person("dpm"),
    )  # fmt: skip


def line_of(publication):
    return PublicationLine.objects.get(publication=publication, market=SHOWN)


def shown():
    """(reason, (on time, due) by week) of the market, as the hub's role reads it."""
    reading = read_hub()
    absent = {item.code: item.reason for item in reading.not_shown}
    weeks = [market.weeks for market in reading.markets if market.code == SHOWN]
    counts = [(week.counts.on_time, week.counts.due) for week in (weeks[0] if weeks else ())]
    return absent.get(SHOWN), counts


def test_new_data_inside_the_guard_needs_no_new_signature(tmp_path):
    first = builders.published(tmp_path)
    next_week(tmp_path)
    run = recomputed(first)
    assert guard_holds(line_of(first).decision, vintages_of(run)[SHOWN])
    second = published_again(first, run, WEEK + dt.timedelta(weeks=1))
    assert not line_of(second).is_held
    assert shown() == (None, [(11, 12), (12, 12)])


def test_the_first_vintage_outside_is_not_shown_and_the_last_inside_stays(tmp_path):
    first = builders.published(tmp_path)
    corrected(tmp_path)
    run = recomputed(first)
    assert not guard_holds(line_of(first).decision, vintages_of(run)[SHOWN])
    second = published_again(first, run)
    line = line_of(second)
    assert (line.is_held, line.vintage, line.as_of) == (True, line_of(first).vintage, first.as_of)
    assert shown() == (None, [(11, 12)])


def test_drift_is_measured_against_what_was_signed_not_against_the_last_step(tmp_path):
    """Ten steps of 0.2 points each may not creep past a tolerance of 0.3."""
    builders.two_markets()
    promises = [(f"m{n}", f"m{n}", SHOWN, "2025-11-05", "2025-11-01T10:00:00Z") for n in range(488)]
    taken(tmp_path, "many", "promises", PROMISES, promises)
    late = [
        (f"m{n}-d", f"m{n}", SHOWN, "delivered", "2025-11-07T12:00:00Z", "2025-11-07T13:00:00Z")
        for n in range(488)
    ]
    taken(tmp_path, "many-events", "events", EVENTS, late)
    publication = builders.published(tmp_path)
    signed = line_of(publication).vintage
    steps = []
    for step in range(3):
        row = (
            f"m{step}-d",
            f"m{step}",
            SHOWN,
            "delivered",
            "2025-11-05T12:00:00Z",
            f"2025-11-1{step + 5}T00:00:00Z",
        )
        taken(tmp_path, f"step-{step}", "events", EVENTS, [row])
        run = recomputed(publication, builders.AS_OF + dt.timedelta(days=3 + step))
        publication = published_again(publication, run)
        steps.append(line_of(publication).is_held)
    assert steps == [False, True, True]
    assert shown() == (None, [(12, 500)])
    assert line_of(publication).vintage != signed, "the last one inside stays, not the signed one"


def test_signed_again_the_new_vintage_is_shown(tmp_path):
    first = builders.published(tmp_path)
    corrected(tmp_path)
    run = recomputed(first)
    decision = scope_decide(
        market=Market.objects.get(pk=SHOWN), state="certified", version=first.version,
        vintage=vintages_of(run)[SHOWN], through=WEEK, effect=builders.effect_of(run), actor=person("dpm"),
    )  # fmt: skip
    published_again(first, run)
    assert shown() == (None, [(11, 12)]), "asked again, and until then the signed number stays"
    request = request_open(act=SCOPE, summary="AA", lines=[(decision.digest, "AA")], actor=person("dpm"))
    builders.sign(request, *DEPARTMENTS)
    third = published_again(first, run)
    assert not line_of(third).is_held
    assert shown() == (None, [(12, 12)])


def test_an_excluded_market_is_not_held_up(tmp_path):
    first = builders.published(tmp_path)
    corrected(tmp_path)
    run = recomputed(first)
    scope_decide(
        market=Market.objects.get(pk=SHOWN), state="excluded", version=first.version,
        vintage=vintages_of(run)[SHOWN], through=WEEK, reason="under review", effect=builders.effect_of(run),
        owner="dpm", review_on=clock.now().date() + dt.timedelta(weeks=9), actor=person("dpm"),
    )  # fmt: skip
    assert shown() == ("excluded", [])
    with pytest.raises(ConflictError, match="nothing to publish"):
        published_again(first, run)


def test_another_markets_vintage_is_no_candidate(tmp_path):
    first = builders.published(tmp_path)
    other = PublicationLine.objects.get(publication=first, market=builders.UNDECIDED).vintage
    assert not guard_holds(line_of(first).decision, other)
    assert not guard_holds(line_of(first).decision, "0" * 64)
    assert not guard_holds("0" * 64, other)
    assert Publication.objects.count() == 1
    assert not Shutoff.objects.exists()
