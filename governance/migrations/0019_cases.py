"""Cases: investigations that stop certification, signing and new weeks of what they cover until resolved.

A case is open while no verdict on it stands. Of a scope key and a week no two are open. What an open case
stops, and in which sentence, is said by the functions below; services ask the same ones.
"""

import datetime as dt

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OPEN = """
CREATE FUNCTION governance_case_is_open(wanted integer) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT NOT EXISTS (SELECT 1 FROM governance_caseverdict v WHERE v.case_id = $1
                     AND NOT EXISTS (SELECT 1 FROM governance_casereopening r WHERE r.verdict_id = v.id))
$$;

-- The open cases that cover a scope key in data through a week (NULL: any). A market as a whole covers its
-- carriers; a case of one carrier covers the line of all carriers, since that shows it too.
CREATE FUNCTION governance_open_cases(market text, breakout text, value text, through date)
RETURNS SETOF integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT c.number FROM governance_case c
  WHERE c.market_id = $1 AND governance_case_is_open(c.number)
    AND (c.breakout = '-' OR (c.breakout = $2 AND (c.value = $3 OR '*' IN (c.value, $3))))
    AND ($4 IS NULL OR c.first_week <= $4)
  ORDER BY c.number
$$;

-- The sentence of the first of them; NULL where there is none.
CREATE FUNCTION governance_case_refusal(market text, breakout text, value text, through date) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT 'Case C-' || lpad(c.number::text, 4, '0') || ' about ' || c.market_id
         || CASE WHEN c.breakout = '-' THEN '' ELSE ', ' || c.breakout || ' ' || c.value END
         || ' from the week of ' || c.first_week::text || ' on is open; resolve it first.'
  FROM governance_case c
  WHERE c.number = (SELECT min(n) FROM governance_open_cases($1, $2, $3, $4) AS n)
$$;

-- Why a line may not be published: a case is open and this data was not published before. NULL where it may.
CREATE FUNCTION governance_case_stops_line(
  market text, breakout text, value text, vintage text, through date) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT governance_case_refusal($1, $2, $3, $5)
  WHERE NOT EXISTS (
    SELECT 1 FROM governance_publicationline l
    WHERE (l.market_id, l.breakout, l.value, l.vintage) = ($1, $2, $3, $4) AND l.decision <> ''
      AND l.through IS NOT DISTINCT FROM $5)
$$;

-- Whether somebody ever resolved a case that bears on what a digest certifies.
CREATE FUNCTION governance_case_resolved_by(wanted_digest text, person bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM governance_scopedecision d
    JOIN governance_case c ON c.market_id = d.market_id AND c.first_week <= d.through
         AND (c.breakout = '-' OR (c.breakout = d.breakout AND (c.value = d.value OR '*' IN (c.value, d.value))))
    JOIN governance_caseverdict v ON v.case_id = c.number
    WHERE d.digest = $1 AND v.by_id = $2)
$$;
"""

