"""Markets: the scope every number is said about."""

from django.db import models


class Market(models.Model):
    """One market, with the default zone of its destinations."""

    code = models.CharField(primary_key=True, max_length=8)
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=64)
    priority = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["priority", "code"]

    def __str__(self) -> str:
        return self.code
