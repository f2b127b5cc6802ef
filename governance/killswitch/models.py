"""Uses of the kill switch, and the ways back through the gate. Rows are added, never changed.

A shutoff is in effect from its commit on, until a lift of it is added. What the database holds itself
is in migration 0012: one in effect per scope key, no lift without its signatures over what is shown
again, and no lift where somebody switched off once more in between.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop

GLOBAL = "global"
WHOLE = "-"
CARRIER = "carrier"
ALL = "*"


class Shutoff(models.Model):
    """One use: from this row's commit on, everything its scope key covers is off.

    `global/-/-` covers everything, `BR/-/-` a market, `BR/carrier/*` all its carrier figures and
    `BR/carrier/X` one of them; `global/carrier/..` the same in every market. `round` counts the earlier
    shutoffs of the key, each of them lifted.
    """

    class Category(models.TextChoices):
        DATA_QUALITY = "data_quality", gettext_noop("data quality")
        WRONG_DEFINITION = "wrong_definition", gettext_noop("wrong definition")
        LEGAL_HOLD = "legal_hold", gettext_noop("legal hold")
        SECURITY = "security", gettext_noop("security")
        OTHER = "other", gettext_noop("other")
        # No person chooses this one: a guard of the product found what it watches for.
        GUARD = "guard", gettext_noop("a guard tripped")

    market = models.CharField(max_length=8)
    breakout = models.CharField(max_length=20, default=WHOLE)
    value = models.CharField(max_length=80, default=WHOLE)
    round = models.PositiveSmallIntegerField(default=0, db_default=0)
    category = models.CharField(max_length=20, choices=Category.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["market", "breakout", "value", "round"], name="off_once_per_scope_key_and_round"
            ),
            models.CheckConstraint(
                condition=models.Q(breakout=WHOLE, value=WHOLE)
                | (models.Q(breakout=CARRIER) & ~models.Q(value__in=["", WHOLE])),
                name="shutoff_scope_key_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_key} off"

    @property
    def scope_key(self) -> str:
        """Market, breakout and value as the ledger names them."""
        return f"{self.market}/{self.breakout}/{self.value}"


class ShutoffReason(models.Model):
    """Why, given after the switch was thrown without a reason."""

    shutoff = models.OneToOneField(Shutoff, on_delete=models.PROTECT, related_name="explained")
    reason = models.CharField(max_length=300)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"why {self.shutoff}"


class ShutoffRepeat(models.Model):
    """Somebody switched off what is off already, while it was asked to be on again: that asking is void."""

    shutoff = models.ForeignKey(Shutoff, on_delete=models.PROTECT, related_name="repeats")
    category = models.CharField(max_length=20, choices=Shutoff.Category.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.shutoff} again"


class LiftAsk(models.Model):
    """A request to switch on again: what is signed is this digest.

    `content` is what would be shown again when this was asked: each certified line of the publication
    in force that the shutoff covers. `repeats` is how often it had been switched off again by then.
    """

    digest = models.CharField(max_length=64, unique=True)
    shutoff = models.ForeignKey(Shutoff, on_delete=models.PROTECT, related_name="asks")
    evidence = models.CharField(max_length=1000)
    content = models.TextField()
    repeats = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(evidence=""), name="lift_has_evidence")]

    def __str__(self) -> str:
        return f"{self.shutoff.scope_key} on again?"


class ShutoffLift(models.Model):
    """On again, from this row's commit on."""

    shutoff = models.OneToOneField(Shutoff, on_delete=models.PROTECT, related_name="lift")
    ask = models.OneToOneField(LiftAsk, on_delete=models.PROTECT, related_name="lift")
    lifted_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.shutoff.scope_key} on again"
