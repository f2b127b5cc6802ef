"""Loading the ShopSwift story: every step is a service call of the account whose part it is.

Nothing is inserted by hand. Each step looks whether it is done, so a load that was cut off goes on
where it stopped. The moments of the story are claimed times: the ledger keeps the real ones beside.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

from governance.access.models import User
from governance.access.services import account_create, system
from governance.definition import Definition
from governance.framework.selectors import ACT as FRAMEWORK
from governance.killswitch.services import ACT as LIFT
from governance.majeure.selectors import ACT as MAJEURE
from governance.markets.models import Market
from governance.markets.services import markets_load, read_file
from governance.models import MetricVersion, Publication, Requirement, ScopeRule, SignoffRequest, Target
from governance.publication.services import publication_publish
from governance.requirements.services import requirement_set
from governance.rules.services import rule_set, target_set
from governance.scope.models import CARRIER, WHOLE
from governance.scope.selectors import in_force
from governance.scope.services import ACT as SCOPE
from governance.scope.services import scope_decide
from governance.signoffs.services import LineAnswer, request_open, request_sign
from governance.signoffs.statements import statement_for
from governance.versions.selectors import ACT as VERSION
from governance.versions.services import version_propose, version_put_into_effect, version_submit
from governance.versions.states import VersionState
from metrics.events.declared import Days
from metrics.events.services import batch_ingest
from metrics.operator.carriers import largest, visible
from metrics.operator.effect import Table, effect, file, newest
from metrics.otdr.engine import engine_digest
from metrics.periods.models import PeriodLock
from metrics.periods.services import obstacles, period_lock
from metrics.recompute.models import Run
from metrics.recompute.selectors import newest_vintages, vintages_of
from metrics.recompute.services import run_execute, run_queue
from metrics.simulate.scenario import Scenario
from metrics.simulate.write import Delivery, produce
from otdr_hub.demo.cases import look_into
from otdr_hub.demo.cast import CAST, PASSWORD
from otdr_hub.demo.framework import carriers_asked, framework_signed
from otdr_hub.demo.launch import plan_launch
from otdr_hub.demo.story import headline_monday, shopswift
from otdr_hub.lib import clock, weeks

HEADLINE: Final = Definition(name="otdr-1", completeness_floor=Decimal("0.97"))
UNDECIDED: Final = frozenset({"BR", "DE"})
DEPARTMENTS: Final = ("finance", "legal", "logistics")
WEEK: Final = dt.timedelta(days=7)
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the demonstration shows when it is loaded."""

    publication: Publication
    week: dt.date
    rows: int


def is_loaded() -> bool:
    """Whether a publication stands: the last step of the story."""
    return Publication.objects.exists()


def _account(username: str) -> User:
    return User.objects.get(username=username)


def _accounts() -> None:
    for username, role in CAST.items():
        if not User.objects.filter(username=username).exists():
            account_create(username=username, password=PASSWORD, roles=[role], is_demo=True, actor=system())


def _requirements() -> None:
    wanted = [
        (VERSION, "finance"), *((SCOPE, role) for role in DEPARTMENTS), (MAJEURE, "legal"),
        (LIFT, "finance"), (LIFT, "logistics"), *((FRAMEWORK, role) for role in DEPARTMENTS),
    ]  # fmt: skip
    for act, role in wanted:
        if not Requirement.objects.filter(act=act, role=role).exists():
            requirement_set(act=act, role=role, count=1, actor=_account("admin"))


def _rule(first: dt.date) -> None:
    """Fixed when the story begins, before there is any number to bend it to."""
    if not ScopeRule.objects.exists():
        with clock.at(dt.datetime.combine(first, dt.time(9), tzinfo=dt.UTC)):
            rule_set(
                max_points=Decimal(5), weeks=8, actor=_account("dpm"),
                reason="Twice the largest step of any market in the year before, over two months.",
            )  # fmt: skip
    if not Target.objects.exists():
        with clock.at(dt.datetime.combine(first, dt.time(9), tzinfo=dt.UTC)):
            target_set(
                percent=Decimal(94), holds_from=weeks.monday_of(first), actor=_account("dpm"),
                reason="What VP Logistics and the carriers agreed on for the year.",
            )  # fmt: skip


def _closes(delivery: Delivery, until: dt.date) -> Days | None:
    """The days a backfill completes: carriers confirm a week when the next one is over."""
    return Days(*delivery.covers) if delivery.covers and delivery.covers[1] < until else None


def _take(delivery: Delivery, week: dt.date) -> int:
    with clock.at(delivery.received_at):
        if delivery.kind == "markets":
            return (
                0 if Market.objects.exists() else markets_load(rows=read_file(delivery.path), actor=system())
            )
        taken = batch_ingest(
            path=delivery.path,
            kind=delivery.kind,
            source=delivery.source or "live",
            closes=_closes(delivery, week),
            actor=_account("data-engineer"),
        )
    return taken.batch.rows


