"""Signing in with a password."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from governance.access.models import User


class PasswordBackend(ModelBackend):
    """Django's own, except that demonstration accounts open only where they are switched on, and
    system accounts never."""

    def user_can_authenticate(self, user: User) -> bool:  # type: ignore[override]  # our own user model
        """Refuse closed, system and (outside a demonstration) demonstration accounts."""
        if user.is_system or (user.is_demo and not settings.DEMO_ACCOUNTS):
            return False
        return super().user_can_authenticate(user)
