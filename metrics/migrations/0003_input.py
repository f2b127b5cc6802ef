"""Four kinds of input; a delivery is the same only when bytes, mapping and completed days are."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('metrics', '0002_guards'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='batch',
            name='same_file_accepted_once',
        ),
        migrations.AddField(
            model_name='batch',
            name='closes_from',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='batch',
            name='closes_until',
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name='batch',
            name='mapping',
            field=models.CharField(blank=True, default='', max_length=64),
        ),
        migrations.AlterField(
            model_name='batch',
            name='kind',
            field=models.CharField(choices=[('promises', 'promises'), ('events', 'events'), ('contacts', 'contacts'), ('carriers', 'carriers')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'accepted')), fields=('kind', 'digest', 'mapping', 'closes_from', 'closes_until'), name='same_delivery_accepted_once', nulls_distinct=False),
        ),
    ]
