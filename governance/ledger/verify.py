"""Walk the chain with nothing but SHA-256: the database's own arithmetic, done a second time."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection

GENESIS: Final = "0" * 64
Row = tuple[int, str, str | None, str, str, str, str, str, str]

_ROWS: Final = """
SELECT seq, governance_ledger_time(recorded_at), governance_ledger_time(claimed_at),
       actor, action, subject, payload, prev_hash, hash
FROM governance_ledger ORDER BY seq
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """The first entry that does not hold, and why."""

    seq: int
    problem: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a walk found: entries read, the head's hash, and the first bad entry if any."""

    entries: int
    head: str
    finding: Finding | None


def entry_hash(row: Row) -> str:
    """SHA-256 over length-prefixed fields, so that no separator can be forged inside a field."""
    seq, recorded, claimed, actor, action, subject, payload, prev_hash, _ = row
    fields = (str(seq), recorded, claimed or "", actor, action, subject, payload, prev_hash)
    text = "".join(f"{len(field.encode())}:{field}" for field in fields)
    return hashlib.sha256(text.encode()).hexdigest()


def _walk(rows: Iterable[Row]) -> Report:
    expected, previous = 1, GENESIS
    for row in rows:
        if row[0] != expected:
            return Report(expected - 1, previous, Finding(expected, "the entry is missing"))
        if row[7] != previous:
            return Report(expected - 1, previous, Finding(expected, "it does not follow the entry before it"))
        if entry_hash(row) != row[8]:
            return Report(expected - 1, previous, Finding(expected, "its content does not match its hash"))
        expected, previous = expected + 1, row[8]
    return Report(expected - 1, previous, None)


def verify() -> Report:
    """Recompute every link in order and compare the end with the head row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM governance_ledger_head")
        head_seq, head_hash = cursor.fetchone()
        cursor.execute(_ROWS)
        report = _walk(iter(cursor.fetchone, None))
    if report.finding is None and (report.entries, report.head) != (head_seq, head_hash):
        problem = f"the head says {head_seq} entries, the chain ends at {report.entries}"
        return Report(report.entries, report.head, Finding(report.entries + 1, problem))
    return report
