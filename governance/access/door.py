"""Who may come further than the door: somebody who holds a role and, where it is asked for, a second factor.

Being signed in is asked before (LoginRequiredMiddleware). Roles are read from the database at each
request, so what was taken away is gone at once, whatever is still open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from governance.access.context import note_roles
from governance.access.models import User
from governance.access.selectors import acting_among, acting_for, has_second_factor, protected_among
from otdr_hub.lib import clock
from otdr_hub.lib.outcome import NotAllowedError

# One's own account, and what answers for itself: the API asks `require_admitted`.
_OPEN: Final = ("/accounts/", "/api/")


class NoRoleError(NotAllowedError):
    """Signed in, and holding no role."""

    slug = "no-role"


class SecondFactorError(NotAllowedError):
    """The role asks for a second factor, and the account has none."""

    slug = "second-factor"


def require_role(person: User) -> frozenset[str]:
    """The roles held now; NoRoleError where there is none."""
    roles = person.roles
    if not roles:
        raise NoRoleError(
            _("The account %(person)s holds no role; an admin gives one.") % {"person": person.username}
        )
    return roles


def require_admitted(person: User) -> frozenset[str]:
    """The roles held now; NoRoleError or SecondFactorError where the person must not come further."""
    roles, asked = require_role(person), settings.SECOND_FACTOR_ROLES
    if asked:
        # Whoever stands in for a signer signs, so the same is asked of them.
        asked &= roles | {item.role for item in acting_for(person, clock.now())}
    if asked and not has_second_factor(person):
        raise SecondFactorError(
            _("The role %(role)s asks for a second factor; set one up at %(address)s first.")
            % {"role": min(asked), "address": reverse("mfa_index")}
        )
    return roles


def admitted_among(people: Iterable[int]) -> tuple[frozenset[int], frozenset[int]]:
    """Those of the accounts (by key) that hold a role, and those whom `require_admitted` lets pass."""
    wanted = list(people)
    roles: dict[int, set[str]] = defaultdict(set)
    for key, role in User.groups.through.objects.filter(user__in=wanted).values_list("user", "group__name"):
        roles[key].add(role)
    held, asked = frozenset(roles), settings.SECOND_FACTOR_ROLES
    if not asked:
        return held, held
    for item in acting_among(held, clock.now()):
        roles[item.deputy_id].add(item.role)
    lacking = {key for key, names in roles.items() if names & asked}
    return held, held - (lacking - protected_among(lacking))


class DoorMiddleware:
    """Leads whoever is not admitted to the page that says why."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pages of one's own account show keys and codes, so nothing keeps them."""
        response = self.get_response(request)
        if request.path.startswith("/accounts/"):
            patch_cache_control(response, no_store=True)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any  # noqa: ARG002 (Django's)
    ) -> HttpResponse | None:  # fmt: skip
        """Stop a signed-in person at the door of every page that wants one."""
        person = request.user
        if not getattr(view, "login_required", True) or request.path.startswith(_OPEN):
            return None
        if not isinstance(person, User):
            return None
        try:
            note_roles(request, require_admitted(person))
        except SecondFactorError:
            return HttpResponseRedirect(reverse("mfa_index"))
        except NoRoleError as error:
            response = render(request, "no_role.html", {"said": str(error)}, status=403)
            patch_cache_control(response, no_store=True)
            return response
        return None
