"""Force majeure: append-only, and never signed by whoever declared it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GUARDS = """
SELECT governance_make_append_only(t::regclass)
FROM unnest(ARRAY['governance_forcemajeure', 'governance_majeurewithdrawal']) AS t;

CREATE FUNCTION governance_majeure_signer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM governance_forcemajeure f
             WHERE f.digest = NEW.digest AND f.declared_by_id = NEW.person_id) THEN
    RAISE EXCEPTION 'whoever declares force majeure does not sign it' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER check_majeure_signer BEFORE INSERT ON governance_signature
  FOR EACH ROW EXECUTE FUNCTION governance_majeure_signer();
ALTER TABLE governance_signature ENABLE ALWAYS TRIGGER check_majeure_signer;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='ForceMajeure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('carrier', models.CharField(blank=True, max_length=80)),
                ('destination', models.CharField(blank=True, max_length=80)),
                ('event', models.CharField(max_length=200)),
                ('evidence', models.CharField(max_length=1000)),
                ('declared_at', models.DateTimeField()),
                ('declared_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='governance.market')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='MajeureWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300)),
                ('withdrawn_at', models.DateTimeField()),
                ('majeure', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='governance.forcemajeure')),
                ('withdrawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='forcemajeure',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='majeure_ends_after_it_begins'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
