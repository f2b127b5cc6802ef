"""The pages of batches as frozen objects that hold finished text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.dateformat import format as date_text

from metrics.events.contract import CONTRACTS
from metrics.events.models import Batch
from metrics.events.rhythm import Feed, day_words, overdue
from metrics.uploads import spool
from metrics.uploads.forms import Filled
from metrics.uploads.models import Upload
from metrics.uploads.states import UNFINISHED, UploadState

KINDS: Final = tuple(CONTRACTS)
SOURCES: Final = (("live", "live, as it happened"), ("backfill", "backfill, sent later"))
SHOWN_LINES: Final = 200


@dataclass(frozen=True, slots=True)
class BatchRow:
    """One delivery in the list."""

    number: int
    file: str
    about: str
    came: str
    machine: str
    taken: str
    set_aside: str
    problem: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    """One feed in the table of rhythms."""

    market: str
    name: str
    last: str
    rhythm: str
    expected: str
    is_overdue: bool


@dataclass(frozen=True, slots=True)
class UploadPage:
    """One upload: how far it is, or how it ended."""

    id: str
    file: str
    about: str
    came: str
    state: str
    is_open: bool
    size: int
    done: int
    progress: str
    says: str
    batch: int | None
    problem: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything on `/batches/`."""

    overdue: tuple[str, ...]
    feeds: tuple[FeedRow, ...]
    under_way: tuple[UploadPage, ...]
    rows: tuple[BatchRow, ...]
    older: str
    is_filtered: bool
    kind: str
    state: str
    form: Filled | None
    kinds: tuple[str, ...] = KINDS
    states: tuple[tuple[str, str], ...] = tuple(Batch.State.choices)
    sources: tuple[tuple[str, str], ...] = SOURCES
    limit: str = ""


@dataclass(frozen=True, slots=True)
class BatchPage:
    """One batch with its quarantine's first lines."""

    number: int
    file: str
    is_refused: bool
    verdict: str
    problem: str
    facts: tuple[tuple[str, str], ...]
    prints: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str, str], ...]
    lines: tuple[tuple[str, str], ...]
    shown: str


def moment(at: dt.datetime) -> str:
    """An instant in words, in UTC."""
    return f"{date_text(at.astimezone(dt.UTC), 'j M Y, H:i')} UTC"


def size_words(size: int) -> str:
    """Bytes in words: "1.2 GB", "340 kB"."""
    for unit, name in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size:,} bytes"


def rows_words(count: int) -> str:
    """A number of rows in words: "1 row", "12,345 rows"."""
    return f"{count:,} row{'' if count == 1 else 's'}"


def _reason(code: str) -> str:
    return code.replace("_", " ")


def _closes(given: Batch | Upload) -> str:
    if not given.closes_from or not given.closes_until:
        return ""
    since, until = given.closes_from, given.closes_until
    if since == until:
        return date_text(until, "j M Y")
    first = "j" if (since.year, since.month) == (until.year, until.month) else "j M"
    first = first if since.year == until.year else "j M Y"
    return f"{date_text(since, first)}\u2013{date_text(until, 'j M Y')}"


def _about(given: Batch | Upload) -> str:
    closes = _closes(given)
    kind = f"{given.kind}, {given.source}" if given.kind == "events" else given.kind
    return f"{kind}, completes {closes}" if closes else kind


def _taken(batch: Batch) -> str:
    """What became of its rows."""
    if batch.state == Batch.State.REFUSED:
        return "refused"
    if batch.quarantined:
        return f"{batch.accepted:,} of {rows_words(batch.rows)} taken"
    return f"{rows_words(batch.rows)} taken"


def batch_row(batch: Batch) -> BatchRow:
    """A delivery as one entry of the list."""
    return BatchRow(
        number=batch.pk,
        file=batch.filename,
        about=_about(batch),
        came=f"{moment(batch.taken_at)}, from {batch.taken_by.username}",
        machine=batch.taken_at.isoformat(),
        taken=_taken(batch),
        set_aside=f"{batch.quarantined:,} set aside" if batch.quarantined else "",
        problem=batch.problem,
    )


def _rhythm(gap: dt.timedelta) -> str:
    days = gap / dt.timedelta(days=1)
    if days < 0.9:
        return f"every {max(round(days * 24), 1)} h"
    return {1: "daily", 7: "weekly"}.get(round(days), f"every {round(days)} days")


def feed_row(feed: Feed, now: dt.datetime) -> FeedRow:
    """A feed as one line of the table of rhythms."""
    return FeedRow(
        market=feed.market,
        name=feed.name,
        last=day_words(feed.last.astimezone(dt.UTC).date(), now),
        rhythm=_rhythm(feed.gap) if feed.gap else "none yet",
        expected=day_words(feed.expected, now) if feed.expected else "",
        is_overdue=feed.is_overdue,
    )


def upload_page(upload: Upload) -> UploadPage:
    """An upload as it stands."""
    return UploadPage(
        id=str(upload.pk),
        file=upload.filename,
        about=_about(upload),
        came=f"{moment(upload.received_at)}, from {upload.received_from.username}",
        state=upload.get_state_display(),
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
        return f"{size_words(upload.size)} received; waiting for the worker."
    read = f"{size_words(upload.bytes_read)} of {size_words(upload.size)} read"
    again = f", attempt {upload.attempts}" if upload.attempts > 1 else ""
    return f"{read}{again}."


def _ended(upload: Upload) -> str:
    if upload.batch is None or upload.state != UploadState.DONE:
        return ""
    taken = _taken(upload.batch)
    if upload.is_repeat:
        return f"Taken before as batch {upload.batch.pk} ({taken}). Nothing changed."
    aside = f", {upload.batch.quarantined:,} set aside" if upload.batch.quarantined else ""
    return f"{taken[0].upper()}{taken[1:]}{aside}."


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
        limit=spool.limit_words(),
    )


def batch_page(batch: Batch, lines: Sequence[tuple[int, str]], manifest: str) -> BatchPage:
    """One batch. `lines` are the first of its quarantine, `manifest` its manifest's SHA-256 or empty."""
    facts = [
        ("What", f"{batch.kind}, {batch.source}" if batch.kind == "events" else batch.kind),
        ("When", moment(batch.taken_at)),
        ("From", batch.taken_by.username),
        ("Days completed", _closes(batch) or "none declared"),
    ]
    prints = [("File", batch.digest), ("Mapping", batch.mapping), ("Manifest", manifest)]
    reasons = sorted(batch.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    more = batch.quarantined > len(lines)
    return BatchPage(
        number=batch.pk,
        file=batch.filename,
        is_refused=batch.state == Batch.State.REFUSED,
        verdict=f"{_taken(batch)[0].upper()}{_taken(batch)[1:]}",
        problem=batch.problem,
        facts=tuple(facts),
        prints=tuple((name, value) for name, value in prints if value),
        reasons=tuple((_reason(code), code, f"{count:,}") for code, count in reasons),
        lines=tuple((f"{line:,}", _reason(reason)) for line, reason in lines),
        shown=f"The first {len(lines):,} of {batch.quarantined:,} lines" if more else "All lines set aside",
    )
