"""A deputy signs in their own name once a department was silent; no scope decision without its effect table;
and whether this is the database that was last signed."""

import django.db.models.deletion
from django.db import migrations, models

STANDING_IN = """
-- A deputyship in force, for a person who still holds the role, on a request that was passed on; and whoever
-- stands in answers for no other department and does not audit.
CREATE FUNCTION governance_stands_in(given governance_signature, asked bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM governance_deputy d
    WHERE d.id = given.deputyship_id AND d.deputy_id = given.person_id AND d.role = given.role
      AND (given.signed_at AT TIME ZONE 'UTC')::date BETWEEN d.since AND d.until
      AND governance_person_holds(d.person_id, d.role)
      AND NOT EXISTS (SELECT 1 FROM governance_deputywithdrawal w WHERE w.deputyship_id = d.id))
    AND EXISTS (SELECT 1 FROM governance_escalation e WHERE e.request_id = asked AND e.role = given.role)
    AND NOT EXISTS (
      SELECT 1 FROM unnest(ARRAY['finance', 'legal', 'logistics', 'auditor', 'admin']) AS other(role)
      WHERE other.role <> given.role AND governance_person_holds(given.person_id, other.role))
$$;

CREATE OR REPLACE FUNCTION governance_signature_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE signer governance_user; asked governance_signoffrequest;
BEGIN
  -- Two answers of one person wait for each other here, so that neither overlooks the other.
  PERFORM pg_advisory_xact_lock(hashtext('signature'), NEW.person_id::integer);
  SELECT * INTO STRICT signer FROM governance_user WHERE id = NEW.person_id;
  IF signer.is_system OR NOT signer.is_active THEN
    RAISE EXCEPTION 'the account % cannot sign', signer.username USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- As long as the service allows (FRESH); both moments are of one clock, which may tell a claimed past.
  IF NEW.authenticated_at IS NULL OR NEW.authenticated_at > NEW.signed_at
     OR NEW.authenticated_at < NEW.signed_at - interval '5 minutes' THEN
    RAISE EXCEPTION '% did not prove who they are within five minutes before signing', signer.username
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT r.* INTO asked FROM governance_signoffline l JOIN governance_signoffrequest r ON r.id = l.request_id
  WHERE l.id = NEW.line_id AND l.digest = NEW.digest;
  IF asked.id IS NULL THEN
    RAISE EXCEPTION 'the signature is over another digest than its line' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.deputyship_id IS NULL THEN
    IF NOT governance_person_holds(NEW.person_id, NEW.role) THEN
      RAISE EXCEPTION '% does not sign for %', signer.username, NEW.role USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF NOT governance_stands_in(NEW, asked.id) THEN
    RAISE EXCEPTION '% does not stand in for % here', signer.username, NEW.role
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM governance_required(asked.act, NEW.digest) q WHERE q.role = NEW.role) THEN
    RAISE EXCEPTION 'no signature of % is required for this', NEW.role USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_answers(NEW.digest, NULL) a WHERE a.person_id = NEW.person_id) THEN
    RAISE EXCEPTION '% has answered this already', signer.username USING ERRCODE = 'unique_violation';
  END IF;
  -- Whoever is stood in for and who stands in have one voice between them.
  IF EXISTS (SELECT 1 FROM governance_signature s
             LEFT JOIN governance_deputy given ON given.id = s.deputyship_id
             LEFT JOIN governance_deputy own ON own.id = NEW.deputyship_id
             WHERE s.digest = NEW.digest AND s.role = NEW.role
               AND coalesce(given.person_id, s.person_id) = coalesce(own.person_id, NEW.person_id)
               AND NOT EXISTS (SELECT 1 FROM governance_withdrawal w WHERE w.signature_id = s.id)) THEN
    RAISE EXCEPTION 'this was answered already in the same place of %', NEW.role USING ERRCODE = 'unique_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_signature s JOIN governance_signoffline l ON l.id = s.line_id
             WHERE l.request_id = asked.id AND s.person_id = NEW.person_id AND s.role <> NEW.role) THEN
    RAISE EXCEPTION '% answers this request for another department', signer.username
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_signoffline l JOIN governance_signoffrequest r ON r.id = l.request_id
             WHERE l.digest = NEW.digest AND r.opened_by_id = NEW.person_id)
     OR EXISTS (SELECT 1 FROM governance_scopedecision d
                WHERE d.digest = NEW.digest AND d.decided_by_id = NEW.person_id)
     OR EXISTS (SELECT 1 FROM governance_metricversion v
                WHERE v.digest = NEW.digest AND v.author_id = NEW.person_id)
     OR EXISTS (SELECT 1 FROM governance_requirementchange c
                WHERE c.digest = NEW.digest AND c.proposed_by_id = NEW.person_id) THEN
    RAISE EXCEPTION 'whoever proposes or asks does not sign' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_scopedecision d
             JOIN metrics_runvintage v ON v.vintage = d.vintage AND v.market = d.market_id
             JOIN metrics_run r ON r.digest = v.run_id
             WHERE d.digest = NEW.digest AND r.queued_by_id = NEW.person_id) THEN
    RAISE EXCEPTION 'whoever recomputed the numbers does not sign for them' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
"""

