"""Weekly sums by carrier beside those of whole vintages, and what carriers are called from which day on.

The database makes the sums from the cells, here for every vintage there is and from now on in the
transaction that stores one.
"""

import django.db.models.deletion
from django.db import migrations, models

SUMS = """
INSERT INTO metrics_vintagebreakout
  (vintage_id, week, breakout, value, due, on_time, late, pending, unknown)
SELECT l.vintage_id, s.week, 'carrier', c.carrier,
       sum(c.due), sum(c.on_time), sum(c.late), sum(c.pending), sum(c.unknown)
FROM metrics_vintageslice l JOIN metrics_slice s ON s.digest = l.slice_id
JOIN metrics_cell c ON c.slice_id = s.digest
GROUP BY l.vintage_id, s.week, c.carrier;
"""
GUARDS = """
SELECT governance_make_append_only(t::regclass)
FROM unnest(ARRAY['metrics_vintagebreakout', 'metrics_carriername']) AS t;
"""


class Migration(migrations.Migration):

    dependencies = [("metrics", "0005_finality")]

    operations = [
        migrations.CreateModel(
            name="VintageBreakout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("week", models.DateField()),
                ("breakout", models.CharField(max_length=20)),
                ("value", models.CharField(max_length=64)),
                ("due", models.BigIntegerField()),
                ("on_time", models.BigIntegerField()),
                ("late", models.BigIntegerField()),
                ("pending", models.BigIntegerField()),
                ("unknown", models.BigIntegerField()),
                ("vintage", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="breakouts", to="metrics.vintage")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("vintage", "week", "breakout", "value"), name="one_sum_per_vintage_week_and_value")
                ],
            },
        ),
        migrations.CreateModel(
            name="CarrierName",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("carrier", models.CharField(max_length=64)),
                ("since", models.DateField()),
                ("name", models.CharField(max_length=200)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("carrier", "since", "name"), name="carrier_named_once_from_a_day")
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(SUMS, migrations.RunSQL.noop),
    ]