GUARDS = """
CREATE FUNCTION governance_case_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE other integer;
BEGIN
  PERFORM governance_epoch_lock();
  IF extract(isodow FROM NEW.first_week) <> 1 OR extract(isodow FROM NEW.last_week) <> 1 THEN
    RAISE EXCEPTION 'a case is about whole weeks, named by their Mondays' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.number <> (SELECT coalesce(max(c.number), 0) + 1 FROM governance_case c) THEN
    RAISE EXCEPTION 'cases are numbered without a gap' USING ERRCODE = 'check_violation';
  END IF;
  SELECT min(n) INTO other FROM governance_case c, LATERAL governance_open_cases(
    NEW.market_id, NEW.breakout, NEW.value, NEW.last_week) AS n
  WHERE c.number = n AND c.last_week >= NEW.first_week;
  IF other IS NOT NULL THEN
    RAISE EXCEPTION 'case C-% is open for that scope and time', lpad(other::text, 4, '0')
      USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_case BEFORE INSERT ON governance_case
  FOR EACH ROW EXECUTE FUNCTION governance_case_check();
ALTER TABLE governance_case ENABLE ALWAYS TRIGGER check_case;

-- Plan, results and evidence belong to a case that is open; what is frozen is about its market and is filed.
CREATE FUNCTION governance_case_work_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE about integer;
BEGIN
  PERFORM governance_epoch_lock();
  IF TG_TABLE_NAME = 'governance_casestepresult' THEN
    SELECT s.case_id INTO STRICT about FROM governance_casestep s
    WHERE s.id = (to_jsonb(NEW) ->> 'step_id')::bigint;
  ELSE
    about := (to_jsonb(NEW) ->> 'case_id')::integer;
  END IF;
  IF NOT governance_case_is_open(about) THEN
    RAISE EXCEPTION 'case C-% is resolved; reopen it first', lpad(about::text, 4, '0')
      USING ERRCODE = 'check_violation';
  END IF;
  IF TG_TABLE_NAME = 'governance_caseevidence' AND NOT EXISTS (
       SELECT 1 FROM metrics_assessment a JOIN governance_case c ON c.market_id = a.market
       WHERE a.digest = to_jsonb(NEW) ->> 'assessment' AND c.number = about) THEN
    RAISE EXCEPTION 'no assessment of that market is filed under %', to_jsonb(NEW) ->> 'assessment'
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

-- Nobody hears of a case before its owner does, except those who look into it.
CREATE FUNCTION governance_case_note_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.kind = 'shown_wider' AND NOT EXISTS (
       SELECT 1 FROM governance_casenote n WHERE n.case_id = NEW.case_id AND n.kind = 'word_sent') THEN
    RAISE EXCEPTION 'the owner of the data is told first' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_note BEFORE INSERT ON governance_casenote
  FOR EACH ROW EXECUTE FUNCTION governance_case_note_check();
ALTER TABLE governance_casenote ENABLE ALWAYS TRIGGER check_note;

CREATE FUNCTION governance_case_verdict_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM governance_epoch_lock();
  IF NOT governance_case_is_open(NEW.case_id) THEN
    RAISE EXCEPTION 'case C-% is resolved already', lpad(NEW.case_id::text, 4, '0')
      USING ERRCODE = 'unique_violation';
  END IF;
  IF NEW.assessment <> '' AND NOT EXISTS (
       SELECT 1 FROM governance_caseevidence e
       WHERE e.case_id = NEW.case_id AND e.assessment = NEW.assessment) THEN
    RAISE EXCEPTION 'a verdict rests on evidence that is frozen in its case' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM governance_user u JOIN governance_user_groups m ON m.user_id = u.id
                 JOIN auth_group g ON g.id = m.group_id
                 WHERE u.id = NEW.by_id AND u.is_active AND NOT u.is_system AND g.name = 'dpm') THEN
    RAISE EXCEPTION 'a case is resolved by the decision program manager' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_verdict BEFORE INSERT ON governance_caseverdict
  FOR EACH ROW EXECUTE FUNCTION governance_case_verdict_check();
ALTER TABLE governance_caseverdict ENABLE ALWAYS TRIGGER check_verdict;

CREATE FUNCTION governance_case_reopening_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE again governance_case; other integer;
BEGIN
  PERFORM governance_epoch_lock();
  SELECT c.* INTO STRICT again FROM governance_case c JOIN governance_caseverdict v ON v.case_id = c.number
  WHERE v.id = NEW.verdict_id;
  SELECT min(n) INTO other FROM governance_case c, LATERAL governance_open_cases(
    again.market_id, again.breakout, again.value, again.last_week) AS n
  WHERE c.number = n AND c.last_week >= again.first_week;
  IF other IS NOT NULL THEN
    RAISE EXCEPTION 'case C-% is open for that scope and time', lpad(other::text, 4, '0')
      USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_reopening BEFORE INSERT ON governance_casereopening
  FOR EACH ROW EXECUTE FUNCTION governance_case_reopening_check();
ALTER TABLE governance_casereopening ENABLE ALWAYS TRIGGER check_reopening;

SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'governance_case', 'governance_casestep', 'governance_casestepresult', 'governance_caseevidence',
  'governance_casenote', 'governance_caseverdict', 'governance_casereopening']) AS t;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['governance_case', 'governance_caseverdict', 'governance_casereopening'] LOOP
    EXECUTE format('CREATE TRIGGER epoch AFTER INSERT ON %I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION governance_epoch_advance()', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER epoch', t);
  END LOOP;
  FOREACH t IN ARRAY ARRAY['governance_casestep', 'governance_casestepresult', 'governance_caseevidence'] LOOP
    EXECUTE format('CREATE TRIGGER check_work BEFORE INSERT ON %I'
                   ' FOR EACH ROW EXECUTE FUNCTION governance_case_work_check()', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER check_work', t);
  END LOOP;
END $$;
"""

