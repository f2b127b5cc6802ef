"""Earlier publications through the guarded read: their numbers only where they may be seen now.

`hub.publication(n)` answers as `hub.page` does, for any publication. Of its markets it shows those that
may be seen on the hub at this moment and whose own line in that publication still stands; sums are sums of
those rows. So a shutoff, an exclusion or a missing signature hides a market in every publication at once,
and no difference between two of them holds it. A publication that was taken back shows nothing.
"""

from django.db import migrations

LINE = """
-- Why one line of a publication may not be seen now, by what was decided and signed for it; NULL: it may.
CREATE FUNCTION governance_line_standing(line bigint) RETURNS TABLE (reason text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT x.reason,
    CASE x.reason WHEN 'switched_off' THEN x.off
         WHEN 'excluded' THEN CASE WHEN x.newest_state = 'excluded' THEN x.decided_at ELSE x.review_on::timestamptz END
         WHEN 'needs_signing' THEN CASE WHEN x.newest_state <> x.state THEN x.decided_at ELSE (
           SELECT max(w.withdrawn_at) FROM governance_withdrawal w JOIN governance_signature s ON s.id = w.signature_id
           WHERE s.digest = x.digest) END END
  FROM (
    SELECT CASE WHEN off.at IS NOT NULL THEN 'switched_off'
        WHEN l.decision = '' OR newest.state IS NULL THEN 'undecided'
        WHEN newest.state = 'excluded' THEN 'excluded'
        WHEN d.digest IS NULL OR newest.state <> d.state THEN 'needs_signing'
        WHEN d.state = 'known_issue' AND d.review_on <= CURRENT_DATE THEN 'excluded'
        WHEN d.version_id <> p.version_id OR l.through < d.through THEN 'needs_signing'
        WHEN NOT governance_stands('scope', d.digest) THEN 'needs_signing'
        WHEN NOT governance_guard_holds(d.digest, l.vintage) THEN 'needs_signing'
      END AS reason,
      off.at AS off, d.digest, d.state, d.review_on, newest.state AS newest_state, newest.decided_at
    FROM governance_publicationline l
    JOIN governance_publication p ON p.number = l.publication_id
    LEFT JOIN LATERAL (
      SELECT y.digest, y.state, y.version_id, y.through, y.review_on FROM governance_scopedecision y
      WHERE y.digest = l.decision AND (y.market_id, y.breakout, y.value) = (l.market_id, l.breakout, l.value)
        AND y.state IN ('certified', 'known_issue')
      ORDER BY y.id DESC LIMIT 1) d ON true
    LEFT JOIN LATERAL (
      SELECT y.state, y.decided_at FROM governance_scopedecision y
      WHERE (y.market_id, y.breakout, y.value) = (l.market_id, l.breakout, l.value)
      ORDER BY y.id DESC LIMIT 1) newest ON true
    CROSS JOIN LATERAL (SELECT governance_off_since(l.market_id, l.breakout, l.value) AS at) off
    WHERE l.id = line) x
$$;
"""

