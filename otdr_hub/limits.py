"""How much one request may carry, asked first of all: under ASGI a body is on disk before a view runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from metrics.uploads import spool
from otdr_hub.errors import problem_json

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# Where files are sent; everything else is a form or a short document.
FILES: Final = ("/api/v1/batches/", "/batches/")
SMALL: Final = 3_000_000
_AROUND: Final = 1_000_000  # what a form adds to its file: boundaries, fields, mapping and manifest
_PATIENCE: Final = 20.0  # seconds in which the rest of a refused body is read, so that the answer is
_log = logging.getLogger(__name__)


class _TooLargeError(Exception):
    """More came than was announced or is allowed."""


def _limit(path: str) -> int:
    return settings.UPLOAD_LIMIT + _AROUND if path.startswith(FILES) else SMALL


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _too_large(path: str) -> HttpResponse:
    most = spool.limit_words() if path.startswith(FILES) else _("%(number)s bytes") % {"number": f"{SMALL:,}"}
    return problem_json(
        413,
        "too-large",
        _(
            "The request is larger than %(most)s, the most that is taken here; nothing was stored."
            " Split the file and send its parts."
        )
        % {"most": most},
    )


def _no_room() -> HttpResponse:
    return problem_json(
        507, "no-room", _("The disk takes no more; nothing was stored. Make room, then send again.")
    )


async def send_answer(response: HttpResponse, send: Send) -> None:
    """Send an answer that did not come through Django, and close."""
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.items()]
    headers += [(b"connection", b"close"), (b"content-length", str(len(response.content)).encode())]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


async def _drain(scope: Scope, receive: Receive) -> None:
    """Read and drop what is still coming: who is cut off while sending never sees the answer."""
    if _header(scope, b"expect"):
        return
    try:
        async with asyncio.timeout(_PATIENCE):
            while (message := await receive()).get("more_body") and message["type"] == "http.request":
                pass
    except TimeoutError:
        return


class Limited:
    """The application behind the limits; their answers are problems (RFC 9457)."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request: refused by its announced length, by what really comes, or handed on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path, announced, begun = scope["path"], _header(scope, b"content-length"), False
        if announced.isdigit() and int(announced) > _limit(path):
            await _drain(scope, receive)
            await send_answer(_too_large(path), send)
            return

        async def told(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, _counted(receive, _limit(path)), told)
        except (_TooLargeError, OSError) as error:
            if begun:
                raise
            _log.warning("%s: the body was not taken (%s)", path, error or type(error).__name__)
            await _drain(scope, receive)
            await send_answer(_too_large(path) if isinstance(error, _TooLargeError) else _no_room(), send)


def _counted(receive: Receive, limit: int) -> Receive:
    came = 0

    async def counted() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > limit:
            raise _TooLargeError
        return message

    return counted
