"""Restatements for who saw the locked number: the new one is shown since a publication. No counts.

A statement for `governance.publication.notices`, which asks it together with its own.
"""

from __future__ import annotations

from typing import Final

# Since the first publication after the reading whose data knows what restated the week.
RESTATED: Final = """
SELECT m.person_id, m.number, m.surface, m.market, 'restated', s.id, q.published_at, m.market,
       k.week || ' P-' || q.number
FROM mine m
JOIN governance_publication p ON p.number = m.number
JOIN governance_publicationline l ON l.publication_id = p.number AND l.market_id = m.market
  AND l.breakout = '-' AND l.decision <> ''
JOIN metrics_periodlock k ON k.market = l.market_id AND k.version_id = p.version_id AND k.week <= l.through
JOIN metrics_restatement s ON s.lock_id = k.id
JOIN metrics_run u ON u.digest = s.run_id AND u.as_of > l.as_of
JOIN LATERAL (
  SELECT n.number, n.published_at FROM governance_publication n
  JOIN governance_publicationline x ON x.publication_id = n.number AND x.market_id = l.market_id
    AND x.breakout = '-' AND x.decision <> '' AND x.as_of >= u.as_of
  WHERE n.number > p.number AND n.version_id = p.version_id AND governance_taken_back_by(n.number) IS NULL
  ORDER BY n.number LIMIT 1) q ON q.published_at > m.at
"""
