"""The guarded read says of each week how far it may still move: provisional, final, or restated.

A week is final while the vintage shown tells it just as the lock in force does.
"""

from django.db import migrations

PAGE = """
-- The one view the hub's role may read. Each step is computed once, from the step before it.
CREATE OR REPLACE VIEW hub.page WITH (security_barrier) AS
WITH publication AS MATERIALIZED (
  SELECT p.number, p.digest, p.published_at, p.as_of, p.through, v.name AS version_name,
         v.digest AS version_digest, v.completeness_floor
  FROM public.governance_publication p JOIN public.governance_metricversion v ON v.digest = p.version_id
  ORDER BY p.number DESC LIMIT 1
),
standing AS MATERIALIZED (SELECT * FROM hub.standing),
-- A week may be shown once it is provisional: horizon passed, and enough news from the carriers.
week AS MATERIALIZED (
  SELECT s.code AS market, w.week, w.due, w.on_time, w.late, w.pending, w.unknown,
         CASE WHEN k.root IS NULL THEN 'provisional' WHEN k.root = w.root THEN 'final' ELSE 'restated' END
           AS finality
  FROM publication p
  JOIN standing s ON s.reason IS NULL
  JOIN public.metrics_vintageweek w ON w.vintage_id = s.vintage
  LEFT JOIN LATERAL (
    SELECT x.root FROM public.metrics_periodlock x
    WHERE x.market = s.code AND x.week = w.week AND x.version_id = p.version_digest
    ORDER BY x.id DESC LIMIT 1) k ON true
  WHERE w.week <= p.through AND w.due > 0 AND w.pending = 0 AND w.matures_at <= p.as_of
    AND w.unknown <= (1 - p.completeness_floor) * w.due
),
-- The same markets throughout, so that a market joining late cannot look like a trend.
rollup AS (
  SELECT w.week, sum(w.due)::bigint AS due, sum(w.on_time)::bigint AS on_time, sum(w.late)::bigint AS late,
         sum(w.pending)::bigint AS pending, sum(w.unknown)::bigint AS unknown,
         -- A sum is as final as the least final of its parts.
         CASE WHEN bool_or(w.finality = 'provisional') THEN 'provisional'
              WHEN bool_or(w.finality = 'restated') THEN 'restated' ELSE 'final' END AS finality
  FROM week w GROUP BY w.week
  HAVING count(*) = (SELECT count(*) FROM standing WHERE reason IS NULL)
),
market AS (
  SELECT s.code, s.name, s.zone, s.priority, s.reason, s.since,
    CASE WHEN s.reason IS NULL THEN s.state END AS state,
    CASE WHEN s.reason IS NULL THEN s.disclosure END AS disclosure,
    CASE WHEN s.reason IS NULL THEN
      (SELECT array_agg(DISTINCT g.role::text ORDER BY g.role::text) FROM public.governance_signature g
       WHERE g.digest = s.digest AND g.verdict = 'approve') END AS signed_by
  FROM standing s
),
coverage AS (
  SELECT count(*) FILTER (WHERE s.reason IS NULL) AS markets_shown, count(*) AS markets_in_scope,
    coalesce(sum(w.due) FILTER (WHERE s.reason IS NULL), 0)::bigint AS due_shown,
    coalesce(sum(w.due), 0)::bigint AS due_in_scope
  FROM standing s
  LEFT JOIN publication p ON true
  LEFT JOIN public.metrics_vintageweek w ON w.vintage_id = s.vintage AND w.week = p.through
)
SELECT
  (SELECT value FROM public.governance_epoch WHERE id = 1) AS epoch,
  clock_timestamp() AS read_at,
  (SELECT to_jsonb(p) FROM publication p) AS publication,
  (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.priority, m.code), '[]') FROM market m) AS markets,
  (SELECT coalesce(jsonb_agg(to_jsonb(w) ORDER BY w.market, w.week), '[]') FROM week w) AS weeks,
  (SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.week), '[]') FROM rollup r) AS rollup,
  (SELECT to_jsonb(c) FROM coverage c) AS coverage;
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0001_views"), ("metrics", "0005_finality")]
    operations = [migrations.RunSQL(PAGE, migrations.RunSQL.noop)]
