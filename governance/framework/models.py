"""The decision frameworks that were proposed, and who looked at a preview. Rows are added, never changed."""

from __future__ import annotations

import json

from django.conf import settings
from django.db import models

from governance.framework.policy import Policy, of_content


class FrameworkPolicy(models.Model):
    """One framework: `content` is its canonical JSON, `document` the YAML as it was proposed.

    The newest one over which all required signatures stand is in effect, from the last of them on.
    """

    name = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    content = models.TextField()
    document = models.TextField()
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="framework_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def policy(self) -> Policy:
        """What it says."""
        return of_content(json.loads(self.content))
