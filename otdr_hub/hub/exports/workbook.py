"""XLSX: the rows as a table, and a sheet of notes that says what they are."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import xlsxwriter
from django.utils.translation import gettext as _

from otdr_hub.hub.exports.cells import clean
from otdr_hub.hub.exports.rows import COLUMNS, COUNTS, RATES, Row
from otdr_hub.hub.exports.separated import meanings
from otdr_hub.hub.exports.stamp import Stamp

_WIDTHS: Final = {"disclosure": 28, "note": 28, "market_name": 18, "week_monday": 12, "as_of": 21}
# Nothing a cell holds is read for a meaning: text stays text, whatever it begins with.
_PLAIN: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_DECIMALS: Final = {"otdr": "0.0000", "otdr_percent": "0.0"}


def workbook(groups: Sequence[Sequence[Row]], stamp: Stamp, absent: Sequence[tuple[str, str]]) -> bytes:
    """The whole file. `absent` names each market not shown and why, for the notes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _PLAIN)
    made = dt.datetime.fromisoformat(stamp.generated_at).replace(tzinfo=None)
    book.set_properties(
        {"title": "On-Time Delivery Rate", "subject": stamp.verify_code, "comments": stamp.disclosure,
         "created": made}
    )  # fmt: skip
    _table(book, [row for group in groups for row in group])
    _notes(book, stamp, absent)
    book.close()
    return out.getvalue()


def _table(book: Any, rows: Sequence[Row]) -> None:
    sheet = book.add_worksheet("OTDR")
    bold = book.add_format({"bold": True, "bottom": 1})
    day, whole = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "#,##0"})
    decimals = {name: book.add_format({"num_format": shape}) for name, shape in _DECIMALS.items()}
    for place, name in enumerate(COLUMNS):
        sheet.write_string(0, place, name, bold)
        sheet.set_column(place, place, _WIDTHS.get(name, 14))
    for line, row in enumerate(rows, start=1):
        for place, name in enumerate(COLUMNS):
            value = getattr(row, name)
            if value is None:
                sheet.write_blank(line, place, None)
            elif name in COUNTS:
                sheet.write_number(line, place, value, whole)
            elif name in RATES:
                sheet.write_number(line, place, float(value), decimals[name])
            elif isinstance(value, dt.date):
                sheet.write_datetime(line, place, value, day)
            else:
                sheet.write_string(line, place, clean(value))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(1, len(rows)), len(COLUMNS) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{stamp_line(rows[0])}&R&P / &N" if rows else "")


def stamp_line(row: Row) -> str:
    """What stands at the foot of each printed sheet."""
    return f"{row.publication} {row.verify_at} {row.generated_at}".replace("&", "&&")


def _notes(book: Any, stamp: Stamp, absent: Sequence[tuple[str, str]]) -> None:
    sheet = book.add_worksheet("Notes")
    bold = book.add_format({"bold": True, "valign": "top"})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    line = 0
    for title, entries in (
        (_("This file"), list(asdict(stamp).items())),
        (_("Markets not shown"), list(absent)),
        (_("Columns"), list(meanings().items())),
    ):
        sheet.write_string(line, 0, title, bold)
        for name, text in entries:
            line += 1
            sheet.write_string(line, 0, clean(name))
            sheet.write_string(line, 1, clean(text), wrapped)
        line += 2
