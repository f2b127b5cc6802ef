"""Whether this is the database that was last signed, and what a page would be made under, for the role that
sees nothing of schema public."""

from django.db import migrations

HOLDS = """
CREATE FUNCTION hub.ledger_holds(wanted_seq bigint, wanted_hash text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS
$$ SELECT governance_ledger_holds(wanted_seq, wanted_hash) $$;
"""
# All that what may be seen follows from: a page made under one state is the page under that state.
STATE = """
CREATE VIEW hub.state WITH (security_barrier) AS
SELECT e.value AS epoch, CURRENT_DATE::text AS day, pg_postmaster_start_time()::text AS server, h.hash AS record
FROM public.governance_epoch e, public.governance_ledger_head h WHERE e.id = 1 AND h.id = 1;
"""


class Migration(migrations.Migration):
    replaces = [("hub", "0009_signed")]

    dependencies = [("hub", "0003_publications"), ("governance", "0017_target")]

    operations = [
        migrations.RunSQL(HOLDS, "DROP FUNCTION hub.ledger_holds(bigint, text)"),
        migrations.RunSQL(STATE, "DROP VIEW hub.state"),
    ]
