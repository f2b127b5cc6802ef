"""CSV: a part of the file for each market, so that a kill can cut it off; and the notes beside it."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, Final

from django.utils.translation import gettext as _

from otdr_hub.hub.exports.cells import neutral
from otdr_hub.hub.exports.rows import COLUMNS, COUNTS, RATES, Row
from otdr_hub.hub.exports.stamp import Stamp

MARK: Final = "\ufeff".encode()
"""Tells spreadsheets that the file is UTF-8; without it they garble names and signs."""
TYPES: Final = dict.fromkeys(COUNTS, "integer") | dict.fromkeys(RATES, "decimal") | {"week_monday": "date"}


def parts(groups: Sequence[Sequence[Row]]) -> Iterator[bytes]:
    """The file, piece by piece: the line of names, then the rows of one market at a time."""
    yield MARK + _lines([COLUMNS])
    for group in groups:
        yield _lines([[_cell(getattr(row, name)) for name in COLUMNS] for row in group])


def _cell(value: str | int | dt.date | None) -> str:
    if value is None:
        return ""
    return neutral(value) if isinstance(value, str) else str(value)


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode()


def meanings() -> dict[str, str]:
    """What each column holds, in words."""
    return {
        "disclosure": _("What the headline covers and leaves out; it belongs to every figure."),
        "note": _("What is said beside this market: a known issue, or that newer data waits."),
        "market": _("Code of the market; “global” is the sum over the markets shown."),
        "market_name": _("Name of the market."),
        "breakout": _("What the market is broken out by; “-” is the whole market."),
        "value": _("The part of the breakout; “-” is the whole market."),
        "week": _("ISO week, Monday to Sunday by the promise in the market’s time zone."),
        "week_monday": _("First day of that week."),
        "finality": _("provisional, final or restated."),
        "due": _("Shipments due: on time + late + pending + unknown."),
        "on_time": _("Shipments on time."),
        "late": _("Shipments late."),
        "pending": _("Shipments still awaited."),
        "unknown": _("Shipments without news from the carrier."),
        "otdr": _("On time ÷ due, four decimals, half to even, from the integers."),
        "otdr_percent": _("The same in per cent, one decimal, as it is printed on the page."),
        "as_of": _("The data is as of this moment (UTC)."),
        "vintage": _("Fingerprint of that data; of the roll-up, all data the publication names."),
        "signed_by": _("Departments whose signatures stand."),
        "version": _("Metric version."),
        "version_digest": _("Fingerprint of the metric version, whole."),
        "publication": _("Publication the figure is of."),
        "publication_digest": _("Fingerprint of the publication, whole."),
        "verify_code": _("Code to look this figure up by."),
        "verify_at": _("Address that says whether it is still valid."),
        "generated_at": _("When the figures were read (UTC)."),
    }


def notes(stamp: Stamp, file: str) -> dict[str, Any]:
    """The file beside the CSV: W3C's CSV on the Web, which names each column and its type."""
    told = meanings()
    columns = [
        {"name": name, "titles": name, "datatype": TYPES.get(name, "string"), "dc:description": told[name]}
        for name in COLUMNS
    ]
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": file,
        "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "dc:title": "On-Time Delivery Rate",
        "dc:description": stamp.disclosure,
        "dc:source": stamp.verify_at,
        "tableSchema": {"columns": columns, "primaryKey": ["market", "breakout", "value", "week"]},
        "notes": [asdict(stamp)],
    }
