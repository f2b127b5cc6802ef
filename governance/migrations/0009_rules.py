"""The two-sided rule as rows."""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

HERE = Path(__file__).parent
BEFORE = next(
    name for name in ("0008_versions", "0007_scope", "0006_guard") if (HERE / f"{name}.py").exists()
)
GUARDS = "SELECT governance_make_append_only('governance_scoperule'::regclass);"


class Migration(migrations.Migration):

    dependencies = [("governance", BEFORE)]

    operations = [
        migrations.CreateModel(
            name="ScopeRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("max_points", models.DecimalField(decimal_places=2, max_digits=5)),
                ("weeks", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=300)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("max_points__gt", 0)), name="rule_points_above_nought"),
                    models.CheckConstraint(condition=models.Q(("weeks__gte", 3)), name="rule_three_weeks_at_least"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
