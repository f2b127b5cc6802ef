"""Uses of the kill switch. A row is in effect from its commit on; there is no way round the gate back."""

from django.conf import settings
from django.db import models

GLOBAL = "global"


class Shutoff(models.Model):
    """One use: a market, a breakout or everything (`global`) is off from this row's commit on."""

    class Category(models.TextChoices):
        DATA_QUALITY = "data_quality", "data quality"
        WRONG_DEFINITION = "wrong_definition", "wrong definition"
        LEGAL_HOLD = "legal_hold", "legal hold"
        SECURITY = "security", "security"
        OTHER = "other", "other"

    market = models.CharField(max_length=8)
    breakout = models.CharField(max_length=20, default="-")
    value = models.CharField(max_length=80, default="-")
    category = models.CharField(max_length=20, choices=Category.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["market", "breakout", "value"], name="off_once_per_scope_key")
        ]

    def __str__(self) -> str:
        return f"{self.market} off"
