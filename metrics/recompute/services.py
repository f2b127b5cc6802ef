"""Recompute: asked for once, executed until done, stored under content addresses.

A run's identity is what it was asked: version, pin, as-of and bounds. Asking again finds the same
run; executing it twice, or half and then again, ends in the same vintages and one ledger entry.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.markets.models import Market
from governance.models import MetricVersion
from metrics.lake import pins
from metrics.lake.schema import NO_MARKET
from metrics.otdr import engine
from metrics.recompute import finished, storage
from metrics.recompute.folding import count_market
from metrics.recompute.inputs import zones_of
from metrics.recompute.models import Pin, Run, RunVintage
from metrics.recompute.states import TRANSITIONS, RunState
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, require

# Enough for a restarted machine; a run that fails this often fails for a reason of its own.
MAX_ATTEMPTS: Final = 5


def _move(run: Run, old: RunState, new: RunState, **fields: object) -> None:
    if (old, new) not in TRANSITIONS:
        raise ConflictError(
            _("A run does not go from %(old)s to %(new)s.") % {"old": _(old.label), "new": _(new.label)}
        )
    if Run.objects.filter(pk=run.pk, state=old).update(state=new, **fields) != 1:
        raise ConflictError(_("The run %(run)s is no longer %(old)s.") % {"run": run, "old": _(old.label)})
    run.refresh_from_db()


def _check_engine(version: MetricVersion) -> None:
    if version.engine_digest != engine.engine_digest():
        raise ConflictError(
            _(
                "%(version)s was defined for another engine (%(wanted)s); this one is %(running)s."
                " Propose the definition again to compute with it."
            )
            % {
                "version": version.name,
                "wanted": version.engine_digest[:8],
                "running": engine.engine_digest()[:8],
            }
        )


def _zones(markets: Sequence[str]) -> dict[str, str]:
    zones = dict(Market.objects.values_list("code", "zone"))
    codes = sorted(set(markets) or zones)
    unknown = [code for code in codes if code not in zones]
    if unknown or not codes:
        raise InvalidInputError(
            _("Not a registered market: %(unknown)s.")
            % {"unknown": ", ".join(unknown) or _("none is registered")}
        )
    return {code: zones[code] for code in codes}


@transaction.atomic
def run_queue(
    *,
    version: MetricVersion,
    markets: Sequence[str] = (),
    as_of: dt.datetime | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    full: bool = False,
    actor: User,
) -> tuple[Run, bool]:
    """Ask for a recompute of markets (all when none is named) as known at `as_of` (now when None).

    `since` and `until` (promise days, inclusive) bound what is counted; `full` uses nothing kept from
    earlier runs. Returns (run, is_new); the same question over the same files finds the run already there.
    """
    require(may(actor, "run_queue"))
    _check_engine(version)
    if since and until and since > until:
        raise InvalidInputError(
            _("The first day, %(since)s, is after the last, %(until)s.") % {"since": since, "until": until}
        )
    zones, moment = _zones(markets), as_of or clock.now()
    files = pins.current([*zones, NO_MARKET])
    pin_digest = pins.digest_of(files)
    spec = {
        "version": version.digest, "pin": pin_digest, "as_of": moment, "markets": zones,
        "closed": pins.closed_days(list(zones), moment),
    }  # fmt: skip
    # Options nobody used are not in it: the plain question keeps its name.
    spec |= {name: value for name, value in (("since", since), ("until", until), ("full", full)) if value}
    Pin.objects.get_or_create(digest=pin_digest, defaults={"files": digest.canonical(pins.content(files))})
    run, is_new = Run.objects.get_or_create(
        digest=digest.of(spec),
        defaults={
            "spec": digest.canonical(spec), "version": version, "pin_id": pin_digest, "as_of": moment,
            "since": since, "until": until, "queued_by": actor, "queued_at": clock.now(),
        },
    )  # fmt: skip
    if is_new:
        ledger.record(action=Action.RUN_QUEUED, subject=str(run), payload=spec, actor=actor)
    return run, is_new


@contextmanager
def _alone(run: Run) -> Iterator[bool]:
    """Whether this process is the only one executing the run; the lock dies with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext('run'), hashtext(%s))", [run.pk])
        (mine,) = cursor.fetchone()
        try:
            yield bool(mine)
        finally:
            if mine:
                cursor.execute("SELECT pg_advisory_unlock(hashtext('run'), hashtext(%s))", [run.pk])


def run_execute(*, run: Run, actor: User) -> Run:
    """Do a queued or interrupted run to its end; a finished one is returned as it is.

    Each market's vintage is stored as it is found, so a run that was cut off goes on with the next
    market. A domain error ends the run as failed, with its sentence; any other leaves it to be taken
    up again, until the attempts are used up.
    """
    require(may(actor, "run_queue"))
    # What it says of a failure goes on record: the source's words in every language.
    with _alone(run) as mine, override(None):
        run.refresh_from_db()
        if not mine or run.state not in (RunState.QUEUED, RunState.RUNNING):
            return run
        if run.attempts >= MAX_ATTEMPTS:
            _fail(run, f"Given up after {run.attempts} attempts. {run.problem}".strip(), actor)
            return run
        _move(run, RunState(run.state), RunState.RUNNING, attempts=run.attempts + 1)
        try:
            _markets(run)
        except DomainError as error:
            _fail(run, str(error), actor)
            raise
        except Exception as error:
            Run.objects.filter(pk=run.pk).update(problem=f"{type(error).__name__}: {error}"[:2000])
            raise
        _finish(run, actor)
    return run


def _markets(run: Run) -> None:
    """Every market of the run that has no vintage yet."""
    found = set(run.vintages.values_list("market", flat=True))
    for code in zones_of(run):
        if code not in found:
            _market(run, code)


def _market(run: Run, code: str) -> None:
    found = count_market(run, code)
    vintage, new = storage.vintage_save(run.version_id, code, found.slices, found.kept)
    RunVintage.objects.create(
        run=run, market=code, vintage=vintage, slices=len(found.slices), new_slices=new, state=found.state
    )


@transaction.atomic
def _finish(run: Run, actor: User) -> None:
    found = list(run.vintages.all())
    _move(
        run, RunState.RUNNING, RunState.DONE, finished_at=clock.now(), problem="",
        slices_read=sum(row.slices for row in found), slices_changed=sum(row.new_slices for row in found),
    )  # fmt: skip
    vintages = {row.market: row.vintage for row in found}
    payload: dict[str, Any] = {"run": run.pk, "vintages": vintages, "libraries": engine.libraries()}
    payload |= finished.noted(run, vintages)
    ledger.record(action=Action.RUN_DONE, subject=str(run), payload=payload, actor=actor)


@transaction.atomic
def _fail(run: Run, problem: str, actor: User) -> None:
    _move(run, RunState(run.state), RunState.FAILED, finished_at=clock.now(), problem=problem)
    ledger.record(
        action=Action.RUN_FAILED, subject=str(run), payload={"run": run.pk, "problem": problem}, actor=actor
    )
