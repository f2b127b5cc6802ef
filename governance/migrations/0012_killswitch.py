"""The kill switch for markets, carriers and everything, and the way back through the gate.

At most one shutoff of a scope key is in effect. It is lifted by a row that the database takes only when
the signatures asked for stand over what would be shown again, that is still the same, and nobody
switched off once more in between.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OFF_SINCE = """
-- Since when a scope key is off: the first shutoff in effect that covers it, NULL when none does.
-- An unknown key (NULL) is off.
CREATE FUNCTION governance_off_since(market text, breakout text, value text) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT CASE WHEN $1 IS NULL OR $2 IS NULL OR $3 IS NULL THEN now() ELSE (
    SELECT min(x.at) FROM governance_shutoff x
    WHERE x.market IN ($1, 'global')
      AND (x.breakout = '-' OR (x.breakout = $2 AND x.value IN ($3, '*')))
      AND NOT EXISTS (SELECT 1 FROM governance_shutofflift l WHERE l.shutoff_id = x.id)) END
$$;
"""

SHOWN_AGAIN = """
-- What would be shown again: the lines of the publication in force that a scope key covers and whose
-- certification stands, as one text. Empty when there is none.
CREATE FUNCTION governance_shown_again(market text, breakout text, value text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT coalesce(string_agg(concat_ws(' ', l.market_id, l.breakout, l.value, l.decision, l.vintage,
                             coalesce(l.through::text, '-')),
                             E'\\n' ORDER BY l.market_id, l.breakout, l.value), '')
  FROM governance_publicationline l
  JOIN LATERAL (
    SELECT d.state, d.review_on FROM governance_scopedecision d
    WHERE (d.market_id, d.breakout, d.value) = (l.market_id, l.breakout, l.value) AND d.digest = l.decision
    ORDER BY d.id DESC LIMIT 1) named ON true
  JOIN LATERAL (
    SELECT d.state FROM governance_scopedecision d
    WHERE (d.market_id, d.breakout, d.value) = (l.market_id, l.breakout, l.value)
    ORDER BY d.id DESC LIMIT 1) newest ON newest.state = named.state
  WHERE l.publication_id = (SELECT max(number) FROM governance_publication)
    AND ($1 = 'global' OR l.market_id = $1)
    AND ($2 = '-' OR (l.breakout = $2 AND ($3 = '*' OR l.value = $3)))
    AND named.state IN ('certified', 'known_issue')
    AND (named.state <> 'known_issue' OR named.review_on > CURRENT_DATE)
    AND governance_stands('scope', l.decision)
$$;
"""

REQUIRED = """
-- The part of the scope a digest is about: a decision's market, or the one that is asked to be on again.
CREATE OR REPLACE FUNCTION governance_scope_of(wanted_digest text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT coalesce(
    (SELECT max(d.market_id) FROM governance_scopedecision d WHERE d.digest = wanted_digest),
    (SELECT nullif(s.market, 'global') FROM governance_liftask a JOIN governance_shutoff s ON s.id = a.shutoff_id
     WHERE a.digest = wanted_digest), '*')
$$;

-- What an act takes in a part of the scope. What was never asked of the departments there for switching on
-- again is asked as for a certification. That takes all three departments, whichever of them rows name;
-- without any row nothing can be complete.
CREATE FUNCTION governance_in_force(wanted_act text, wanted_scope text)
RETURNS TABLE (role text, needed integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  WITH meant AS (
    SELECT CASE WHEN wanted_act = 'shutoff_lift'
                     AND NOT EXISTS (SELECT 1 FROM governance_requirements(wanted_act, wanted_scope))
                THEN 'scope' ELSE wanted_act END AS act
  ), told AS (
    SELECT m.act, q.role, q.needed FROM meant m, LATERAL governance_requirements(m.act, wanted_scope) q
  )
  SELECT t.role, t.needed FROM told t
  UNION ALL
  SELECT floor.role, 1 FROM unnest(ARRAY['finance', 'legal', 'logistics']) AS floor(role)
  WHERE EXISTS (SELECT 1 FROM told t WHERE t.act = 'scope')
    AND NOT EXISTS (SELECT 1 FROM told t WHERE t.role = floor.role)
$$;

CREATE OR REPLACE FUNCTION governance_required(wanted_act text, wanted_digest text)
RETURNS TABLE (role text, needed integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT q.role, q.needed FROM governance_in_force(wanted_act, governance_scope_of(wanted_digest)) q
  WHERE wanted_act <> 'requirement'
  UNION ALL
  SELECT x.role, max(x.needed)::integer
  FROM (SELECT c.role::text AS role, c.count::integer AS needed FROM governance_requirementchange c
        WHERE c.digest = wanted_digest
        UNION ALL
        SELECT q.role, q.needed FROM governance_requirementchange c,
               LATERAL governance_in_force(c.act, c.scope) q
        WHERE c.digest = wanted_digest) x
  WHERE wanted_act = 'requirement' GROUP BY x.role
$$;
"""

GUARDS = """
-- Switching off waits its turn at the epoch's row; then it sees every shutoff and lift before it.
CREATE FUNCTION governance_shutoff_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  PERFORM governance_epoch_lock();
  IF NEW.market <> 'global' AND NOT EXISTS (SELECT 1 FROM governance_market m WHERE m.code = NEW.market) THEN
    RAISE EXCEPTION 'there is no market %', NEW.market USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_shutoff x
             WHERE (x.market, x.breakout, x.value) = (NEW.market, NEW.breakout, NEW.value)
               AND NOT EXISTS (SELECT 1 FROM governance_shutofflift l WHERE l.shutoff_id = x.id)) THEN
    RAISE EXCEPTION '%/%/% is switched off already', NEW.market, NEW.breakout, NEW.value
      USING ERRCODE = 'unique_violation';
  END IF;
  SELECT count(*) INTO STRICT NEW.round FROM governance_shutoff x
  WHERE (x.market, x.breakout, x.value) = (NEW.market, NEW.breakout, NEW.value);
  RETURN NEW;
END $$;
CREATE TRIGGER check_shutoff BEFORE INSERT ON governance_shutoff
  FOR EACH ROW EXECUTE FUNCTION governance_shutoff_check();
ALTER TABLE governance_shutoff ENABLE ALWAYS TRIGGER check_shutoff;

-- Who switched off or asks to switch on again does not sign for it.
CREATE FUNCTION governance_lift_signer_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM governance_liftask a JOIN governance_shutoff s ON s.id = a.shutoff_id
             WHERE a.digest = NEW.digest
               AND (NEW.person_id IN (a.asked_by_id, s.by_id)
                    OR EXISTS (SELECT 1 FROM governance_shutoffrepeat r
                               WHERE r.shutoff_id = s.id AND r.by_id = NEW.person_id))) THEN
    RAISE EXCEPTION 'whoever switched off or asks to switch on again does not sign'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_lift_signer BEFORE INSERT ON governance_signature
  FOR EACH ROW EXECUTE FUNCTION governance_lift_signer_check();
ALTER TABLE governance_signature ENABLE ALWAYS TRIGGER check_lift_signer;

CREATE FUNCTION governance_lift_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE asked governance_liftask; off governance_shutoff; persons integer; departments integer;
BEGIN
  PERFORM governance_epoch_lock();
  SELECT * INTO STRICT off FROM governance_shutoff WHERE id = NEW.shutoff_id;
  SELECT * INTO asked FROM governance_liftask WHERE id = NEW.ask_id AND shutoff_id = NEW.shutoff_id;
  IF asked.digest IS NULL OR NOT governance_stands('shutoff_lift', asked.digest) THEN
    RAISE EXCEPTION 'switching % on again lacks signatures', off.market USING ERRCODE = 'check_violation';
  END IF;
  IF EXISTS (SELECT 1 FROM governance_liftask a WHERE a.shutoff_id = off.id AND a.id > asked.id) THEN
    RAISE EXCEPTION 'something newer is asked about %', off.market USING ERRCODE = 'check_violation';
  END IF;
  IF asked.repeats <> (SELECT count(*) FROM governance_shutoffrepeat r WHERE r.shutoff_id = off.id) THEN
    RAISE EXCEPTION '% was switched off again after this was asked', off.market USING ERRCODE = 'check_violation';
  END IF;
  IF asked.content = '' OR asked.content <> governance_shown_again(off.market, off.breakout, off.value) THEN
    RAISE EXCEPTION 'what would be shown of % is not what was asked about', off.market
      USING ERRCODE = 'check_violation';
  END IF;
  -- Whatever the requirements say: two other persons, of two departments, who had just proven who they are.
  SELECT count(DISTINCT s.person_id), count(DISTINCT s.role) INTO persons, departments
  FROM governance_signature s
  WHERE s.digest = asked.digest AND s.verdict IN ('approve', 'except')
    AND s.person_id NOT IN (asked.asked_by_id, off.by_id)
    AND s.person_id NOT IN (SELECT r.by_id FROM governance_shutoffrepeat r WHERE r.shutoff_id = off.id)
    AND s.authenticated_at BETWEEN s.signed_at - interval '5 minutes' AND s.signed_at
    AND NOT EXISTS (SELECT 1 FROM governance_withdrawal w WHERE w.signature_id = s.id);
  IF persons < 2 OR departments < 2 THEN
    RAISE EXCEPTION 'switching % on again takes two other persons of two departments', off.market
      USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_lift BEFORE INSERT ON governance_shutofflift
  FOR EACH ROW EXECUTE FUNCTION governance_lift_check();
ALTER TABLE governance_shutofflift ENABLE ALWAYS TRIGGER check_lift;

SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'governance_shutoffreason', 'governance_shutoffrepeat', 'governance_liftask', 'governance_shutofflift']) AS t;

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['governance_shutofflift', 'governance_shutoffrepeat'] LOOP
    EXECUTE format('CREATE TRIGGER epoch AFTER INSERT ON %I'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION governance_epoch_advance()', t);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER epoch', t);
  END LOOP;
