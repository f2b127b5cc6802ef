"""The guarded read: what `otdr_hub` may see, and nothing else.

A market is visible when the publication in force names a decision for it, all signatures required
for a scope stand over that decision's digest, no newer decision says otherwise, and no shutoff is in
effect. Every number below joins that in the same statement. Roll-up and coverage are derived here,
so a kill needs no recomputation and nothing follows by subtraction.
"""

from django.db import migrations

VIEWS = """
CREATE SCHEMA hub;

-- Every registered market with the reason it may not be seen; NULL means that it may.
CREATE VIEW hub.standing WITH (security_barrier) AS
SELECT m.code, m.name, m.zone, m.priority, l.vintage, d.digest, d.state, d.disclosure,
  CASE WHEN off.at IS NOT NULL THEN 'switched_off'
       WHEN newest.state IS NULL THEN 'undecided'
       WHEN newest.state = 'excluded' THEN 'excluded'
       WHEN d.digest IS NULL AND public.governance_stands('scope', newest.digest) THEN 'undecided'
       WHEN d.digest IS NULL OR newest.state <> d.state THEN 'needs_signing'
       -- A known issue is shown until its expiry, and falls back by itself.
       WHEN d.state = 'known_issue' AND d.review_on <= CURRENT_DATE THEN 'excluded'
       WHEN d.version_id <> p.version_id OR d.vintage <> l.vintage OR d.through <> p.through THEN 'needs_signing'
       WHEN NOT public.governance_stands('scope', d.digest) THEN 'needs_signing'
  END AS reason,
  coalesce(off.at, CASE WHEN newest.state = 'excluded' THEN newest.decided_at END) AS since
FROM public.governance_market m
LEFT JOIN (SELECT number, version_id, through FROM public.governance_publication
           ORDER BY number DESC LIMIT 1) p ON true
LEFT JOIN public.governance_publicationline l
  ON l.publication_id = p.number AND l.market_id = m.code AND l.breakout = '-' AND l.value = '-'
LEFT JOIN LATERAL (
  SELECT digest, state, disclosure, version_id, vintage, through, review_on FROM public.governance_scopedecision x
  WHERE x.digest = l.decision AND x.market_id = m.code AND x.breakout = '-' AND x.value = '-'
    AND x.state IN ('certified', 'known_issue')
  ORDER BY x.id DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (
  SELECT digest, state, decided_at FROM public.governance_scopedecision x
  WHERE x.market_id = m.code AND x.breakout = '-' AND x.value = '-'
  ORDER BY x.id DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (
  SELECT min(x.at) AS at FROM public.governance_shutoff x
  WHERE (x.market = m.code AND x.breakout = '-' AND x.value = '-') OR x.market = 'global') off ON true;

-- The one view the hub's role may read. Each step is computed once, from the step before it.
CREATE VIEW hub.page WITH (security_barrier) AS
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
         'provisional'::text AS finality
  FROM publication p
  JOIN standing s ON s.reason IS NULL
  JOIN public.metrics_vintageweek w ON w.vintage_id = s.vintage
  WHERE w.week <= p.through AND w.due > 0 AND w.pending = 0 AND w.matures_at <= p.as_of
    AND w.unknown <= (1 - p.completeness_floor) * w.due
),
-- The same markets throughout, so that a market joining late cannot look like a trend.
rollup AS (
  SELECT w.week, sum(w.due)::bigint AS due, sum(w.on_time)::bigint AS on_time, sum(w.late)::bigint AS late,
         sum(w.pending)::bigint AS pending, sum(w.unknown)::bigint AS unknown, 'provisional'::text AS finality
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
    dependencies = [("governance", "0002_guards"), ("metrics", "0002_guards")]
    operations = [migrations.RunSQL(VIEWS, "DROP SCHEMA hub CASCADE")]
