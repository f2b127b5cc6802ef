"""Carriers of a market: certified on their own, and small cells withheld by the database itself.

What is withheld is chosen so that nothing ever shown gives it back. A reader may keep what was shown
before and subtract, so each week is judged by every telling of it that was ever published: whoever was
too small in one of them stays withheld in all, and the others are withheld in one order fixed by the
first. Then what is withheld later holds what was withheld before, whatever is switched off, published or
rolled back in between. `otdr_hub.lib.suppress.withhold` says the same in Python, and a test compares.
"""

from django.db import migrations

GUARD = """
-- No week that was signed may be gone, drift further than agreed, or fall below the completeness it had;
-- of a breakout neither the market's nor, from 400 shipments on, that of one of its values.
CREATE OR REPLACE FUNCTION governance_guard_holds(decision text, candidate text) RETURNS boolean
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
  AND NOT EXISTS (
    SELECT 1
    FROM (SELECT x.vintage, x.through, x.breakout, (x.guard::jsonb->>'max_drift_points')::numeric AS points
          FROM governance_scopedecision x WHERE x.digest = decision ORDER BY x.id DESC LIMIT 1) d
    JOIN metrics_vintagebreakout s
      ON s.vintage_id = d.vintage AND s.breakout = d.breakout AND s.week <= d.through AND s.due >= 400
    LEFT JOIN metrics_vintagebreakout c
      ON c.vintage_id = candidate AND c.breakout = s.breakout AND c.week = s.week AND c.value = s.value
    WHERE d.breakout <> '-' AND d.vintage <> candidate AND (
      c.due IS NULL OR c.due = 0
      OR abs(c.on_time::numeric / c.due - s.on_time::numeric / s.due) * 100 > d.points))
$$;
"""

STANDING = """
-- The breakouts of every market that may be seen, with the reason one may not be; NULL means that it may.
-- One of another vintage than its market's would not add up to it, so it waits.
CREATE VIEW hub.breakout_standing WITH (security_barrier) AS
SELECT s.code AS market, b.breakout, b.value, s.vintage, s.through, s.as_of, p.completeness_floor, p.k,
  d.digest, d.state, d.disclosure,
  CASE WHEN off.at IS NOT NULL THEN 'switched_off'
       WHEN newest.state IS NULL THEN 'undecided'
       WHEN newest.state = 'excluded' THEN 'excluded'
       -- Signed, and only waiting to be published; or left out of it, being outside its guard.
       WHEN d.digest IS NULL AND public.governance_stands('scope', newest.digest)
         AND public.governance_guard_holds(newest.digest, s.vintage) THEN 'undecided'
       WHEN d.digest IS NULL OR newest.state <> d.state THEN 'needs_signing'
       WHEN d.state = 'known_issue' AND d.review_on <= CURRENT_DATE THEN 'excluded'
       WHEN d.version_id <> p.version_id OR l.vintage <> s.vintage OR s.through < d.through THEN 'needs_signing'
       WHEN NOT public.governance_stands('scope', d.digest) THEN 'needs_signing'
       WHEN NOT public.governance_guard_holds(d.digest, s.vintage) THEN 'needs_signing'
  END AS reason,
  coalesce(off.at, CASE WHEN newest.state = 'excluded' THEN newest.decided_at END) AS since
FROM hub.standing s
CROSS JOIN (VALUES ('carrier', '*')) AS b(breakout, value)
LEFT JOIN (SELECT x.number, x.version_id, v.completeness_floor,
             public.governance_small_cell(v.document) AS k
           FROM public.governance_publication x JOIN public.governance_metricversion v ON v.digest = x.version_id
           ORDER BY x.number DESC LIMIT 1) p ON true
LEFT JOIN public.governance_publicationline l
  ON l.publication_id = p.number AND l.market_id = s.code AND l.breakout = b.breakout AND l.value = b.value
LEFT JOIN LATERAL (
  SELECT digest, state, disclosure, version_id, through, review_on FROM public.governance_scopedecision x
  WHERE x.digest = l.decision AND x.market_id = s.code AND x.breakout = b.breakout AND x.value = b.value
    AND x.state IN ('certified', 'known_issue')
  ORDER BY x.id DESC LIMIT 1) d ON true
LEFT JOIN LATERAL (
  SELECT digest, state, decided_at FROM public.governance_scopedecision x
  WHERE x.market_id = s.code AND x.breakout = b.breakout AND x.value = b.value
  ORDER BY x.id DESC LIMIT 1) newest ON true
CROSS JOIN LATERAL (SELECT public.governance_off_since(s.code, b.breakout, b.value) AS at) off
WHERE s.reason IS NULL;
"""

