"""Answers line by line, withdrawals, requirements that change only with the signatures they impose.

What is required for a digest, what is missing, and whether it stands is computed in one place, by the
functions below; services and views ask them.
"""

from pathlib import Path

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BEFORE = "0004_launch" if (Path(__file__).parent / "0004_launch.py").exists() else "0003_force_majeure"

STANDS = """
-- The part of the scope a digest is about; everything but a scope decision is about all of it.
CREATE FUNCTION governance_scope_of(wanted_digest text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT coalesce((SELECT max(d.market_id) FROM governance_scopedecision d WHERE d.digest = wanted_digest), '*')
$$;

-- Requirements in force for an act: of each role and part of the scope the newest row.
CREATE FUNCTION governance_requirements(wanted_act text, wanted_scope text)
RETURNS TABLE (role text, needed integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT x.role::text, max(x.count)::integer
  FROM (SELECT DISTINCT ON (r.scope, r.role) r.role, r.count FROM governance_requirement r
        WHERE r.act = wanted_act AND r.scope IN ('*', wanted_scope)
        ORDER BY r.scope, r.role, r.id DESC) x
  GROUP BY x.role
$$;

-- What a digest needs. A change of requirements needs what is in force and what it imposes itself.
CREATE FUNCTION governance_required(wanted_act text, wanted_digest text)
RETURNS TABLE (role text, needed integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT q.role, q.needed FROM governance_requirements(wanted_act, governance_scope_of(wanted_digest)) q
  WHERE wanted_act <> 'requirement'
  UNION ALL
  SELECT x.role, max(x.needed)::integer
  FROM (SELECT c.role::text AS role, c.count::integer AS needed FROM governance_requirementchange c
        WHERE c.digest = wanted_digest
        UNION ALL
        SELECT q.role, q.needed FROM governance_requirementchange c,
               LATERAL governance_requirements(c.act, c.scope) q
        WHERE c.digest = wanted_digest) x
  WHERE wanted_act = 'requirement' GROUP BY x.role
$$;

-- Answers in force over a digest, as of a moment: not withdrawn by then.
CREATE FUNCTION governance_answers(wanted_digest text, at timestamptz)
RETURNS TABLE (role text, person_id bigint, verdict text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT s.role::text, s.person_id::bigint, s.verdict::text FROM governance_signature s
  WHERE s.digest = wanted_digest AND (at IS NULL OR s.signed_at <= at)
    AND NOT EXISTS (SELECT 1 FROM governance_withdrawal w
                    WHERE w.signature_id = s.id AND (at IS NULL OR w.withdrawn_at <= at))
$$;

-- Roles whose signatures are missing. No requirement means that nothing can be complete.
CREATE FUNCTION governance_missing(wanted_act text, wanted_digest text, at timestamptz DEFAULT NULL)
RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  -- What is required and what was answered is asked once: every reading of the hub passes here.
  WITH required AS MATERIALIZED (SELECT * FROM governance_required(wanted_act, wanted_digest)),
       answer AS MATERIALIZED (SELECT * FROM governance_answers(wanted_digest, at))
  SELECT '(no requirement is set)' WHERE NOT EXISTS (SELECT 1 FROM required)
  UNION ALL
  SELECT q.role FROM required q
  WHERE (SELECT count(DISTINCT a.person_id) FROM answer a
         WHERE a.role = q.role AND a.verdict IN ('approve', 'except')) < q.needed
     OR EXISTS (SELECT 1 FROM answer a WHERE a.verdict IN ('reject', 'ask'))
  UNION ALL
  -- Excluded after it was decided so: it is assessed anew, whatever was signed before.
  SELECT '(excluded since)'
  WHERE EXISTS (SELECT 1 FROM governance_scopedecision d JOIN governance_scopedecision e
                  ON (e.market_id, e.breakout, e.value) = (d.market_id, d.breakout, d.value) AND e.id > d.id
                WHERE d.digest = wanted_digest AND e.state = 'excluded' AND (at IS NULL OR e.decided_at <= at))
  ORDER BY 1
$$;

CREATE OR REPLACE FUNCTION governance_stands(wanted_act text, wanted_digest text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (SELECT 1 FROM governance_missing(wanted_act, wanted_digest))
$$;
"""

