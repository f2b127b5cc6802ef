"""`Idempotency-Key`: the same request sent twice is done once, and answered twice in the same words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.response import Response

from otdr_hub.lib import digest
from otdr_hub.lib.outcome import ConflictError, InvalidInputError, UnseenError

_KEPT: Final = 24 * 60 * 60  # seconds
_LONGEST: Final = 200


def once(request: Request, call: Callable[[], tuple[dict[str, Any], int]]) -> Response:
    """Do `call` unless this person sent the same key before; then answer as then.

    Raises InvalidInputError for a key that came with another body, ConflictError while the first is under
    way. A request that was refused leaves nothing behind and may be sent again under its key.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        body, status = call()
        return Response(body, status=status)
    if len(key) > _LONGEST:
        raise InvalidInputError(f"Idempotency-Key: at most {_LONGEST} characters.")
    name = f"once:{digest.of([str(request.user.pk), request.path, key])}"
    content = digest.of_bytes(repr(request.data).encode())
    if not cache.add(name, {"content": content}, _KEPT):
        return _again(cache.get(name) or {}, content)
    try:
        body, status = call()
    except Exception:
        cache.delete(name)
        raise
    cache.set(name, {"content": content, "body": body, "status": status}, _KEPT)
    return Response(body, status=status)


def _again(found: dict[str, Any], content: str) -> Response:
    if found.get("content") != content:
        raise InvalidInputError("This Idempotency-Key was used for another request; use a new one.")
    if "body" not in found:
        raise ConflictError("The same request is under way; ask again in a moment.")
    return Response(found["body"], status=found["status"])


def etag(fingerprint: str) -> dict[str, str]:
    """The header that names what was answered."""
    return {"ETag": f'"{fingerprint}"'}


def seen(request: Request) -> str:
    """The fingerprint in `If-Match`. Raises UnseenError without one: an approval names what it saw."""
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise UnseenError("Send If-Match with the ETag of what you looked at; that is what is approved.")
    return given.removeprefix("W/").strip('"')
