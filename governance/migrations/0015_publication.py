"""Rollbacks, who opened or exported what, acknowledgements; and what the system may publish by itself."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

CONTINUES = """
-- The system continues what stands: the same definition, and of each market what was published before it.
CREATE FUNCTION governance_publication_continues() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM governance_user u WHERE u.id = NEW.published_by_id AND u.is_system)
     AND NOT EXISTS (
       SELECT 1 FROM governance_publication p
       WHERE p.number = NEW.number - 1 AND p.version_id = NEW.version_id AND p.through <= NEW.through
         AND NOT EXISTS (SELECT 1 FROM governance_publicationrollback r WHERE r.publication_id = p.number)) THEN
    RAISE EXCEPTION 'the system only continues the publication in force, under its definition'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_continues BEFORE INSERT ON governance_publication
  FOR EACH ROW EXECUTE FUNCTION governance_publication_continues();
ALTER TABLE governance_publication ENABLE ALWAYS TRIGGER check_continues;

CREATE FUNCTION governance_publicationline_continues() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.decision <> ''
     AND EXISTS (SELECT 1 FROM governance_publication p JOIN governance_user u ON u.id = p.published_by_id
                 WHERE p.number = NEW.publication_id AND u.is_system)
     AND NOT EXISTS (
       SELECT 1 FROM governance_publicationline l
       WHERE l.publication_id = NEW.publication_id - 1 AND l.decision = NEW.decision
         AND (l.market_id, l.breakout, l.value) = (NEW.market_id, NEW.breakout, NEW.value)) THEN
    RAISE EXCEPTION 'the system publishes no decision that was not published before'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_continues BEFORE INSERT ON governance_publicationline
  FOR EACH ROW EXECUTE FUNCTION governance_publicationline_continues();
ALTER TABLE governance_publicationline ENABLE ALWAYS TRIGGER check_continues;

-- A rollback says again, word for word, what was published earlier.
CREATE FUNCTION governance_rollback_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM governance_publication n JOIN governance_publication o ON o.number = NEW.restores_id
                 WHERE n.number = NEW.publication_id AND o.number < n.number
                   AND (o.digest, o.content) = (n.digest, n.content)) THEN
    RAISE EXCEPTION 'P-% is not what P-% was', NEW.publication_id, NEW.restores_id
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_rollback BEFORE INSERT ON governance_publicationrollback
  FOR EACH ROW EXECUTE FUNCTION governance_rollback_check();
ALTER TABLE governance_publicationrollback ENABLE ALWAYS TRIGGER check_rollback;
CREATE TRIGGER epoch AFTER INSERT ON governance_publicationrollback
  FOR EACH STATEMENT EXECUTE FUNCTION governance_epoch_advance();
ALTER TABLE governance_publicationrollback ENABLE ALWAYS TRIGGER epoch;

-- The publication that took this one back: a rollback past it, unless it said the very same.
CREATE FUNCTION governance_taken_back_by(wanted integer) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT min(r.publication_id)
  FROM governance_publicationrollback r
  JOIN governance_publication o ON o.number = r.restores_id
  JOIN governance_publication p ON p.number = wanted
  WHERE r.restores_id < wanted AND wanted < r.publication_id AND p.digest <> o.digest
$$;

SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'governance_publicationrollback', 'governance_publicationread', 'governance_acknowledgement']) AS t;
"""


def _person():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


def _key():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):

    dependencies = [("governance", "0014_breakout")]

    operations = [
        migrations.CreateModel(
            name="PublicationRollback",
            fields=[
                ("publication", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="rollback", serialize=False, to="governance.publication")),
                ("restores", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="restored_by", to="governance.publication")),
                ("reason", models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="PublicationRead",
            fields=[
                _key(),
                ("surface", models.CharField(choices=[("page", "opened it"), ("api", "read it through the API"), ("csv", "exported it as CSV"), ("xlsx", "exported it as a workbook"), ("pdf", "exported it as PDF"), ("print", "printed it")], max_length=5)),
                ("scope", models.CharField(max_length=30)),
                ("at", models.DateTimeField()),
                ("person", _person()),
                ("publication", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reads", to="governance.publication")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "publication", "surface", "scope"), name="first_read_of_a_scope")
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                _key(),
                ("event", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("person", _person()),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "event"), name="acknowledged_once_per_person")
                ],
            },
        ),
        migrations.RunSQL(CONTINUES, migrations.RunSQL.noop),
    ]
