"""No stale answer: what carries a number is compared with the governance epoch just before it is sent.

A view that shows numbers of the hub says under which epoch it read them (`numbered`). The middleware
reads the epoch once more when the answer is ready: where it has moved, the view runs again, and where
it moves once more the answer is withheld. Streamed answers ask again before every chunk.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from governance.ledger import selectors
from otdr_hub.errors import problem_json
from otdr_hub.hub.stamp import stamped
from otdr_hub.lib.numbered import read_under

_log = logging.getLogger(__name__)
_Answer = TypeVar("_Answer", bound=HttpResponseBase)


class NumbersChangedError(Exception):
    """The epoch moved while numbers were on their way; the connection is cut, so that nothing looks whole."""


def current_epoch() -> int:
    """The governance epoch now: one cheap read. Raises OperationalError where nobody can say."""
    return selectors.epoch()


def numbered(response: _Answer, epoch: int) -> _Answer:
    """Mark an answer that carries numbers read under `epoch`; nothing may keep it."""
    read_under(response, epoch)
    del response["ETag"], response["Last-Modified"]
    patch_cache_control(response, no_store=True)
    return response


def guarded_stream(chunks: Iterable[bytes], epoch: int) -> Iterator[bytes]:
    """The chunks while nothing has moved. Raises NumbersChangedError: aborted, never silently short."""
    for chunk in chunks:
        if current_epoch() != epoch:
            _log.warning("An export was cut off: the epoch moved on from %d.", epoch)
            raise NumbersChangedError(f"The numbers changed after epoch {epoch}.")
        yield chunk


class GuardedResponse(StreamingHttpResponse):
    """A streamed answer with numbers: made chunk by chunk as it is sent, and guarded to the last one."""

    def __init__(self, chunks: Iterable[bytes], epoch: int, **options: Any) -> None:
        super().__init__(guarded_stream(chunks, epoch), **options)
        numbered(self, epoch)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Django would make all of it first; so it would be old before the first byte is out."""
        parts: Iterator[bytes] = iter(self.streaming_content)  # type: ignore[arg-type]  # a plain iterator

        def following() -> bytes | None:
            # A slow reader holds no connection while nothing is asked.
            try:
                return next(parts, None)
            finally:
                close_old_connections()

        while (part := await sync_to_async(following)()) is not None:
            yield part


def fresh_numbers(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, the innermost: an answer with numbers leaves under the epoch it was read under."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if _is_fresh(response):
            return stamped(request, response)
        # What was sent to be done has been done; only what was asked can be asked again.
        if request.method in ("GET", "HEAD"):
            response = get_response(request)
            if _is_fresh(response):
                return stamped(request, response)
        return _withheld(request)

    return answer


def _is_fresh(response: HttpResponseBase) -> bool:
    epoch = getattr(response, "otdr_epoch", None)
    return epoch is None or bool(epoch == current_epoch())


def _withheld(request: HttpRequest) -> HttpResponse:
    """503 without any number: what was read is old, and what is new could not be read in time."""
    said = _("The numbers changed while this answer was made. Ask again.")
    if request.path.startswith("/api/"):
        response = problem_json(503, "numbers-changed", said)
    else:
        response = render(None, "changed.html", status=503)
        patch_cache_control(response, no_store=True)
    response["Retry-After"] = "1"
    return response
