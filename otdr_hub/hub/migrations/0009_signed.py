"""Whether this is the database that was last signed, for the role that sees nothing of schema public."""

from django.db import migrations

HOLDS = """
CREATE FUNCTION hub.ledger_holds(wanted_seq bigint, wanted_hash text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS
$$ SELECT governance_ledger_holds(wanted_seq, wanted_hash) $$;
"""


class Migration(migrations.Migration):

    dependencies = [("hub", "0007_publications"), ("governance", "0017_target")]

    operations = [migrations.RunSQL(HOLDS, "DROP FUNCTION hub.ledger_holds(bigint, text)")]
