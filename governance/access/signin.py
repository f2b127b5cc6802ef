"""The views of django-allauth we serve, each with the little that is ours. Sign-up is not among them."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LogoutView, PasswordChangeView
from allauth.mfa.base.views import IndexView
from allauth.mfa.webauthn.forms import LoginWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.views import LoginWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse, reverse_lazy

from governance.access.own import lacks_second_factor
from governance.access.views import actor_of


class SignOut(LogoutView):
    """By a button only: a link or a picture on another page must not sign anybody out."""

    http_method_names = ["post", "options"]


class PasswordChange(PasswordChangeView):
    """For accounts that have a password; the others come in by single sign-on."""

    success_url = reverse_lazy("account_home")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The library would lead to setting a first password, which we do not serve."""
        if not actor_of(request).has_usable_password():
            return HttpResponseRedirect(reverse("account_home"))
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return answer

    def get_success_url(self) -> str:
        """Back to the account."""
        return reverse("account_home")


class SecondFactors(IndexView):
    """What protects the account besides the password; says so where a role asks for it."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """As the library has it, and whether something is missing."""
        person = actor_of(self.request)
        return {**super().get_context_data(**kwargs), "lacks_second_factor": lacks_second_factor(person)}


class PasskeyRemoval(RemoveWebAuthnView):
    """Back to all second factors afterwards; a list of passkeys alone does not exist here."""

    success_url = reverse_lazy("mfa_index")


class PasskeySignIn(LoginWebAuthnView):
    """A refused passkey leads back to the sign-in page, which says so."""

    def form_invalid(self, form: LoginWebAuthnForm) -> HttpResponse:  # noqa: ARG002 (the library's signature)
        """The page reads the mark."""
        return HttpResponseRedirect(f"{reverse('account_login')}?passkey=refused")


class PasskeyProof(ReauthenticateWebAuthnView):
    """The same where somebody proves to be there."""

    def form_invalid(self, form: ReauthenticateWebAuthnForm) -> HttpResponse:
        """The page again, with what was wrong; the library would lose the way back."""
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return answer
