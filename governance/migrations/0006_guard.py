"""A publication's line says of which moment its vintage is, and whether a newer one is held back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("governance", "0005_signatures")]

    operations = [
        migrations.AddField("publicationline", "through", models.DateField(null=True)),
        migrations.AddField("publicationline", "as_of", models.DateTimeField(null=True)),
        migrations.AddField("publicationline", "is_held", models.BooleanField(default=False)),
    ]
