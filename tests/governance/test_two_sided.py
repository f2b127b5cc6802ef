"""The two-sided rule: fixed before values are seen, as wary of too good as of too bad."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from governance.models import Market, ScopeRule
from governance.rules.services import rule_set
from governance.scope import readiness
from governance.scope.services import scope_decide
from metrics.events.services import batch_ingest
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import ConflictError, InvalidInputError
from tests import builders
from tests.builders import EVENTS, PROMISES, SHOWN, csv_file, person

pytestmark = pytest.mark.django_db
FIRST = dt.date(2025, 9, 1)
SHIPMENTS = 20


@pytest.fixture(autouse=True)
def lake(settings, tmp_path):
    settings.LAKE_ROOT = tmp_path / "lake"
    return settings.LAKE_ROOT


def weeks_of(folder, *late):
    """One week after the other of twenty shipments, so many of them a day late."""
    builders.two_markets()
    promises, events = [], []
    for number, missed in enumerate(late):
        day = FIRST + dt.timedelta(weeks=number, days=2)
        for n in range(SHIPMENTS):
            shipment = f"w{number}-{n}"
            promises.append((shipment, shipment, SHOWN, day.isoformat(), f"{FIRST}T00:00:00Z"))
            told = day + dt.timedelta(days=1 if n < missed else 0)
            events.append(
                (f"{shipment}-d", shipment, SHOWN, "delivered", f"{told}T12:00:00Z", f"{told}T13:00:00Z")
            )
    for kind, columns, rows in (("promises", PROMISES, promises), ("events", EVENTS, events)):
        batch_ingest(
            path=csv_file(folder / f"{kind}.csv", columns, rows), kind=kind, actor=person("data_engineer")
        )


def fixed(points="5", at=None):
    with clock.at(at or dt.datetime(2025, 8, 1, tzinfo=dt.UTC)):
        return rule_set(max_points=Decimal(points), weeks=4, reason="as agreed", actor=person("dpm"))


def problems(version, late):
    run, _ = run_queue(version=version, as_of=builders.AS_OF, actor=person("data_engineer"))
    run = run_execute(run=run, actor=person("data_engineer"))
    through = FIRST + dt.timedelta(weeks=len(late) - 1)
    vintage = vintages_of(run)[SHOWN]
    return readiness.problems(readiness.Candidate(SHOWN, version.digest, vintage, through)), vintage, through


@pytest.mark.parametrize(
    ("late", "said"),
    [
        ((2, 2, 2, 2, 0), "10.0 points above"),
        ((2, 2, 2, 2, 4), "10.0 points below"),
        ((2, 2, 2, 2, 1), None),
        ((2, 2, 2, 2, 3), None),
        ((2, 2, 0), None),  # too few weeks before it to say
    ],
)
def test_too_good_is_asked_about_like_too_bad(tmp_path, late, said):
    fixed()
    weeks_of(tmp_path, *late)
    found, vintage, through = problems(builders.version_effective(), late)
    assert [said in sentence for sentence in found] == ([True] if said else [])
    if said:
        with pytest.raises(ConflictError, match=r"the rule allows 5\.00 either way"):
            scope_decide(
                market=Market.objects.get(pk=SHOWN), state="certified", version=builders.MetricVersion.objects.get(),
                vintage=vintage, through=through, effect="", actor=person("dpm"),
            )  # fmt: skip


def test_a_rule_fixed_after_the_numbers_says_nothing_of_them(tmp_path):
    weeks_of(tmp_path, 2, 2, 2, 2, 0)
    version = builders.version_effective()
    found, _, _ = problems(version, (2, 2, 2, 2, 0))
    assert found == []
    fixed(at=clock.now() + dt.timedelta(minutes=1))
    assert problems(version, (2, 2, 2, 2, 0))[0] == []


def late_event(folder):
    """One delivery of the first week is told again, a day later: every later vintage is another one."""
    row = ("w0-5-again", "w0-5", SHOWN, "delivered", f"{FIRST + dt.timedelta(days=3)}T12:00:00Z", "2025-11-14T11:00:00Z")  # fmt: skip
    batch_ingest(
        path=csv_file(folder / "late.csv", EVENTS, [row]), kind="events", actor=person("data_engineer")
    )


def test_a_week_that_was_seen_stays_under_the_rule_it_was_seen_under(tmp_path):
    """A late event makes a new vintage of it, which a rule fixed since must not speak about."""
    late = (2, 2, 2, 2, 0)
    weeks_of(tmp_path, *late)
    version = builders.version_effective()
    found, seen, through = problems(version, late)
    assert found == []
    with clock.at(clock.now() + dt.timedelta(minutes=1)):
        rule_set(max_points=Decimal(5), weeks=4, reason="bent to it", actor=person("dpm"))
    late_event(tmp_path)
    with clock.at(clock.now() + dt.timedelta(minutes=2)):
        found, vintage, _ = problems(version, late)
        assert vintage != seen
        assert found == []
    assert through == FIRST + dt.timedelta(weeks=4)


def test_a_rule_made_wider_after_the_week_was_seen_does_not_save_it(tmp_path):
    late = (2, 2, 2, 2, 0)
    fixed()
    weeks_of(tmp_path, *late)
    version = builders.version_effective()
    assert len(problems(version, late)[0]) == 1
    with clock.at(clock.now() + dt.timedelta(minutes=1)):
        rule_set(max_points=Decimal(50), weeks=4, reason="bent to it", actor=person("dpm"))
    late_event(tmp_path)
    with clock.at(clock.now() + dt.timedelta(minutes=2)):
        assert len(problems(version, late)[0]) == 1


def test_a_week_only_promised_so_far_was_not_seen(tmp_path):
    """It stands in a vintage, and nothing of it is known yet."""
    weeks_of(tmp_path, 2, 2, 2, 2, 0)
    version = builders.version_effective()
    early = dt.datetime.combine(FIRST + dt.timedelta(weeks=3, days=6), dt.time(12), tzinfo=dt.UTC)
    run, _ = run_queue(version=version, as_of=early, actor=person("data_engineer"))
    run_execute(run=run, actor=person("data_engineer"))
    with clock.at(clock.now() + dt.timedelta(minutes=1)):
        rule_set(max_points=Decimal(5), weeks=4, reason="as agreed", actor=person("dpm"))
    with clock.at(clock.now() + dt.timedelta(minutes=2)):
        assert len(problems(version, (2, 2, 2, 2, 0))[0]) == 1


def test_a_rule_is_fixed_by_command():
    person("dpm"), person("legal")
    out = io.StringIO()
    call_command("rule", "set", "2.5", weeks=6, reason="as agreed", actor="dpm", stdout=out)
    assert "within 2.50 points of the median of 6 weeks" in out.getvalue()
    for points, actor, words in (("2.5", "legal", "takes the role dpm"), ("much", "dpm", "no number")):
        with pytest.raises(SystemExit):
            call_command("rule", "set", points, weeks=6, reason="x", actor=actor, stderr=out)
        assert words in out.getvalue()
    assert ScopeRule.objects.count() == 1


@pytest.mark.parametrize(("points", "weeks"), [("0", 4), ("101", 4), ("5", 2), ("5", 53)])
def test_a_rule_that_rules_nothing_is_refused(points, weeks):
    with pytest.raises(InvalidInputError):
        rule_set(max_points=Decimal(points), weeks=weeks, reason="x", actor=person("dpm"))


def test_a_rule_is_never_changed():
    fixed()
    with pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute("UPDATE governance_scoperule SET max_points = 50")
    assert ScopeRule.objects.get().max_points == Decimal("5.00")