END $$;
"""

CATEGORIES = [
    ("data_quality", "data quality"), ("wrong_definition", "wrong definition"), ("legal_hold", "legal hold"),
    ("security", "security"), ("other", "other"), ("guard", "a guard tripped"),
]  # fmt: skip


def _key():
    return ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _person():
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
    )


def _one(to, name):
    return models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to)


def _many(to, name):
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name=name, to=to)


class Migration(migrations.Migration):

    dependencies = [("governance", "0011_standing_in")]

    operations = [
        migrations.AlterField("shutoff", "category", models.CharField(choices=CATEGORIES, max_length=20)),
        migrations.AddField("shutoff", "round", models.PositiveSmallIntegerField(db_default=0, default=0)),
        migrations.RemoveConstraint("shutoff", "off_once_per_scope_key"),
        migrations.AddConstraint(
            "shutoff",
            models.UniqueConstraint(
                fields=("market", "breakout", "value", "round"), name="off_once_per_scope_key_and_round"
            ),
        ),
        migrations.AddConstraint(
            "shutoff",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("breakout", "-"), ("value", "-")),
                    models.Q(("breakout", "carrier"), models.Q(("value__in", ["", "-"]), _negated=True)),
                    _connector="OR",
                ),
                name="shutoff_scope_key_is_one",
            ),
        ),
        migrations.CreateModel(
            name="ShutoffReason",
            fields=[
                _key(),
                ("reason", models.CharField(max_length=300)),
                ("given_at", models.DateTimeField()),
                ("given_by", _person()),
                ("shutoff", _one("governance.shutoff", "explained")),
            ],
        ),
        migrations.CreateModel(
            name="ShutoffRepeat",
            fields=[
                _key(),
                ("category", models.CharField(choices=CATEGORIES, max_length=20)),
                ("reason", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField()),
                ("by", _person()),
                ("shutoff", _many("governance.shutoff", "repeats")),
            ],
        ),
        migrations.CreateModel(
            name="LiftAsk",
            fields=[
                _key(),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("evidence", models.CharField(max_length=1000)),
                ("content", models.TextField()),
                ("repeats", models.PositiveIntegerField(default=0)),
                ("asked_at", models.DateTimeField()),
                ("asked_by", _person()),
                ("shutoff", _many("governance.shutoff", "asks")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("evidence", ""), _negated=True), name="lift_has_evidence"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ShutoffLift",
            fields=[
                _key(),
                ("lifted_at", models.DateTimeField()),
                ("ask", _one("governance.liftask", "lift")),
                ("shutoff", _one("governance.shutoff", "lift")),
            ],
        ),
        migrations.RunSQL(OFF_SINCE, migrations.RunSQL.noop),
        migrations.RunSQL(SHOWN_AGAIN, migrations.RunSQL.noop),
        migrations.RunSQL(REQUIRED, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
