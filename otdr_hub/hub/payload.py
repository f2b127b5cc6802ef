"""A reading as plain values for the API. Counts are integers; a rate is text, four decimals, exact."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from otdr_hub.hub.carriers import absence_of
from otdr_hub.hub.numbers import moment_text
from otdr_hub.hub.reading import CarrierReading, Counts, MarketReading, Publication, Reading, Week
from otdr_hub.hub.sentences import absence_words, coverage_sentence
from otdr_hub.lib import weeks
from otdr_hub.lib.shortid import code_of, name_of


def rate_text(counts: Counts) -> str | None:
    """On time / due as a ratio to four decimals (half even), or None when nothing was due."""
    if counts.rate is None:
        return None
    exact = Decimal(counts.rate.numerator) / Decimal(counts.rate.denominator)
    return str(exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN))


def _week(week: Week) -> dict[str, Any]:
    counts = week.counts
    return {
        "week": weeks.label(week.monday), "on_time": counts.on_time, "due": counts.due, "late": counts.late,
        "pending": counts.pending, "unknown": counts.unknown, "otdr": rate_text(counts),
        "finality": week.finality,
    }  # fmt: skip


def _headline(series: tuple[Week, ...]) -> dict[str, Any]:
    if not series:
        return {"on_time": None, "due": None, "otdr": None, "finality": None}
    newest = series[-1]
    return {
        "on_time": newest.counts.on_time, "due": newest.counts.due, "otdr": rate_text(newest.counts),
        "finality": newest.finality,
    }  # fmt: skip


def _publication(shown: Publication) -> dict[str, Any]:
    return {
        "number": shown.number, "digest": shown.digest, "id": name_of(shown.number),
        "code": code_of(shown.number, shown.digest),
    }  # fmt: skip


def _stamp(reading: Reading) -> dict[str, Any]:
    """What every payload with a number carries."""
    shown = reading.publication
    return {
        "publication": _publication(shown) if shown else None,
        "version": {"name": shown.version_name, "digest": shown.version_digest} if shown else None,
        "week": weeks.label(shown.through) if shown else None,
        "as_of": moment_text(shown.as_of) if shown else None,
        "epoch": reading.epoch,
        "disclosure": coverage_sentence(reading),
    }


def _market(reading: Reading, market: MarketReading) -> dict[str, Any]:
    at = market.as_of or (reading.publication.as_of if reading.publication else None)
    return {
        "code": market.code, "name": market.name, **_headline(market.weeks), "state": market.state,
        "disclosure": market.disclosure,
        "week": weeks.label(market.weeks[-1].monday) if market.weeks else None,
        "as_of": moment_text(at) if at else None, "held": market in reading.held,
    }  # fmt: skip


def _share(reading: Reading) -> str | None:
    coverage = reading.coverage
    if not coverage.due_in_scope:
        return None
    share = Decimal(coverage.due_shown) / Decimal(coverage.due_in_scope)
    return str(share.quantize(Decimal("0.001"), rounding=ROUND_HALF_EVEN))


def _carriers(found: CarrierReading | None) -> dict[str, Any] | None:
    """The carriers of a market, newest week last; `others_withheld` says neither how many nor how much."""
    if found is None:
        return None
    return {
        "shown": found.reason is None, "reason": found.reason,
        "sentence": absence_of(found) if found.reason else "",
        "state": found.state or None, "note": found.disclosure, "signed_by": list(found.signed_by),
        "signed_at": moment_text(found.signed_at) if found.signed_at else None, "threshold": found.threshold,
        "weeks": [
            {
                "week": weeks.label(week.monday), "others_withheld": week.rest,
                "carriers": [
                    {
                        "carrier": cell.carrier, "name": cell.name, "on_time": cell.on_time, "due": cell.due,
                        "otdr": rate_text(Counts(cell.due, cell.on_time, cell.due - cell.on_time, 0, 0)),
                    }
                    for cell in week.cells
                ],
            }
            for week in found.weeks
        ],
    }  # fmt: skip


def hub_payload(reading: Reading) -> dict[str, Any]:
    """The body of `GET /api/v1/hub`."""
    return {
        **_stamp(reading),
        "rollup": _headline(reading.rollup),
        "coverage": {
            "markets_shown": reading.coverage.markets_shown,
            "markets_in_scope": reading.coverage.markets_in_scope,
            "share_of_due": _share(reading),
        },
        "markets": [_market(reading, market) for market in reading.markets],
        "not_shown": [
            {
                "code": absent.code,
                "reason": absent.reason,
                "since": absent.since,
                "sentence": absence_words(absent.reason).sentence,
            }
            for absent in reading.not_shown
        ],
    }


def market_payload(reading: Reading, code: str) -> dict[str, Any] | None:
    """The body of `GET /api/v1/markets/{code}`, or None when the market may not be seen."""
    found = next((market for market in reading.markets if market.code == code), None)
    if found is None:
        return None
    own = _market(reading, found)
    # Here `disclosure` is the sentence that travels with every number; the market's own one is a note.
    note = own.pop("disclosure")
    return {
        **_stamp(reading),
        **own,
        "note": note,
        "signed_by": list(found.signed_by),
        "weeks": [_week(week) for week in found.weeks],
        "carriers": _carriers(found.carriers),
    }
