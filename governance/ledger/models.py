"""The append-only, hash-chained record, and the governance epoch.

Everything that makes these tables trustworthy (chain, refusal of change, epoch) is in the
database's own triggers (migration 0002); the models only name the columns.
"""

from django.db import models


class Entry(models.Model):
    """One act. `seq`, `recorded_at`, `prev_hash` and `hash` are written by the database alone."""

    seq = models.BigIntegerField(primary_key=True)
    recorded_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    payload = models.TextField()
    prev_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        db_table = "governance_ledger"
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class Head(models.Model):
    """The one row whose lock orders the chain: its length and last hash."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        db_table = "governance_ledger_head"

    def __str__(self) -> str:
        return f"{self.seq}"


class Epoch(models.Model):
    """The one row that moves whenever anything that decides visibility changes."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    value = models.BigIntegerField()

    class Meta:
        db_table = "governance_epoch"

    def __str__(self) -> str:
        return f"{self.value}"
