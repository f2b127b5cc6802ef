"""Where the sign-in library asks us: no sign-up, secrets encrypted at rest, newcomers on record."""

from __future__ import annotations

import base64
import hashlib
import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from governance.access.fresh import is_fresh
from governance.access.models import User
from governance.access.services import account_welcome, system

_log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an admin; wrong passwords are counted by django-axes, in one place."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 (allauth's signature)
        """Never: whoever may come in is given an account."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Executives come to the hub; everybody else to what needs them."""
        only_reads = isinstance(request.user, User) and request.user.roles <= {"executive"}
        return reverse("hub:hub" if only_reads else "desk:inbox")

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """No second count of wrong passwords beside the one that locks out."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ARG002 (allauth's)
        """Changing one's second factors takes the same proof as signing."""
        return not is_fresh(context.request)

    def clean_password(self, password: str, user: User | None = None) -> str:
        """Refuse a new password for an account whose password stands on the sign-in page."""
        if user is not None and user.is_demo:
            raise ValidationError(_("The password of a demonstration account stays as it is published."))
        cleaned: str = super().clean_password(password, user)
        return cleaned


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keys of code apps and recovery codes are stored encrypted, under a key made from SECRET_KEY."""

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 (allauth's)
        """A name to begin with; its owner may give a better one."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1} if count else _("Passkey")

    def encrypt(self, text: str) -> str:
        """What the database keeps."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What was encrypted under the present key or an older one that is still named.

        What no key opens becomes a secret nobody has, so that no code fits it.
        """
        try:
            return _box().decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            _log.error("A second factor cannot be read: SECRET_KEY was changed and the old one is not named")
            return str(generate_totp_secret())


def _box() -> MultiFernet:
    secrets: list[str] = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"second factor|{secret}".encode()).digest()))
        for secret in secrets
    ])  # fmt: skip


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Whoever the company's provider vouches for gets an account, and no role."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """Yes: without a role it opens nothing."""
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        """No form in between: the name comes from the provider."""
        return True

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Make the account, and put it on record."""
        user: User = super().save_user(request, sociallogin, form)
        account_welcome(user=user, provider=str(sociallogin.account.provider), actor=system())
        _log.info("A new account %r came by single sign-on; it holds no role.", user.username)
        return user
