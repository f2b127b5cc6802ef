"""`Idempotency-Key`: the same request under the same key is done once and answered alike.

The key's place is taken in the transaction of the act itself: a second request waits for the first to
commit and then repeats its answer, and an act that failed leaves the key free.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from governance.access.models import User
from otdr_hub.lib import digest
from otdr_hub.lib.outcome import InvalidInputError

_KEPT: Final = 7 * 24 * 60 * 60
_LONGEST: Final = 255
_RUNNING: Final = "running"


class KeyInUseError(exceptions.APIException):
    """The first request under the key has not ended."""

    status_code = 409
    default_code = "still_running"
    default_detail = gettext_lazy(
        "A request under this Idempotency-Key is still running; ask again in a moment."
    )


def _place(request: Request, key: str) -> tuple[str, str]:
    """(where the answer is kept, what was asked): a key belongs to its person and address."""
    person = request.user.username if isinstance(request.user, User) else ""
    asked = [request.method or "", request.path, force_str(request._request.body, errors="replace")]
    return f"once-{digest.of([person, request.path, key])}", digest.of(asked)


def done_once(request: Request, act: Callable[[], Response]) -> Response:
    """The answer of `act`, or the one given before under the request's key; without a key just done.

    Raises InvalidInputError when the key came with something else before.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return act()
    if len(key) > _LONGEST or not key.isprintable():
        raise InvalidInputError(
            _("Idempotency-Key: write at most %(limit)s printable characters.") % {"limit": _LONGEST}
        )
    place, asked = _place(request, key)
    with transaction.atomic():
        if not cache.add(place, json.dumps({"asked": asked, "status": _RUNNING}), timeout=_KEPT):
            return _again(json.loads(cache.get(place) or "{}"), asked)
        answer = act()
        said = {"status": answer.status_code, "body": answer.data, "headers": dict(answer.items())}
        kept = {"asked": asked, **said}
        cache.set(place, json.dumps(kept, cls=JSONEncoder), timeout=_KEPT)
    return answer


def _again(kept: dict[str, Any], asked: str) -> Response:
    if kept.get("asked") not in (None, asked):
        raise InvalidInputError(_("This Idempotency-Key was used for another request; take a new one."))
    if kept.get("status") in (None, _RUNNING):
        raise KeyInUseError
    return Response(kept["body"], status=kept["status"], headers=kept["headers"])
