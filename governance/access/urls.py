"""Addresses of signing in, of one's own account and of people.

Of django-allauth only what is listed is served: no sign-up, no addresses of e-mail, no reset by mail.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as codes
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.urls import URLPattern, URLResolver, path

from governance.access import own, signin, views

_single_sign_on = [
    path("sso/<slug:provider_id>/", openid.login, name="openid_connect_login"),
    path("sso/<slug:provider_id>/callback/", openid.callback, name="openid_connect_callback"),
    path("sso/cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sso/error/", social.login_error, name="socialaccount_login_error"),
]

accounts: list[URLPattern | URLResolver] = [
    path("", own.account, name="account_home"),
    path("login/", account.login, name="account_login"),
    path("logout/", signin.SignOut.as_view(), name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", signin.PasswordChange.as_view(), name="account_change_password"),
    path("tokens/", own.tokens, name="account_tokens"),
    path("mfa/", signin.SecondFactors.as_view(), name="mfa_index"),
    path("mfa/authenticate/", factors.authenticate, name="mfa_authenticate"),
    path("mfa/reauthenticate/", factors.reauthenticate, name="mfa_reauthenticate"),
    path("mfa/codes/on/", codes.activate_totp, name="mfa_activate_totp"),
    path("mfa/codes/off/", codes.deactivate_totp, name="mfa_deactivate_totp"),
    path("mfa/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("mfa/recovery/new/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("mfa/recovery/file/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("mfa/passkeys/add/", passkeys.add_webauthn, name="mfa_add_webauthn"),
    path("mfa/passkeys/<int:pk>/remove/", signin.PasskeyRemoval.as_view(), name="mfa_remove_webauthn"),
    path("mfa/passkeys/login/", signin.PasskeySignIn.as_view(), name="mfa_login_webauthn"),
    path("mfa/passkeys/reauthenticate/", signin.PasskeyProof.as_view(), name="mfa_reauthenticate_webauthn"),
    *(_single_sign_on if settings.SINGLE_SIGN_ON else []),
]
people: list[URLPattern | URLResolver] = [
    path("", views.people, name="people"),
    path("<str:username>/", views.person, name="person"),
]
