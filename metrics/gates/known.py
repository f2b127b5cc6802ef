"""The launch gates that counts, batches and runs answer: in words, and without a figure of any market.

What is asked about is each priority market that is not excluded: the vintage and week decided for it,
or, where nothing is decided, its newest vintage and the week the others are decided for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from governance.access.services import system
from governance.decisions.gates import Gate, State, ok
from governance.decisions.own import names_of
from governance.definition import Definition
from governance.launch.models import Launch
from governance.launch.selectors import plan_of
from governance.ledger.actions import Action
from governance.ledger.models import Entry
from governance.models import MetricVersion, Publication
from governance.scope.selectors import in_force
from governance.scope.states import ScopeState
from governance.versions.selectors import by_name, definition_of
from metrics.events.rhythm import feeds, overdue
from metrics.events.selectors import arrivals
from metrics.otdr.engine import engine_digest
from metrics.recompute import storage
from metrics.recompute.inputs import closed_days
from metrics.recompute.models import Run, RunVintage
from metrics.recompute.selectors import newest_vintages, unfinished
from metrics.recompute.states import RunState
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.outcome import ConflictError

# A run that nobody finishes in this time hangs: the worker gives one 28 minutes.
_LONGEST_RUN: Final = dt.timedelta(hours=1)
_BATCHES: Final = "/batches/"
_DAYS: Final = 7


@dataclass(frozen=True, slots=True)
class _Asked:
    """A market, the vintage and the week (its Monday) it is asked about."""

    market: str
    vintage: str
    monday: dt.date


def _asked(launch: Launch, version: MetricVersion) -> list[_Asked]:
    """Raises ConflictError while nothing is decided, so that there is no week to ask about."""
    codes = plan_of(launch).codes
    decided = {code: one for code in codes if (one := in_force(code)) and one.version_id == version.digest}
    published = Publication.objects.first()
    mondays = [one.through for one in decided.values()] + ([published.through] if published else [])
    if not mondays:
        raise ConflictError(_("No week is decided yet, so there is none to ask about."))
    newest = newest_vintages(version, list(codes))
    found = []
    for code in codes:
        one = decided.get(code)
        if one is not None and one.state == ScopeState.EXCLUDED:
            continue
        if one is not None:
            found.append(_Asked(code, one.vintage, one.through))
        elif code in newest:
            found.append(_Asked(code, newest[code].vintage, max(mondays)))
    if not found:
        raise ConflictError(_("No priority market is left in the launch, so there is no week to ask about."))
    return found


def _label(asked: Iterable[_Asked]) -> str:
    return ", ".join(sorted({weeks.label(one.monday) for one in asked}))


def _told(problems: dict[str, str]) -> tuple[str, tuple[str, ...]]:
    """How many markets have a problem, and the lines: markets with the same one together."""
    names = names_of(tuple(problems))
    together: dict[str, list[str]] = {}
    for code, problem in problems.items():
        together.setdefault(problem, []).append(names[code])
    lines = tuple(f"{', '.join(found)}: {problem}" for problem, found in together.items())
    return "1 market" if len(problems) == 1 else f"{len(problems)} markets", lines


def _unripe(one: _Asked, definition: Definition) -> str:
    """Why the week is not ready, in a word that holds no count; empty when it is."""
    week = storage.week_counts(one.vintage, one.monday)
    if week is None or not week["due"]:
        return "nothing computed for this week"
    if week["pending"] or week["matures_at"] > clock.now():
        return "too early, deliveries are still due"
    if 1 - Fraction(week["unknown"], week["due"]) < definition.at(one.market).completeness_floor:
        return "too little news from the carriers"
    return ""


def week(launch: Launch) -> Gate:
    """The week is over, mature, and the carriers have reported on enough of it."""
    version = by_name(None)
    asked = _asked(launch, version)
    definition = definition_of(version)
    problems = {one.market: why for one in asked if (why := _unripe(one, definition))}
    if not problems:
        return ok(f"{_label(asked)} is mature and complete in each market asked for.")
    markets, lines = _told(problems)
    return Gate(State.OPEN, f"{_label(asked)} is not complete in {markets}.", lines, "", tuple(problems))


def _open_days(one: _Asked, found: dict[str, RunVintage]) -> int:
    run = found[one.market].run if one.market in found else None
    closed = closed_days(run, one.market) if run else []
    days = [one.monday + dt.timedelta(days=number) for number in range(_DAYS)]
    return sum(not any(since <= day <= until for since, until in closed) for day in days)


def backfill(launch: Launch) -> Gate:
    """A feed has declared every day of the week complete, before the run that was decided on."""
    version = by_name(None)
    asked = _asked(launch, version)
    vintages = [one.vintage for one in asked]
    rows = RunVintage.objects.filter(vintage__in=vintages, run__state=RunState.DONE)
    found = {row.market: row for row in rows.select_related("run").order_by("run__finished_at")}
    problems = {
        one.market: f"{days} of {_DAYS} days not closed" for one in asked if (days := _open_days(one, found))
    }
    if not problems:
        return ok(f"Every feed has closed {_label(asked)}.", _BATCHES)
    markets, lines = _told(problems)
    return Gate(State.OPEN, f"{_label(asked)} is not closed in {markets}.", lines, _BATCHES, tuple(problems))


def engine(launch: Launch) -> Gate:  # noqa: ARG001 (every gate is asked about a launch)
    """The code that counts is the code the definition in effect was approved with."""
    version = by_name(None)
    if version.engine_digest == engine_digest():
        return ok(f"The engine that runs is the one {version.name} was approved with.")
    said = f"The engine that runs is another one than {version.name} was approved with."
    return Gate(State.BLOCKED, said, about=(engine_digest(),))


def rederive(launch: Launch) -> Gate:  # noqa: ARG001 (every gate is asked about a launch)
    """What is published was computed again from its files, and came out the same."""
    publication = Publication.objects.first()
    if publication is None:
        return Gate(State.OPEN, "Nothing is published yet that could be computed again.")
    answers = (Action.PUBLICATION_REDERIVED, Action.PUBLICATION_DIFFERS)
    entries = Entry.objects.filter(action__in=answers, subject=str(publication))
    last = entries.order_by("seq").last()
    if last is None:
        return Gate(State.OPEN, f"{publication} has not been computed again yet; that is done every night.")
    line = (f"Entry {last.seq} of the ledger, {last.recorded_at:%d %b %Y, %H:%M} UTC",)
    differs = last.action == Action.PUBLICATION_DIFFERS
    said = f"{publication} was computed again and came out {'otherwise' if differs else 'the same'}."
    return Gate(State.BLOCKED if differs else State.OK, said, line, "/ledger/", (str(publication),))


def runs(launch: Launch) -> Gate:  # noqa: ARG001 (every gate is asked about a launch)
    """Nothing asked for hangs, and the newest run did not fail."""
    stuck = [run for run in unfinished() if clock.now() - run.queued_at > _LONGEST_RUN]
    if stuck:
        about = tuple(str(run) for run in stuck)
        lines = tuple(f"{run}, asked for {run.queued_at:%d %b %Y, %H:%M} UTC" for run in stuck)
        return Gate(State.OPEN, "A recompute was asked for and has not finished.", lines, "", about)
    ended = Run.objects.exclude(finished_at=None).order_by("finished_at").last()
    if ended is not None and ended.state == RunState.FAILED:
        return Gate(State.OPEN, "The newest recompute failed.", (str(ended),), "", (str(ended),))
    return ok("No recompute hangs, and the newest one finished.")


def feeds_on_time(launch: Launch) -> Gate:
    """What usually comes has come."""
    codes, now = set(plan_of(launch).codes), clock.now()
    found = [feed for feed in feeds(arrivals(now=now, actor=system()), now) if feed.market in codes]
    late = tuple(overdue(found, now))
    about = tuple(f"{feed.market} {feed.kind} {feed.source}" for feed in found if feed.is_overdue)
    if not late:
        return ok("Every feed has come when it usually comes.", _BATCHES)
    return Gate(State.OPEN, "Something that usually comes has not come.", late, _BATCHES, about)