BREAKOUT = """
-- What may be seen of a market's carriers: a row per market, weeks and carriers as one value.
CREATE VIEW hub.breakout WITH (security_barrier) AS
SELECT t.market, t.breakout, t.reason, t.since, t.k AS threshold,
  CASE WHEN t.reason IS NULL THEN t.state END AS state,
  CASE WHEN t.reason IS NULL THEN t.disclosure END AS disclosure,
  g.signed_by, g.signed_at, coalesce(w.weeks, '[]') AS weeks
FROM hub.breakout_standing t
LEFT JOIN LATERAL (
  SELECT array_agg(DISTINCT x.role::text ORDER BY x.role::text) AS signed_by, max(x.signed_at) AS signed_at
  FROM public.governance_signature x
  WHERE x.digest = t.digest AND x.verdict IN ('approve', 'except')
    AND NOT EXISTS (SELECT 1 FROM public.governance_withdrawal y WHERE y.signature_id = x.id)
) g ON t.reason IS NULL
LEFT JOIN LATERAL (
  WITH line AS MATERIALIZED (
    SELECT l.vintage, l.through, l.as_of, v.completeness_floor, min(p.number) AS first,
      public.governance_small_cell(v.document) AS k
    FROM public.governance_publicationline l
    JOIN public.governance_publication p ON p.number = l.publication_id
    JOIN public.governance_metricversion v ON v.digest = p.version_id
    WHERE l.market_id = t.market AND l.breakout = t.breakout AND l.value = t.value AND l.decision <> ''
    GROUP BY l.vintage, l.through, l.as_of, v.digest, v.completeness_floor, v.document
  ),
  -- Every telling of a week that was published, once: the same slices have the same root.
  told AS MATERIALIZED (
    SELECT DISTINCT ON (x.week, coalesce(nullif(x.root, ''), x.vintage_id))
      x.week, coalesce(nullif(x.root, ''), x.vintage_id) AS telling, x.vintage_id AS vintage, l.first, l.k
    FROM line l JOIN public.metrics_vintageweek x ON x.vintage_id = l.vintage
    WHERE x.week <= l.through AND public.governance_week_is_told(
      x.due, x.pending, x.unknown, x.matures_at, l.as_of, l.completeness_floor, l.k)
    ORDER BY x.week, coalesce(nullif(x.root, ''), x.vintage_id), l.first
  ),
  now AS MATERIALIZED (
    SELECT x.week, coalesce(nullif(x.root, ''), x.vintage_id) AS telling FROM public.metrics_vintageweek x
    WHERE x.vintage_id = t.vintage AND x.week <= t.through AND public.governance_week_is_told(
      x.due, x.pending, x.unknown, x.matures_at, t.as_of, t.completeness_floor, t.k)
  ),
  known AS MATERIALIZED (
    SELECT u.value, public.governance_off_since(t.market, t.breakout, u.value) IS NOT NULL AS off
    FROM (SELECT DISTINCT x.value FROM told w JOIN public.metrics_vintagebreakout x
            ON x.vintage_id = w.vintage AND x.week = w.week AND x.breakout = t.breakout
          WHERE x.due > 0) u
  ),
  -- A carrier that had nothing in a week counts as a small one, for eight weeks after it last had something:
  -- that it had nothing is told as little.
  active AS MATERIALIZED (
    SELECT DISTINCT w.week, x.value FROM (SELECT DISTINCT week FROM told) w
    JOIN told v ON v.week BETWEEN w.week - 56 AND w.week
    JOIN public.metrics_vintagebreakout x
      ON x.vintage_id = v.vintage AND x.week = v.week AND x.breakout = t.breakout AND x.due > 0
  ),
  cell AS MATERIALIZED (
    SELECT w.week, w.telling, w.first, w.k, u.value, u.off,
           coalesce(x.due, 0) AS due, coalesce(x.on_time, 0) AS on_time
    FROM told w JOIN active a USING (week) JOIN known u USING (value)
    LEFT JOIN public.metrics_vintagebreakout x
      ON x.vintage_id = w.vintage AND x.week = w.week AND x.breakout = t.breakout AND x.value = u.value
  ),
  -- Primary: too small in some telling, or switched off. The others stand in line, smallest first.
  carrier AS MATERIALIZED (
    SELECT week, value, closed, row_number() OVER (PARTITION BY week, closed ORDER BY size, value) AS place
    FROM (SELECT week, value, bool_or(off OR due < k) AS closed, (array_agg(due ORDER BY first))[1] AS size
          FROM cell GROUP BY week, value) x
  ),
  need AS (
    SELECT c.week, c.telling, bool_or(r.closed) AS hides,
           greatest(max(c.k), ceil(coalesce(sum(c.due) FILTER (WHERE r.closed), 0) / 5.0)) AS due
    FROM cell c JOIN carrier r USING (week, value) GROUP BY c.week, c.telling
  ),
  run AS (
    SELECT c.week, c.telling, r.place, sum(c.due) OVER up AS due, sum(c.on_time) OVER up AS on_time
    FROM cell c JOIN carrier r USING (week, value) WHERE NOT r.closed
    WINDOW up AS (PARTITION BY c.week, c.telling ORDER BY r.place)
  ),
  -- Complement: as many of the line as hide what is primary, in every telling. All on time, or none,
  -- would tell each one's rate.
  reach AS (
    SELECT n.week, n.telling, CASE WHEN n.hides THEN
      (SELECT min(x.place) FROM run x WHERE x.week = n.week AND x.telling = n.telling
         AND x.due >= n.due AND x.on_time > 0 AND x.on_time < x.due) ELSE 0 END AS place
    FROM need n
  ),
  hidden AS (SELECT week, max(place) AS upto, bool_or(place IS NULL) AS whole FROM reach GROUP BY week),
  shown AS (
    SELECT n.week, c.value, c.due, c.on_time
    FROM now n JOIN cell c USING (week, telling) JOIN carrier r USING (week, value) JOIN hidden h USING (week)
    WHERE NOT r.closed AND NOT h.whole AND r.place > h.upto
  )
  SELECT jsonb_agg(jsonb_build_object(
    'week', n.week,
    -- Whether others were there and are withheld; neither how many nor which.
    'rest', EXISTS (SELECT 1 FROM carrier r JOIN hidden h USING (week)
                    WHERE r.week = n.week AND (r.closed OR h.whole OR r.place <= h.upto)),
    'carriers', (
      SELECT coalesce(jsonb_agg(jsonb_build_object('carrier', x.value, 'due', x.due, 'on_time', x.on_time,
        'name', coalesce((SELECT y.name FROM public.metrics_carriername y
                          WHERE y.carrier = x.value AND y.since <= x.week + 6
                          ORDER BY y.since DESC, y.id DESC LIMIT 1), x.value))
        ORDER BY x.due DESC, x.value), '[]')
      FROM shown x WHERE x.week = n.week)
    ) ORDER BY n.week) AS weeks
  FROM now n
) w ON t.reason IS NULL;
"""
UNDO = "DROP VIEW hub.breakout; DROP VIEW hub.breakout_standing;"


class Migration(migrations.Migration):
    replaces = [("hub", "0006_breakout")]
    dependencies = [
        ("hub", "0001_guarded"),
        ("metrics", "0006_breakout"),
        ("governance", "0014_breakout"),
    ]
    operations = [
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(STANDING + BREAKOUT, UNDO),
    ]
