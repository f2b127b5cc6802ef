"""A scope decision names the plan, who answers for it, and the effect table it was made on."""

from django.db import migrations, models


def _text(length):
    # With a default of the database too, so that a row written around the models is as good.
    return models.CharField(max_length=length, blank=True, default="", db_default="")


class Migration(migrations.Migration):

    dependencies = [("governance", "0006_guard")]

    operations = [
        migrations.AddField("scopedecision", "plan", _text(300)),
        migrations.AddField("scopedecision", "owner", _text(120)),
        migrations.AddField("scopedecision", "effect", _text(64)),
    ]
