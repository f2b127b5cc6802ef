"""Coming in to the API: by the browser's session or by `Authorization: Bearer`, within its scopes."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from governance.access.alarms import token_refused
from governance.access.door import require_admitted, require_role
from governance.access.models import Token, User
from governance.access.selectors import token_of
from otdr_hub.lib.outcome import NotAllowedError

_REALM: Final = 'Bearer realm="OTDR Hub"'


class ScopeError(NotAllowedError):
    """The token was not made for this."""

    slug = "token-scope"


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer otdr_...`. First in the list, so that what is refused is answered with 401."""

    def authenticate(self, request: Request) -> tuple[User, Token] | None:
        """The token's person; None where no token was sent."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        text = parts[1].decode("ascii", "replace") if len(parts) == 2 else ""
        token = token_of(text)
        if token is None:
            token_refused(request, text[:13])
            raise exceptions.AuthenticationFailed(_("This token is unknown, has ended or was revoked."))
        return token.person, token

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 (DRF's signature)
        """How to come in."""
        return _REALM


class Admitted(BasePermission):
    """Signed in, holding a role, and with a second factor where a session's role asks for one."""

    def has_permission(self, request: Request, view: Any) -> bool:  # noqa: ARG002
        """Raises the sentence where the person stays outside."""
        if not isinstance(request.user, User):
            return False
        admit = require_role if isinstance(request.auth, Token) else require_admitted
        admit(request.user)
        return True


class InScope(BasePermission):
    """A token reads if it may `read`; what else it may do a view says by `token_scope`."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for a session; raises the sentence for a token that was not made for this."""
        token = request.auth
        if not isinstance(token, Token):
            return True
        needed = "read" if request.method in SAFE_METHODS else getattr(view, "token_scope", None)
        if needed is None:
            raise ScopeError(_("This cannot be done with a token; it takes a person who is signed in."))
        if needed not in token.scope_names:
            raise ScopeError(
                _("This token is not made to %(needed)s; its scopes are %(scopes)s.")
                % {"needed": needed, "scopes": token.scopes}
            )
        return True
