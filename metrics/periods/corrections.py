"""Restatements for who saw the locked number: the new one is shown since a publication. No counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.db import connection

from governance.publication.notices.selectors import Row

# Since the first publication after the one that was read whose data knows what restated the week.
_RESTATED: Final = """
SELECT r.person_id, r.publication_id, r.surface, l.market_id, s.id, q.published_at, k.week, q.number
FROM governance_publicationread r
JOIN governance_publication p ON p.number = r.publication_id
JOIN governance_publicationline l ON l.publication_id = p.number AND l.market_id = split_part(r.scope, '/', 1)
  AND l.breakout = '-' AND l.decision <> ''
JOIN metrics_periodlock k ON k.market = l.market_id AND k.version_id = p.version_id AND k.week <= l.through
JOIN metrics_restatement s ON s.lock_id = k.id
JOIN metrics_run u ON u.digest = s.run_id AND u.as_of > l.as_of
JOIN LATERAL (
  SELECT n.number, n.published_at FROM governance_publication n
  JOIN governance_publicationline x ON x.publication_id = n.number AND x.market_id = l.market_id
    AND x.breakout = '-' AND x.decision <> '' AND x.as_of >= u.as_of
  WHERE n.number > p.number AND n.version_id = p.version_id AND governance_taken_back_by(n.number) IS NULL
  ORDER BY n.number LIMIT 1) q ON true
WHERE %(person)s::bigint IS NULL OR r.person_id = %(person)s
"""


def restated(person: int | None) -> Sequence[Row]:
    """Every locked week somebody saw that is told otherwise since."""
    with connection.cursor() as cursor:
        cursor.execute(_RESTATED, {"person": person})
        return [
            Row(reader, number, surface, market, "restated", source, since, market, f"{week} P-{by}")
            for reader, number, surface, market, source, since, week, by in cursor.fetchall()
        ]
