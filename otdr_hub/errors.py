"""Errors as answers: pages that say what happened, and RFC 9457 problems in the API."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.defaults import page_not_found
from rest_framework import exceptions
from rest_framework.views import set_rollback

from otdr_hub.lib.outcome import ConflictError, DomainError, InvalidInputError, NotAllowedError

_log = logging.getLogger(__name__)
_STATUS: Final = {NotAllowedError: 403, ConflictError: 409, InvalidInputError: 422}
# The database cannot be asked, or cannot answer in time: then there is no number, and we say so.
UNAVAILABLE: Final = (OperationalError, InterfaceError)
_UNAVAILABLE: Final = ("unavailable", "The numbers cannot be read right now.")
_INTERNAL: Final = ("internal", "Something went wrong here; it has been recorded.")
_NOTHING_HERE: Final = ("not-found", "There is nothing at this address.")
# Errors that are not ours: their kinds, status, slug, sentence.
_FOREIGN: Final = (
    (UNAVAILABLE, 503, *_UNAVAILABLE),
    ((Http404,), 404, *_NOTHING_HERE),
    ((PermissionDenied,), 403, "not-allowed", "You may not do this."),
)


class NotShownError(DomainError):
    """The market is registered, or not; either way it may not be seen here."""

    slug = "not-shown"


def server_error(request: HttpRequest) -> HttpResponse:
    """The page for an unexpected error; 503 when the database could not be asked."""
    error = sys.exc_info()[1]
    status = 503 if isinstance(error, UNAVAILABLE) else 500
    if request.path.startswith("/api/"):
        return _problem_json(status, *(_UNAVAILABLE if status == 503 else _INTERNAL))
    # Without the request there is no context processor, so nothing here asks the database again.
    return _not_kept(render(None, f"{status}.html", status=status))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The page for an address that leads nowhere; under /api/ a problem."""
    if request.path.startswith("/api/"):
        return _problem_json(404, *_NOTHING_HERE)
    return _not_kept(page_not_found(request, exception))


def _not_kept(response: HttpResponse) -> HttpResponse:
    """An address says tomorrow what it may say then: no cache keeps today's refusal."""
    patch_cache_control(response, no_store=True)
    return response


def _problem_json(status: int, slug: str, detail: str) -> HttpResponse:
    body = {
        "type": f"/api/problems/{slug}", "title": slug.replace("-", " "), "status": status, "detail": detail
    }  # fmt: skip
    response = HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")
    return _not_kept(response)


def _describe(error: Exception) -> tuple[int, str, str] | None:
    if isinstance(error, NotShownError):
        return 404, error.slug, str(error)
    if isinstance(error, DomainError):
        return _STATUS.get(type(error), 400), error.slug, str(error)
    if isinstance(error, exceptions.APIException):
        return error.status_code, error.default_code.replace("_", "-"), str(error.detail)
    for kinds, status, slug, detail in _FOREIGN:
        if isinstance(error, kinds):
            return status, slug, detail
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
    response = _problem_json(status, slug, detail)
    if isinstance(error, exceptions.APIException) and getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]  # set by DRF
    return response
