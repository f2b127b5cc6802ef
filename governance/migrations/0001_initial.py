

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False)),
                ('recorded_at', models.DateTimeField()),
                ('claimed_at', models.DateTimeField(null=True)),
                ('actor', models.CharField(max_length=150)),
                ('action', models.CharField(max_length=60)),
                ('subject', models.CharField(max_length=200)),
                ('payload', models.TextField()),
                ('prev_hash', models.CharField(max_length=64, unique=True)),
                ('hash', models.CharField(max_length=64, unique=True)),
            ],
            options={
                'db_table': 'governance_ledger',
                'ordering': ['seq'],
            },
        ),
        migrations.CreateModel(
            name='Epoch',
            fields=[
                ('id', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('value', models.BigIntegerField()),
            ],
            options={
                'db_table': 'governance_epoch',
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
            ],
            options={
                'db_table': 'governance_ledger_head',
            },
        ),
        migrations.CreateModel(
            name='Market',
            fields=[
                ('code', models.CharField(max_length=8, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('zone', models.CharField(max_length=64)),
                ('priority', models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                'ordering': ['priority', 'code'],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('is_system', models.BooleanField(default=False)),
                ('is_demo', models.BooleanField(default=False)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='MetricVersion',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40, unique=True)),
                ('document', models.TextField()),
                ('engine_digest', models.CharField(max_length=64)),
                ('completeness_floor', models.DecimalField(decimal_places=4, max_digits=5)),
                ('proposed_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('draft', 'draft'), ('in_review', 'in review'), ('approved', 'approved'), ('effective', 'effective'), ('retired', 'retired')], default='draft', max_length=12)),
                ('effective_from', models.DateField(null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['proposed_at'],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('content', models.TextField()),
                ('through', models.DateField()),
                ('as_of', models.DateTimeField()),
                ('published_at', models.DateTimeField()),
                ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='governance.metricversion')),
            ],
            options={
                'ordering': ['-number'],
            },
        ),
        migrations.CreateModel(
            name='Requirement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=20)),
                ('role', models.CharField(max_length=20)),
                ('count', models.PositiveSmallIntegerField(default=1)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('act', 'role'), name='one_requirement_per_act_and_role'), models.CheckConstraint(condition=models.Q(('count__gte', 1)), name='requirement_at_least_one')],
            },
        ),
        migrations.CreateModel(
            name='SignoffRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(max_length=20)),
                ('summary', models.CharField(max_length=300)),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SignoffLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('subject', models.CharField(max_length=120)),
                ('request', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='governance.signoffrequest')),
            ],
        ),
        migrations.CreateModel(
            name='PublicationLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('breakout', models.CharField(default='-', max_length=20)),
                ('value', models.CharField(default='-', max_length=80)),
                ('vintage', models.CharField(max_length=64)),
                ('decision', models.CharField(blank=True, max_length=64)),
                ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='governance.market')),
                ('publication', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='governance.publication')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('publication', 'market', 'breakout', 'value'), name='scope_key_once_per_publication')],
            },
        ),
        migrations.CreateModel(
            name='ScopeDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('breakout', models.CharField(default='-', max_length=20)),
                ('value', models.CharField(default='-', max_length=80)),
                ('state', models.CharField(choices=[('certified', 'certified'), ('known_issue', 'known issue'), ('excluded', 'excluded')], max_length=12)),
                ('vintage', models.CharField(max_length=64)),
                ('through', models.DateField()),
                ('disclosure', models.CharField(blank=True, max_length=300)),
                ('guard', models.TextField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('review_on', models.DateField(null=True)),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('decided_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='governance.market')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='governance.metricversion')),
            ],
            options={
                'indexes': [models.Index(fields=['market', 'breakout', 'value', '-id'], name='scope_newest_of_key')],
            },
        ),
        migrations.CreateModel(
            name='Shutoff',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('market', models.CharField(max_length=8)),
                ('breakout', models.CharField(default='-', max_length=20)),
                ('value', models.CharField(default='-', max_length=80)),
                ('category', models.CharField(choices=[('data_quality', 'data quality'), ('wrong_definition', 'wrong definition'), ('legal_hold', 'legal hold'), ('security', 'security'), ('other', 'other')], max_length=20)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('market', 'breakout', 'value'), name='off_once_per_scope_key')],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(db_index=True, max_length=64)),
                ('role', models.CharField(max_length=20)),
                ('verdict', models.CharField(choices=[('approve', 'approve'), ('reject', 'reject')], max_length=10)),
                ('statement', models.CharField(max_length=500)),
                ('signed_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('line', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='governance.signoffline')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('digest', 'person'), name='one_answer_per_person_and_digest')],
            },
        ),
        migrations.AddConstraint(
            model_name='signoffline',
            constraint=models.UniqueConstraint(fields=('request', 'digest'), name='digest_once_per_request'),
        ),
    ]
