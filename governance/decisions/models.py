"""Go/no-go: what the seats said, what the chair decided, whether it held. Rows are added, never changed."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop

from governance.launch.models import Launch
from governance.launch.seats import SeatName, title


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to be done, and by when, for a "go" to hold."""

    text: str
    due_on: dt.date


class Verdict(models.Model):
    """What one person said for one seat. The newest of a seat counts; the earlier ones stay.

    `conditions` is canonical JSON: in the row itself, so that none can be added to it afterwards.
    """

    class Word(models.TextChoices):
        GO = "go", gettext_noop("Go")
        GO_WITH_CONDITIONS = "go_with_conditions", gettext_noop("Go, if")
        NO_GO = "no_go", gettext_noop("No-go")

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="verdicts")
    seat = models.CharField(max_length=20, choices=SeatName.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20, choices=Word.choices)
    reason = models.CharField(max_length=1000, blank=True)
    conditions = models.TextField(default="[]")
    appeals = models.BooleanField()
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["launch", "seat", "-id"], name="newest_verdict_of_a_seat")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(verdict="go") | ~models.Q(reason=""), name="verdict_reason_unless_go"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="go_with_conditions", conditions__startswith="[{")
                | (~models.Q(verdict="go_with_conditions") & models.Q(conditions="[]")),
                name="conditions_where_go_depends_on_them",
            ),
        ]

    def __str__(self) -> str:
        return f"{title(self.seat)}: {self.get_verdict_display()}"

    @property
    def asked(self) -> tuple[Condition, ...]:
        """The conditions, in the order given."""
        return tuple(
            Condition(item["text"], dt.date.fromisoformat(item["due_on"]))
            for item in json.loads(self.conditions)
        )


class LaunchDecision(models.Model):
    """What the chair decided. `content` is everything it rests on, as canonical JSON; `digest` covers it.

    Of a launch the decision that none supersedes is in force.
    """

    class Kind(models.TextChoices):
        LAUNCH_FULL = "launch_full", gettext_noop("Launch full")
        LAUNCH_PARTIAL = "launch_partial", gettext_noop("Launch partial")
        LAUNCH_WITH_DISCLOSURE = "launch_with_disclosure", gettext_noop("Launch with disclosure")
        BLOCK = "block", gettext_noop("Block")

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=24, choices=Kind.choices)
    reason = models.CharField(max_length=1000)
    content = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="superseded_by"
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="decision_has_a_reason"),
            models.UniqueConstraint(
                fields=["launch"], condition=models.Q(supersedes=None), name="one_first_decision_of_a_launch"
            ),
        ]

    def __str__(self) -> str:
        return f"D-{self.pk}"

    @property
    def seen(self) -> dict[str, Any]:
        """What the decision rests on, read back."""
        found: dict[str, Any] = json.loads(self.content)
        return found


class LaunchCheck(models.Model):
    """All gates asked again. `lost` is what was not known at the decision: a gate that was better then, the
    markets (`scope`), the kind (`kind`). Any makes it a hold."""

    launch = models.ForeignKey(Launch, on_delete=models.PROTECT, related_name="checks")
    decision = models.ForeignKey(LaunchDecision, on_delete=models.PROTECT, related_name="checks")
    gates = models.TextField()
    held = models.TextField(default="[]")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"check of {self.decision}"

    @property
    def lost(self) -> tuple[str, ...]:
        """Names of what no longer is as decided; any makes it a hold."""
        return tuple(item["name"] for item in json.loads(self.held))

    @property
    def sentence(self) -> str:
        """What changed, in the gates' own sentences; empty when nothing did."""
        return " ".join(f"{item['title']}: {item['sentence']}" for item in json.loads(self.held))
