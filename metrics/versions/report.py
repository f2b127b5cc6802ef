"""The report an auditor relies on, with what was computed again under a version."""

from __future__ import annotations

from governance.models import MetricVersion, Publication
from governance.signoffs.selectors import answers
from governance.versions.selectors import Unchanged, unchanged_since


def approvers(version: MetricVersion) -> list[str]:
    """Whose approval of a version stands, each with the role."""
    given = answers([version.digest])
    return [f"{one.person.username} ({one.role})" for one in given if one.verdict in ("approve", "except")]


def report(version: MetricVersion) -> Unchanged:
    """Since when a version is what it is, and when a publication under it was last computed again."""
    return unchanged_since(version, tuple(str(item) for item in Publication.objects.filter(version=version)))
