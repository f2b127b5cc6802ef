"""How a number is printed: exact values in, text out, one rule everywhere.

Rounding is half to even (`round` of a `Fraction`), applied once to the exact value: a rounded
number is never rounded, added or compared again. A space that must not break is U+00A0.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from django.utils.dateformat import format as date_text
from django.utils.translation import gettext as _

NBSP = "\u00a0"
MINUS = "\u2212"
HYPHEN = "\u2011"
"""Where a line must not end."""


def fixed(value: Fraction, places: int = 1) -> str:
    """The value with this many decimals; a minus sign only where a digit other than 0 is left."""
    scaled = round(value * 10**places)
    whole, part = divmod(abs(scaled), 10**places)
    digits = f"{whole:,}.{part:0{places}d}" if places else f"{whole:,}"
    return MINUS + digits if scaled < 0 else digits


def percent(rate: Fraction) -> str:
    """A rate in per cent to one decimal, without the sign: "93.1"."""
    return fixed(rate * 100)


def percent_text(rate: Fraction) -> str:
    """A rate with its sign: "93.1 %"."""
    return f"{percent(rate)}{NBSP}%"


def percent_of(value: Decimal) -> str:
    """A target as it is printed: "94.0"."""
    return fixed(Fraction(value))


def share_text(part: int, whole: int) -> str:
    """A share of a whole; it says 0.0 or 100.0 only when it is none or all of it."""
    share = Fraction(part, whole)
    tenths = round(share * 1000)
    if tenths == 1000 and part != whole:
        return _("more than %(share)s") % {"share": f"99.9{NBSP}%"}
    if tenths == 0 and part:
        return _("less than %(share)s") % {"share": f"0.1{NBSP}%"}
    return percent_text(share)


def count(value: int) -> str:
    """A count with thousands set apart: "12,479,290"."""
    return f"{value:,}"


def signed_hundredths(hundredths: int) -> str:
    """A contribution, given in hundredths of a point: "+0.28", "−0.22", "0.00"."""
    sign = {1: "+", 0: "", -1: MINUS}[(hundredths > 0) - (hundredths < 0)]
    whole, part = divmod(abs(hundredths), 100)
    return f"{sign}{whole}.{part:02d}"


def week_short(monday: dt.date) -> str:
    """ISO week on an axis or in a table: "W47"."""
    return _("W%(week)d") % {"week": monday.isocalendar().week}


def week_name(monday: dt.date) -> str:
    """ISO week in a sentence: "week 47"."""
    return _("week %(week)d") % {"week": monday.isocalendar().week}


def week_dates(monday: dt.date) -> str:
    """The seven days of a week: "9–15 Nov 2026", or with both months where they differ."""
    sunday = monday + dt.timedelta(days=6)
    if monday.year != sunday.year:
        first = date_text(monday, "j M Y")
    elif monday.month != sunday.month:
        first = date_text(monday, "j M")
    else:
        first = date_text(monday, "j")
    return f"{first}–{date_text(sunday, 'j M Y')}"


def week_title(monday: dt.date) -> str:
    """A week named in full: "week 46, 9–15 Nov 2026"."""
    return f"{week_name(monday)}, {week_dates(monday)}"


def day(at: dt.date) -> str:
    """A day in words: "27 Nov 2026"; of an instant, the day it has in UTC."""
    return date_text(at.astimezone(dt.UTC) if isinstance(at, dt.datetime) else at, "j M Y")


def moment(at: dt.datetime) -> str:
    """An instant in words, always in UTC: "27 Nov 2026, 06:00 UTC"."""
    return f"{date_text(at.astimezone(dt.UTC), 'j M Y, H:i')} UTC"


def fingerprint(digest: str) -> str:
    """The first eight digits of a digest, in two groups: "7f3a 91c4"."""
    digits = digest.rpartition(":")[2]
    return f"{digits[:4]} {digits[4:8]}".rstrip()


def moment_text(at: dt.datetime) -> str:
    """An instant as machines read it: RFC 3339, UTC, seconds."""
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
