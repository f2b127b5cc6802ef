"""The states a scope decision may name. A market without a decision is not shown."""

from django.db import models


class ScopeState(models.TextChoices):
    """`certified` and `known_issue` may be shown once signed; `excluded` never."""

    CERTIFIED = "certified", "certified"
    KNOWN_ISSUE = "known_issue", "known issue"
    EXCLUDED = "excluded", "excluded"


class ExclusionReason(models.TextChoices):
    """Closed words a reason may begin with. Readers of the hub see these and nothing else of a reason."""

    INVESTIGATION = "investigation", "data under investigation"
    FEED = "feed", "carrier feed incomplete"
    DEFINITION = "definition", "definition does not fit"
    LEGAL = "legal", "legal hold"
    LATER = "later", "not in this launch"


def closed_reason(reason: str) -> str:
    """The closed reason that a reason as typed begins with; empty where it begins with none of them."""
    text = reason.strip().casefold()
    return next((str(one.value) for one in ExclusionReason if text.startswith(str(one.label))), "")
