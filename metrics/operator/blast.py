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
from typing import Any, Final

from django.utils.translation import gettext as _

from governance.access.models import User
from governance.access.policy import may
from governance.killswitch.selectors import dark
from governance.markets.models import Market
from governance.models import MetricVersion, PublicationRead
from metrics.operator.effect import Sum
from metrics.recompute import storage
from metrics.recompute.selectors import newest_vintages
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, require

WEEKS: Final = 8
WEEK: Final = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekEffect:
    """One week's roll-up with and without the suspect markets; `steady` over the markets that have every week
    looked at, so that a market joining late is no change."""

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


@dataclass(frozen=True, slots=True)
class Near:
    """A carrier or lane of a suspect market over the weeks looked at, with the suspect ones and without."""

    market: str
    kind: str
    name: str
    included: Sum
    left_out: Sum
    crosses: bool


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
    """Everything a suspect number touches. `steady` is the constant set by code, `threshold` in per cent."""

    markets: tuple[str, ...]
    since: dt.date
    through: dt.date
    threshold: Decimal
    within: Decimal
    weeks: tuple[WeekEffect, ...]
    steady: tuple[str, ...]
    near: tuple[Near, ...]
    readers: tuple[Reader, ...]


def blast(
    *,
    version: MetricVersion,
    markets: Sequence[str],
    since: dt.date,
    through: dt.date,
    threshold: Decimal,
    within: Decimal = Decimal(2),
    actor: User,
) -> Blast:
    """The blast radius of these markets' numbers from the week of Monday `since` to that of `through`.

    Carriers and lanes are told that cross `threshold` (per cent) by them, or lie `within` so many points of
    it with or without them. Raises NotAllowedError for whoever may not see figures that nobody certified,
    InvalidInputError for weeks or markets that are none, ConflictError for a market that is switched off;
    others that are off are in no sum.
    """
    require(may(actor, "measures_read"))
    _check(markets, since, through)
    off = dark().whole
    unseen = [code for code in markets if code in off]
    if unseen:
        # What is switched off is on no page, and no difference of two sums may say it either.
        raise ConflictError(
            _("%(names)s: switched off, so no page shows what it would do.") % {"names": ", ".join(unseen)}
        )
    found = {code: row for code, row in newest_vintages(version, []).items() if code not in off}
    absent = sorted(set(markets) - found.keys())
    if absent:
        raise InvalidInputError(_("Nothing was computed for %(names)s.") % {"names": ", ".join(absent)})
    names = {row.vintage: market for market, row in found.items()}
    first = through - (WEEKS - 1) * WEEK
    counts = _counts(names, first, through)
    steady = tuple(sorted(code for code, weeks in counts.items() if len(weeks) == WEEKS))
    vintages = {market: found[market].vintage for market in markets}
    return Blast(
        tuple(markets), since, through, threshold, within,
        weeks=_weeks(counts, steady, set(markets), first, through), steady=steady,
        near=_near(vintages, first, since, through, (threshold, within)),
        readers=_readers(markets, since),
    )  # fmt: skip


def _check(markets: Sequence[str], since: dt.date, through: dt.date) -> None:
    unknown = sorted(set(markets) - set(Market.objects.values_list("code", flat=True)))
    if unknown or not markets:
        names = ", ".join(unknown) or _("none is named")
        raise InvalidInputError(_("Name registered markets: %(names)s.") % {"names": names})
    if since.weekday() or through.weekday() or since > through:
        raise InvalidInputError(_("Weeks are named by their Mondays, the first one before the last."))


Counts = Mapping[str, Mapping[dt.date, Sum]]


def _counts(names: Mapping[str, str], first: dt.date, through: dt.date) -> Counts:
    """Market -> Monday -> its counts, of weeks in which something was due."""
    found: dict[str, dict[dt.date, Sum]] = {market: {} for market in names.values()}
    for row in storage.weeks_of(list(names)):
        if first <= row["week"] <= through and row["due"]:
            found[names[row["vintage"]]][row["week"]] = Sum(row["on_time"], row["due"])
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
    vintages: Mapping[str, str], first: dt.date, since: dt.date, through: dt.date,
    limit: tuple[Decimal, Decimal],
) -> tuple[Near, ...]:  # fmt: skip
    names = {vintage: market for market, vintage in vintages.items()}
    found = []
    for kind in ("carrier", "lane"):
        rows = storage.breakdown(list(names), kind, first, through + dt.timedelta(days=6))
        for (market, name), parts in _grouped(rows, names, kind).items():
            included = _sum(parts)
            left_out = _sum([one for one in parts if one["period"] < since])
            crosses, is_near = _against(included, left_out, limit)
            if crosses or is_near:
                found.append(Near(market, kind, name, included, left_out, crosses))
    return tuple(sorted(found, key=lambda one: (not one.crosses, one.market, one.kind, one.name)))


def _grouped(
    rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], kind: str
) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((names[row["vintage"]], row[kind]), []).append(row)
    return found


def _sum(rows: Sequence[Mapping[str, Any]]) -> Sum:
    return Sum(sum(row["on_time"] for row in rows), sum(row["due"] for row in rows))


def _against(included: Sum, left_out: Sum, limit: tuple[Decimal, Decimal]) -> tuple[bool, bool]:
    """(whether the suspect weeks move it over the threshold, whether it lies near on either side)."""
    threshold, within = Fraction(limit[0]), Fraction(limit[1])
    rates = [one.rate * 100 for one in (included, left_out) if one.rate is not None]
    sides = {rate >= threshold for rate in rates}
    return len(sides) > 1, any(abs(rate - threshold) <= within for rate in rates)


def _readers(markets: Sequence[str], since: dt.date) -> tuple[Reader, ...]:
    """Who opened or exported these markets, or their carriers, in a publication that tells a suspect week."""
    scopes = [*markets, *(f"{market}/carrier" for market in markets)]
    rows = PublicationRead.objects.filter(scope__in=scopes, publication__through__gte=since)
    return tuple(
        Reader(one.person.username, str(one.publication), one.surface, one.scope, one.at)
        for one in rows.select_related("person", "publication").order_by("at", "pk")
    )
