"""A scope decision is about a whole market, or about all carriers of one: no other scope key is decided."""

from django.db import migrations, models

STUB = """
CREATE FUNCTION governance_off_since(wanted_market text, wanted_breakout text, wanted_value text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT min(s.at) FROM governance_shutoff s
  WHERE s.market IN (wanted_market, 'global') AND (
    (s.breakout = '-' AND s.value = '-') OR (s.breakout = wanted_breakout AND s.value IN ('*', wanted_value)))
$$;
"""
WHOLE = models.Q(breakout="-", value="-")
CARRIERS = models.Q(breakout="carrier", value="*")


class Migration(migrations.Migration):

    dependencies = [("governance", "0010_access")]

    operations = [
        migrations.RunSQL(STUB, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "scopedecision",
            models.CheckConstraint(condition=WHOLE | CARRIERS, name="scope_key_is_known"),
        ),
    ]
