"""From one market's vintage back to the files that were sent: run, pin, slices, batches.

For everybody who may read the hub, and only about markets they are shown: whoever asks says which those
are, and a batch that also holds rows of another market does not tell how many rows it has in all. Counts
of shipments are not in here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from governance.access.models import User
from governance.access.policy import may
from metrics.lake.models import LakeFile
from metrics.lake.schema import NO_MARKET
from metrics.recompute import storage
from metrics.recompute.inputs import pinned_files
from metrics.recompute.models import RunVintage
from metrics.recompute.states import RunState
from otdr_hub.lib.outcome import require


@dataclass(frozen=True, slots=True)
class SentFile:
    """One file as its sender sent it, and what the lake keeps of it for this market.

    `digest` is the SHA-256 of the file as sent and `kept` of the part stored; `rows` are this market's
    (of carriers, which are of no market: all). `sent`, `accepted` and `set_aside` are the sender's count
    and what became of it, None where the file holds rows of a market that is not shown.
    """

    batch: int
    name: str
    kind: str
    taken_at: dt.datetime
    digest: str
    kept: str
    rows: int
    sent: int | None
    accepted: int | None
    set_aside: int | None


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where one market's counts come from; `days` are the slices of the week asked about."""

    run: str
    as_of: dt.datetime
    finished_at: dt.datetime | None
    pin: str
    engine: str
    slices: int
    days: tuple[tuple[dt.date, str], ...]
    files: tuple[SentFile, ...]


def lineage(
    *, market: str, vintage: str, monday: dt.date, as_of: dt.datetime, shown: Collection[str], actor: User
) -> Lineage | None:
    """The lineage of a market's vintage as known at `as_of`; None when no run of it is on record.

    `shown` are the markets whose numbers the reader sees now. Raises NotAllowedError.
    """
    require(may(actor, "lineage_read"))
    rows = RunVintage.objects.filter(market=market, vintage=vintage, run__state=RunState.DONE)
    known = rows.filter(run__as_of__lte=as_of).select_related("run__pin", "run__version")
    row = known.order_by("run__as_of", "run__finished_at").last()
    if row is None or market not in shown:
        return None
    leaves = storage.leaves_of(vintage)
    week = (monday, monday + dt.timedelta(days=6))
    return Lineage(
        run=row.run.digest,
        as_of=row.run.as_of,
        finished_at=row.run.finished_at,
        pin=row.run.pin_id,
        engine=row.run.version.engine_digest,
        slices=len(leaves),
        days=tuple((day, digest) for day, digest in leaves if week[0] <= day <= week[1]),
        files=_files(row, market, {*shown, NO_MARKET}),
    )


def _files(row: RunVintage, market: str, open_markets: Collection[str]) -> tuple[SentFile, ...]:
    """The files of the run's pin that this market's counts come from, the newest batch first."""
    paths = [file.path for file in pinned_files(row.run, market)]
    kept = list(LakeFile.objects.filter(path__in=paths).select_related("batch").order_by("-batch_id", "path"))
    held = LakeFile.objects.filter(batch__in={file.batch_id for file in kept})
    closed = set(held.exclude(market__in=open_markets).values_list("batch_id", flat=True))
    return tuple(_file(file, file.batch_id not in closed) for file in kept)


def _file(file: LakeFile, whole: bool) -> SentFile:
    batch = file.batch
    return SentFile(
        batch=batch.pk, name=batch.filename, kind=batch.kind, taken_at=batch.taken_at, digest=batch.digest,
        kept=file.sha256, rows=file.rows,
        sent=batch.rows if whole else None,
        accepted=batch.accepted if whole else None,
        set_aside=batch.quarantined if whole else None,
    )  # fmt: skip
