"""A version says why it changes, what that does, until when it is in effect and what follows it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MOVES = """
-- A version's meaning never changes; its life moves only along the declared ways, each date with its step.
CREATE OR REPLACE FUNCTION governance_version_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.digest, NEW.name, NEW.document, NEW.engine_digest, NEW.completeness_floor, NEW.author_id,
      NEW.proposed_at, NEW.reason) IS DISTINCT FROM (OLD.digest, OLD.name, OLD.document, OLD.engine_digest,
      OLD.completeness_floor, OLD.author_id, OLD.proposed_at, OLD.reason) THEN
    RAISE EXCEPTION 'the metric version % cannot be changed; propose a new one', OLD.name
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (OLD.state, NEW.state) NOT IN (('draft', 'in_review'), ('in_review', 'draft'), ('in_review', 'approved'),
      ('approved', 'effective'), ('effective', 'retired')) THEN
    RAISE EXCEPTION 'the metric version % does not go from % to %', OLD.name, OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.effective_from IS DISTINCT FROM OLD.effective_from) <> (NEW.state = 'effective') THEN
    RAISE EXCEPTION 'the metric version % takes its first day when it is put into effect, and then', OLD.name
      USING ERRCODE = 'check_violation';
  END IF;
  IF (NEW.retired_from IS DISTINCT FROM OLD.retired_from) <> (NEW.state = 'retired')
      OR (NEW.successor_id IS DISTINCT FROM OLD.successor_id AND NEW.state <> 'retired') THEN
    RAISE EXCEPTION 'the metric version % takes its end and its successor when it retires', OLD.name
      USING ERRCODE = 'check_violation';
  END IF;
  -- Asked at each of the two steps: an approval may be taken back, or spoken against, in between.
  IF NEW.state IN ('approved', 'effective') AND NOT governance_stands('version', NEW.digest) THEN
    RAISE EXCEPTION 'the metric version % lacks signatures', OLD.name USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION governance_version_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'draft' OR NEW.effective_from IS NOT NULL OR NEW.retired_from IS NOT NULL
      OR NEW.successor_id IS NOT NULL THEN
    RAISE EXCEPTION 'a metric version begins as a draft' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

SELECT governance_make_append_only('governance_versiondisclosure'::regclass);
"""


def _to(model, name="+", null=False):
    return models.ForeignKey(
        null=null, on_delete=django.db.models.deletion.PROTECT, related_name=name, to=model
    )


class Migration(migrations.Migration):

    dependencies = [("governance", "0007_scope")]

    operations = [
        migrations.AddField(
            "metricversion", "reason", models.CharField(blank=True, default="", db_default="", max_length=500)
        ),
        migrations.AddField("metricversion", "retired_from", models.DateField(null=True)),
        migrations.AddField(
            "metricversion", "successor", _to("governance.metricversion", "predecessors", null=True)
        ),
        migrations.AddConstraint(
            "metricversion",
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="effective"), name="one_version_takes_effect"
            ),
        ),
        migrations.AddConstraint(
            "metricversion",
            models.CheckConstraint(
                condition=models.Q(retired_from=None) | models.Q(retired_from__gte=models.F("effective_from")),
                name="version_ends_not_before_it_begins",
            ),
        ),
        migrations.CreateModel(
            name="VersionDisclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("difference", models.TextField()),
                ("reason", models.TextField()),
                ("effect", models.TextField()),
                ("made_at", models.DateTimeField()),
                ("version", _to("governance.metricversion", "disclosures")),
                ("against", _to("governance.metricversion", null=True)),
                ("made_by", _to(settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.RunSQL(MOVES, migrations.RunSQL.noop),
    ]
