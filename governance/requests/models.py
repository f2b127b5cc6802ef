"""What somebody asks to be shown more of the metric, what it would take, what was decided market by market.

Rows are added, never changed. No figure is kept here: an assessment is named by a digest, and said in words.
"""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop

from governance.markets.models import Market


class MetricRequest(models.Model):
    """One request: what is asked for, of which markets (canonical JSON), and what it is for."""

    title = models.CharField(max_length=120)
    asks = models.CharField(max_length=500)
    purpose = models.CharField(max_length=500)
    breakout = models.CharField(max_length=20, default="carrier")
    markets = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(asks="") & ~models.Q(purpose=""),
                name="request_says_what_and_what_for",
            )
        ]

    def __str__(self) -> str:
        return f"R-{self.pk}"

    @property
    def codes(self) -> tuple[str, ...]:
        """The markets asked for, in the order asked."""
        return tuple(json.loads(self.markets))


class RequestImpact(models.Model):
    """What granting a request would do: the digest of the filed table, and sentences without a figure
    (canonical JSON: market, or empty for all, to sentence). The newest of a request counts."""

    request = models.ForeignKey(MetricRequest, on_delete=models.PROTECT, related_name="impacts")
    table = models.CharField(max_length=64)
    sentences = models.TextField()
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assessed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"assessment of R-{self.request_id}"

    @property
    def said(self) -> tuple[tuple[str, str], ...]:
        """(market code or nothing, sentence), in order."""
        return tuple((code, text) for code, text in json.loads(self.sentences))


class RequestAnswer(models.Model):
    """What was decided about one market of a request, on one assessment. The newest of a market counts."""

    class Word(models.TextChoices):
        YES = "yes", gettext_noop("Yes")
        NOT_YET = "not_yet", gettext_noop("Not yet")
        NO = "no", gettext_noop("No")

    request = models.ForeignKey(MetricRequest, on_delete=models.PROTECT, related_name="answers")
    impact = models.ForeignKey(RequestImpact, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=8, choices=Word.choices)
    condition = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="request_answer_has_a_reason"),
            models.CheckConstraint(
                condition=(models.Q(answer="not_yet") & ~models.Q(condition=""))
                | (~models.Q(answer="not_yet") & models.Q(condition="")),
                name="not_yet_names_its_condition",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.market_id} in R-{self.request_id}"
