"""The launch, its seats, verdicts, decisions and checks: append-only, and only who sits there speaks."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'governance_launch', 'governance_launchplan', 'governance_seat', 'governance_seatdeputy',
  'governance_verdict', 'governance_launchdecision', 'governance_launchcheck']) AS t;

-- Is this an open account of a person that holds the role?
CREATE FUNCTION governance_person_holds(wanted bigint, wanted_role text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT EXISTS (
    SELECT 1 FROM governance_user u JOIN governance_user_groups m ON m.user_id = u.id
    JOIN auth_group g ON g.id = m.group_id
    WHERE u.id = wanted AND u.is_active AND NOT u.is_system AND g.name = wanted_role)
$$;

-- May this person speak for a seat at a moment: as its newest holder, or as the deputy named last?
CREATE FUNCTION governance_speaks(wanted_launch bigint, wanted_seat text, wanted bigint, moment timestamptz)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
  SELECT coalesce((
    SELECT governance_person_holds(wanted, s.role) AND (s.holder_id = wanted OR coalesce((
      SELECT d.deputy_id = wanted AND (moment AT TIME ZONE 'UTC')::date BETWEEN d.since AND d.until
      FROM governance_seatdeputy d WHERE d.seat_id = s.id ORDER BY d.id DESC LIMIT 1), false))
    FROM governance_seat s WHERE s.launch_id = wanted_launch AND s.name = wanted_seat
    ORDER BY s.id DESC LIMIT 1), false)
$$;

CREATE FUNCTION governance_seat_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.role IS DISTINCT FROM (CASE NEW.name
      WHEN 'data_engineering' THEN 'data_engineer' WHEN 'data_science' THEN 'data_owner' ELSE NEW.name END) THEN
    RAISE EXCEPTION 'the seat % does not take the role %', NEW.name, NEW.role USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.holder_id = NEW.given_by_id THEN
    RAISE EXCEPTION 'nobody gives a seat to themself' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT (governance_person_holds(NEW.given_by_id, 'admin') OR governance_person_holds(NEW.given_by_id, 'dpm')) THEN
    RAISE EXCEPTION 'a seat is given by an admin or the DPM' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NOT governance_person_holds(NEW.holder_id, NEW.role) THEN
    RAISE EXCEPTION 'the seat % takes the role %', NEW.name, NEW.role USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION governance_seat_deputy_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
DECLARE held governance_seat;
BEGIN
  SELECT * INTO STRICT held FROM governance_seat WHERE id = NEW.seat_id;
  IF NEW.named_by_id <> held.holder_id AND NOT governance_person_holds(NEW.named_by_id, 'admin') THEN
    RAISE EXCEPTION 'a deputy is named by the holder or an admin' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.deputy_id IS NOT NULL
     AND (NEW.deputy_id = held.holder_id OR NOT governance_person_holds(NEW.deputy_id, held.role)) THEN
    RAISE EXCEPTION 'a deputy is somebody else who holds the role %', held.role
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION governance_verdict_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NEW.seat = 'dpm' THEN
    RAISE EXCEPTION 'the chair decides and gives no verdict' USING ERRCODE = 'check_violation';
  END IF;
  IF NOT governance_speaks(NEW.launch_id, NEW.seat, NEW.person_id, NEW.given_at) THEN
    RAISE EXCEPTION 'only its holder or acting deputy speaks for the seat %', NEW.seat
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;

-- The unique constraints let one decision follow another once; here, that it is of the same launch.
CREATE FUNCTION governance_launch_decision_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT governance_speaks(NEW.launch_id, 'dpm', NEW.decided_by_id, NEW.decided_at) THEN
    RAISE EXCEPTION 'only the chair or its acting deputy decides' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM governance_launchdecision d
      WHERE d.id = NEW.supersedes_id AND d.launch_id = NEW.launch_id AND d.id <> NEW.id) THEN
    RAISE EXCEPTION 'a decision supersedes one of the same launch' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.digest <> encode(sha256(convert_to(NEW.content, 'UTF8')), 'hex') THEN
    RAISE EXCEPTION 'the fingerprint is of another content' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION governance_launch_check_check() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM governance_launchdecision d
                 WHERE d.id = NEW.decision_id AND d.launch_id = NEW.launch_id) THEN
    RAISE EXCEPTION 'a check is of a decision of the same launch' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;

DO $$
DECLARE pair text[];
BEGIN
  FOREACH pair SLICE 1 IN ARRAY ARRAY[
    ['governance_seat', 'governance_seat_check'], ['governance_seatdeputy', 'governance_seat_deputy_check'],
    ['governance_verdict', 'governance_verdict_check'],
    ['governance_launchdecision', 'governance_launch_decision_check'],
    ['governance_launchcheck', 'governance_launch_check_check']] LOOP
    EXECUTE format('CREATE TRIGGER check_who BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION %I()', pair[1], pair[2]);
    EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER check_who', pair[1]);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0003_force_majeure'),
    ]

    operations = [
        migrations.CreateModel(
            name='Launch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80, unique=True)),
                ('planned_at', models.DateTimeField()),
                ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='LaunchDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('launch_full', 'Launch full'), ('launch_partial', 'Launch partial'), ('launch_with_disclosure', 'Launch with disclosure'), ('block', 'Block')], max_length=24)),
                ('reason', models.CharField(max_length=1000)),
                ('content', models.TextField()),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('decided_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('launch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='governance.launch')),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='superseded_by', to='governance.launchdecision')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='LaunchCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gates', models.TextField()),
                ('held', models.TextField(default='[]')),
                ('checked_at', models.DateTimeField()),
                ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('launch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='governance.launch')),
                ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='governance.launchdecision')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='LaunchPlan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('review_on', models.DateField()),
                ('starts_at', models.TimeField()),
                ('calendar', models.CharField(max_length=200)),
                ('markets', models.CharField(max_length=300)),
                ('certify_days', models.PositiveSmallIntegerField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('planned_at', models.DateTimeField()),
                ('launch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='plans', to='governance.launch')),
                ('planned_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(choices=[('dpm', 'DPM'), ('finance', 'Finance'), ('legal', 'Legal'), ('logistics', 'Logistics'), ('bizops', 'BizOps'), ('data_engineering', 'Data Engineering'), ('data_science', 'Data Science')], max_length=20)),
                ('role', models.CharField(max_length=20)),
                ('given_at', models.DateTimeField()),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('holder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('launch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='seats', to='governance.launch')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='SeatDeputy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('reason', models.CharField(max_length=300)),
                ('named_at', models.DateTimeField()),
                ('deputy', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('seat', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deputies', to='governance.seat')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seat', models.CharField(choices=[('dpm', 'DPM'), ('finance', 'Finance'), ('legal', 'Legal'), ('logistics', 'Logistics'), ('bizops', 'BizOps'), ('data_engineering', 'Data Engineering'), ('data_science', 'Data Science')], max_length=20)),
                ('verdict', models.CharField(choices=[('go', 'Go'), ('go_with_conditions', 'Go, if'), ('no_go', 'No-go')], max_length=20)),
                ('reason', models.CharField(blank=True, max_length=1000)),
                ('conditions', models.TextField(default='[]')),
                ('appeals', models.BooleanField()),
                ('given_at', models.DateTimeField()),
                ('launch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='verdicts', to='governance.launch')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='launchdecision',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='decision_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='launchdecision',
            constraint=models.UniqueConstraint(condition=models.Q(('supersedes', None)), fields=('launch',), name='one_first_decision_of_a_launch'),
        ),
        migrations.AddIndex(
            model_name='seat',
            index=models.Index(fields=['launch', 'name', '-id'], name='newest_row_of_a_seat'),
        ),
        migrations.AddConstraint(
            model_name='seatdeputy',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='seat_deputy_ends_after_it_begins'),
        ),
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(fields=['launch', 'seat', '-id'], name='newest_verdict_of_a_seat'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(('verdict', 'go'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='verdict_reason_unless_go'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('conditions__startswith', '[{'), ('verdict', 'go_with_conditions')), models.Q(models.Q(('verdict', 'go_with_conditions'), _negated=True), ('conditions', '[]')), _connector='OR'), name='conditions_where_go_depends_on_them'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
