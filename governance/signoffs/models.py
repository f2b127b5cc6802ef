"""What is asked of the departments, and what persons answered, over digests."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop

from governance.access.models import Deputy

EVERYWHERE = "*"


class RequirementChange(models.Model):
    """A proposed change of what an act needs. It holds once those who sign now and those it names signed."""

    digest = models.CharField(primary_key=True, max_length=64)
    act = models.CharField(max_length=20)
    scope = models.CharField(max_length=20, default=EVERYWHERE)
    role = models.CharField(max_length=20)
    count = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(count__gte=1), name="changed_requirement_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.act}: {self.count} x {self.role}"


class Requirement(models.Model):
    """So many signatures of a role are needed for an act, everywhere or in one market.

    Of an act, scope and role the newest row is in force. The first is set; every later one comes from a
    signed change.
    """

    act = models.CharField(max_length=20)
    scope = models.CharField(max_length=20, default=EVERYWHERE)
    role = models.CharField(max_length=20)
    count = models.PositiveSmallIntegerField(default=1)
    change = models.OneToOneField(RequirementChange, on_delete=models.PROTECT, null=True, related_name="row")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(count__gte=1), name="requirement_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.act}: {self.count} x {self.role}"


class SignoffRequest(models.Model):
    """One request to the departments; its lines are signed in one sitting.

    Who has not answered by `answer_by` is passed over: their deputy is asked.
    """

    act = models.CharField(max_length=20)
    summary = models.CharField(max_length=300)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField(null=True)

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
    """One person's answer, in one role, over one digest. Rows are added, never changed.

    `round` counts the answers of this person withdrawn before. `reason` says why unless approved as it
    is; `authenticated_at` is when the signer last proved who they are, at most five minutes before signing.
    `deputyship` says for whom, where the signer does not hold the role but stands in.
    """

    class Verdict(models.TextChoices):
        APPROVE = "approve", gettext_noop("approve")
        EXCEPT = "except", gettext_noop("approve with an exception")
        ASK = "ask", gettext_noop("ask")
        REJECT = "reject", gettext_noop("reject")

    line = models.ForeignKey(SignoffLine, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(max_length=64, db_index=True)
    role = models.CharField(max_length=20)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    statement = models.CharField(max_length=500)
    reason = models.CharField(max_length=300, blank=True, default="")
    round = models.PositiveSmallIntegerField(default=0)
    authenticated_at = models.DateTimeField(null=True)
    deputyship = models.ForeignKey(Deputy, on_delete=models.PROTECT, null=True, related_name="signatures")
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["digest", "person", "round"], name="one_answer_per_person_and_round"
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="approve") | ~models.Q(reason=""), name="reason_unless_approved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.verdict} {self.digest[:8]}"


class Withdrawal(models.Model):
    """The signer takes an answer back: from then on it counts for nothing, and may be given again."""

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="withdrawal")
    reason = models.CharField(max_length=300)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"withdrawal of {self.signature}"


class Escalation(models.Model):
    """A department was silent too long: its deputies are asked from this moment on."""

    request = models.ForeignKey(SignoffRequest, on_delete=models.PROTECT, related_name="escalations")
    role = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "role"], name="escalated_once_per_role"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} to the deputy of {self.role}"
