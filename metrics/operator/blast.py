"""The blast radius of suspect numbers: what they would do if they were shown, and who has seen them.

For who decides, signs, feeds and audits; certified or not, and never served by the hub. What is suspect is
some markets from a week on; every comparison is of the same vintages, once with those weeks, once without.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.selectors import dark
from governance.markets.models import Market
from governance.models import MetricVersion, PublicationRead
from governance.scope.models import CARRIER
from metrics.operator.effect import Sum
from metrics.operator.near import Limit, Near, near
from metrics.operator.told import Line, is_told, smallest_told
from metrics.recompute import storage
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require

WEEKS: Final = 8
WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekEffect:
    """One week's roll-up, as the hub would tell it, with and without the suspect markets; `steady` over the
    markets that have every week looked at, so that a market joining late is no change."""

    monday: dt.date
    included: Sum
    left_out: Sum
    steady_included: Sum
    steady_left_out: Sum

    @property
    def points(self) -> Fraction | None:
        """By how many points the suspect numbers move the roll-up; None where one side has nothing due."""
        with_them, without = self.included.rate, self.left_out.rate
        return None if with_them is None or without is None else (with_them - without) * 100

    @property
    def is_untold(self) -> bool:
        """Whether the hub would tell nothing of the suspect markets in this week: both sides are the same."""
        return self.included.due == self.left_out.due


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who opened or exported a suspect number."""

    person: str
    publication: str
    surface: str
    what: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Blast:
    """Everything a suspect number touches. `steady` is the constant set by code, `threshold` in per cent.

    Of the markets in `near_off` no carrier or lane is told, since carrier figures are switched off there.
    """

    markets: tuple[str, ...]
    since: dt.date
    through: dt.date
    threshold: Decimal
    within: Decimal
    weeks: tuple[WeekEffect, ...]
    steady: tuple[str, ...]
    near: tuple[Near, ...]
    near_off: tuple[str, ...]
    readers: tuple[Reader, ...]


def blast(
    *,
    version: MetricVersion,
    markets: Sequence[str],
    since: dt.date,
    through: dt.date,
    threshold: Decimal,
    within: Decimal = Decimal(2),
    shown: Collection[str],
    actor: User,
) -> Blast:
    """The blast radius of these markets' numbers from the week of Monday `since` to that of `through`.

    The roll-up is that of the markets `shown` now, with these and without. Carriers and lanes are told that
    cross `threshold` (per cent) by them, or lie `within` so many points of it with or without them; no small
    ones. Raises NotAllowedError for whoever may not see figures that nobody certified, InvalidInputError for
    weeks or markets that are none, ConflictError for a market that is switched off; others that are off are
    in no sum.
    """
    require(may(actor, "measures_read"))
    _check(markets, since, through)
    off = dark()
    unseen = [code for code in markets if code in off.whole]
    if unseen:
        # What is switched off is on no page, and no difference of two sums may say it either.
        raise ConflictError(
            _("%(names)s: switched off, so no page shows what it would do.") % {"names": ", ".join(unseen)}
        )
    found = newest_vintages(version, sorted({*shown, *markets} - off.whole.keys()))
    absent = sorted(set(markets) - found.keys())
    if absent:
        raise InvalidInputError(_("Nothing was computed for %(names)s.") % {"names": ", ".join(absent)})
    lines = [Line(code, row.vintage, through, row.run.as_of) for code, row in found.items()]
    first = through - (WEEKS - 1) * WEEK
    counts = _counts(version, lines, first)
    steady = tuple(sorted(code for code, weeks in counts.items() if len(weeks) == WEEKS))
    lit = {code: found[code].vintage for code in markets if off.since(code, CARRIER) is None}
    return Blast(
        tuple(markets), since, through, threshold, within,
        weeks=_weeks(counts, steady, set(markets), first, through), steady=steady,
        near=_near(version, lit, counts, Limit(threshold, within, since)),
        near_off=tuple(code for code in markets if code not in lit), readers=_readers(markets, since),
    )  # fmt: skip


def _check(markets: Sequence[str], since: dt.date, through: dt.date) -> None:
    unknown = sorted(set(markets) - set(Market.objects.values_list("code", flat=True)))
    if unknown or not markets:
        names = ", ".join(unknown) or _("none is named")
        raise InvalidInputError(_("Name registered markets: %(names)s.") % {"names": names})
    if since.weekday() or through.weekday() or since > through:
        raise InvalidInputError(_("Weeks are named by their Mondays, the first one before the last."))


Counts = Mapping[str, Mapping[dt.date, Sum]]


def _counts(version: MetricVersion, lines: Sequence[Line], first: dt.date) -> Counts:
    """Market -> Monday -> its counts, of the weeks that the hub would tell."""
    by_vintage, smallest = {line.vintage: line for line in lines}, smallest_told(version)
    found: dict[str, dict[dt.date, Sum]] = {line.market: {} for line in lines}
    for row in storage.weeks_of(list(by_vintage)):
        line = by_vintage[row["vintage"]]
        if row["week"] >= first and is_told(row, line, version, smallest):
            found[line.market][row["week"]] = Sum(row["on_time"], row["due"])
    return found


def _total(counts: Counts, codes: Collection[str], monday: dt.date) -> Sum:
    parts = [counts[code][monday] for code in codes if monday in counts[code]]
    return Sum(sum(one.on_time for one in parts), sum(one.due for one in parts))


def _weeks(
    counts: Counts, steady: Collection[str], suspect: set[str], first: dt.date, through: dt.date
) -> tuple[WeekEffect, ...]:
    mondays = [first + number * WEEK for number in range((through - first) // WEEK + 1)]
    every, same = set(counts), set(steady)
    found = (
        WeekEffect(
            monday, _total(counts, every, monday), _total(counts, every - suspect, monday),
            _total(counts, same, monday), _total(counts, same - suspect, monday),
        )
        for monday in mondays
    )  # fmt: skip
    return tuple(one for one in found if one.included.due)


def _near(
    version: MetricVersion, vintages: Mapping[str, str], counts: Counts, limit: Limit
) -> tuple[Near, ...]:
    found = [
        one
        for market, vintage in vintages.items()
        for one in near(
            version=version, market=market, vintage=vintage, mondays=counts[market].keys(), limit=limit
        )
    ]
    return tuple(sorted(found, key=lambda one: (not one.crosses, one.market, one.kind, one.name)))


def _readers(markets: Sequence[str], since: dt.date) -> tuple[Reader, ...]:
    """Who opened or exported these markets, or their carriers, in a publication that tells a suspect week."""
    scopes = [*markets, *(f"{market}/carrier" for market in markets)]
    rows = PublicationRead.objects.filter(scope__in=scopes, publication__through__gte=since)
    return tuple(
        Reader(one.person.username, str(one.publication), one.surface, one.scope, one.at)
        for one in rows.select_related("person", "publication").order_by("at", "pk")
    )
