"""What the log must say of the door, in one line each: a lock-out, a refused code, a refused token."""

from __future__ import annotations

import logging
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from axes.signals import user_locked_out
from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from governance.access.models import User

_log = logging.getLogger("governance.access.alarm")


@receiver(user_locked_out)
def locked_out(username: str | None = None, ip_address: str | None = None, **_: Any) -> None:
    """Somebody tried too many passwords. Names are quoted: whoever typed one may have typed a line break."""
    _log.error("LOCKED OUT: sign-in of account %r from %s after too many failures", username, ip_address)


@receiver(user_login_failed)
def password_refused(credentials: dict[str, Any], request: HttpRequest | None = None, **_: Any) -> None:
    """A password was wrong, or the account takes none."""
    address = request.META.get("REMOTE_ADDR") if request else None
    _log.info("Sign-in of account %r from %s was refused", credentials.get("username"), address)


@receiver(authentication_failed)
def code_refused(user: User, authenticator: Authenticator, **_: Any) -> None:
    """A second factor was wrong although the password was right."""
    _log.warning("A %s of account %r was refused", authenticator.type, user.username)


@receiver(authenticator_added)
def factor_added(user: User, authenticator: Authenticator, **_: Any) -> None:
    """An account is better protected."""
    _log.info("Account %r has a new second factor: %s", user.username, authenticator.type)


@receiver(authenticator_removed)
def factor_removed(user: User, authenticator: Authenticator, **_: Any) -> None:
    """An account is less protected."""
    _log.warning("Account %r gave up a second factor: %s", user.username, authenticator.type)


def token_refused(request: HttpRequest, shown: str) -> None:
    """A token opened nothing; only its public part is named."""
    _log.warning("A token was refused: %r from %s", shown, request.META.get("REMOTE_ADDR"))
