"""Small worlds for tests, made through the services themselves: a named cast, two markets, few rows.

Each stage brings what it needs of the stages before it, so a test begins in the past it is about:

    person("dpm") · two_markets() · input_taken(folder) · version_effective() · run_done(folder)
    decided(folder) · signed(folder) · published(folder)

`folder` holds the files; the lake must be a folder of the test (the fixture `lake` sees to it).
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from governance.access.models import User
from governance.access.policy import DEPARTMENTS
from governance.access.services import account_create, system
from governance.definition import Definition
from governance.killswitch.models import Shutoff
from governance.killswitch.services import ACT as LIFT
from governance.killswitch.services import shutoff_activate
from governance.majeure.models import ForceMajeure
from governance.majeure.selectors import ACT as MAJEURE
from governance.majeure.services import majeure_declare
from governance.markets.models import Market
from governance.markets.services import MarketRow, markets_load
from governance.models import MetricVersion, Publication, Requirement, ScopeDecision, SignoffRequest
from governance.publication.services import publication_publish
from governance.requirements.services import requirement_set
from governance.scope.services import ACT as SCOPE
from governance.scope.services import scope_decide
from governance.signoffs.services import LineAnswer, request_open, request_sign
from governance.versions.selectors import ACT as VERSION
from governance.versions.services import version_propose, version_put_into_effect, version_submit
from metrics.events.declared import Days
from metrics.events.services import Ingested, batch_ingest
from metrics.operator.effect import Newest, effect, file
from metrics.otdr.engine import engine_digest
from metrics.recompute.models import Run
from metrics.recompute.selectors import vintages_of
from metrics.recompute.services import run_execute, run_queue
from otdr_hub.lib import clock

PASSWORD: Final = "a long password of a test"
SHOWN, UNDECIDED = "AA", "BB"
MARKETS: Final = (
    MarketRow(SHOWN, "Aland", "Europe/Mariehamn", 1),
    MarketRow(UNDECIDED, "Borduria", "Europe/Berlin", 2),
)
WEEK: Final = dt.date(2025, 11, 3)
AS_OF: Final = dt.datetime(2025, 11, 14, 12, tzinfo=dt.UTC)
DEFINITION: Final = Definition(name="otdr-test", small_cell=11)
SHIPMENTS: Final = 12
FLOOD: Final = {
    "market": SHOWN,
    "since": WEEK,
    "until": WEEK + dt.timedelta(days=1),
    "event": "Flood in the north",
    "evidence": "https://weather.example/2025-11-03",
}
PROMISES: Final = ("shipment_id", "order_id", "market", "promised_by", "recorded_at")
EVENTS: Final = ("event_id", "shipment_id", "market", "type", "occurred_at", "received_at")


def person(name: str, *roles: str) -> User:
    """The account of that name; made on first use, holding `roles` (the role of its name if none)."""
    found = User.objects.filter(username=name).first()
    return found or account_create(username=name, password=PASSWORD, roles=roles or [name], actor=system())


def two_markets() -> None:
    """The market that will be shown and the one nobody decides."""
    if not Market.objects.exists():
        markets_load(rows=MARKETS, actor=system())


def csv_file(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    """A CSV file with a header."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


def promises_file(folder: Path, market: str = SHOWN, shipments: int = SHIPMENTS) -> Path:
    """Shipments promised for the Wednesday of WEEK."""
    rows = [
        (f"{market}-{n}", f"order-{n}", market, "2025-11-05", "2025-11-01T10:00:00Z")
        for n in range(shipments)
    ]
    return csv_file(folder / f"promises-{market}.csv", PROMISES, rows)


def events_file(folder: Path, market: str = SHOWN, shipments: int = SHIPMENTS) -> Path:
    """All of them delivered in time but the last, which came two days late."""
    rows = []
    for n in range(shipments):
        day = "2025-11-07" if n == shipments - 1 else "2025-11-05"
        times = (f"{day}T12:00:00Z", f"{day}T13:00:00Z")
        rows.append((f"{market}-{n}-d", f"{market}-{n}", market, "delivered", *times))
    return csv_file(folder / f"events-{market}.csv", EVENTS, rows)


def input_taken(folder: Path) -> list[Ingested]:
    """Both markets' promises and events in the lake."""
    two_markets()
    files = [
        (kind, write(folder, row.code))
        for row in MARKETS
        for kind, write in (("promises", promises_file), ("events", events_file))
    ]
    return [batch_ingest(path=path, kind=kind, actor=person("data_engineer")) for kind, path in files]


def required(act: str, *roles: str, **counts: int) -> None:
    """One signature of each role for the act; of those named with a number, so many."""
    for role, count in {**dict.fromkeys(roles, 1), **counts}.items():
        person(role)
        if not Requirement.objects.filter(act=act, role=role).exists():
            requirement_set(act=act, role=role, count=count, actor=person("admin"))