EFFECT = """
-- What a decision's digest is: SHA-256 of the canonical JSON of its content (governance.scope.services), so
-- that no other content comes in under a digest that was signed.
CREATE FUNCTION governance_scope_digest(d governance_scopedecision) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT encode(sha256(convert_to('{"act":"scope"' || string_agg(
    format(',%s:%s', to_json(x.name), coalesce(to_json(x.said)::text, 'null')), '' ORDER BY x.place
  ) || '}', 'UTF8')), 'hex')
  FROM (VALUES
    (1, 'breakout', d.breakout), (2, 'disclosure', d.disclosure), (3, 'effect', d.effect),
    (4, 'guard', d.guard), (5, 'market', d.market_id), (6, 'owner', d.owner), (7, 'plan', d.plan),
    (8, 'reason', d.reason), (9, 'review_on', to_char(d.review_on, 'YYYY-MM-DD')), (10, 'state', d.state),
    (11, 'through', to_char(d.through, 'YYYY-MM-DD')), (12, 'value', d.value), (13, 'version', d.version_id),
    (14, 'vintage', d.vintage)) AS x(place, name, said)
$$;

-- The table of what the decision makes visible (of a market: what the roll-up is with and without it) must be
-- filed, and be of the same breakout, data and week. And the digest is that of the row.
CREATE FUNCTION governance_scope_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM metrics_effecttable e
                 WHERE e.digest = NEW.effect AND e.content::jsonb->'alone' ? NEW.market_id
                   AND e.content::jsonb->'vintages'->>NEW.market_id = NEW.vintage
                   AND coalesce(e.content::jsonb->>'breakout', '-') = NEW.breakout
                   AND e.content::jsonb->>'week' = NEW.through::text) THEN
    RAISE EXCEPTION 'a scope decision without its effect table is refused' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.digest <> governance_scope_digest(NEW) THEN
    RAISE EXCEPTION 'the digest of a scope decision is not that of its content' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_effect BEFORE INSERT ON governance_scopedecision
  FOR EACH ROW EXECUTE FUNCTION governance_scope_check();
ALTER TABLE governance_scopedecision ENABLE ALWAYS TRIGGER check_effect;
"""

SIGNED = """
-- Whether the entry last signed outside is here. Without one: only while the ledger is young.
CREATE FUNCTION governance_ledger_holds(wanted_seq bigint, wanted_hash text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT CASE WHEN wanted_seq IS NULL THEN NOT EXISTS (
    SELECT 1 FROM governance_ledger WHERE seq = 1 AND recorded_at < clock_timestamp() - interval '10 minutes')
  ELSE EXISTS (SELECT 1 FROM governance_ledger WHERE seq = wanted_seq AND hash = wanted_hash) END
$$;

-- A restored database counts on from an old epoch; what was read under the lost ones must never look current.
CREATE FUNCTION governance_epoch_leap() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS
$$ UPDATE governance_epoch SET value = value + 1000000 WHERE id = 1 $$;
"""


class Migration(migrations.Migration):

    dependencies = [("governance", "0010_access"), ("metrics", "0007_effect")]

    operations = [
        migrations.AddField(
            "signature",
            "deputyship",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="governance.deputy"),
        ),
        migrations.RunSQL(STANDING_IN, migrations.RunSQL.noop),
        migrations.RunSQL(EFFECT, migrations.RunSQL.noop),
        migrations.RunSQL(SIGNED, migrations.RunSQL.noop),
    ]
