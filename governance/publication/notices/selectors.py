"""Corrections: numbers somebody opened or exported that were stopped or restated since.

Nothing is sent and nothing is stored: a notice follows from what was read and what happened after, so none
can be missed. Rooms above that know more (metrics: restatements) register a statement of their own; all of
them are asked at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection

# A read is written down a moment after it: what happens within these seconds before its time came after it.
# Nobody can have seen a number that was stopped earlier than its own reading.
_MINE: Final = """
WITH mine AS (
  SELECT r.person_id, r.publication_id AS number, r.surface, split_part(r.scope, '/', 1) AS market,
         coalesce(nullif(split_part(r.scope, '/', 2), ''), '-') AS breakout,
         r.at - interval '10 seconds' AS at
  FROM governance_publicationread r WHERE %(person)s::bigint IS NULL OR r.person_id = %(person)s
)
"""
_STOPPED: Final = """
SELECT m.person_id, m.number, m.surface, m.market, 'switched_off' AS kind, s.id AS source, s.at AS since,
       s.market AS of, '' AS more
FROM mine m JOIN governance_shutoff s
  ON s.at > m.at AND s.market IN (m.market, 'global') AND s.breakout IN ('-', m.breakout)
UNION ALL
SELECT m.person_id, m.number, m.surface, m.market, 'excluded', d.id, d.decided_at, d.market_id, ''
FROM mine m JOIN governance_scopedecision d
  ON d.decided_at > m.at AND d.market_id = m.market AND d.state = 'excluded'
 AND d.breakout IN ('-', m.breakout)
WHERE (SELECT x.state FROM governance_scopedecision x
       WHERE (x.market_id, x.breakout, x.value) = (d.market_id, d.breakout, d.value) AND x.id < d.id
       ORDER BY x.id DESC LIMIT 1) IS DISTINCT FROM 'excluded'
UNION ALL
SELECT m.person_id, m.number, m.surface, m.market, 'expired', d.id, d.review_on::timestamptz,
       d.market_id, ''
FROM mine m JOIN governance_scopedecision d
  ON d.review_on::timestamptz > m.at AND d.review_on <= CURRENT_DATE AND d.market_id = m.market
 AND d.state = 'known_issue' AND d.breakout IN ('-', m.breakout) AND governance_stands('scope', d.digest)
WHERE NOT EXISTS (SELECT 1 FROM governance_scopedecision x
  WHERE (x.market_id, x.breakout, x.value) = (d.market_id, d.breakout, d.value)
    AND x.id > d.id AND x.decided_at < d.review_on::timestamptz)
UNION ALL
SELECT m.person_id, m.number, m.surface, m.market, 'unsigned', w.id, w.withdrawn_at, m.market, ''
FROM mine m
JOIN governance_publicationline l
  ON l.publication_id = m.number AND l.market_id = m.market AND l.breakout = m.breakout AND l.decision <> ''
JOIN governance_signature g ON g.digest = l.decision
JOIN governance_withdrawal w ON w.signature_id = g.id AND w.withdrawn_at > m.at
UNION ALL
SELECT m.person_id, m.number, m.surface, m.market, 'taken_back', n.number, n.published_at, '', ''
FROM (SELECT x.number, governance_taken_back_by(x.number) AS back
      FROM (SELECT DISTINCT number FROM mine) x) t
JOIN governance_publication n ON n.number = t.back
JOIN mine m ON m.number = t.number AND n.published_at > m.at
"""
_ASKED: Final = """
SELECT x.*, a.at FROM ({every}) x
LEFT JOIN governance_acknowledgement a ON a.person_id = x.person_id AND a.event = x.kind || '-' || x.source
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One number somebody saw and what happened to it. `of` is what the event is about: a market's code,
    `global`, or nothing for a whole publication; `more` is what a source knows besides."""

    person: int
    number: int
    surface: str
    market: str
    kind: str
    source: int
    since: dt.datetime
    of: str
    more: str
    acknowledged_at: dt.datetime | None

    @property
    def event(self) -> str:
        """The event's name, by which it is acknowledged."""
        return f"{self.kind}-{self.source}"


@dataclass(frozen=True, slots=True)
class Notice:
    """One event for one person: all that they saw of it, and when they took note of it."""

    event: str
    person: int
    kind: str
    since: dt.datetime
    of: str
    more: str
    markets: tuple[str, ...]
    seen: tuple[tuple[int, str], ...]
    acknowledged_at: dt.datetime | None


_sources: Final[dict[str, str]] = {}


def register(name: str, statement: str) -> None:
    """Add a statement that finds events under a name: the columns of `Row` but the last, out of `mine`."""
    _sources[name] = statement


def _rows(person: int | None) -> list[Row]:
    every = " UNION ALL ".join((_STOPPED, *_sources.values()))
    with connection.cursor() as cursor:
        cursor.execute(_MINE + _ASKED.format(every=every), {"person": person})
        return [Row(*row) for row in cursor.fetchall()]


def notices(person: int | None = None) -> list[Notice]:
    """The corrections of a person, or of everybody, newest first. One statement."""
    rows: dict[tuple[str, int], list[Row]] = {}
    for row in _rows(person):
        rows.setdefault((row.event, row.person), []).append(row)
    found = [_notice(same) for same in rows.values()]
    return sorted(found, key=lambda one: (one.since, one.event, one.person), reverse=True)


def _notice(rows: Sequence[Row]) -> Notice:
    first = rows[0]
    return Notice(
        event=first.event, person=first.person, kind=first.kind, since=first.since, of=first.of,
        more=first.more,
        markets=tuple(sorted({row.market for row in rows})),
        seen=tuple(sorted({(row.number, row.surface) for row in rows})),
        acknowledged_at=first.acknowledged_at,
    )  # fmt: skip


def to_acknowledge(person: int) -> list[Notice]:
    """The corrections somebody has not taken note of."""
    return [one for one in notices(person) if one.acknowledged_at is None]
