"""Declared transitions of a metric version."""

from django.db import models


class VersionState(models.TextChoices):
    """draft -> in_review -> approved -> effective -> retired."""

    DRAFT = "draft", "draft"
    IN_REVIEW = "in_review", "in review"
    APPROVED = "approved", "approved"
    EFFECTIVE = "effective", "effective"
    RETIRED = "retired", "retired"


TRANSITIONS: frozenset[tuple[VersionState, VersionState]] = frozenset(
    {
        (VersionState.DRAFT, VersionState.IN_REVIEW),
        (VersionState.IN_REVIEW, VersionState.DRAFT),
        (VersionState.IN_REVIEW, VersionState.APPROVED),
        (VersionState.APPROVED, VersionState.EFFECTIVE),
        (VersionState.EFFECTIVE, VersionState.RETIRED),
    }
)
