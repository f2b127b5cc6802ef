"""The states a scope decision may name. A market without a decision is not shown."""

from django.db import models
from django.utils.translation import gettext_noop


class ScopeState(models.TextChoices):
    """`certified` and `known_issue` may be shown once signed; `excluded` never."""

    CERTIFIED = "certified", gettext_noop("certified")
    KNOWN_ISSUE = "known_issue", gettext_noop("known issue")
    EXCLUDED = "excluded", gettext_noop("excluded")


class ExclusionReason(models.TextChoices):
    """Closed words a reason may begin with. Readers of the hub see these and nothing else of a reason."""

    INVESTIGATION = "investigation", gettext_noop("data under investigation")
    FEED = "feed", gettext_noop("carrier feed incomplete")
    DEFINITION = "definition", gettext_noop("definition does not fit")
    LEGAL = "legal", gettext_noop("legal hold")
    LATER = "later", gettext_noop("not in this launch")


def closed_reason(reason: str) -> str:
    """The closed reason that a reason as typed begins with; empty where it begins with none of them."""
    text = reason.strip().casefold()
    return next((str(one.value) for one in ExclusionReason if text.startswith(str(one.label))), "")
