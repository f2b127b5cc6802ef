"""What the database itself enforces: the chain, the refusal of change, the epoch, who may sign.

Triggers are ENABLE ALWAYS: neither session_replication_role nor any setting turns them off. The
functions run as their owner (SECURITY DEFINER), so the application's role needs no right on the
head row or the epoch.
"""

from django.db import migrations

LEDGER = """
CREATE FUNCTION governance_ledger_time(moment timestamptz) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog AS
$$ SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') $$;

-- Length-prefixed, so that no field can pretend to contain the beginning of the next one.
CREATE FUNCTION governance_ledger_text(VARIADIC fields text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS
$$ SELECT string_agg(octet_length(convert_to(coalesce(f, ''), 'UTF8')) || ':' || coalesce(f, ''), '' ORDER BY n)
   FROM unnest(fields) WITH ORDINALITY AS u(f, n) $$;

CREATE FUNCTION governance_ledger_append() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE head governance_ledger_head;
BEGIN
  SELECT * INTO STRICT head FROM governance_ledger_head WHERE id = 1 FOR UPDATE;
  NEW.seq := head.seq + 1;
  NEW.recorded_at := clock_timestamp();
  NEW.prev_hash := head.hash;
  NEW.hash := encode(sha256(convert_to(governance_ledger_text(
    NEW.seq::text, governance_ledger_time(NEW.recorded_at), governance_ledger_time(NEW.claimed_at),
    NEW.actor, NEW.action, NEW.subject, NEW.payload, NEW.prev_hash), 'UTF8')), 'hex');
  UPDATE governance_ledger_head SET seq = NEW.seq, hash = NEW.hash WHERE id = 1;
  RETURN NEW;
END $$;

CREATE TRIGGER append BEFORE INSERT ON governance_ledger
  FOR EACH ROW EXECUTE FUNCTION governance_ledger_append();
ALTER TABLE governance_ledger ENABLE ALWAYS TRIGGER append;
INSERT INTO governance_ledger_head (id, seq, hash) VALUES (1, 0, repeat('0', 64));
"""

REFUSE = """
CREATE FUNCTION governance_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: rows are added here, never changed', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION governance_make_append_only(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON %s'
                 ' FOR EACH ROW EXECUTE FUNCTION governance_refuse_change()', target);
  EXECUTE format('CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON %s'
                 ' FOR EACH STATEMENT EXECUTE FUNCTION governance_refuse_change()', target);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_change', target);
  EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER refuse_truncate', target);
END $$;

SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'governance_ledger', 'governance_signature', 'governance_signoffline', 'governance_signoffrequest',
  'governance_requirement', 'governance_scopedecision', 'governance_shutoff', 'governance_publication',
  'governance_publicationline']) AS t;

-- A version's meaning never changes; its state moves only along the declared ways.
CREATE FUNCTION governance_version_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.digest, NEW.name, NEW.document, NEW.engine_digest, NEW.completeness_floor, NEW.author_id,
      NEW.proposed_at) IS DISTINCT FROM (OLD.digest, OLD.name, OLD.document, OLD.engine_digest,
      OLD.completeness_floor, OLD.author_id, OLD.proposed_at) THEN
    RAISE EXCEPTION 'the metric version % cannot be changed; propose a new one', OLD.name
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF (OLD.state, NEW.state) NOT IN (('draft', 'in_review'), ('in_review', 'draft'), ('in_review', 'approved'),
      ('approved', 'effective'), ('effective', 'retired')) THEN
    RAISE EXCEPTION 'the metric version % does not go from % to %', OLD.name, OLD.state, NEW.state
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.state = 'approved' AND NOT governance_stands('version', NEW.digest) THEN
    RAISE EXCEPTION 'the metric version % lacks signatures', OLD.name USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION governance_version_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state <> 'draft' THEN
    RAISE EXCEPTION 'a metric version begins as a draft' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER moves BEFORE UPDATE ON governance_metricversion
  FOR EACH ROW EXECUTE FUNCTION governance_version_moves();
CREATE TRIGGER begins BEFORE INSERT ON governance_metricversion
  FOR EACH ROW EXECUTE FUNCTION governance_version_begins();
CREATE TRIGGER refuse_delete BEFORE DELETE ON governance_metricversion
  FOR EACH ROW EXECUTE FUNCTION governance_refuse_change();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON governance_metricversion
  FOR EACH STATEMENT EXECUTE FUNCTION governance_refuse_change();
ALTER TABLE governance_metricversion ENABLE ALWAYS TRIGGER moves;
ALTER TABLE governance_metricversion ENABLE ALWAYS TRIGGER begins;
ALTER TABLE governance_metricversion ENABLE ALWAYS TRIGGER refuse_delete;
ALTER TABLE governance_metricversion ENABLE ALWAYS TRIGGER refuse_truncate;
"""