PUBLICATION = """
-- One publication as it may be seen now: one row shaped as `hub.page`, and whether it was taken back.
CREATE FUNCTION hub.publication(wanted integer) RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
WITH publication AS MATERIALIZED (
  SELECT p.number, p.digest, p.published_at, p.as_of, p.through, v.name AS version_name,
         v.digest AS version_digest, v.completeness_floor, governance_small_cell(v.document) AS small_cell
  FROM governance_publication p JOIN governance_metricversion v ON v.digest = p.version_id
  WHERE p.number = wanted
),
back AS MATERIALIZED (SELECT governance_taken_back_by(wanted) AS number),
-- Once for all lines: asked line by line, all of it is worked out for each.
now AS MATERIALIZED (SELECT code, reason, since FROM hub.standing),
standing AS MATERIALIZED (
  SELECT m.code, m.name, m.zone, m.priority, l.vintage, l.through, l.as_of, l.is_held, d.digest, d.state,
    d.disclosure,
    -- What may not be seen on the hub now may not be seen here either, whatever was published then.
    CASE WHEN back.number IS NOT NULL THEN 'taken_back' ELSE coalesce(now.reason, own.reason) END AS reason,
    CASE WHEN now.reason IS NOT NULL THEN now.since ELSE own.since END AS since
  FROM publication p CROSS JOIN back
  JOIN governance_publicationline l ON l.publication_id = p.number AND l.breakout = '-' AND l.value = '-'
  JOIN governance_market m ON m.code = l.market_id
  LEFT JOIN now ON now.code = m.code
  CROSS JOIN LATERAL governance_line_standing(l.id) own
  LEFT JOIN LATERAL (
    SELECT x.digest, x.state, x.disclosure FROM governance_scopedecision x
    WHERE x.digest = l.decision AND (x.market_id, x.breakout, x.value) = (l.market_id, '-', '-')
    ORDER BY x.id DESC LIMIT 1) d ON true
),
week AS MATERIALIZED (
  SELECT s.code AS market, w.week, w.due, w.on_time, w.late, w.pending, w.unknown,
         CASE WHEN k.root IS NULL THEN 'provisional' WHEN k.root = w.root THEN 'final' ELSE 'restated' END
           AS finality
  FROM publication p
  JOIN standing s ON s.reason IS NULL
  JOIN metrics_vintageweek w ON w.vintage_id = s.vintage
  LEFT JOIN LATERAL (
    SELECT x.root FROM metrics_periodlock x
    WHERE x.market = s.code AND x.week = w.week AND x.version_id = p.version_digest
    ORDER BY x.id DESC LIMIT 1) k ON true
  WHERE w.week <= s.through AND governance_week_is_told(
    w.due, w.pending, w.unknown, w.matures_at, s.as_of, p.completeness_floor, p.small_cell)
),
current AS (SELECT s.code FROM standing s JOIN publication p ON s.through = p.through WHERE s.reason IS NULL),
rollup AS (
  SELECT w.week, sum(w.due)::bigint AS due, sum(w.on_time)::bigint AS on_time, sum(w.late)::bigint AS late,
         sum(w.pending)::bigint AS pending, sum(w.unknown)::bigint AS unknown,
         CASE WHEN bool_or(w.finality = 'provisional') THEN 'provisional'
              WHEN bool_or(w.finality = 'restated') THEN 'restated' ELSE 'final' END AS finality
  FROM week w JOIN current c ON c.code = w.market GROUP BY w.week
  HAVING count(*) = (SELECT count(*) FROM current)
),
market AS (
  SELECT s.code, s.name, s.zone, s.priority, s.reason, s.since,
    CASE WHEN s.reason IS NULL THEN s.through END AS through,
    CASE WHEN s.reason IS NULL THEN s.as_of END AS as_of,
    CASE WHEN s.reason IS NULL THEN s.is_held END AS is_held,
    CASE WHEN s.reason IS NULL THEN s.state END AS state,
    CASE WHEN s.reason IS NULL THEN s.disclosure END AS disclosure,
    CASE WHEN s.reason IS NULL THEN
      (SELECT array_agg(DISTINCT g.role::text ORDER BY g.role::text) FROM governance_signature g
       WHERE g.digest = s.digest AND g.verdict IN ('approve', 'except')
         AND NOT EXISTS (SELECT 1 FROM governance_withdrawal x WHERE x.signature_id = g.id)) END AS signed_by
  FROM standing s
),
coverage AS (
  SELECT count(*) FILTER (WHERE s.reason IS NULL AND s.through = p.through) AS markets_shown,
    count(*) AS markets_in_scope,
    coalesce(sum(w.due) FILTER (WHERE s.reason IS NULL AND s.through = p.through), 0)::bigint AS due_shown,
    CASE WHEN (SELECT number FROM back) IS NULL THEN coalesce(sum(w.due), 0)::bigint ELSE 0 END AS due_in_scope
  FROM standing s
  LEFT JOIN publication p ON true
  LEFT JOIN metrics_vintageweek w ON w.vintage_id = s.vintage AND w.week = p.through
)
SELECT jsonb_build_object(
  'epoch', (SELECT value FROM governance_epoch WHERE id = 1),
  'read_at', clock_timestamp(),
  'taken_back_by', (SELECT number FROM back),
  'publication', (SELECT to_jsonb(p) FROM publication p),
  'markets', (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.priority, m.code), '[]') FROM market m),
  'weeks', (SELECT coalesce(jsonb_agg(to_jsonb(w) ORDER BY w.market, w.week), '[]') FROM week w),
  'rollup', (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.week), '[]') FROM rollup r),
  'coverage', (SELECT to_jsonb(c) FROM coverage c))
$$;
"""


class Migration(migrations.Migration):
    replaces = [("hub", "0007_publications")]
    dependencies = [("hub", "0002_breakout"), ("governance", "0015_publication")]
    operations = [
        migrations.RunSQL(LINE, "DROP FUNCTION governance_line_standing(bigint)"),
        migrations.RunSQL(PUBLICATION, "DROP FUNCTION hub.publication(integer)"),
    ]
