"""Locking periods: from then on a change of the number is a restatement, with its cause."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.ledger import services as ledger
from governance.ledger.actions import Action
from governance.models import MetricVersion
from governance.scope.readiness import Candidate
from metrics.lake.models import LakeFile
from metrics.periods.models import PeriodLock
from metrics.recompute import storage
from metrics.recompute.inputs import closed_days, pinned_files
from metrics.recompute.models import RunVintage
from metrics.recompute.readiness import vintage_is_ready
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import clock, weeks
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require


def _open_days(found: RunVintage, monday: dt.date) -> list[dt.date]:
    """The days of the week that no backfill had declared complete."""
    closed = closed_days(found.run, found.market)
    week = [monday + dt.timedelta(days=number) for number in range(7)]
    return [day for day in week if not any(since <= day <= until for since, until in closed)]


def _unreconciled(found: RunVintage) -> str | None:
    """Whether every promise row of the files is in the counts: as a shipment, a copy or a later promise."""
    if not found.state:
        said = _("The newest numbers of %(market)s were counted in part only; recompute them first.")
        return said % {"market": found.market}
    manifest = json.loads(found.state)
    counted = sum(entry["received"][0] for entry in manifest.values())
    paths = [file.path for file in pinned_files(found.run, found.market) if file.kind == "promises"]
    received = sum(LakeFile.objects.filter(path__in=paths).values_list("rows", flat=True))
    if counted != received:
        return _(
            "The counts of %(market)s do not reconcile: %(came)s promise rows came, %(counted)s are"
            " accounted for."
        ) % {"market": found.market, "came": f"{received:,}", "counted": f"{counted:,}"}
    placed = storage.placed_by_day(found.vintage)
    for day, entry in manifest.items():
        promised = entry["received"][1]
        if placed.get(dt.date.fromisoformat(day), 0) != promised:
            said = _(
                "The counts of %(market)s on %(day)s do not reconcile: %(promised)s shipments were promised,"
                " %(placed)s are due or left out with a reason."
            )
            there = placed.get(dt.date.fromisoformat(day), 0)
            return said % {
                "market": found.market, "day": day, "promised": f"{promised:,}", "placed": f"{there:,}",
            }  # fmt: skip
    return None


def obstacles(found: RunVintage, version: MetricVersion, monday: dt.date) -> list[str]:
    """Why a market's week cannot be locked as this vintage tells it; empty when it can."""
    said = []
    not_ready = vintage_is_ready(Candidate(found.market, version.digest, found.vintage, monday))
    if not_ready:
        said.append(not_ready)
    open_days = _open_days(found, monday)
    if open_days:
        said.append(
            _("No backfill has declared %(days)s complete for %(market)s; send it with --closes.")
            % {"days": ", ".join(map(str, open_days)), "market": found.market}
        )
    unreconciled = _unreconciled(found)
    return [*said, unreconciled] if unreconciled else said


def _locked(found: RunVintage, version: MetricVersion, monday: dt.date, actor: User) -> PeriodLock:
    name = _("%(week)s of %(market)s") % {"week": weeks.label(monday), "market": found.market}
    said = obstacles(found, version, monday)
    if said:
        raise ConflictError(_("%(name)s cannot be locked. %(said)s") % {"name": name, "said": " ".join(said)})
    week = storage.week_counts(found.vintage, monday)
    if week is None:
        raise ConflictError(
            _("%(name)s has not been computed under %(version)s.") % {"name": name, "version": version.name}
        )
    lock, is_new = PeriodLock.objects.get_or_create(
        market=found.market, week=monday, version=version, root=week["root"],
        defaults={
            "vintage": found.vintage, "run": found.run, "locked_at": clock.now(), "locked_by": actor,
        },
    )  # fmt: skip
    if not is_new:
        raise ConflictError(_("%(name)s is locked already, with the same counts.") % {"name": name})
    return lock


@transaction.atomic
def period_lock(
    *, markets: Sequence[str], monday: dt.date, version: MetricVersion, actor: User
) -> list[PeriodLock]:
    """Lock a week (its Monday) of some markets as their newest vintages tell it, all of them or none.

    Raises ConflictError with every reason why a market's cannot be; NotAllowedError for anybody but
    Finance.
    """
    require(may(actor, "period_lock"))
    if weeks.monday_of(monday) != monday:
        raise InvalidInputError(_("%(monday)s is no Monday; a period is an ISO week.") % {"monday": monday})
    newest = newest_vintages(version, markets)
    absent = sorted(set(markets) - newest.keys())
    if absent or not markets:
        raise ConflictError(
            _("Nothing of %(absent)s was computed under %(version)s.")
            % {"absent": ", ".join(absent) or _("no market"), "version": version.name}
        )
    locks = [_locked(found, version, monday, actor) for _, found in sorted(newest.items())]
    ledger.record(
        action=Action.PERIOD_LOCKED,
        subject=f"{weeks.label(monday)} of {', '.join(lock.market for lock in locks)}",
        payload={
            "week": monday, "version": version.digest,
            "locks": [
                {"market": lock.market, "vintage": lock.vintage, "root": lock.root, "run": lock.run_id}
                for lock in locks
            ],
        },
        actor=actor,
    )  # fmt: skip
    return locks