EPOCH = """
INSERT INTO governance_epoch (id, value) VALUES (1, 1);

CREATE FUNCTION governance_epoch_lock() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS
$$ SELECT 1 FROM governance_epoch WHERE id = 1 FOR UPDATE $$;

-- Its row lock makes commit order and epoch order the same; the bell rings when the commit is done.
CREATE FUNCTION governance_epoch_advance() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE moved bigint;
BEGIN
  PERFORM set_config('synchronous_commit', 'on', true);
  UPDATE governance_epoch SET value = value + 1 WHERE id = 1 RETURNING value INTO STRICT moved;
  PERFORM pg_notify('governance_epoch', moved::text);
  RETURN NULL;
END $$;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['governance_signature', 'governance_requirement', 'governance_scopedecision',
                           'governance_shutoff', 'governance_publication', 'governance_publicationline',
                           'governance_market', 'governance_metricversion'] LOOP
    EXECUTE format('CREATE TRIGGER epoch AFTER INSERT OR UPDATE ON %I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION governance_epoch_advance()', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER epoch', t);
  END LOOP;
END $$;
"""

SIGNATURES = """
-- Do all required signatures of an act stand over a digest? No requirement means no.
CREATE FUNCTION governance_stands(wanted_act text, wanted_digest text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT 1 FROM governance_requirement r WHERE r.act = wanted_act)
     AND NOT EXISTS (SELECT 1 FROM governance_signature s
                     WHERE s.digest = wanted_digest AND s.verdict <> 'approve')
     AND NOT EXISTS (
       SELECT 1 FROM governance_requirement r
       WHERE r.act = wanted_act
         AND (SELECT count(DISTINCT s.person_id) FROM governance_signature s
              WHERE s.digest = wanted_digest AND s.role = r.role) < r.count)
$$;

CREATE FUNCTION governance_signature_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE signer governance_user;
BEGIN
  SELECT * INTO STRICT signer FROM governance_user WHERE id = NEW.person_id;
  IF signer.is_system OR NOT signer.is_active THEN
    RAISE EXCEPTION 'the account % cannot sign', signer.username USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM governance_user_groups m JOIN auth_group g ON g.id = m.group_id
                 WHERE m.user_id = NEW.person_id AND g.name = NEW.role) THEN
    RAISE EXCEPTION '% does not sign for %', signer.username, NEW.role USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM governance_signoffline l
                 WHERE l.id = NEW.line_id AND l.digest = NEW.digest) THEN
    RAISE EXCEPTION 'the signature is over another digest than its line' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM governance_signoffline l
                 JOIN governance_signoffrequest r ON r.id = l.request_id
                 JOIN governance_requirement q ON q.act = r.act AND q.role = NEW.role
                 WHERE l.id = NEW.line_id) THEN
    RAISE EXCEPTION 'no signature of % is required for this', NEW.role USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_signoffline l JOIN governance_signoffrequest r ON r.id = l.request_id
             WHERE l.digest = NEW.digest AND r.opened_by_id = NEW.person_id)
     OR EXISTS (SELECT 1 FROM governance_scopedecision d
                WHERE d.digest = NEW.digest AND d.decided_by_id = NEW.person_id)
     OR EXISTS (SELECT 1 FROM governance_metricversion v
                WHERE v.digest = NEW.digest AND v.author_id = NEW.person_id) THEN
    RAISE EXCEPTION 'whoever proposes or asks does not sign' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_signer BEFORE INSERT ON governance_signature
  FOR EACH ROW EXECUTE FUNCTION governance_signature_check();
ALTER TABLE governance_signature ENABLE ALWAYS TRIGGER check_signer;
"""

ROLES = (
    "executive", "dpm", "finance", "legal", "logistics", "bizops", "admin", "data_owner", "data_engineer",
    "auditor",
)  # fmt: skip


def first_accounts(apps, schema_editor):
    alias = schema_editor.connection.alias
    for role in ROLES:
        apps.get_model("auth", "Group").objects.using(alias).get_or_create(name=role)
    apps.get_model("governance", "User").objects.using(alias).get_or_create(
        username="system", defaults={"is_system": True, "password": "!"}
    )


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]
    operations = [
        migrations.RunSQL(LEDGER, migrations.RunSQL.noop),
        migrations.RunSQL(SIGNATURES, migrations.RunSQL.noop),
        migrations.RunSQL(REFUSE, migrations.RunSQL.noop),
        migrations.RunSQL(EPOCH, migrations.RunSQL.noop),
        migrations.RunPython(first_accounts, migrations.RunPython.noop),
    ]
