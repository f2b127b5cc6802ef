"""Folded state, notes beside the counts, locks and restatements; the codes a file was read with."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
SELECT governance_make_append_only(t::regclass)
FROM unnest(ARRAY['metrics_periodlock', 'metrics_restatement']) AS t;
-- A lock changes what is said of a shown number, so no page made before it may be sent again.
CREATE TRIGGER epoch AFTER INSERT ON metrics_periodlock
  FOR EACH STATEMENT EXECUTE FUNCTION governance_epoch_advance();
ALTER TABLE metrics_periodlock ENABLE ALWAYS TRIGGER epoch;
"""
BEFORE = "0004_uploads" if (Path(__file__).parent / "0004_uploads.py").exists() else "0003_input"


class Migration(migrations.Migration):

    dependencies = [
        ("governance", "0003_force_majeure"),
        ("metrics", BEFORE),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("run", "since", models.DateField(null=True)),
        migrations.AddField("run", "until", models.DateField(null=True)),
        migrations.AddField("runvintage", "state", models.TextField(blank=True, default="")),
        migrations.AddField("slice", "notes", models.JSONField(default=dict)),
        migrations.AddField("vintageweek", "root", models.CharField(default="", max_length=64)),
        migrations.AddField("batch", "codes", models.CharField(blank=True, default="", max_length=64)),
        migrations.RemoveConstraint("batch", "same_delivery_accepted_once"),
        migrations.AddConstraint(
            "batch",
            models.UniqueConstraint(
                condition=models.Q(("state", "accepted")),
                fields=("kind", "digest", "mapping", "codes", "closes_from", "closes_until"),
                name="same_delivery_accepted_once",
                nulls_distinct=False,
            ),
        ),
        migrations.CreateModel(
            name="PeriodLock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("market", models.CharField(max_length=8)),
                ("week", models.DateField()),
                ("vintage", models.CharField(max_length=64)),
                ("root", models.CharField(max_length=64)),
                ("locked_at", models.DateTimeField()),
                ("locked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metrics.run")),
                ("version", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="governance.metricversion")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("market", "week", "version", "root"), name="locked_once_as_it_is")
                ],
            },
        ),
        migrations.CreateModel(
            name="Restatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("vintage", models.CharField(max_length=64)),
                ("root", models.CharField(max_length=64)),
                ("causes", models.JSONField(default=list)),
                ("days", models.JSONField(default=list)),
                ("found_at", models.DateTimeField()),
                ("lock", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="restatements", to="metrics.periodlock")),
                ("run", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="metrics.run")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("lock", "root"), name="one_restatement_per_lock_and_root")
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
