"""The decision framework, looks at previews, requests for more of the metric: append-only, by whose part it is."""


import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'governance_frameworkpolicy', 'governance_previewlook', 'governance_metricrequest',
  'governance_requestimpact', 'governance_requestanswer']) AS t;

-- A framework is signed over its digest, so the digest is that of what it says.
ALTER TABLE governance_frameworkpolicy ADD CONSTRAINT framework_is_its_content
  CHECK (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex'));

CREATE FUNCTION governance_framework_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT governance_person_holds(NEW.proposed_by_id, 'dpm') THEN
    RAISE EXCEPTION 'a framework is proposed by the DPM' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.content::jsonb->>'name' IS DISTINCT FROM NEW.name THEN
    RAISE EXCEPTION 'a framework bears the name it says' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_framework BEFORE INSERT ON governance_frameworkpolicy
  FOR EACH ROW EXECUTE FUNCTION governance_framework_check();
ALTER TABLE governance_frameworkpolicy ENABLE ALWAYS TRIGGER check_framework;

CREATE FUNCTION governance_preview_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT s.name FROM governance_seat s WHERE s.launch_id = NEW.launch_id) x
                 WHERE governance_speaks(NEW.launch_id, x.name, NEW.person_id, NEW.at)) THEN
    RAISE EXCEPTION 'a preview is for who speaks for a seat of the launch' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_look BEFORE INSERT ON governance_previewlook
  FOR EACH ROW EXECUTE FUNCTION governance_preview_check();
ALTER TABLE governance_previewlook ENABLE ALWAYS TRIGGER check_look;

CREATE FUNCTION governance_request_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT governance_person_holds(NEW.decided_by_id, 'dpm') THEN
    RAISE EXCEPTION 'a request is decided by the DPM' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM governance_metricrequest r
                 WHERE r.id = NEW.request_id AND r.markets::jsonb ? NEW.market_id) THEN
    RAISE EXCEPTION '% was not asked for', NEW.market_id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.impact_id IS DISTINCT FROM (SELECT max(i.id) FROM governance_requestimpact i
                                     WHERE i.request_id = NEW.request_id) THEN
    RAISE EXCEPTION 'a request is decided on its newest assessment' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_answer BEFORE INSERT ON governance_requestanswer
  FOR EACH ROW EXECUTE FUNCTION governance_request_check();
ALTER TABLE governance_requestanswer ENABLE ALWAYS TRIGGER check_answer;
"""


def _key():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _to(model, related_name="+"):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=model)


KINDS = [("launch_full", "Launch full"), ("launch_partial", "Launch partial"), ("launch_with_disclosure", "Launch with disclosure"), ("block", "Block")]


class Migration(migrations.Migration):

    dependencies = [("governance", "0019_cases")]

    operations = [
        migrations.CreateModel(
            name="FrameworkPolicy",
            fields=[
                _key(),
                ("name", models.CharField(max_length=40, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("content", models.TextField()),
                ("document", models.TextField()),
                ("reason", models.CharField(max_length=300)),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", _to(settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(reason=""), name="framework_has_a_reason"),
                ],
            },
        ),
        migrations.CreateModel(
            name="PreviewLook",
            fields=[
                _key(),
                ("kind", models.CharField(choices=KINDS, max_length=24)),
                ("seen", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("launch", _to("governance.launch", "looks")),
                ("person", _to(settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=["launch", "kind", "seen", "person"], name="first_look_at_a_preview"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MetricRequest",
            fields=[
                _key(),
                ("title", models.CharField(max_length=120)),
                ("asks", models.CharField(max_length=500)),
                ("purpose", models.CharField(max_length=500)),
                ("breakout", models.CharField(default="carrier", max_length=20)),
                ("markets", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", _to(settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(title="") & ~models.Q(asks="") & ~models.Q(purpose=""),
                        name="request_says_what_and_what_for",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestImpact",
            fields=[
                _key(),
                ("table", models.CharField(max_length=64)),
                ("sentences", models.TextField()),
                ("assessed_at", models.DateTimeField()),
                ("assessed_by", _to(settings.AUTH_USER_MODEL)),
                ("request", _to("governance.metricrequest", "impacts")),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="RequestAnswer",
            fields=[
                _key(),
                ("answer", models.CharField(choices=[("yes", "Yes"), ("not_yet", "Not yet"), ("no", "No")], max_length=8)),
                ("condition", models.CharField(blank=True, max_length=300)),
                ("reason", models.CharField(max_length=300)),
                ("decided_at", models.DateTimeField()),
                ("decided_by", _to(settings.AUTH_USER_MODEL)),
                ("market", _to("governance.market")),
                ("request", _to("governance.metricrequest", "answers")),
                ("impact", _to("governance.requestimpact")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(condition=~models.Q(reason=""), name="request_answer_has_a_reason"),
                    models.CheckConstraint(
                        condition=(models.Q(answer="not_yet") & ~models.Q(condition=""))
                        | (~models.Q(answer="not_yet") & models.Q(condition="")),
                        name="not_yet_names_its_condition",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
