"""The guarded read: what `otdr_hub` may see, and nothing else.

A market is visible when the publication in force names a decision for it, all signatures required
for a scope stand over that decision's digest, no newer decision says otherwise, and no shutoff is in
effect. Every number below joins that in the same statement. Roll-up and coverage are derived here,
so a kill needs no recomputation and nothing follows by subtraction.

Signatures cover later vintages while their guard holds; the last vintage inside it stays up. The guard is
computed here because it compares counts, which governance never sees. Which week may be told is said in one
place, for the hub, for carriers and for earlier publications: once it is mature, with enough news from the
carriers, and large enough; a small week of a market is as little told as a small carrier.
"""

from django.db import migrations

GUARD = """
-- No week that was signed may be gone, drift further than agreed, or fall below the completeness it had.
CREATE FUNCTION governance_guard_holds(decision text, candidate text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM governance_scopedecision d
    JOIN metrics_vintage c ON c.digest = candidate AND c.market = d.market_id AND c.version = d.version_id
    WHERE d.digest = decision)
  AND NOT EXISTS (
    SELECT 1
    FROM (SELECT x.vintage, x.through, x.version_id, (x.guard::jsonb->>'max_drift_points')::numeric AS points
          FROM governance_scopedecision x WHERE x.digest = decision ORDER BY x.id DESC LIMIT 1) d
    JOIN governance_metricversion v ON v.digest = d.version_id
    JOIN metrics_vintageweek s ON s.vintage_id = d.vintage AND s.week <= d.through AND s.due > 0
    LEFT JOIN metrics_vintageweek c ON c.vintage_id = candidate AND c.week = s.week
    WHERE d.vintage <> candidate AND (
      c.due IS NULL OR c.due = 0
      OR abs(c.on_time::numeric / c.due - s.on_time::numeric / s.due) * 100 > d.points
      OR (s.unknown <= (1 - v.completeness_floor) * s.due AND c.unknown > (1 - v.completeness_floor) * c.due)))
$$;
"""

RULES = """
-- Fewer shipments than this are told of nobody. A definition that could not be read withholds everything.
CREATE FUNCTION governance_small_cell(document text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT greatest(coalesce(substring(document FROM '(?n)^small_cell: ([0-9]+)$')::bigint, 1 << 30), 11)
$$;
CREATE FUNCTION governance_week_is_told(
  due bigint, pending bigint, unknown bigint, matures_at timestamptz, as_of timestamptz, completeness numeric,
  smallest bigint)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT due > 0 AND due >= smallest AND pending = 0 AND matures_at <= as_of AND unknown <= (1 - completeness) * due
$$;
"""

STANDING = """
-- Every registered market with the reason it may not be seen; NULL means that it may.
CREATE VIEW hub.standing WITH (security_barrier) AS
SELECT m.code, m.name, m.zone, m.priority, l.vintage, l.through, l.as_of, l.is_held, d.digest, d.state,
  d.disclosure,
  CASE WHEN off.at IS NOT NULL THEN 'switched_off'
       WHEN newest.state IS NULL THEN 'undecided'
       WHEN newest.state = 'excluded' THEN 'excluded'
       WHEN d.digest IS NULL AND public.governance_stands('scope', newest.digest) THEN 'undecided'
       WHEN d.digest IS NULL OR newest.state <> d.state THEN 'needs_signing'
       -- A known issue is shown until its expiry, and falls back by itself.
       WHEN d.state = 'known_issue' AND d.review_on <= CURRENT_DATE THEN 'excluded'
       WHEN d.version_id <> p.version_id OR l.through < d.through THEN 'needs_signing'
       WHEN NOT public.governance_stands('scope', d.digest) THEN 'needs_signing'
       -- What was signed covers a later vintage while no signed week has moved further than agreed.
       WHEN NOT public.governance_guard_holds(d.digest, l.vintage) THEN 'needs_signing'
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
CROSS JOIN LATERAL (SELECT public.governance_off_since(m.code, '-', '-') AS at) off;
"""

PAGE = """
-- The one view the hub's role may read. Each step is computed once, from the step before it.
CREATE VIEW hub.page WITH (security_barrier) AS
WITH publication AS MATERIALIZED (
  SELECT p.number, p.digest, p.published_at, p.as_of, p.through, v.name AS version_name,
         v.digest AS version_digest, v.completeness_floor,
         public.governance_small_cell(v.document) AS small_cell
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
  WHERE w.week <= s.through AND public.governance_week_is_told(
    w.due, w.pending, w.unknown, w.matures_at, s.as_of, p.completeness_floor, p.small_cell)
),
-- A market whose newest weeks wait for signatures is shown with its own last week, and not in the sum.
current AS (SELECT s.code FROM standing s JOIN publication p ON s.through = p.through WHERE s.reason IS NULL),
-- The same markets throughout, so that a market joining late cannot look like a trend.
rollup AS (
  SELECT w.week, sum(w.due)::bigint AS due, sum(w.on_time)::bigint AS on_time, sum(w.late)::bigint AS late,
         sum(w.pending)::bigint AS pending, sum(w.unknown)::bigint AS unknown,
         -- A sum is as final as the least final of its parts.
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
      (SELECT array_agg(DISTINCT g.role::text ORDER BY g.role::text) FROM public.governance_signature g
       WHERE g.digest = s.digest AND g.verdict IN ('approve', 'except')
         AND NOT EXISTS (SELECT 1 FROM public.governance_withdrawal x WHERE x.signature_id = g.id)) END AS signed_by
  FROM standing s
),
coverage AS (
  SELECT count(*) FILTER (WHERE s.reason IS NULL AND s.through = p.through) AS markets_shown, count(*) AS markets_in_scope,
    coalesce(sum(w.due) FILTER (WHERE s.reason IS NULL AND s.through = p.through), 0)::bigint AS due_shown,
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
    dependencies = [("governance", "0012_killswitch"), ("metrics", "0005_finality")]
    # One statement of each view, made of the steps in which they grew. A database that took those is taken over.
    replaces = [
        ("hub", name)
        for name in ("0001_views", "0002_finality", "0003_guard", "0004_killswitch", "0005_weeks")
    ]
    operations = [
        migrations.RunSQL("CREATE SCHEMA hub", "DROP SCHEMA hub CASCADE"),
        migrations.RunSQL(GUARD, "DROP FUNCTION governance_guard_holds(text, text)"),
        migrations.RunSQL(
            RULES,
            "DROP FUNCTION governance_week_is_told(bigint, bigint, bigint, timestamptz, timestamptz, numeric, bigint);"
            " DROP FUNCTION governance_small_cell(text)",
        ),
        migrations.RunSQL(STANDING, "DROP VIEW hub.standing"),
        migrations.RunSQL(PAGE, "DROP VIEW hub.page"),
    ]
