"""Who held what when, deputies, tokens: rows that are added and never changed. And the shared cache."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


GUARDS = """
SELECT governance_make_append_only(t::regclass) FROM unnest(ARRAY[
  'governance_rolegrant', 'governance_rolerevocation', 'governance_deputy', 'governance_deputywithdrawal',
  'governance_token', 'governance_tokenrevocation']) AS t;
"""

# Used codes and counts of attempts, the same for every web process; as Django's createcachetable makes it.
CACHE = """
CREATE TABLE otdr_cache (
  cache_key varchar(255) PRIMARY KEY,
  value text NOT NULL,
  expires timestamptz NOT NULL
);
CREATE INDEX otdr_cache_expires ON otdr_cache (expires);
"""


def what_is_held(apps, schema_editor):
    """The roles held before their history was kept, from the day each account was made."""
    alias = schema_editor.connection.alias
    users = apps.get_model("governance", "User").objects.using(alias)
    system = users.get(username="system")
    grants = apps.get_model("governance", "RoleGrant").objects.using(alias)
    for user in users.prefetch_related("groups"):
        for group in user.groups.all():
            grants.create(
                person=user, role=group.name, given_at=user.date_joined, given_by=system,
                reason="Held when this history began.",
            )


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0009_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Deputy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('since', models.DateField()),
                ('until', models.DateField()),
                ('reason', models.CharField(max_length=300)),
                ('named_at', models.DateTimeField()),
                ('deputy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stands_in', to=settings.AUTH_USER_MODEL)),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deputies', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='DeputyWithdrawal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('withdrawn_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=300)),
                ('deputyship', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='governance.deputy')),
                ('withdrawn_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RoleGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(max_length=20)),
                ('given_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('given_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='RoleRevocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revoked_at', models.DateTimeField()),
                ('reason', models.CharField(max_length=300)),
                ('grant', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='revocation', to='governance.rolegrant')),
                ('revoked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Token',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('prefix', models.CharField(max_length=8, unique=True)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('scopes', models.CharField(max_length=100)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='TokenRevocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('revoked_at', models.DateTimeField()),
                ('revoked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('token', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='revocation', to='governance.token')),
            ],
        ),
        migrations.AddConstraint(
            model_name='deputy',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='deputy_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='deputy',
            constraint=models.CheckConstraint(condition=models.Q(('person', models.F('deputy')), _negated=True), name='deputy_is_another'),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
        migrations.RunPython(what_is_held, migrations.RunPython.noop),
        migrations.RunSQL(CACHE, "DROP TABLE otdr_cache"),
    ]
