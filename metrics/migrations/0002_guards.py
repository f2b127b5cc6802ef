"""Slices and everything that names them are added, never changed: the database refuses the rest."""

from django.db import migrations

APPEND_ONLY = """
SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'metrics_slice', 'metrics_cell', 'metrics_vintage', 'metrics_vintageslice', 'metrics_vintageweek',
  'metrics_pin',
  'metrics_runvintage', 'metrics_batch', 'metrics_quarantinedrow', 'metrics_lakefile']) AS t;
"""


class Migration(migrations.Migration):
    dependencies = [("metrics", "0001_initial"), ("governance", "0002_guards")]
    operations = [migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop)]