def _input(scenario: Scenario, week: dt.date, say: Say) -> int:
    with tempfile.TemporaryDirectory(prefix="otdr-demo-") as folder:
        # Beside promises and events: what carriers are called, and what customers complained about.
        deliveries = produce(scenario, Path(folder), beside=True)
        say(f"{len(deliveries)} files written; taking them in")
        return sum(_take(delivery, week) for delivery in deliveries)


def _sign(request: SignoffRequest, role: str) -> None:
    answers = {line.digest: LineAnswer("approve") for line in request.lines.all()}
    request_sign(
        request=request, role=role, answers=answers, statement=statement_for(request.act, role).text,
        authenticated_at=clock.now(), actor=_account(role),
    )  # fmt: skip


def _version(effective_from: dt.date) -> MetricVersion:
    version = MetricVersion.objects.filter(name=HEADLINE.name).first()
    if version is None:
        version = version_propose(
            definition=HEADLINE, engine_digest=engine_digest(), actor=_account("data-engineer")
        )
    if version.state == VersionState.DRAFT:
        version_submit(version=version, actor=_account("data-engineer"))
        version.refresh_from_db()
    if version.state == VersionState.IN_REVIEW:
        _sign(SignoffRequest.objects.get(act=VERSION, lines__digest=version.digest), "finance")
        version.refresh_from_db()
    if version.state == VersionState.APPROVED:
        version = version_put_into_effect(
            version=version, effective_from=effective_from, actor=_account("dpm")
        )
    return version


def _certify(version: MetricVersion, vintages: dict[str, str], week: dt.date) -> None:
    """The DPM decides ten markets and the largest ones' carriers; each department signs in one sitting."""
    dpm = _account("dpm")
    markets = list(Market.objects.exclude(code__in=UNDECIDED))
    found = newest(version=version, actor=dpm)
    codes = [one.code for one in markets]
    top = [code for code in largest(found=found, monday=week, actor=dpm) if code in codes]
    filed: dict[str, Table] = {
        WHOLE: effect(found=found, monday=week, chosen=codes, shown=(), actor=dpm),
        CARRIER: visible(found=found, monday=week, chosen=top, version=version, actor=dpm),
    }
    for table in filed.values():
        file(table, actor=dpm)
    lines = []
    keys = [(one, WHOLE) for one in markets] + [(one, CARRIER) for one in markets if one.code in top]
    for market, breakout in keys:
        decision = in_force(market.code, breakout)
        if decision is None or decision.vintage != vintages[market.code]:
            decision = scope_decide(
                market=market, state="certified", version=version, vintage=vintages[market.code],
                through=week, breakout=breakout, effect=filed[breakout].digest, actor=dpm,
            )  # fmt: skip
        name = market.name if breakout == WHOLE else f"{market.name}, carriers"
        lines.append((decision.digest, f"{name}, certified"))
    carriers = len(keys) - len(markets)
    summary = f"Certify {len(markets)} markets and the carriers of {carriers} for {version.name}"
    request = SignoffRequest.objects.filter(act=SCOPE, lines__digest=lines[0][0]).first()
    request = request or request_open(act=SCOPE, summary=summary, lines=lines, actor=dpm)
    for role in DEPARTMENTS:
        if not request.lines.filter(signatures__role=role).exists():
            _sign(request, role)


def load(*, today: dt.date, scale: float, say: Say) -> Loaded:
    """Load the story of a day (a Friday) at a scale (1.0 is about 6,000 orders a day)."""
    scenario, week = shopswift(today, scale), headline_monday(today)
    _accounts()
    _requirements()
    _rule(scenario.start)
    framework_signed(scenario.start)
    rows = _input(scenario, week, say)
    with clock.at(scenario.now):
        say(f"{rows:,} rows taken in; recomputing 12 markets")
        version = _version(scenario.start)
        run, _ = run_queue(version=version, as_of=scenario.now, actor=_account("data-engineer"))
        run = run_execute(run=run, actor=_account("data-engineer"))
        _lock(version, scenario.start, week)
        plan_launch(today)
        look_into(version, week, UNDECIDED, say)
        return Loaded(_publish(version, run, week), week, rows)


def _lock(version: MetricVersion, first: dt.date, week: dt.date) -> None:
    """Finance has locked all weeks but the two before the story's own, where nothing stood against it."""
    newest = newest_vintages(version, list(Market.objects.values_list("code", flat=True)))
    monday = first
    while monday < week - 2 * WEEK:
        fit = [code for code, found in newest.items() if not obstacles(found, version, monday)]
        if fit and not PeriodLock.objects.filter(week=monday).exists():
            period_lock(markets=fit, monday=monday, version=version, actor=_account("finance"))
        monday += WEEK


def _publish(version: MetricVersion, run: Run, week: dt.date) -> Publication:
    vintages = vintages_of(run)
    _certify(version, vintages, week)
    carriers_asked()
    return publication_publish(
        version=version, vintages=vintages, through=week, as_of=run.as_of, actor=_account("dpm")
    )
