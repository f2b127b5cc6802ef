"""A scope decision is about a whole market, or about all carriers of one: no other scope key is decided.

So what a single carrier is shown by is the line of all of them, and switching it on again is about that.
"""

from django.db import migrations, models

WHOLE = models.Q(breakout="-", value="-")
CARRIERS = models.Q(breakout="carrier", value="*")

SHOWN_AGAIN = """
-- What would be shown again: the lines of the publication in force that a scope key covers (for a single
-- carrier: that of all carriers) and whose certification stands, as one text. Empty when there is none.
CREATE OR REPLACE FUNCTION governance_shown_again(market text, breakout text, value text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT coalesce(string_agg(concat_ws(' ', l.market_id, l.breakout, l.value, l.decision, l.vintage,
                             coalesce(l.through::text, '-')),
                             E'\\n' ORDER BY l.market_id, l.breakout, l.value), '')
  FROM governance_publicationline l
  JOIN LATERAL (
    SELECT d.state, d.review_on FROM governance_scopedecision d
    WHERE (d.market_id, d.breakout, d.value) = (l.market_id, l.breakout, l.value) AND d.digest = l.decision
    ORDER BY d.id DESC LIMIT 1) named ON true
  JOIN LATERAL (
    SELECT d.state FROM governance_scopedecision d
    WHERE (d.market_id, d.breakout, d.value) = (l.market_id, l.breakout, l.value)
    ORDER BY d.id DESC LIMIT 1) newest ON newest.state = named.state
  WHERE l.publication_id = (SELECT max(number) FROM governance_publication)
    AND ($1 = 'global' OR l.market_id = $1)
    AND ($2 = '-' OR (l.breakout = $2 AND ($3 = '*' OR l.value IN ($3, '*'))))
    AND named.state IN ('certified', 'known_issue')
    AND (named.state <> 'known_issue' OR named.review_on > CURRENT_DATE)
    AND governance_stands('scope', l.decision)
$$;
"""


class Migration(migrations.Migration):

    dependencies = [("governance", "0012_killswitch")]

    operations = [
        migrations.AddConstraint(
            "scopedecision",
            models.CheckConstraint(condition=WHOLE | CARRIERS, name="scope_key_is_known"),
        ),
        migrations.RunSQL(SHOWN_AGAIN, migrations.RunSQL.noop),
    ]
