"""Which week may be told, in one place: for the hub, for carriers, for earlier publications.

A week is told once it is mature, with enough news from the carriers, and large enough: a small week of a
market is as little told as a small carrier.
"""

from django.db import migrations

RULES = """
-- Fewer shipments than this are told of nobody. A definition that could not be read withholds everything.
CREATE OR REPLACE FUNCTION governance_small_cell(document text) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
  SELECT greatest(coalesce(substring(document FROM '(?n)^small_cell: ([0-9]+)$')::bigint, 1 << 30), 11)
$$;
CREATE OR REPLACE FUNCTION governance_week_is_told(
  due bigint, pending bigint, unknown bigint, matures_at timestamptz, as_of timestamptz, completeness numeric,
  smallest bigint)
RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT due > 0 AND due >= smallest AND pending = 0 AND matures_at <= as_of AND unknown <= (1 - completeness) * due
$$;
"""

PAGE = """
-- The one view the hub's role may read. Each step is computed once, from the step before it.
CREATE OR REPLACE VIEW hub.page WITH (security_barrier) AS
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
    dependencies = [("hub", "0004_killswitch")]
    operations = [
        migrations.RunSQL(RULES, migrations.RunSQL.noop),
        migrations.RunSQL(PAGE, migrations.RunSQL.noop),
    ]
