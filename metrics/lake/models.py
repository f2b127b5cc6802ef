"""Which Parquet files hold which accepted batch. A file without a row here does not exist for any run."""

from django.db import models


class LakeFile(models.Model):
    """One Parquet file: rows of one batch and one market."""

    path = models.CharField(max_length=300, unique=True)
    batch = models.ForeignKey("metrics.Batch", on_delete=models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10)
    market = models.CharField(max_length=8)
    rows = models.BigIntegerField()
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["market", "kind"], name="lake_by_market_and_kind")]

    def __str__(self) -> str:
        return self.path
