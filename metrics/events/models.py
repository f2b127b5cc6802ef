"""Batches: one delivery of input each, with what was refused and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop


class Batch(models.Model):
    """One file taken whole, or refused whole. Its digest is the file's SHA-256.

    `mapping` is the digest of the mapping it was read with; empty for the contract's own layout. `codes`
    is the digest of the carriers' own event codes known then; empty when there were none.
    The days from `closes_from` to `closes_until` (both included) are those its feed completes.
    """

    class Kind(models.TextChoices):
        PROMISES = "promises", gettext_noop("promises")
        EVENTS = "events", gettext_noop("events")
        CONTACTS = "contacts", gettext_noop("contacts")
        CARRIERS = "carriers", gettext_noop("carriers")

    class State(models.TextChoices):
        ACCEPTED = "accepted", gettext_noop("accepted")
        REFUSED = "refused", gettext_noop("refused")

    digest = models.CharField(max_length=64)
    mapping = models.CharField(max_length=64, blank=True, default="")
    codes = models.CharField(max_length=64, blank=True, default="")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    filename = models.CharField(max_length=255)
    source = models.CharField(max_length=10, default="live")
    state = models.CharField(max_length=10, choices=State.choices)
    problem = models.TextField(blank=True)
    rows = models.BigIntegerField(default=0)
    accepted = models.BigIntegerField(default=0)
    quarantined = models.BigIntegerField(default=0)
    reasons = models.JSONField(default=dict)
    closes_from = models.DateField(null=True)
    closes_until = models.DateField(null=True)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "digest", "mapping", "codes", "closes_from", "closes_until"],
                condition=models.Q(state="accepted"),
                nulls_distinct=False,
                name="same_delivery_accepted_once",
            )
        ]

    def __str__(self) -> str:
        return f"batch {self.pk} ({self.filename})"


class QuarantinedRow(models.Model):
    """A row that could not be used: where it stood in the file, and why."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="quarantine")
    line = models.BigIntegerField()
    reason = models.CharField(max_length=60)

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line} {self.reason}"
