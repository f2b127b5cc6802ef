"""Metric versions: an immutable definition, identified by its digest, and what was said about its change."""

from django.conf import settings
from django.db import models

from governance.versions.states import VersionState


class MetricVersion(models.Model):
    """A definition of OTDR. Its content never changes; the database lets only its life move.

    `reason` is the proposer's, of why the definition changes. A version is in effect from
    `effective_from` to the day before `retired_from`, when `successor`, if there is one, takes over.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=40, unique=True)
    document = models.TextField()
    engine_digest = models.CharField(max_length=64)
    completeness_floor = models.DecimalField(max_digits=5, decimal_places=4)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")
    state = models.CharField(max_length=12, choices=VersionState.choices, default=VersionState.DRAFT)
    effective_from = models.DateField(null=True)
    retired_from = models.DateField(null=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="predecessors")

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="effective"), name="one_version_takes_effect"
            ),
            models.CheckConstraint(
                condition=models.Q(retired_from=None)
                | models.Q(retired_from__gte=models.F("effective_from")),
                name="version_ends_not_before_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VersionDisclosure(models.Model):
    """What the approvers of a version are told of the change: difference, reason, effect. Of a version
    that was submitted more than once, the newest row is the one its request is about."""

    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT, related_name="disclosures")
    digest = models.CharField(max_length=64)
    against = models.ForeignKey(MetricVersion, on_delete=models.PROTECT, null=True, related_name="+")
    difference = models.TextField()
    reason = models.TextField()
    effect = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.version_id[:8]} {self.digest[:8]}"
