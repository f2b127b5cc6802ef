"""Declared transitions of a metric version."""

from django.db import models
from django.utils.translation import gettext_noop


class VersionState(models.TextChoices):
    """draft -> in_review -> approved -> effective -> retired."""

    DRAFT = "draft", gettext_noop("draft")
    IN_REVIEW = "in_review", gettext_noop("in review")
    APPROVED = "approved", gettext_noop("approved")
    EFFECTIVE = "effective", gettext_noop("effective")
    RETIRED = "retired", gettext_noop("retired")


TRANSITIONS: frozenset[tuple[VersionState, VersionState]] = frozenset(
    {
        (VersionState.DRAFT, VersionState.IN_REVIEW),
        (VersionState.IN_REVIEW, VersionState.DRAFT),
        (VersionState.IN_REVIEW, VersionState.APPROVED),
        (VersionState.APPROVED, VersionState.EFFECTIVE),
        (VersionState.EFFECTIVE, VersionState.RETIRED),
    }
)
