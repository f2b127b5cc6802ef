"""Uploads: files that came over HTTP, on their way to a batch."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("metrics", "0003_input"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(choices=[("promises", "promises"), ("events", "events"), ("contacts", "contacts"), ("carriers", "carriers")], max_length=10)),
                ("source", models.CharField(default="live", max_length=10)),
                ("filename", models.CharField(max_length=255)),
                ("size", models.BigIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("asked", models.CharField(max_length=64)),
                ("key", models.CharField(blank=True, default="", max_length=255)),
                ("closes_from", models.DateField(null=True)),
                ("closes_until", models.DateField(null=True)),
                ("ignored", models.JSONField(default=list)),
                ("mapping", models.TextField(blank=True, default="")),
                ("manifest", models.CharField(blank=True, default="", max_length=64)),
                ("state", models.CharField(choices=[("waiting", "waiting"), ("reading", "reading"), ("done", "done"), ("refused", "refused")], default="waiting", max_length=10)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("bytes_read", models.BigIntegerField(default=0)),
                ("problem", models.TextField(blank=True, default="")),
                ("is_repeat", models.BooleanField(default=False)),
                ("received_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("batch", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="uploads", to="metrics.batch")),
                ("received_from", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"ordering": ["received_at"]},
        ),
        migrations.AddConstraint(
            model_name="upload",
            constraint=models.UniqueConstraint(condition=models.Q(("key", ""), _negated=True), fields=("received_from", "key"), name="one_upload_per_key"),
        ),
    ]