STOPS = """
-- While a case is open nothing it covers is decided to be shown, approved, or newly published. All of them wait
-- for their turn at the epoch's row first, so that none overlooks a case that commits at the same moment.
CREATE FUNCTION governance_case_stops_decision() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE why text;
BEGIN
  IF NEW.state IN ('certified', 'known_issue') THEN
    PERFORM governance_epoch_lock();
    why := governance_case_refusal(NEW.market_id, NEW.breakout, NEW.value, NEW.through);
    IF why IS NOT NULL THEN
      RAISE EXCEPTION '%', why USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_case BEFORE INSERT ON governance_scopedecision
  FOR EACH ROW EXECUTE FUNCTION governance_case_stops_decision();
ALTER TABLE governance_scopedecision ENABLE ALWAYS TRIGGER check_case;

CREATE FUNCTION governance_case_stops_signature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE why text;
BEGIN
  PERFORM governance_epoch_lock();
  IF NEW.verdict IN ('approve', 'except') THEN
    SELECT min(governance_case_refusal(d.market_id, d.breakout, d.value, d.through)) INTO why
    FROM governance_scopedecision d
    WHERE d.digest = NEW.digest AND d.state IN ('certified', 'known_issue');
    IF why IS NOT NULL THEN
      RAISE EXCEPTION '%', why USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  IF governance_case_resolved_by(NEW.digest, NEW.person_id) THEN
    RAISE EXCEPTION 'whoever resolved a case of this scope does not sign for it'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_case BEFORE INSERT ON governance_signature
  FOR EACH ROW EXECUTE FUNCTION governance_case_stops_signature();
ALTER TABLE governance_signature ENABLE ALWAYS TRIGGER check_case;

CREATE FUNCTION governance_case_stops_publishing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE why text;
BEGIN
  IF NEW.decision <> '' THEN
    PERFORM governance_epoch_lock();
    why := governance_case_stops_line(NEW.market_id, NEW.breakout, NEW.value, NEW.vintage, NEW.through);
    IF why IS NOT NULL THEN
      RAISE EXCEPTION '%', why USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_case BEFORE INSERT ON governance_publicationline
  FOR EACH ROW EXECUTE FUNCTION governance_case_stops_publishing();
ALTER TABLE governance_publicationline ENABLE ALWAYS TRIGGER check_case;
"""

ORIGINS = [("detection", "the detector"), ("check", "a check"), ("person", "a person")]
KINDS = [
    ("note", "noted"), ("word_sent", "sent a private word to the owner"), ("owner_reply", "the owner's reply"),
    ("shown_wider", "showed it to everybody concerned"), ("claim", "put forward an explanation"),
    ("proposal", "proposed a verdict"),
]  # fmt: skip
VERDICTS = [
    ("real_change", "real change"), ("data_defect", "data defect"),
    ("definition_change", "definition change"), ("undetermined", "undetermined"),
]  # fmt: skip


def _key():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _person():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


def _many(to, name):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to)


def _one(to, name):
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to)


def _said(field, name):
    return models.CheckConstraint(condition=models.Q((field, ""), _negated=True), name=name)


