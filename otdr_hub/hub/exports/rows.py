"""The rows of an export: a week of a market or of the roll-up, with all that it must name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace

from django.utils.translation import gettext as _

from governance.publication.models import PublicationLine
from otdr_hub.hub.changes import shown_rate
from otdr_hub.hub.exports.stamp import Stamp, require_whole
from otdr_hub.hub.numbers import moment_text, percent
from otdr_hub.hub.payload import rate_text
from otdr_hub.hub.reading import CarrierReading, Counts, MarketReading, Reading, Week
from otdr_hub.hub.sentences import held_sentence
from otdr_hub.lib import weeks

NONE = "-"
"""No breakout, as a scope key writes it."""
ROLLUP = "global"
CARRIER = "carrier"
Vintages = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file. Counts are integers; the rate is text, exact to its last digit.

    `otdr` is the ratio to four decimals, as the API gives it; `otdr_percent` is the number as printed. Of a
    carrier only what is due and on time is certified, so only that is told.
    """

    disclosure: str
    note: str = field(metadata={"optional": True})
    market: str
    market_name: str
    breakout: str
    value: str
    week: str
    week_monday: dt.date
    finality: str
    due: int
    on_time: int
    late: int | None = field(metadata={"optional": True})
    pending: int | None = field(metadata={"optional": True})
    unknown: int | None = field(metadata={"optional": True})
    otdr: str
    otdr_percent: str
    as_of: str
    vintage: str
    signed_by: str
    version: str
    version_digest: str
    publication: str
    publication_digest: str
    verify_code: str
    verify_at: str
    generated_at: str

    def __post_init__(self) -> None:
        require_whole(self)


COLUMNS = tuple(one.name for one in fields(Row))
COUNTS = ("due", "on_time", "late", "pending", "unknown")
RATES = ("otdr", "otdr_percent")


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose weeks these are, and what is said of all of them."""

    market: str
    name: str
    note: str
    as_of: str
    vintage: str
    signed_by: Sequence[str]
    weeks: Sequence[Week]


def vintages_of(reading: Reading) -> dict[str, str]:
    """Market -> fingerprint of the data that its publication names."""
    if reading.publication is None:
        return {}
    lines = PublicationLine.objects.filter(
        publication_id=reading.publication.number, breakout=NONE, value=NONE
    )
    return dict(lines.values_list("market_id", "vintage"))


def hub_rows(reading: Reading, stamp: Stamp, vintages: Vintages) -> list[list[Row]]:
    """The roll-up, then each market that may be seen; a list of rows for each, newest week first."""
    scopes = (_rollup(reading), *_markets(reading, vintages))
    return [[_row(scope, week, stamp) for week in _told(scope.weeks)] for scope in scopes]


def market_rows(reading: Reading, code: str, stamp: Stamp, vintages: Vintages) -> list[list[Row]]:
    """One market's weeks; nothing when it may not be seen."""
    found = []
    for scope, market in zip(_markets(reading, vintages), _shown(reading), strict=True):
        if scope.market == code:
            found.append([_row(scope, week, stamp) for week in _told(scope.weeks)])
            found.append(list(carrier_rows(scope, market.carriers, stamp)))
    return found


def _rollup(reading: Reading) -> Scope:
    at = reading.publication.as_of if reading.publication else None
    signers = dict.fromkeys(name for market in reading.summed for name in market.signed_by)
    note = _("Sum over the markets shown: on time ÷ due, never an average of rates.")
    # Its data is all that the publication names, and that is what the publication's fingerprint is of.
    data = reading.publication.digest if reading.publication else ""
    as_of = moment_text(at) if at else ""
    return Scope(ROLLUP, _("Markets shown"), note, as_of, data, tuple(signers), reading.rollup)


def _markets(reading: Reading, vintages: Vintages) -> Iterator[Scope]:
    for market in _shown(reading):
        data = vintages.get(market.code, "")
        note, as_of = _note(reading, market), _as_of(reading, market)
        yield Scope(market.code, market.name, note, as_of, data, market.signed_by, market.weeks)


def _shown(reading: Reading) -> list[MarketReading]:
    return [market for market in reading.markets if market.weeks]


def _note(reading: Reading, market: MarketReading) -> str:
    own = market.disclosure if market.state == "known_issue" else ""
    return " ".join(filter(None, (own, held_sentence(reading, market))))


def _as_of(reading: Reading, market: MarketReading) -> str:
    at = market.as_of or (reading.publication.as_of if reading.publication else None)
    return moment_text(at) if at else ""


def _told(weeks_: Sequence[Week]) -> list[Week]:
    """The weeks that have a rate, newest first: one too early for a rate is not taken away."""
    return [week for week in reversed(weeks_) if shown_rate(week) is not None]


def carrier_rows(scope: Scope, carriers: CarrierReading | None, stamp: Stamp) -> Iterator[Row]:
    """The carriers of a market that may be seen, in the weeks in which the market is; withheld ones are in
    no row, and no row sums them up."""
    if carriers is None or carriers.reason is not None:
        return
    finality = {week.monday: week for week in _told(scope.weeks)}
    for week in reversed(carriers.weeks):
        if week.monday in finality:
            for cell in week.cells:
                counts = Counts(cell.due, cell.on_time, 0, 0, 0)
                whole = _row(scope, Week(week.monday, counts, finality[week.monday].finality), stamp)
                note = f"{cell.called}. {carriers.disclosure}".strip()
                yield replace(
                    whole, breakout=CARRIER, value=cell.carrier or cell.called, note=note,
                    late=None, pending=None, unknown=None, signed_by=_signed(carriers.signed_by),
                )  # fmt: skip


def _signed(names: Sequence[str]) -> str:
    return "; ".join(names)


def _row(scope: Scope, week: Week, stamp: Stamp) -> Row:
    counts, rate = week.counts, shown_rate(week)
    return Row(
        disclosure=stamp.disclosure,
        note=scope.note,
        market=scope.market,
        market_name=scope.name,
        breakout=NONE,
        value=NONE,
        week=weeks.label(week.monday),
        week_monday=week.monday,
        finality=week.finality,
        **{name: getattr(counts, name) for name in COUNTS},
        otdr=rate_text(counts) or "",
        otdr_percent="" if rate is None else percent(rate),
        as_of=scope.as_of,
        vintage=scope.vintage,
        signed_by=_signed(scope.signed_by),
        version=stamp.version,
        version_digest=stamp.version_digest,
        publication=stamp.publication,
        publication_digest=stamp.publication_digest,
        verify_code=stamp.verify_code,
        verify_at=stamp.verify_at,
        generated_at=stamp.generated_at,
    )
