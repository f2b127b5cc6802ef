"""Periods closed for the books, and what changed after they were. No counts: vintages hold those."""

from django.conf import settings
from django.db import models

from governance.models import MetricVersion
from metrics.recompute.models import Run


class PeriodLock(models.Model):
    """A market's ISO week, locked as one vintage tells it. `root` is that week's root in the vintage.

    A later lock of the same week stands in for the earlier one; both stay readable.
    """

    market = models.CharField(max_length=8)
    week = models.DateField()
    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT)
    vintage = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["market", "week", "version", "root"], name="locked_once_as_it_is")
        ]

    def __str__(self) -> str:
        return f"{self.market} {self.week}"


class Restatement(models.Model):
    """New data changed a locked week: another vintage tells it from now on, the locked one stays.

    `causes` are the numbers of the batches that brought the change; `days` are the promise days (ISO)
    whose slices differ. Old and new integers are those of the lock's vintage and of this one.
    """

    lock = models.ForeignKey(PeriodLock, on_delete=models.PROTECT, related_name="restatements")
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="+")
    vintage = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    causes = models.JSONField(default=list)
    days = models.JSONField(default=list)
    found_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["lock", "root"], name="one_restatement_per_lock_and_root")
        ]

    def __str__(self) -> str:
        return f"restatement {self.pk} of {self.lock}"
