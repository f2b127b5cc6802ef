"""How a delivery is told in words."""

from __future__ import annotations

import datetime as dt

from django.utils.dateformat import format as date_text
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from metrics.events.models import Batch
from metrics.uploads.models import Upload


def moment(at: dt.datetime) -> str:
    """An instant in words, in UTC."""
    return f"{date_text(at.astimezone(dt.UTC), 'j M Y, H:i')} UTC"


def size_words(size: int) -> str:
    """Bytes in words: "1.2 GB", "340 kB"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return ngettext("%(number)s byte", "%(number)s bytes", size) % {"number": f"{size:,}"}


def rows_words(count: int) -> str:
    """A number of rows in words: "1 row", "12,345 rows"."""
    return ngettext("%(number)s row", "%(number)s rows", count) % {"number": f"{count:,}"}


def reason(code: str) -> str:
    """Why rows were set aside, named as the contract and the downloaded file name it."""
    return code.replace("_", " ")


def closes(given: Batch | Upload) -> str:
    """The days it completes; empty where it declares none."""
    if not given.closes_from or not given.closes_until:
        return ""
    since, until = given.closes_from, given.closes_until
    if since == until:
        return date_text(until, "j M Y")
    first = "j" if (since.year, since.month) == (until.year, until.month) else "j M"
    first = first if since.year == until.year else "j M Y"
    return f"{date_text(since, first)}\u2013{date_text(until, 'j M Y')}"


def about(given: Batch | Upload) -> str:
    """What it is of, and the days it completes."""
    days, kind = closes(given), what(given)
    return _("%(kind)s, completes %(days)s") % {"kind": kind, "days": days} if days else kind


def what(given: Batch | Upload) -> str:
    """Kind and source, named as the files and the commands name them."""
    return f"{given.kind}, {given.source}" if given.kind == "events" else given.kind


def taken(batch: Batch) -> str:
    """What became of its rows."""
    if batch.state == Batch.State.REFUSED:
        return _("refused")
    if batch.quarantined:
        said = _("%(accepted)s of %(rows)s taken")
        return said % {"accepted": f"{batch.accepted:,}", "rows": rows_words(batch.rows)}
    return _("%(rows)s taken") % {"rows": rows_words(batch.rows)}


def came(at: dt.datetime, person: str) -> str:
    """When and from whom."""
    return _("%(moment)s, from %(person)s") % {"moment": moment(at), "person": person}


def set_aside(batch: Batch) -> str:
    """How many of its rows are in quarantine."""
    return _("%(number)s set aside") % {"number": f"{batch.quarantined:,}"}
