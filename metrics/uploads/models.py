"""Uploads: files that came over HTTP, on their way to a batch."""

import uuid

from django.conf import settings
from django.db import models

from metrics.events.models import Batch
from metrics.uploads.states import UploadState


class Upload(models.Model):
    """A file that came over HTTP and how far it has got. Its bytes lie in the spool until it ends.

    `asked` is the digest of the bytes and of everything said with them: the same key with another one is
    another request. `ignored` are columns not to be read, `mapping` is YAML, `manifest` the SHA-256 of
    the manifest sent along. `bytes_read` of `size` were read when somebody last looked. When it is done,
    `batch` is what it became, or (`is_repeat`) what the same delivery had become before.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=Batch.Kind.choices)
    source = models.CharField(max_length=10, default="live")
    filename = models.CharField(max_length=255)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    asked = models.CharField(max_length=64)
    key = models.CharField(max_length=255, blank=True, default="")
    closes_from = models.DateField(null=True)
    closes_until = models.DateField(null=True)
    ignored = models.JSONField(default=list)
    mapping = models.TextField(blank=True, default="")
    manifest = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    bytes_read = models.BigIntegerField(default=0)
    problem = models.TextField(blank=True, default="")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="uploads")
    is_repeat = models.BooleanField(default=False)
    received_at = models.DateTimeField()
    received_from = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["received_from", "key"], condition=~models.Q(key=""), name="one_upload_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"upload {self.pk} ({self.filename})"
