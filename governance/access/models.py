"""Accounts. Roles are Django groups; the system is a named account that can never sign."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person or a system account."""

    is_system = models.BooleanField(default=False)
    # Demonstration accounts share a published password: they open only where the settings say so.
    is_demo = models.BooleanField(default=False)

    @property
    def roles(self) -> frozenset[str]:
        """Names of the roles held now, read afresh on each call."""
        return frozenset(self.groups.values_list("name", flat=True))
