"""Errors as answers: pages that say what happened, and RFC 9457 problems in the API."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import (
    DisallowedHost,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.defaults import page_not_found
from rest_framework import exceptions
from rest_framework.views import set_rollback

from metrics.lake.room import NoRoomError
from otdr_hub.lib.outcome import (
    ConflictError,
    DomainError,
    InvalidInputError,
    MovedError,
    NotAllowedError,
    TooLargeError,
    UnseenError,
    WithheldError,
)

_log = logging.getLogger(__name__)
_STATUS: Final = {
    MovedError: 412, UnseenError: 428,
    NotAllowedError: 403, ConflictError: 409, TooLargeError: 413, InvalidInputError: 422, NoRoomError: 507,
    WithheldError: 503,
}  # fmt: skip
# The database cannot be asked, or cannot answer in time: then there is no number, and we say so.
UNAVAILABLE: Final = (OperationalError, InterfaceError)
_UNAVAILABLE: Final = ("unavailable", gettext_lazy("The numbers cannot be read right now."))
_INTERNAL: Final = ("internal", gettext_lazy("Something went wrong here; it has been recorded."))
_NOTHING_HERE: Final = ("not-found", gettext_lazy("There is nothing at this address."))
# Errors that are not ours: their kinds, status, slug, sentence.
_FOREIGN: Final = (
    (UNAVAILABLE, 503, *_UNAVAILABLE),
    ((Http404,), 404, *_NOTHING_HERE),
    ((PermissionDenied,), 403, "not-allowed", gettext_lazy("You may not do this.")),
    (
        (RequestDataTooBig,),
        413,
        "too-large",
        gettext_lazy("The fields are too large; send a file as a file."),
    ),
    (
        (MultiPartParserError, SuspiciousOperation),
        400,
        "malformed",
        gettext_lazy(
            "The request cannot be read: it is cut off or not what its Content-Type says. Send it again."
        ),
    ),
)


class NotShownError(DomainError):
    """The market is registered, or not; either way it may not be seen here."""

    slug = "not-shown"


def _status_of(error: DomainError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), 400)


def refusals(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: a page that a service refuses answers with the refusal's own sentence and status."""

    def answer(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        return _refused(request, error, _status_of(error)) if isinstance(error, DomainError) else None

    answer.process_exception = process_exception  # type: ignore[attr-defined]  # Django's way
    return answer


def _refused(request: HttpRequest, error: Exception, status: int) -> HttpResponse:
    template = {403: "403.html", 503: "withheld.html"}.get(status, "400.html")
    return _not_kept(render(request, template, {"exception": str(error)}, status=status))


def not_understood(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for a request that cannot be trusted or read, a wrong Host among them; under /api/ a problem.

    Nothing here asks for the address the request came to, nor who sent it. A session that could not be
    written (a full disk) comes here as one that was interrupted; that is no fault of the request.
    """
    if _was_unanswered(exception):
        return unavailable(request.path)
    if request.path.startswith("/api/"):
        wrong_host = isinstance(exception, DisallowedHost)
        said = _("This host name is not served here.") if wrong_host else _("The request cannot be read.")
        return problem_json(400, "malformed", said)
    return _not_kept(render(None, "400.html", status=400))


def _was_unanswered(error: BaseException | None) -> bool:
    """Whether an error was raised over the database's not answering."""
    while error is not None:
        if isinstance(error, UNAVAILABLE):
            return True
        error = error.__context__
    return False


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for who may not; under /api/ a problem."""
    if request.path.startswith("/api/"):
        return problem_json(403, "not-allowed", str(exception) or _("You may not do this."))
    return _refused(request, exception, 403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an unexpected error; 503 when the database could not be asked."""
    error = sys.exc_info()[1]
    # An error over an error of the database is its doing as well: what was half read cannot be shown.
    if _was_unanswered(error):
        return unavailable(request.path)
    if request.path.startswith("/api/"):
        return problem_json(500, *_INTERNAL)
    # Without the request there is no context processor, so nothing here asks the database again.
    return _not_kept(render(None, "500.html", status=500))


def unavailable(path: str) -> HttpResponse:
    """503: the database cannot be asked, so nothing is shown; no number is kept for that moment."""
    if path.startswith("/api/"):
        return problem_json(503, *_UNAVAILABLE)
    if path == "/healthz":
        return _not_kept(JsonResponse({"status": "database unavailable"}, status=503))
    return _not_kept(render(None, "503.html", status=503))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere; under /api/ a problem."""
    if request.path.startswith("/api/"):
        return problem_json(404, *_NOTHING_HERE)
    return _not_kept(page_not_found(request, exception))


def _not_kept(response: HttpResponse) -> HttpResponse:
    """An address says tomorrow what it may say then: no cache keeps today's refusal."""
    patch_cache_control(response, no_store=True)
    return response


def problem_json(status: int, slug: str, detail: str | Promise) -> HttpResponse:
    body = {
        "type": f"/api/problems/{slug}", "title": slug.replace("-", " "), "status": status,
        "detail": str(detail),
    }  # fmt: skip
    response = HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")
    return _not_kept(response)


def _describe(error: Exception) -> tuple[int, str, str] | None:
    if isinstance(error, NotShownError):
        return 404, error.slug, str(error)
    if isinstance(error, DomainError):
        return _status_of(error), error.slug, str(error)
    if isinstance(error, exceptions.APIException):
        return error.status_code, error.default_code.replace("_", "-"), str(error.detail)
    for kinds, status, slug, detail in _FOREIGN:
        if isinstance(error, kinds):
            return status, slug, str(detail)
    return None


def problem_handler(error: Exception, context: dict[str, Any]) -> HttpResponse | None:  # noqa: ARG001 (DRF's)
    """DRF exception handler: every error of the API is `application/problem+json`, whatever was asked for."""
    described = _describe(error)
    if described is None:
        return None
    status, slug, detail = described
    if status >= 500:
        _log.error("API unavailable: %s", type(error).__name__)
    set_rollback()
    response = problem_json(status, slug, detail)
    if isinstance(error, exceptions.APIException) and getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]  # set by DRF
    return response
