"""Assessments as they were made: what evidence in a case names, and what its pages are drawn from."""

from django.db import models


class Assessment(models.Model):
    """One answer of the triage engine, under the SHA-256 of its text. Reached under `otdr_ops` only.

    `version` is the digest of the metric version it counted by, `as_of` up to when it looked.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    market = models.CharField(max_length=8)
    first_week = models.DateField()
    last_week = models.DateField()
    as_of = models.DateTimeField()
    version = models.CharField(max_length=64)
    content = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["market", "-as_of"], name="assessments_of_market")]

    def __str__(self) -> str:
        return self.digest[:16]