def version_draft() -> MetricVersion:
    """A definition proposed by the data engineer."""
    return version_propose(
        definition=DEFINITION, engine_digest=engine_digest(), actor=person("data_engineer")
    )


def version_in_review() -> tuple[MetricVersion, SignoffRequest]:
    """It is submitted, and Finance is asked."""
    required(VERSION, "finance")
    version = version_draft()
    request = version_submit(version=version, actor=person("data_engineer"))
    version.refresh_from_db()
    return version, request


def sign(request: SignoffRequest, *roles: str) -> None:
    """Each role approves every line."""
    for role in roles:
        answer(request, role, person(role))


def answer(
    request: SignoffRequest, role: str, signer: User, verdict: str = "approve", reason: str = ""
) -> None:
    """Somebody who just signed in answers every line of a request in the same way."""
    answers = {line.digest: LineAnswer(verdict, reason) for line in request.lines.all()}
    request_sign(
        request=request, role=role, answers=answers, statement="I saw it.", authenticated_at=clock.now(),
        actor=signer,
    )  # fmt: skip


def version_approved() -> MetricVersion:
    """Finance has signed."""
    version, request = version_in_review()
    sign(request, "finance")
    version.refresh_from_db()
    return version


def version_effective() -> MetricVersion:
    """It is the definition publications mean."""
    return version_put_into_effect(
        version=version_approved(), effective_from=WEEK - dt.timedelta(weeks=1), actor=person("dpm")
    )


def run_queued(folder: Path) -> Run:
    """A recompute of both markets is asked for."""
    input_taken(folder)
    run, _ = run_queue(version=version_effective(), as_of=AS_OF, actor=person("data_engineer"))
    return run


def run_done(folder: Path) -> Run:
    """It has found its vintages."""
    return run_execute(run=run_queued(folder), actor=person("data_engineer"))


def run_closed(folder: Path) -> Run:
    """As `run_done`, after a backfill that completes the shown market's week."""
    input_taken(folder)
    row = (f"{SHOWN}-0-c", f"{SHOWN}-0", SHOWN, "created", "2025-11-01T12:00:00Z", "2025-11-10T02:00:00Z")
    path = csv_file(folder / "backfill.csv", EVENTS, [row])
    with clock.at(AS_OF):
        batch_ingest(
            path=path, kind="events", source="backfill", closes=Days(WEEK, WEEK + dt.timedelta(days=6)),
            actor=person("data_engineer"),
        )  # fmt: skip
    run, _ = run_queue(version=version_effective(), as_of=AS_OF, actor=person("data_engineer"))
    return run_execute(run=run, actor=person("data_engineer"))


def effect_of(run: Run, *chosen: str, through: dt.date = WEEK) -> str:
    """The filed table of what the roll-up is with and without these markets (the shown one if none)."""
    found = {code: Newest(code, one, run.digest, run.as_of) for code, one in vintages_of(run).items()}
    table = effect(
        found=found, monday=through, chosen=chosen or (SHOWN,), shown=(), actor=person("dpm")
    )  # fmt: skip
    return file(table, actor=person("dpm"))


def decided(folder: Path) -> tuple[Run, ScopeDecision]:
    """The DPM certifies the one market."""
    run = run_done(folder)
    decision = scope_decide(
        market=Market.objects.get(pk=SHOWN),
        state="certified",
        version=run.version,
        vintage=vintages_of(run)[SHOWN],
        through=WEEK,
        effect=effect_of(run),
        actor=person("dpm"),
    )
    return run, decision


def asked(folder: Path) -> tuple[Run, SignoffRequest]:
    """All three departments are asked to sign for it."""
    required(SCOPE, *DEPARTMENTS)
    run, decision = decided(folder)
    request = request_open(
        act=SCOPE, summary="Certify", lines=[(decision.digest, f"{SHOWN}, certified")], actor=person("dpm")
    )
    return run, request


def signed(folder: Path) -> Run:
    """All three have signed."""
    run, request = asked(folder)
    sign(request, *DEPARTMENTS)
    return run


def published(folder: Path) -> Publication:
    """The hub shows AA; BB is in the scope and undecided."""
    run = signed(folder)
    return publication_publish(
        version=run.version, vintages=vintages_of(run), through=WEEK, as_of=run.as_of, actor=person("dpm")
    )


def switched_off(folder: Path) -> Shutoff:
    """AA was shown and is switched off by the admin; Finance and Logistics sign for it to be on again."""
    published(folder)
    required(LIFT, "finance", "logistics")
    return shutoff_activate(market=SHOWN, category="data_quality", actor=person("admin"))


def majeure_declared() -> ForceMajeure:
    """Logistics declares a flood in AA; Legal is asked."""
    two_markets()
    required(MAJEURE, "legal")
    return majeure_declare(**FLOOD, actor=person("logistics"))
