"""What is switched off is asked of one function, which knows scope keys and lifts."""

from django.db import migrations

STANDING = """
-- Every registered market with the reason it may not be seen; NULL means that it may.
CREATE OR REPLACE VIEW hub.standing WITH (security_barrier) AS
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


class Migration(migrations.Migration):
    dependencies = [("hub", "0003_guard"), ("governance", "0012_killswitch")]
    operations = [migrations.RunSQL(STANDING, migrations.RunSQL.noop)]