SIGNERS = """
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
  IF NOT EXISTS (SELECT 1 FROM governance_user_groups m JOIN auth_group g ON g.id = m.group_id
                 WHERE m.user_id = NEW.person_id AND g.name = NEW.role) THEN
    RAISE EXCEPTION '% does not sign for %', signer.username, NEW.role USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT r.* INTO asked FROM governance_signoffline l JOIN governance_signoffrequest r ON r.id = l.request_id
  WHERE l.id = NEW.line_id AND l.digest = NEW.digest;
  IF asked.id IS NULL THEN
    RAISE EXCEPTION 'the signature is over another digest than its line' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM governance_required(asked.act, NEW.digest) q WHERE q.role = NEW.role) THEN
    RAISE EXCEPTION 'no signature of % is required for this', NEW.role USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_answers(NEW.digest, NULL) a WHERE a.person_id = NEW.person_id) THEN
    RAISE EXCEPTION '% has answered this already', signer.username USING ERRCODE = 'unique_violation';
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

CREATE FUNCTION governance_withdrawal_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM governance_signature s
                 WHERE s.id = NEW.signature_id AND s.person_id = NEW.withdrawn_by_id) THEN
    RAISE EXCEPTION 'a signature is withdrawn by its signer alone' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_withdrawal BEFORE INSERT ON governance_withdrawal
  FOR EACH ROW EXECUTE FUNCTION governance_withdrawal_check();
ALTER TABLE governance_withdrawal ENABLE ALWAYS TRIGGER check_withdrawal;

-- The first requirements of an act are set; from then on a row comes only from a signed change.
CREATE FUNCTION governance_requirement_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE able integer;
BEGIN
  -- What nobody can sign would stop the act for good, and could not be changed either.
  SELECT count(DISTINCT u.id) INTO able FROM governance_user u
  JOIN governance_user_groups m ON m.user_id = u.id JOIN auth_group g ON g.id = m.group_id
  WHERE g.name = NEW.role AND u.is_active AND NOT u.is_system;
  IF NEW.role NOT IN ('finance', 'legal', 'logistics') OR NEW.count < 1 OR NEW.count > able THEN
    RAISE EXCEPTION 'a requirement of % of % is refused: % can sign', NEW.count, NEW.role, able
      USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.change_id IS NULL THEN
    IF EXISTS (SELECT 1 FROM governance_requirement r
               WHERE r.act = NEW.act AND r.scope = NEW.scope AND r.role = NEW.role) OR NEW.scope <> '*' THEN
      RAISE EXCEPTION 'a requirement in force changes only with the signatures it imposes'
        USING ERRCODE = 'insufficient_privilege';
    END IF;
  ELSIF NOT EXISTS (SELECT 1 FROM governance_requirementchange c
                    WHERE c.digest = NEW.change_id AND (c.act, c.scope, c.role, c.count)
                          = (NEW.act, NEW.scope, NEW.role, NEW.count))
        OR NOT governance_stands('requirement', NEW.change_id) THEN
    RAISE EXCEPTION 'the change of a requirement lacks signatures' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_requirement BEFORE INSERT ON governance_requirement
  FOR EACH ROW EXECUTE FUNCTION governance_requirement_check();
ALTER TABLE governance_requirement ENABLE ALWAYS TRIGGER check_requirement;

SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'governance_withdrawal', 'governance_requirementchange', 'governance_escalation']) AS t;
CREATE TRIGGER epoch AFTER INSERT ON governance_withdrawal
  FOR EACH STATEMENT EXECUTE FUNCTION governance_epoch_advance();
ALTER TABLE governance_withdrawal ENABLE ALWAYS TRIGGER epoch;
"""


def _key():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _person():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


class Migration(migrations.Migration):

    dependencies = [("governance", BEFORE)]

    operations = [
        migrations.CreateModel(
            name="RequirementChange",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("act", models.CharField(max_length=20)),
                ("scope", models.CharField(default="*", max_length=20)),
                ("role", models.CharField(max_length=20)),
                ("count", models.PositiveSmallIntegerField()),
                ("reason", models.CharField(max_length=300)),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", _person()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(count__gte=1), name="changed_requirement_at_least_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Withdrawal",
            fields=[
                _key(),
                ("reason", models.CharField(max_length=300)),
                ("withdrawn_at", models.DateTimeField()),
                ("signature", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="governance.signature")),
                ("withdrawn_by", _person()),
            ],
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                _key(),
                ("role", models.CharField(max_length=20)),
                ("at", models.DateTimeField()),
                ("request", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="escalations", to="governance.signoffrequest")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("request", "role"), name="escalated_once_per_role")
                ],
            },
        ),
        migrations.AddField("signoffrequest", "answer_by", models.DateTimeField(null=True)),
        migrations.RemoveConstraint("requirement", "one_requirement_per_act_and_role"),
        migrations.AddField("requirement", "scope", models.CharField(default="*", max_length=20)),
        migrations.AddField(
            "requirement",
            "change",
            models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="row", to="governance.requirementchange"),
        ),
        migrations.RemoveConstraint("signature", "one_answer_per_person_and_digest"),
        migrations.AddField("signature", "round", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("signature", "reason", models.CharField(blank=True, default="", max_length=300)),
        migrations.AddField("signature", "authenticated_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "signature",
            "verdict",
            models.CharField(choices=[("approve", "approve"), ("except", "approve with an exception"), ("ask", "ask"), ("reject", "reject")], max_length=10),
        ),
        migrations.AddConstraint(
            "signature",
            models.UniqueConstraint(fields=("digest", "person", "round"), name="one_answer_per_person_and_round"),
        ),
        migrations.AddConstraint(
            "signature",
            models.CheckConstraint(
                condition=models.Q(("verdict", "approve"), models.Q(("reason", ""), _negated=True), _connector="OR"),
                name="reason_unless_approved",
            ),
        ),
        migrations.RunSQL(STANDS, migrations.RunSQL.noop),
        migrations.RunSQL(SIGNERS, migrations.RunSQL.noop),
    ]
