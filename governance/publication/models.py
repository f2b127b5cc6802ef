"""What the hub shows: a version and, by scope key, the vintages, as one digest."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop

from governance.markets.models import Market
from governance.versions.models import MetricVersion


class Publication(models.Model):
    """One publication. The newest number is the one shown; roll-up and sentence are derived when read."""

    number = models.PositiveIntegerField(primary_key=True)
    digest = models.CharField(max_length=64, db_index=True)
    content = models.TextField()
    version = models.ForeignKey(MetricVersion, on_delete=models.PROTECT)
    through = models.DateField()
    as_of = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"P-{self.number}"


class PublicationLine(models.Model):
    """One scope key of a publication: its vintage and, when it was decided, the digest signed for it.

    A line without a decision gives the coverage its denominator; its counts can never be shown. `through`
    and `as_of` are those of the vintage: a line that `is_held` shows the last vintage its signatures
    cover, because the newest one is outside their guard.
    """

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="lines")
    market = models.ForeignKey(Market, on_delete=models.PROTECT)
    breakout = models.CharField(max_length=20, default="-")
    value = models.CharField(max_length=80, default="-")
    vintage = models.CharField(max_length=64)
    decision = models.CharField(max_length=64, blank=True)
    through = models.DateField(null=True)
    as_of = models.DateTimeField(null=True)
    is_held = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "market", "breakout", "value"], name="scope_key_once_per_publication"
            )
        ]

    def __str__(self) -> str:
        return f"{self.market_id} in {self.publication_id}"


class PublicationRollback(models.Model):
    """What was shown before is shown again: `publication` has the content of the earlier one it `restores`.

    What was published between the two is taken back: its numbers are shown to nobody but an auditor.
    """

    publication = models.OneToOneField(
        Publication, on_delete=models.PROTECT, primary_key=True, related_name="rollback"
    )
    restores = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="restored_by")
    reason = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"P-{self.publication_id} restores P-{self.restores_id}"


class PublicationRead(models.Model):
    """Somebody opened or exported a number of a publication. `scope` is what the number is of: a market's
    code, or `BR/carrier` for its carriers. One row for the first time."""

    class Surface(models.TextChoices):
        PAGE = "page", gettext_noop("opened it")
        API = "api", gettext_noop("read it through the API")
        CSV = "csv", gettext_noop("exported it as CSV")
        XLSX = "xlsx", gettext_noop("exported it as a workbook")
        PDF = "pdf", gettext_noop("exported it as PDF")
        PRINT = "print", gettext_noop("printed it")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="reads")
    surface = models.CharField(max_length=5, choices=Surface.choices)
    scope = models.CharField(max_length=30)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "publication", "surface", "scope"], name="first_read_of_a_scope"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope} of P-{self.publication_id}"


class Acknowledgement(models.Model):
    """Somebody says that they know of a correction; `event` is its name, such as `switched_off-12`."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    event = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "event"], name="acknowledged_once_per_person")
        ]

    def __str__(self) -> str:
        return self.event
