"""Walk chain and checkpoints: the database's own arithmetic, done a second time from the stored text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection, transaction

from governance.ledger import guards, keys
from governance.ledger.offline import GENESIS, Finding, Row, Walk, check_checkpoints
from governance.ledger.signed import put_back

# A checkpoint is written at once; one still missing after so many seconds will not come by itself.
_GRACE: Final = 60
UNSIGNED: Final = "it has no checkpoint, though it was due long ago"
_BATCH: Final = 5000
# Times are written out here and not by the database's own function, which somebody may have replaced.
_ROWS: Final = """
SELECT seq, to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       to_char(claimed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
       actor, action, subject, payload, prev_hash, hash
FROM governance_ledger ORDER BY seq
"""
_LATE: Final = """
SELECT seq FROM governance_ledger
WHERE seq = %s AND recorded_at < clock_timestamp() - make_interval(secs => %s)
"""


@dataclass(frozen=True, slots=True)
class Signed:
    """Checkpoints, the public key they must be signed with, and whether they should reach to the head."""

    checkpoints: Sequence[Mapping[str, Any]]
    public_key: bytes
    to_the_head: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """What a walk found: entries that hold, the last one's hash, the first bad entry and guard if any, and
    the first entry under guards that were put back."""

    entries: int
    head: str
    finding: Finding | None
    guard: str
    put_back: int | None


def rows() -> Iterator[Row]:
    """Every entry in order, a batch at a time; needs a transaction."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_ROWS)
        while batch := cursor.fetchmany(_BATCH):
            yield from batch


@transaction.atomic
def verify(*, signed: Signed | None, each: Callable[[Row], None], every: bool = False) -> Report:
    """Recompute every link in order; compare with head row, guards and checkpoints.

    `each` sees every entry that holds. Without `signed` the checkpoints are left out. Call it inside one
    snapshot, and read the checkpoints before that is taken: then the chain is as long as they say.
    """
    walk = Walk()
    for row in walk.follow(rows()):
        each(row)
    hashes = walk.hashes
    finding = walk.finding or _head(hashes)
    if finding is None and signed is not None:
        finding = check_checkpoints(
            signed.checkpoints, hashes, signed.public_key, keys.verify, every=every
        ) or (_unsigned(len(signed.checkpoints)) if signed.to_the_head else None)
    # The guards of now are the last of the row: that they were put back is found before anything is signed.
    under = [*signed.checkpoints, {"guards": guards.fingerprint()}] if signed else []
    end = hashes[-1] if hashes else GENESIS
    return Report(len(hashes), end, finding, guards.problem(), put_back(under))


def _head(hashes: Sequence[str]) -> Finding | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM governance_ledger_head")
        seq, head = cursor.fetchone()
    if (seq, head) == (len(hashes), hashes[-1] if hashes else GENESIS):
        return None
    return Finding(len(hashes) + 1, f"the head says {seq} entries, the chain ends at {len(hashes)}")


def _unsigned(checkpoints: int) -> Finding | None:
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [checkpoints + 1, _GRACE])
        late = cursor.fetchone()
    return Finding(late[0], UNSIGNED) if late else None
