"""What a market (or a breakout of it) may be: certified, known issue, excluded, or nothing yet."""

from django.conf import settings
from django.db import models

from governance.markets.models import Market
from governance.scope.states import ScopeState
from governance.versions.models import MetricVersion

WHOLE = "-"
CARRIER = "carrier"
EVERY = "*"
# A scope key below the market: the breakout's name, and of which values it speaks.
BREAKOUTS = {CARRIER: EVERY}


class ScopeDecision(models.Model):
    """One decision for one scope key. The newest row of a key is the one in force.

    `plan` says what becomes of a known issue and `owner` who answers for it; `effect` is the digest of the
    table that said what the roll-up is with and without the markets decided.
    """

    market = models.ForeignKey(Market, on_delete=models.PROTECT)
    breakout = models.CharField(max_length=20, default=WHOLE)
    value = models.CharField(max_length=80, default=WHOLE)
    state = models.CharField(max_length=12, choices=ScopeState.choices)
    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT)
    vintage = models.CharField(max_length=64)
    through = models.DateField()
    disclosure = models.CharField(max_length=300, blank=True)
    guard = models.TextField()
    reason = models.CharField(max_length=300, blank=True)
    review_on = models.DateField(null=True)
    plan = models.CharField(max_length=300, blank=True, default="", db_default="")
    owner = models.CharField(max_length=120, blank=True, default="", db_default="")
    effect = models.CharField(max_length=64, blank=True, default="", db_default="")
    digest = models.CharField(max_length=64, db_index=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["market", "breakout", "value", "-id"], name="scope_newest_of_key")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(breakout=WHOLE, value=WHOLE) | models.Q(breakout=CARRIER, value=EVERY),
                name="scope_key_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.market_id} {self.state}"
