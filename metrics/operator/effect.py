"""Before a market is decided: what there is to decide on, and what the roll-up is with and without it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from governance.access.models import User
from governance.access.policy import may
from governance.markets.models import Market
from governance.models import MetricVersion
from governance.scope.models import WHOLE
from governance.scope.readiness import Candidate
from governance.scope.readiness import problems as unfit
from metrics.periods.finality import Finality, finality
from metrics.recompute import storage
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib import clock, digest
from otdr_hub.lib.outcome import require


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest data of a market under a version: its vintage, and the moment it is of."""

    market: str
    vintage: str
    run: str
    as_of: dt.datetime


@dataclass(frozen=True, slots=True)
class Sum:
    """Counts of some markets in one week."""

    on_time: int
    due: int

    @property
    def rate(self) -> Fraction | None:
        """On time / due, exactly; None when nothing was due."""
        return Fraction(self.on_time, self.due) if self.due else None


@dataclass(frozen=True, slots=True)
class Effect:
    """The roll-up of a week with and without the markets decided, and each of them alone.

    `scope` is the sum over all registered markets but those that are switched off (`off`), which are in none
    of these sums: with one of them in it, what is left of a sum would be its number. The digest names the
    table; it is filed before a decision may rest on it, and can be computed again from the vintages it names.
    """

    monday: dt.date
    included: Sum
    left_out: Sum
    scope: Sum
    alone: Mapping[str, Sum]
    vintages: Mapping[str, str]
    off: tuple[str, ...] = ()

    @property
    def content(self) -> str:
        """The table as canonical JSON, which is what is filed."""
        return digest.canonical({
            "week": self.monday, "vintages": dict(self.vintages),
            "with": [self.included.on_time, self.included.due],
            "without": [self.left_out.on_time, self.left_out.due],
            "scope": [self.scope.on_time, self.scope.due],
            "alone": {market: [one.on_time, one.due] for market, one in self.alone.items()},
            **({"off": self.off} if self.off else {}),
        })  # fmt: skip

    @property
    def digest(self) -> str:
        """The content address of the table."""
        return digest.of_bytes(self.content.encode())


def newest(*, version: MetricVersion, actor: User) -> dict[str, Newest]:
    """Market -> its newest data under a version. No counts."""
    require(may(actor, "scope_read"))
    codes = list(Market.objects.values_list("code", flat=True))
    return {
        code: Newest(code, row.vintage, row.run_id, row.run.as_of)
        for code, row in sorted(newest_vintages(version, codes).items())
    }


def last_whole_week(version: MetricVersion, found: Mapping[str, Newest]) -> dt.date | None:
    """The latest Monday whose week is over, with enough news, in at least half of the markets."""
    settled: dict[dt.date, int] = {}
    for row in storage.weeks_of([one.vintage for one in found.values()]):
        state = finality(row, None, version.completeness_floor, clock.now())
        if row["due"] and state is Finality.PROVISIONAL:
            settled[row["week"]] = settled.get(row["week"], 0) + 1
    return max((week for week, count in settled.items() if 2 * count >= len(found)), default=None)


def readiness(
    *, version: MetricVersion, found: Mapping[str, Newest], monday: dt.date, actor: User
) -> dict[str, list[str]]:
    """Market -> why its week cannot be certified, a sentence each; empty where it can."""
    require(may(actor, "scope_decide"))
    return {code: unfit(Candidate(code, version.digest, one.vintage, monday)) for code, one in found.items()}


def effect(
    *,
    found: Mapping[str, Newest],
    monday: dt.date,
    chosen: Sequence[str],
    shown: Collection[str],
    off: Collection[str] = (),
    actor: User,
) -> Effect:
    """What the roll-up of a week is when the chosen markets join those shown, and when they do not; without
    those that are switched off."""
    require(may(actor, "scope_decide"))
    markets = {one.vintage: code for code, one in found.items() if code not in off}
    counts = {
        markets[row["vintage"]]: Sum(row["on_time"], row["due"])
        for row in storage.weeks_of(list(markets))
        if row["week"] == monday
    }

    def total(codes: Collection[str]) -> Sum:
        parts = [counts[code] for code in codes if code in counts]
        return Sum(sum(one.on_time for one in parts), sum(one.due for one in parts))

    return Effect(
        monday=monday,
        included=total({*shown, *chosen}),
        left_out=total(set(shown) - set(chosen)),
        scope=total(counts.keys()),
        alone={code: counts.get(code, Sum(0, 0)) for code in chosen},
        vintages={code: one.vintage for code, one in found.items()},
        off=tuple(code for code in found if code in off),
    )


class Table(Protocol):
    """A table that can be filed: its text and the digest of it."""

    @property
    def content(self) -> str:
        """Canonical JSON."""

    @property
    def digest(self) -> str:
        """Its content address."""


def file(table: Table, *, actor: User) -> str:
    """Keep the table as evidence, and return its digest: a decision names one that is filed."""
    require(may(actor, "scope_decide"))
    storage.effect_save(table.digest, table.content)
    return table.digest


def is_filed(effect_digest: str, candidate: Candidate) -> bool:
    """Whether that table is filed, and is about this market, vintage and week."""
    text = storage.effect_content(effect_digest)
    if text is None:
        return False
    told = json.loads(text)
    return (
        candidate.market in told["alone"]
        and told.get("breakout", WHOLE) == candidate.breakout
        and told["vintages"].get(candidate.market) == candidate.vintage
        and told["week"] == candidate.through.isoformat()
    )


def filed_sums(effect_digest: str) -> tuple[Sum, Sum] | None:
    """The roll-up with the markets decided and without them, as filed; None where nothing is, or where
    what is filed is of carriers, which move no roll-up."""
    text = storage.effect_content(effect_digest)
    told = json.loads(text) if text else {}
    if "with" not in told:
        return None
    return Sum(*told["with"]), Sum(*told["without"])
