"""A scope decision is about a whole market, or about all carriers of one: no other scope key is decided."""

from django.db import migrations, models

WHOLE = models.Q(breakout="-", value="-")
CARRIERS = models.Q(breakout="carrier", value="*")


class Migration(migrations.Migration):

    dependencies = [("governance", "0012_killswitch")]

    operations = [
        migrations.AddConstraint(
            "scopedecision",
            models.CheckConstraint(condition=WHOLE | CARRIERS, name="scope_key_is_known"),
        ),
    ]