class Migration(migrations.Migration):

    dependencies = [("governance", "0018_lift_of_nothing"), ("metrics", "0008_assessment")]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("breakout", models.CharField(default="-", max_length=20)),
                ("value", models.CharField(default="-", max_length=80)),
                ("first_week", models.DateField()),
                ("last_week", models.DateField()),
                ("origin", models.CharField(choices=ORIGINS, max_length=10)),
                ("signal", models.CharField(blank=True, max_length=40)),
                ("title", models.CharField(max_length=160)),
                ("opened_at", models.DateTimeField()),
                ("market", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="governance.market")),
                ("opened_by", _person()),
            ],
            options={
                "ordering": ["-number"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("breakout", "-"), ("value", "-")),
                            models.Q(("breakout", "carrier"), models.Q(("value__in", ["", "-"]), _negated=True)),
                            _connector="OR",
                        ),
                        name="case_scope_key_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_week__lte", models.F("last_week"))), name="case_weeks_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("first_week__gte", dt.date(2000, 1, 1)), ("last_week__lte", dt.date(2100, 12, 31))
                        ),
                        name="case_weeks_in_calendar",
                    ),
                    _said("title", "case_has_title"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseStep",
            fields=[
                _key(),
                ("position", models.PositiveSmallIntegerField()),
                ("what", models.CharField(max_length=200)),
                ("kind", models.CharField(blank=True, max_length=40)),
                ("role", models.CharField(max_length=20)),
                ("minutes", models.PositiveSmallIntegerField()),
                ("due_at", models.DateTimeField()),
                ("added_at", models.DateTimeField()),
                ("added_by", _person()),
                ("case", _many("governance.case", "steps")),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "position"), name="one_step_per_position")
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseStepResult",
            fields=[
                _key(),
                ("found", models.CharField(max_length=500)),
                ("next", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("by", _person()),
                ("step", _one("governance.casestep", "result")),
            ],
            options={"constraints": [_said("found", "result_says_something")]},
        ),
        migrations.CreateModel(
            name="CaseEvidence",
            fields=[
                _key(),
                ("assessment", models.CharField(max_length=64)),
                ("pin", models.CharField(max_length=64)),
                ("run", models.CharField(blank=True, max_length=64)),
                ("query", models.CharField(max_length=80)),
                ("as_of", models.DateTimeField()),
                ("frozen_at", models.DateTimeField()),
                ("case", _many("governance.case", "evidence")),
                ("frozen_by", _person()),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("case", "assessment"), name="assessment_once_per_case")
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                _key(),
                ("kind", models.CharField(choices=KINDS, max_length=12)),
                ("text", models.CharField(max_length=2000)),
                ("hypothesis", models.CharField(blank=True, max_length=40)),
                ("verdict", models.CharField(blank=True, max_length=20)),
                ("at", models.DateTimeField()),
                ("by", _person()),
                ("case", _many("governance.case", "notes")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    _said("text", "note_says_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "proposal"), models.Q(("verdict", ""), _negated=True)),
                            models.Q(models.Q(("kind", "proposal"), _negated=True), ("verdict", "")),
                            _connector="OR",
                        ),
                        name="only_a_proposal_names_a_verdict",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseVerdict",
            fields=[
                _key(),
                ("verdict", models.CharField(choices=VERDICTS, max_length=20)),
                ("hypothesis", models.CharField(blank=True, max_length=40)),
                ("assessment", models.CharField(blank=True, max_length=64)),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("by", _person()),
                ("case", _many("governance.case", "verdicts")),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    _said("reason", "verdict_has_reason"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("verdict", "undetermined"), models.Q(("assessment", ""), _negated=True), _connector="OR"
                        ),
                        name="verdict_rests_on_an_assessment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseReopening",
            fields=[
                _key(),
                ("reason", models.CharField(max_length=500)),
                ("at", models.DateTimeField()),
                ("by", _person()),
                ("verdict", _one("governance.caseverdict", "reopening")),
            ],
            options={"constraints": [_said("reason", "reopening_has_reason")]},
        ),
        migrations.RunSQL(OPEN, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunSQL(STOPS, migrations.RunSQL.noop),
    ]
