"""What is launched and when, who sits at the table, who stands in. Rows are added, never changed."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models

from governance.launch.seats import SeatName, title


class Launch(models.Model):
    """What is launched, by name. When, where and for whom is in its newest plan."""

    name = models.CharField(max_length=80, unique=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class LaunchPlan(models.Model):
    """One wording of the plan; the newest of a launch is the one in force.

    `calendar` are countries and `markets` market codes, in order and separated by spaces. Certification
    should be complete `certify_days` business days before the review.
    """

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="plans")
    review_on = models.DateField()
    starts_at = models.TimeField()
    calendar = models.CharField(max_length=200)
    markets = models.CharField(max_length=300)
    certify_days = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300, blank=True)
    planned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.launch} on {self.review_on}"

    @property
    def moment(self) -> dt.datetime:
        """When it is launched (UTC)."""
        return dt.datetime.combine(self.review_on, self.starts_at, tzinfo=dt.UTC)

    @property
    def countries(self) -> tuple[str, ...]:
        """Countries whose public holidays are no business days."""
        return tuple(self.calendar.split())

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the priority markets."""
        return tuple(self.markets.split())


class Seat(models.Model):
    """A seat of a launch is given to somebody; the newest row of a seat says who holds it."""

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="seats")
    name = models.CharField(max_length=20, choices=SeatName.choices)
    role = models.CharField(max_length=20)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["launch", "name", "-id"], name="newest_row_of_a_seat")]

    def __str__(self) -> str:
        return title(self.name)


class SeatDeputy(models.Model):
    """Somebody speaks for a seat while its holder is away, both days included (UTC).

    The newest row of a seat counts; one without a deputy ends the one before. A new holder begins
    without a deputy.
    """

    seat = models.ForeignKey(Seat, on_delete=models.PROTECT, related_name="deputies")
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True
    )
    since = models.DateField()
    until = models.DateField()
    reason = models.CharField(max_length=300)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(until__gte=models.F("since")), name="seat_deputy_ends_after_it_begins"
            )
        ]

    def __str__(self) -> str:
        return f"{self.deputy or 'nobody'} for {self.seat}"
