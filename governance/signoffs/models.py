"""What is asked of the departments, and what persons answered, over digests."""

from django.conf import settings
from django.db import models


class Requirement(models.Model):
    """So many signatures of a role are needed for an act."""

    act = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    count = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "role"], name="one_requirement_per_act_and_role"),
            models.CheckConstraint(condition=models.Q(count__gte=1), name="requirement_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.act}: {self.count} x {self.role}"


class SignoffRequest(models.Model):
    """One request to the departments; its lines are signed in one sitting."""

    act = models.CharField(max_length=20)
    summary = models.CharField(max_length=300)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"request {self.pk}: {self.summary}"


class SignoffLine(models.Model):
    """One digest of a request, and in words what it stands for."""

    request = models.ForeignKey(SignoffRequest, on_delete=models.PROTECT, related_name="lines")
    digest = models.CharField(max_length=64)
    subject = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "digest"], name="digest_once_per_request")]

    def __str__(self) -> str:
        return self.subject


class Signature(models.Model):
    """One person's answer, in one role, over one digest. Rows are added, never changed."""

    class Verdict(models.TextChoices):
        APPROVE = "approve", "approve"
        REJECT = "reject", "reject"

    line = models.ForeignKey(SignoffLine, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(max_length=64, db_index=True)
    role = models.CharField(max_length=20)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    statement = models.CharField(max_length=500)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "person"], name="one_answer_per_person_and_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.verdict} {self.digest[:8]}"
