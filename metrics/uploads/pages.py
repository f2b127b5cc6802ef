"""The pages of batches as frozen objects that hold finished text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from metrics.events.models import Batch
from metrics.events.rhythm import Feed, day_words, overdue
from metrics.uploads import spool, words
from metrics.uploads.forms import Filled
from metrics.uploads.models import Upload
from metrics.uploads.shapes import BatchPage, BatchRow, FeedRow, ListPage, UploadPage
from metrics.uploads.states import UNFINISHED, UploadState

SOURCES: Final = (
    ("live", gettext_noop("live, as it happened")),
    ("backfill", gettext_noop("backfill, sent later")),
)
SHOWN_LINES: Final = 200


def batch_row(batch: Batch) -> BatchRow:
    """A delivery as one entry of the list."""
    return BatchRow(
        number=batch.pk,
        file=batch.filename,
        about=words.about(batch),
        came=words.came(batch.taken_at, batch.taken_by.username),
        machine=batch.taken_at.isoformat(),
        taken=words.taken(batch),
        set_aside=words.set_aside(batch) if batch.quarantined else "",
        problem=batch.problem,
    )


def _rhythm(gap: dt.timedelta) -> str:
    days = gap / dt.timedelta(days=1)
    if days < 0.9:
        return _("every %(number)s h") % {"number": max(round(days * 24), 1)}
    every = _("every %(number)s days") % {"number": round(days)}
    return {1: _("daily"), 7: _("weekly")}.get(round(days), every)


def feed_row(feed: Feed, now: dt.datetime) -> FeedRow:
    """A feed as one line of the table of rhythms."""
    return FeedRow(
        market=feed.market,
        name=_(feed.name),
        last=day_words(feed.last.astimezone(dt.UTC).date(), now),
        rhythm=_rhythm(feed.gap) if feed.gap else _("none yet"),
        expected=day_words(feed.expected, now) if feed.expected else "",
        is_overdue=feed.is_overdue,
    )


def upload_page(upload: Upload) -> UploadPage:
    """An upload as it stands."""
    return UploadPage(
        id=str(upload.pk),
        file=upload.filename,
        about=words.about(upload),
        came=words.came(upload.received_at, upload.received_from.username),
        state=_(upload.get_state_display()),
        is_open=upload.state in UNFINISHED,
        size=max(upload.size, 1),
        done=upload.bytes_read,
        progress=_progress(upload),
        says=_ended(upload),
        batch=upload.batch_id,
        problem=upload.problem if upload.state == UploadState.REFUSED else "",
    )


def _progress(upload: Upload) -> str:
    if upload.state == UploadState.WAITING:
        return _("%(size)s received; waiting for the worker.") % {"size": words.size_words(upload.size)}
    given = {
        "read": words.size_words(upload.bytes_read),
        "size": words.size_words(upload.size),
        "attempt": upload.attempts,
    }
    if upload.attempts > 1:
        return _("%(read)s of %(size)s read, attempt %(attempt)s.") % given
    return _("%(read)s of %(size)s read.") % given


def _ended(upload: Upload) -> str:
    if upload.batch is None or upload.state != UploadState.DONE:
        return ""
    taken = words.taken(upload.batch)
    if upload.is_repeat:
        said = _("Taken before as batch %(number)s (%(taken)s). Nothing changed.")
        return said % {"number": upload.batch.pk, "taken": taken}
    aside = f", {words.set_aside(upload.batch)}" if upload.batch.quarantined else ""
    return f"{capfirst(taken)}{aside}."


def list_page(
    *,
    found: Iterable[Batch],
    feeds: Sequence[Feed],
    uploads: Iterable[Upload],
    now: dt.datetime,
    older: str,
    chosen: tuple[str, str],
    form: Filled | None,
) -> ListPage:
    """The list. `older` is the address of the next page or empty, `chosen` the kind and state asked for."""
    kind, state = chosen
    return ListPage(
        overdue=tuple(overdue(feeds, now)),
        feeds=tuple(feed_row(feed, now) for feed in feeds),
        under_way=tuple(map(upload_page, uploads)),
        rows=tuple(map(batch_row, found)),
        older=older,
        is_filtered=bool(kind or state),
        kind=kind,
        state=state,
        form=form,
        states=tuple((code, _(label)) for code, label in Batch.State.choices),
        sources=tuple((code, _(words)) for code, words in SOURCES),
        limit=spool.limit_words(),
    )


def batch_page(batch: Batch, lines: Sequence[tuple[int, str]], manifest: str) -> BatchPage:
    """One batch. `lines` are the first of its quarantine, `manifest` its manifest's SHA-256 or empty."""
    facts = [
        (_("What"), words.what(batch)),
        (_("When"), words.moment(batch.taken_at)),
        (_("From"), batch.taken_by.username),
        (_("Days completed"), words.closes(batch) or _("none declared")),
    ]
    prints = [(_("File"), batch.digest), (_("Mapping"), batch.mapping), (_("Manifest"), manifest)]
    reasons = sorted(batch.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    more = batch.quarantined > len(lines)
    return BatchPage(
        number=batch.pk,
        file=batch.filename,
        is_refused=batch.state == Batch.State.REFUSED,
        verdict=capfirst(words.taken(batch)),
        problem=batch.problem,
        facts=tuple(facts),
        prints=tuple((name, value) for name, value in prints if value),
        reasons=tuple((words.reason(code), code, f"{count:,}") for code, count in reasons),
        lines=tuple((f"{line:,}", words.reason(reason)) for line, reason in lines),
        shown=_("The first %(shown)s of %(all)s lines")
        % {"shown": f"{len(lines):,}", "all": f"{batch.quarantined:,}"}
        if more
        else _("All lines set aside"),
    )
