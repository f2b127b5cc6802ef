"""Force majeure: an overlay beside the headline, never a way out of it. Rows are added, never changed."""

from django.conf import settings
from django.db import models

from governance.markets.models import Market


class ForceMajeure(models.Model):
    """One declared event: whose shipments promised on which days it touched, with its evidence.

    It counts only while Legal's signature stands over its digest and nobody withdrew it.
    """

    digest = models.CharField(max_length=64, unique=True)
    market = models.ForeignKey(Market, on_delete=models.PROTECT)
    since = models.DateField()
    until = models.DateField()
    # Empty means all of the market's.
    carrier = models.CharField(max_length=80, blank=True)
    destination = models.CharField(max_length=80, blank=True)
    event = models.CharField(max_length=200)
    evidence = models.CharField(max_length=1000)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="majeure_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"FM-{self.pk}"


class MajeureWithdrawal(models.Model):
    """The declaration no longer counts from this row's commit on; for the same days a new one is needed."""

    majeure = models.OneToOneField(ForceMajeure, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=300)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.majeure} withdrawn"
