"""Three markets published week by week, with counts no two of which are alike; for tests about publications."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

from governance.access.services import system
from governance.markets.models import Market
from governance.markets.services import MarketRow, markets_load
from governance.models import Publication
from governance.publication.services import publication_publish
from governance.scope.services import ACT as SCOPE
from governance.scope.services import scope_decide
from governance.signoffs.services import request_open
from metrics.events.services import batch_ingest
from metrics.recompute.models import Run
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.lib import clock
from tests import builders
from tests.builders import DEPARTMENTS, EVENTS, PROMISES, WEEK, csv_file, person

NEXT: Final = WEEK + dt.timedelta(weeks=1)
# Market -> week -> (due, late).
WORLD: Final = {
    "AA": {WEEK: (23, 2), NEXT: (47, 4)},
    "BB": {WEEK: (97, 9), NEXT: (195, 17)},
    "CC": {WEEK: (391, 40), NEXT: (783, 82)},
}
ROWS: Final = tuple(
    MarketRow(code, name, "Europe/Berlin", place)
    for place, (code, name) in enumerate((("AA", "Aland"), ("BB", "Borduria"), ("CC", "Carpathia")))
)


def taken(folder: Path, name: str, kind: str, rows: list[tuple[str, ...]]) -> None:
    path = csv_file(folder / f"{name}-{kind}.csv", PROMISES if kind == "promises" else EVENTS, rows)
    batch_ingest(path=path, kind=kind, actor=person("data_engineer"))


def week_taken(folder: Path, monday: dt.date) -> None:
    """Promises and deliveries of a week in all three markets."""
    day, promises, events = monday + dt.timedelta(days=2), [], []
    for code, by_week in WORLD.items():
        due, late = by_week[monday]
        for n in range(due):
            name = f"{code}-{monday}-{n}"
            told = day + dt.timedelta(days=2 if n < late else 0)
            promises.append((name, name, code, f"{day}", "2025-10-20T10:00:00Z"))
            events.append((f"{name}-d", name, code, "delivered", f"{told}T12:00:00Z", f"{told}T13:00:00Z"))
    taken(folder, f"{monday}", "promises", promises)
    taken(folder, f"{monday}", "events", events)


def corrected(folder: Path, market: str, at: str, number: int = 0) -> None:
    """A carrier corrects one late delivery of the first week."""
    name = f"{market}-{WEEK}-{number}"
    row = (f"{name}-d", name, market, "delivered", f"{WEEK + dt.timedelta(days=2)}T12:00:00Z", at)
    taken(folder, f"correction-{market}-{number}", "events", [row])


def recomputed(after: int) -> Run:
    """All markets as known so many days after the first moment."""
    run, _ = run_queue(
        version=builders.MetricVersion.objects.get(), as_of=builders.AS_OF + dt.timedelta(days=after),
        actor=person("data_engineer"),
    )  # fmt: skip
    return run_execute(run=run, actor=person("data_engineer"))


def certified(run: Run, *codes: str) -> None:
    """Decided and signed by all, with a wide guard, so that corrections pass."""
    builders.required(SCOPE, *DEPARTMENTS)
    lines = []
    for code in codes:
        decision = scope_decide(
            market=Market.objects.get(pk=code), state="certified", version=run.version, through=WEEK,
            vintage=vintages_of(run)[code], guard={"max_drift_points": "5"},
            effect=builders.effect_of(run, *codes), actor=person("dpm"),
        )  # fmt: skip
        lines.append((decision.digest, code))
    request = request_open(act=SCOPE, summary="Certify", lines=lines, actor=person("dpm"))
    builders.sign(request, *DEPARTMENTS)


def published(run: Run, through: dt.date) -> Publication:
    return publication_publish(
        version=run.version, vintages=vintages_of(run), through=through, as_of=run.as_of, actor=person("dpm")
    )


def excluded(code: str) -> None:
    """By a decision over the newest data."""
    run = Run.objects.filter(state="done").order_by("as_of").last()
    assert run is not None
    scope_decide(
        market=Market.objects.get(pk=code), state="excluded", version=run.version,
        vintage=vintages_of(run)[code], through=WEEK, reason="under review", owner="dpm",
        effect=builders.effect_of(run, code), review_on=clock.now().date() + dt.timedelta(weeks=9),
        actor=person("dpm"),
    )  # fmt: skip


def three_published(folder: Path) -> list[Publication]:
    """P-1: the first week of AA and BB. P-2: CC joins. P-3: the next week, the first one counted anew."""
    markets_load(rows=ROWS, actor=system())
    builders.version_effective()
    week_taken(folder, WEEK)
    run = recomputed(0)
    certified(run, "AA", "BB")
    first = published(run, WEEK)
    certified(run, "CC")
    second = published(run, WEEK)
    week_taken(folder, NEXT)
    corrected(folder, "BB", "2025-11-18T02:00:00Z")
    return [first, second, published(recomputed(7), NEXT)]
