"""Assessments are kept, each under the SHA-256 of its own text: what a case's verdict rests on."""

from django.db import migrations, models

GUARDS = """
ALTER TABLE metrics_assessment ADD CONSTRAINT assessment_is_its_content
  CHECK (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex'));
SELECT governance_make_append_only('metrics_assessment'::regclass);
"""


class Migration(migrations.Migration):

    dependencies = [("metrics", "0007_effect")]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("market", models.CharField(max_length=8)),
                ("first_week", models.DateField()),
                ("last_week", models.DateField()),
                ("as_of", models.DateTimeField()),
                ("version", models.CharField(max_length=64)),
                ("content", models.TextField()),
            ],
            options={"indexes": [models.Index(fields=["market", "-as_of"], name="assessments_of_market")]},
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
