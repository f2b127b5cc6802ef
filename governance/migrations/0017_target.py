"""What the headline should reach: fixed by the DPM before its weeks are measured. The hub shows it, so the
epoch moves with it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
SELECT governance_make_append_only('governance_target'::regclass);
CREATE TRIGGER epoch AFTER INSERT ON governance_target
  FOR EACH STATEMENT EXECUTE FUNCTION governance_epoch_advance();
ALTER TABLE governance_target ENABLE ALWAYS TRIGGER epoch;
-- The line of the hub marks what was decided of a launch, so that moves it too.
CREATE TRIGGER epoch AFTER INSERT ON governance_launchdecision
  FOR EACH STATEMENT EXECUTE FUNCTION governance_epoch_advance();
ALTER TABLE governance_launchdecision ENABLE ALWAYS TRIGGER epoch;
"""


class Migration(migrations.Migration):

    dependencies = [("governance", "0015_publication")]

    operations = [
        migrations.CreateModel(
            name="Target",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("percent", models.DecimalField(decimal_places=1, max_digits=4)),
                ("holds_from", models.DateField()),
                ("reason", models.CharField(max_length=300)),
                ("set_at", models.DateTimeField()),
                ("set_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("percent__gt", 0), ("percent__lte", 100)), name="target_is_a_share"),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
