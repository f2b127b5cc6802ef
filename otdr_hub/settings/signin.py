"""Signing in: django-allauth for the ways in, django-axes for who tried too often. Read from base."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "governance.access.backends.PasswordBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "hub:hub"
LOGOUT_REDIRECT_URL = "account_login"

# Roles whose holders come no further than the door without a second factor. Production names them.
SECOND_FACTOR_ROLES: frozenset[str] = frozenset()

ACCOUNT_ADAPTER = "governance.access.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
# Seconds for which a password, a code or a passkey proves who is there.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
# `login` is one address trying many accounts; `login_failed` here counts codes, axes counts passwords.
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "5/300s/key", "reauthenticate": "10/m/user"}

MFA_ADAPTER = "governance.access.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RATE_LIMITS = {"webauthn_login": "60/m/ip"}
MFA_TOTP_ISSUER = "OTDR Hub"

# Ten wrong passwords for one account, from wherever, close it to passwords for a quarter of an hour.
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = "governance.access.lockout.counted_by"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_LOCKOUT_CALLABLE = "governance.access.lockout.locked_out"
# What the account is called where passwords are checked, not in the form.
AXES_USERNAME_FORM_FIELD = "username"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = [
    "username", "ip_address", "login", "code", "credential", "csrfmiddlewaretoken", "oldpassword",
]  # fmt: skip

# Counts and used codes must be the same for every web process, so they are kept in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "otdr_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Single sign-on (OpenID Connect): there where all three are given.
_URL, _CLIENT, _SECRET = (os.environ.get(f"OTDR_OIDC_{key}", "") for key in ("URL", "CLIENT_ID", "SECRET"))
SINGLE_SIGN_ON: dict[str, str] = {}
SINGLE_SIGN_ON_ORIGINS: list[str] = []
SOCIALACCOUNT_ADAPTER = "governance.access.adapters.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if _URL and _CLIENT and _SECRET:
    SINGLE_SIGN_ON = {"id": "company", "name": os.environ.get("OTDR_OIDC_NAME", "single sign-on")}
    # The browser follows the form to the provider's page; the content policy has to allow its origin.
    SINGLE_SIGN_ON_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(_URL))]
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": SINGLE_SIGN_ON["id"],
                "name": SINGLE_SIGN_ON["name"],
                "client_id": _CLIENT,
                "secret": _SECRET,
                "settings": {"server_url": _URL},
            }
        ],
    }
