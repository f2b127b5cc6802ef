"""What happened in other people's data is found where it happened, and called what it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from governance.definition import Definition
from metrics.anomalies.assess import assess
from metrics.anomalies.attribution import attribute
from metrics.anomalies.checks.registry import BY_KIND
from metrics.anomalies.checks.shares import step_of
from metrics.anomalies.detect import Day, Thresholds, fast
from metrics.anomalies.world import DUE, ON_TIME, Window, World
from tests.triage.rca import by_adtributor, by_scan, cases, right_at
from tests.triage.real import folder, taken_in, world

# Published for all 135 cases of this collection (see docs/triage.md): RobustSpot .64-.67 / .84, Adtributor .43 / .56.
ROBUSTSPOT = (0.667, 0.844)
NEW_YORK = "America/New_York"


def test_causes_of_68_real_cases_are_found_as_often_as_by_the_best_published_tool() -> None:
    found = cases(folder("rca"))
    truth = [case.causes for case in found]
    assert len(found) == 68
    ours = [by_scan(case) for case in found]
    theirs = [by_adtributor(case) for case in found]
    assert right_at(ours, truth, 1) >= 42
    assert right_at(ours, truth, 3) / 68 >= ROBUSTSPOT[1]
    assert right_at(ours, truth, 5) >= 64
    for k in (1, 3, 5):
        assert right_at(ours, truth, k) > right_at(theirs, truth, k)


FLIGHTS = Definition(name="flights", grace_minutes=14)


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The three airports as one market; carriers and airports are its dimensions."""
    folder("flights")
    return taken_in("flights", tmp_path_factory.mktemp("flights"), ["EWR", "JFK", "LGA"], "parquet")


def _shifts(files: dict[str, Path], first: dt.date, days: int) -> list[tuple[dict[str, str], float]]:
    before = first - dt.timedelta(days=1)
    window = Window(first, first + dt.timedelta(days=days - 1), before - dt.timedelta(days=27), before)
    with world(files, NEW_YORK, window, FLIGHTS) as found:
        step = step_of(found.shares(ON_TIME, DUE)[""])
        assert step is not None
        # That these days moved is the fast clock's to say (it does, below); here it is asked where.
        where = attribute(found, replace(step, z=99.0))
    return [(dict(one.shift.where), one.shift.log_odds) for one in where.shifts]


def test_the_reservation_outage_of_16_april_is_the_two_carriers_that_had_it(flights: dict[str, Path]) -> None:
    """American Airlines' system failed, and Envoy (MQ) flies for it; the day was a good one for all others."""
    falls = [where for where, shift in _shifts(flights, dt.date(2013, 4, 16), 1) if shift < 0]
    assert falls == [{"carrier": "AA"}, {"carrier": "MQ"}]


def test_the_blizzard_of_8_february_is_everything(flights: dict[str, Path]) -> None:
    (where, shift), *rest = _shifts(flights, dt.date(2013, 2, 8), 2)
    assert where == {}
    assert shift < -0.5
    assert rest == []


def test_the_fast_clock_sees_the_blizzard_and_learns_nothing_from_it(flights: dict[str, Path]) -> None:
    window = Window(dt.date(2013, 6, 1), dt.date(2013, 6, 7), dt.date(2013, 1, 1), dt.date(2013, 5, 31))
    with world(flights, NEW_YORK, window, FLIGHTS) as found:
        alarms = {alarm.day: alarm for alarm in fast(_days(found), Thresholds())}
    for day in (dt.date(2013, 2, 8), dt.date(2013, 2, 9), dt.date(2013, 3, 8)):
        assert alarms[day].step < -0.1
    # A month after the blizzard the norm is what it was.
    assert 0.75 < alarms[dt.date(2013, 3, 8)].expected < 0.85


def _days(found: World) -> list[Day]:
    rows = found.rows(
        f"SELECT day, count(*) FILTER ({ON_TIME}), count(*) FILTER ({DUE}) FROM shipment GROUP BY day ORDER BY day"
    )
    return [Day(*row) for row in rows]


def test_a_change_of_recording_is_called_that_and_no_change_of_deliveries(tmp_path: Path) -> None:
    """Lines from the regional warehouse: until 2008 the day of delivery is the promised day, later it is not."""
    markets = sorted(_countries())
    files = taken_in("scms", tmp_path, markets, "csv")
    window = Window(dt.date(2010, 1, 1), dt.date(2010, 12, 31), dt.date(2007, 1, 1), dt.date(2008, 12, 31))
    with world(files, "UTC", window, Definition(name="scms")) as found:
        found.connection.execute("DELETE FROM shipment WHERE service <> 'From RDC'")
        told = BY_KIND["delivered_at_defaulted"].run(found)
        judged = assess(found)
    assert told.fires, told
    assert told.numbers["before"] > 0.9
    assert told.numbers["now"] < 0.3
    assert judged.verdict.outcome != "real_change"
    assert judged.verdict.proposal in ("exclude", "hold")


def _countries() -> set[str]:
    with (folder("scms") / "promises.csv").open(encoding="utf-8") as file:
        place = file.readline().strip().split(",").index("market")
        return {line.split(",")[place] for line in file}
