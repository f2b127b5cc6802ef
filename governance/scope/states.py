"""The states a scope decision may name. A market without a decision is not shown."""

from django.db import models


class ScopeState(models.TextChoices):
    """`certified` and `known_issue` may be shown once signed; `excluded` never."""

    CERTIFIED = "certified", "certified"
    KNOWN_ISSUE = "known_issue", "known issue"
    EXCLUDED = "excluded", "excluded"
