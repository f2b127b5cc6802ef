"""Metric versions: an immutable definition, identified by its digest."""

from django.conf import settings
from django.db import models

from governance.versions.states import VersionState


class MetricVersion(models.Model):
    """A definition of OTDR. Only `state` and `effective_from` may move; the database refuses the rest."""

    digest = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=40, unique=True)
    document = models.TextField()
    engine_digest = models.CharField(max_length=64)
    completeness_floor = models.DecimalField(max_digits=5, decimal_places=4)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    effective_from = models.DateField(null=True)

    class Meta:
        ordering = ["proposed_at"]

    def __str__(self) -> str:
        return self.name
