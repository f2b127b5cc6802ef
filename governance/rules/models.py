"""What is fixed before values are seen: the target, and a rule as wary of too good as of too bad."""

from django.conf import settings
from django.db import models


class ScopeRule(models.Model):
    """How far a week may stand from the median of the weeks before it, in either direction.

    The newest row is in force. It speaks about weeks first computed after it was set; so nobody can bend
    it to a number they have seen.
    """

    max_points = models.DecimalField(max_digits=5, decimal_places=2)
    weeks = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(max_points__gt=0), name="rule_points_above_nought"),
            models.CheckConstraint(condition=models.Q(weeks__gte=3), name="rule_three_weeks_at_least"),
        ]

    def __str__(self) -> str:
        return f"within {self.max_points} points of the median of {self.weeks} weeks, up or down"


class Target(models.Model):
    """What the headline should reach, in per cent, from a Monday on. The newest row that holds counts."""

    percent = models.DecimalField(max_digits=4, decimal_places=1)
    holds_from = models.DateField()
    reason = models.CharField(max_length=300)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(percent__gt=0, percent__lte=100), name="target_is_a_share"
            )
        ]

    def __str__(self) -> str:
        return f"{self.percent} per cent from {self.holds_from}"
