"""Cases: one investigation each, with its plan, its evidence, its timeline and its verdicts.

Rows are added, never changed. Whether a case is open is a function of its rows: it is resolved while a
verdict stands that no reopening took back. No count is kept here: numbers live in the assessments that
evidence names by digest. What the database holds itself is in migration 0019.
"""

import datetime as dt
from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_noop

from governance.markets.models import Market

WHOLE = "-"
CARRIER = "carrier"
EVERY = "*"
# A page that prints a week counts days from it: at the ends of the calendar there are none left to count.
FIRST_DAY: Final = dt.date(2000, 1, 1)
LAST_DAY: Final = dt.date(2100, 12, 31)


class Case(models.Model):
    """One investigation of a scope key over whole weeks (Mondays, both included).

    `signal` is the short name of what fired, such as `up` or the kind of a check; empty for a person's case.
    """

    class Origin(models.TextChoices):
        DETECTION = "detection", gettext_noop("the detector")
        CHECK = "check", gettext_noop("a check")
        PERSON = "person", gettext_noop("a person")

    number = models.PositiveIntegerField(primary_key=True)
    market = models.ForeignKey(Market, on_delete=models.PROTECT)
    breakout = models.CharField(max_length=20, default=WHOLE)
    value = models.CharField(max_length=80, default=WHOLE)
    first_week = models.DateField()
    last_week = models.DateField()
    origin = models.CharField(max_length=10, choices=Origin.choices)
    signal = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=160)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(breakout=WHOLE, value=WHOLE)
                | (models.Q(breakout=CARRIER) & ~models.Q(value__in=["", WHOLE])),
                name="case_scope_key_is_one",
            ),
            models.CheckConstraint(
                condition=models.Q(first_week__lte=models.F("last_week")), name="case_weeks_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(first_week__gte=FIRST_DAY, last_week__lte=LAST_DAY),
                name="case_weeks_in_calendar",
            ),
            models.CheckConstraint(condition=~models.Q(title=""), name="case_has_title"),
        ]

    def __str__(self) -> str:
        return f"C-{self.number:04d}"

    @property
    def scope_key(self) -> str:
        """Market, breakout and value as the ledger names them."""
        return f"{self.market_id}/{self.breakout}/{self.value}"


class CaseStep(models.Model):
    """A row of the plan: what to check, who answers for it, by when. `kind` names the check of the engine
    that asks the same, where there is one; `minutes` is how long it takes."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    what = models.CharField(max_length=200)
    kind = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=20)
    minutes = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["case", "position"], name="one_step_per_position"),
        ]

    def __str__(self) -> str:
        return f"{self.case} #{self.position}"


class CaseStepResult(models.Model):
    """What a step found, in a sentence, and what comes next."""

    step = models.OneToOneField(CaseStep, on_delete=models.PROTECT, related_name="result")
    found = models.CharField(max_length=500)
    next = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(found=""), name="result_says_something")]

    def __str__(self) -> str:
        return f"result of {self.step}"


class CaseEvidence(models.Model):
    """An assessment frozen for a case: which one, what it was made of, and by which query."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    assessment = models.CharField(max_length=64)
    pin = models.CharField(max_length=64)
    run = models.CharField(max_length=64, blank=True)
    query = models.CharField(max_length=80)
    as_of = models.DateTimeField()
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "assessment"], name="assessment_once_per_case"),
        ]

    def __str__(self) -> str:
        return f"{self.assessment[:8]} of {self.case}"


class CaseNote(models.Model):
    """An entry of the timeline. `hypothesis` is what a reply, a claim or a proposal is about, `verdict`
    what is proposed."""

    class Kind(models.TextChoices):
        NOTE = "note", gettext_noop("noted")
        WORD_SENT = "word_sent", gettext_noop("sent a private word to the owner")
        OWNER_REPLY = "owner_reply", gettext_noop("the owner's reply")
        SHOWN_WIDER = "shown_wider", gettext_noop("showed it to everybody concerned")
        CLAIM = "claim", gettext_noop("put forward an explanation")
        PROPOSAL = "proposal", gettext_noop("proposed a verdict")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.CharField(max_length=2000)
    hypothesis = models.CharField(max_length=40, blank=True)
    verdict = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="note_says_something"),
            models.CheckConstraint(
                condition=models.Q(kind="proposal") & ~models.Q(verdict="")
                | ~models.Q(kind="proposal") & models.Q(verdict=""),
                name="only_a_proposal_names_a_verdict",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.case}"


class CaseVerdict(models.Model):
    """What a case ended in. It rests on one frozen assessment; only `undetermined` may do without."""

    class Verdict(models.TextChoices):
        REAL_CHANGE = "real_change", gettext_noop("real change")
        DATA_DEFECT = "data_defect", gettext_noop("data defect")
        DEFINITION_CHANGE = "definition_change", gettext_noop("definition change")
        UNDETERMINED = "undetermined", gettext_noop("undetermined")

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="verdicts")
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    hypothesis = models.CharField(max_length=40, blank=True)
    assessment = models.CharField(max_length=64, blank=True)
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="verdict_has_reason"),
            models.CheckConstraint(
                condition=models.Q(verdict="undetermined") | ~models.Q(assessment=""),
                name="verdict_rests_on_an_assessment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} in {self.case}"


class CaseReopening(models.Model):
    """A verdict is taken back: the same case is open again, under its number."""

    verdict = models.OneToOneField(CaseVerdict, on_delete=models.PROTECT, related_name="reopening")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(reason=""), name="reopening_has_reason")]

    def __str__(self) -> str:
        return f"{self.verdict.case} open again"
