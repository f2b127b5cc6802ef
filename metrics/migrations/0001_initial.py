

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('governance', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Pin',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('files', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='Vintage',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('version', models.CharField(max_length=64)),
                ('market', models.CharField(max_length=8)),
                ('slices', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('promises', 'promises'), ('events', 'events')], max_length=10)),
                ('filename', models.CharField(max_length=255)),
                ('source', models.CharField(default='live', max_length=10)),
                ('state', models.CharField(choices=[('accepted', 'accepted'), ('refused', 'refused')], max_length=10)),
                ('problem', models.TextField(blank=True)),
                ('rows', models.BigIntegerField(default=0)),
                ('accepted', models.BigIntegerField(default=0)),
                ('quarantined', models.BigIntegerField(default=0)),
                ('reasons', models.JSONField(default=dict)),
                ('taken_at', models.DateTimeField()),
                ('taken_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='LakeFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=300, unique=True)),
                ('kind', models.CharField(max_length=10)),
                ('market', models.CharField(max_length=8)),
                ('rows', models.BigIntegerField()),
                ('size', models.BigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='metrics.batch')),
            ],
        ),
        migrations.CreateModel(
            name='QuarantinedRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('line', models.BigIntegerField()),
                ('reason', models.CharField(max_length=60)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='quarantine', to='metrics.batch')),
            ],
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('spec', models.TextField()),
                ('as_of', models.DateTimeField()),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('done', 'done'), ('failed', 'failed')], default='queued', max_length=8)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('queued_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('slices_read', models.PositiveIntegerField(default=0)),
                ('slices_changed', models.PositiveIntegerField(default=0)),
                ('problem', models.TextField(blank=True)),
                ('pin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='metrics.pin')),
                ('queued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='governance.metricversion')),
            ],
            options={
                'ordering': ['queued_at'],
            },
        ),
        migrations.CreateModel(
            name='RunVintage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('market', models.CharField(max_length=8)),
                ('vintage', models.CharField(max_length=64)),
                ('slices', models.PositiveIntegerField()),
                ('new_slices', models.PositiveIntegerField()),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='vintages', to='metrics.run')),
            ],
        ),
        migrations.CreateModel(
            name='Slice',
            fields=[
                ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('version', models.CharField(max_length=64)),
                ('market', models.CharField(max_length=8)),
                ('day', models.DateField()),
                ('week', models.DateField()),
                ('due', models.BigIntegerField()),
                ('on_time', models.BigIntegerField()),
                ('late', models.BigIntegerField()),
                ('pending', models.BigIntegerField()),
                ('unknown', models.BigIntegerField()),
                ('not_due', models.JSONField(default=dict)),
                ('matures_at', models.DateTimeField(null=True)),
                ('inputs', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('due', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('on_time'), '+', models.F('late')), '+', models.F('pending')), '+', models.F('unknown')))), name='slice_counts_add_up')],
            },
        ),
        migrations.CreateModel(
            name='Cell',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('carrier', models.CharField(max_length=64)),
                ('lane', models.CharField(max_length=140)),
                ('due', models.BigIntegerField()),
                ('on_time', models.BigIntegerField()),
                ('late', models.BigIntegerField()),
                ('pending', models.BigIntegerField()),
                ('unknown', models.BigIntegerField()),
                ('slice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cells', to='metrics.slice')),
            ],
        ),
        migrations.CreateModel(
            name='VintageSlice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('slice', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='metrics.slice')),
                ('vintage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leaves', to='metrics.vintage')),
            ],
        ),
        migrations.CreateModel(
            name='VintageWeek',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('week', models.DateField()),
                ('due', models.BigIntegerField()),
                ('on_time', models.BigIntegerField()),
                ('late', models.BigIntegerField()),
                ('pending', models.BigIntegerField()),
                ('unknown', models.BigIntegerField()),
                ('no_promise', models.BigIntegerField()),
                ('matures_at', models.DateTimeField(null=True)),
                ('vintage', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='weeks', to='metrics.vintage')),
            ],
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'accepted')), fields=('kind', 'digest'), name='same_file_accepted_once'),
        ),
        migrations.AddIndex(
            model_name='lakefile',
            index=models.Index(fields=['market', 'kind'], name='lake_by_market_and_kind'),
        ),
        migrations.AddConstraint(
            model_name='runvintage',
            constraint=models.UniqueConstraint(fields=('run', 'market'), name='one_vintage_per_run_and_market'),
        ),
        migrations.AddConstraint(
            model_name='cell',
            constraint=models.UniqueConstraint(fields=('slice', 'carrier', 'lane'), name='cell_once_per_slice'),
        ),
        migrations.AddConstraint(
            model_name='cell',
            constraint=models.CheckConstraint(condition=models.Q(('due', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('on_time'), '+', models.F('late')), '+', models.F('pending')), '+', models.F('unknown')))), name='cell_counts_add_up'),
        ),
        migrations.AddConstraint(
            model_name='vintageslice',
            constraint=models.UniqueConstraint(fields=('vintage', 'day'), name='one_slice_per_vintage_and_day'),
        ),
        migrations.AddConstraint(
            model_name='vintageweek',
            constraint=models.UniqueConstraint(fields=('vintage', 'week'), name='one_sum_per_vintage_and_week'),
        ),
    ]
