"""The tables scope decisions rest on are kept, each under the SHA-256 of its own text."""

from django.db import migrations, models

GUARDS = """
ALTER TABLE metrics_effecttable ADD CONSTRAINT effect_is_its_content
  CHECK (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex'));
SELECT governance_make_append_only('metrics_effecttable'::regclass);
"""


class Migration(migrations.Migration):

    dependencies = [("metrics", "0006_breakout")]

    operations = [
        migrations.CreateModel(
            name="EffectTable",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("content", models.TextField()),
            ],
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
