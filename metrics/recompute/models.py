"""Runs, pins, and what they compute: slices, cells and vintages, each under its content address.

Slices, cells and the trees of vintages are readable by `otdr_ops` (and, through views, by
`otdr_hub`); the application's ordinary role may neither read nor write them.
"""

from django.conf import settings
from django.db import models

from governance.models import MetricVersion
from metrics.recompute.states import RunState


class Pin(models.Model):
    """The exact set of files a run read: `[{path, sha256, size}]` as canonical JSON."""

    digest = models.CharField(primary_key=True, max_length=64)
    files = models.TextField()

    def __str__(self) -> str:
        return self.digest[:8]


class Run(models.Model):
    """One recompute: version + input pin + as-of -> vintages. `spec` is everything asked for.

    One bounded by `since` or `until` (promise days, inclusive) makes vintages of those days alone: a
    look at a part, never the newest word on a market.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    spec = models.TextField()
    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT)
    pin = models.ForeignKey(Pin, on_delete=models.PROTECT)
    as_of = models.DateTimeField()
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    queued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    queued_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    slices_read = models.PositiveIntegerField(default=0)
    slices_changed = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)

    class Meta:
        ordering = ["queued_at"]

    def __str__(self) -> str:
        return self.digest[:8]


class RunVintage(models.Model):
    """The vintage of one market, stored as it is found: an interrupted run goes on after it.

    `slices` are those counted (the vintage may keep others); `state` names the folded rows it left.
    """

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="vintages")
    market = models.CharField(max_length=8)
    vintage = models.CharField(max_length=64)
    slices = models.PositiveIntegerField()
    new_slices = models.PositiveIntegerField()
    state = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "market"], name="one_vintage_per_run_and_market")
        ]

    def __str__(self) -> str:
        return f"{self.market} {self.vintage[:8]}"


class Slice(models.Model):
    """Counts of one market and promise day under one version; the sums of its cells."""

    digest = models.CharField(primary_key=True, max_length=64)
    version = models.CharField(max_length=64)
    market = models.CharField(max_length=8)
    day = models.DateField()
    week = models.DateField()
    due = models.BigIntegerField()
    on_time = models.BigIntegerField()
    late = models.BigIntegerField()
    pending = models.BigIntegerField()
    unknown = models.BigIntegerField()
    not_due = models.JSONField(default=dict)
    notes = models.JSONField(default=dict)
    matures_at = models.DateTimeField(null=True)
    inputs = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    due=models.F("on_time") + models.F("late") + models.F("pending") + models.F("unknown")
                ),
                name="slice_counts_add_up",
            )
        ]

    def __str__(self) -> str:
        return f"{self.market} {self.day}"


class Cell(models.Model):
    """One row of a slice: the counts of a carrier and lane."""

    slice = models.ForeignKey(Slice, on_delete=models.PROTECT, related_name="cells")
    carrier = models.CharField(max_length=64)
    lane = models.CharField(max_length=140)
    due = models.BigIntegerField()
    on_time = models.BigIntegerField()
    late = models.BigIntegerField()
    pending = models.BigIntegerField()
    unknown = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slice", "carrier", "lane"], name="cell_once_per_slice"),
            models.CheckConstraint(
                condition=models.Q(
                    due=models.F("on_time") + models.F("late") + models.F("pending") + models.F("unknown")
                ),
                name="cell_counts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.lane}"


class Vintage(models.Model):
    """One market's tree of slices; the digest is the root over (day, slice digest)."""

    digest = models.CharField(primary_key=True, max_length=64)
    version = models.CharField(max_length=64)
    market = models.CharField(max_length=8)
    slices = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.market} {self.digest[:8]}"


class VintageSlice(models.Model):
    """A leaf of a vintage's tree."""

    vintage = models.ForeignKey(Vintage, on_delete=models.PROTECT, related_name="leaves")
    slice = models.ForeignKey(Slice, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vintage", "day"], name="one_slice_per_vintage_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class VintageWeek(models.Model):
    """Sums of a vintage's slices by ISO week, made by the database from the slices themselves.

    A vintage never changes, so its sums cannot go stale. Sums over markets are never stored. `root` is
    the SHA-256 over the week's slices: two vintages with the same root tell the same of that week.
    """

    vintage = models.ForeignKey(Vintage, on_delete=models.PROTECT, related_name="weeks")
    week = models.DateField()
    due = models.BigIntegerField()
    on_time = models.BigIntegerField()
    late = models.BigIntegerField()
    pending = models.BigIntegerField()
    unknown = models.BigIntegerField()
    no_promise = models.BigIntegerField()
    root = models.CharField(max_length=64, default="")
    matures_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vintage", "week"], name="one_sum_per_vintage_and_week")
        ]

    def __str__(self) -> str:
        return f"{self.week}"


class VintageBreakout(models.Model):
    """A vintage's week by the value of a breakout (`carrier`), made by the database as `VintageWeek` is.

    What of it may be shown is not decided here: see the view `hub.breakout`.
    """

    vintage = models.ForeignKey(Vintage, on_delete=models.PROTECT, related_name="breakouts")
    week = models.DateField()
    breakout = models.CharField(max_length=20)
    value = models.CharField(max_length=64)
    due = models.BigIntegerField()
    on_time = models.BigIntegerField()
    late = models.BigIntegerField()
    pending = models.BigIntegerField()
    unknown = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["vintage", "week", "breakout", "value"], name="one_sum_per_vintage_week_and_value"
            )
        ]

    def __str__(self) -> str:
        return f"{self.week} {self.breakout} {self.value}"


class CarrierName(models.Model):
    """What a carrier is called from a day on, as the carriers' files said. Of two names for one day the
    one learnt last is used."""

    carrier = models.CharField(max_length=64)
    since = models.DateField()
    name = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["carrier", "since", "name"], name="carrier_named_once_from_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.carrier}: {self.name}"


class EffectTable(models.Model):
    """What the roll-up of a week is with and without some markets: the evidence a scope decision names."""

    digest = models.CharField(primary_key=True, max_length=64)
    content = models.TextField()

    def __str__(self) -> str:
        return self.digest[:16]
