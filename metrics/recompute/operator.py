"""The operator's view: counts of the newest vintages, certified or not. Never served by the hub.

This is the one policy-checked door to slices and cells for people who feed, decide and audit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from governance.access.models import User
from governance.access.policy import may
from governance.models import MetricVersion
from governance.versions.selectors import definition_of
from metrics.otdr.ladder import Rung, ladder
from metrics.recompute import storage
from metrics.recompute.inputs import inputs_of
from metrics.recompute.models import RunVintage
from metrics.recompute.states import RunState
from otdr_hub.lib import clock
from otdr_hub.lib.kitagawa import Effect, Segment, split
from otdr_hub.lib.outcome import InvalidInputError, require

GROUPINGS: Final = ("week", "day", "carrier", "lane")


def newest_vintages(
    version: MetricVersion, markets: Sequence[str], as_of: dt.datetime | None = None
) -> dict[str, RunVintage]:
    """Market -> the vintage known latest (by as-of, then by finishing) under a version; with `as_of`,
    the latest of those that tell what was known at that moment or before."""
    done = RunVintage.objects.filter(run__version=version, run__state=RunState.DONE)
    if markets:
        done = done.filter(market__in=markets)
    if as_of is not None:
        done = done.filter(run__as_of__lte=as_of)
    ordered = done.select_related("run__version", "run__pin").order_by("run__as_of", "run__finished_at")
    return {row.market: row for row in ordered}


def _finality(row: dict[str, Any], version: MetricVersion) -> str:
    if row["pending"] or row["matures_at"] is None or row["matures_at"] > clock.now():
        return "preliminary"
    complete = row["unknown"] <= (1 - version.completeness_floor) * row["due"]
    return "provisional" if complete else "preliminary"


def counts(
    *,
    version: MetricVersion,
    markets: Sequence[str] = (),
    since: dt.date | None = None,
    until: dt.date | None = None,
    by: str = "week",
    as_of: dt.datetime | None = None,
    actor: User,
) -> list[dict[str, Any]]:
    """Rows of {market, period, carrier?, lane?, due, on_time, late, pending, unknown, finality}.

    `by` week or day gives that period; carrier and lane split each week. Days are promise days,
    both bounds inclusive; `as_of` reads the vintages known then. Raises NotAllowedError for anybody who
    is no operator.
    """
    require(may(actor, "operator_read"))
    if by not in GROUPINGS:
        raise InvalidInputError(f"--by '{by}' is not known; use one of {', '.join(GROUPINGS)}.")
    found = newest_vintages(version, markets, as_of)
    vintages = {row.vintage: market for market, row in found.items()}
    rows = storage.breakdown(list(vintages), by, since or dt.date.min, until or dt.date.max)
    for row in rows:
        row["market"] = vintages[row.pop("vintage")]
        row["finality"] = _finality(row, version)
        del row["matures_at"]
    return sorted(
        rows, key=lambda row: (row["market"], row["period"], row.get("carrier", row.get("lane", "")))
    )


def ladders(
    *,
    version: MetricVersion,
    markets: Sequence[str],
    since: dt.date,
    until: dt.date,
    as_of: dt.datetime | None = None,
    actor: User,
) -> dict[str, list[Rung]]:
    """Market -> its rungs over promise days since..until, from the files its newest run had pinned."""
    require(may(actor, "operator_read"))
    return {
        market: ladder(
            definition_of(version), inputs_of(row.run, market), as_of=row.run.as_of, since=since, until=until
        )
        for market, row in sorted(newest_vintages(version, markets, as_of).items())
    }


def effects(
    *,
    version: MetricVersion,
    markets: Sequence[str],
    monday: dt.date,
    by: str,
    as_of: dt.datetime | None = None,
    actor: User,
) -> dict[str, dict[str, Effect]]:
    """Market -> what each carrier (or lane) did to the week's rate against the week before: the parts
    add up to the market's change exactly. A market without both weeks has no parts."""
    if by not in ("carrier", "lane"):
        raise InvalidInputError(f"A change is split by carrier or lane, not by '{by}'.")
    last = monday - dt.timedelta(days=7)
    rows = counts(
        version=version, markets=markets, since=last, until=monday + dt.timedelta(days=6), by=by, as_of=as_of,
        actor=actor,
    )  # fmt: skip
    found: dict[str, dict[str, dict[dt.date, tuple[int, int]]]] = {}
    for row in rows:
        parts = found.setdefault(row["market"], {}).setdefault(row[by], {})
        parts[row["period"]] = (row["on_time"], row["due"])
    return {market: _split(parts, monday, last) for market, parts in found.items()}


def _split(
    parts: dict[str, dict[dt.date, tuple[int, int]]], monday: dt.date, last: dt.date
) -> dict[str, Effect]:
    nothing = (0, 0)
    return split(
        {
            name: Segment(*weeks.get(monday, nothing), *weeks.get(last, nothing))
            for name, weeks in parts.items()
        }
    )
