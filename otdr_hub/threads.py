"""Django under ASGI, with a whole request on one thread.

Django's own handler goes from the event loop to a thread and back for every piece of middleware, and makes
a thread per request. Our pages are synchronous from the first middleware to the last line of a template, so
they are handed over once, to a few threads that stay. What stops a number has threads and connections of its
own: it never waits behind slow pages, nor behind those who only look at the switch.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

from otdr_hub.hub.switch.reserve import RESERVES, reserve_for

_Result = TypeVar("_Result")


class OneThread(ASGIHandler):
    """The handler; its middleware runs synchronously."""

    def __init__(self) -> None:
        super().__init__()
        self._many = ThreadPoolExecutor(settings.PAGE_THREADS, "page")
        self._reserved = {
            name: ThreadPoolExecutor(settings.RESERVED_THREADS, f"reserved-{name}") for name in RESERVES
        }

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: ARG002 (Django's)
        """One synchronous chain: no change of thread between its links."""
        super().load_middleware(is_async=False)

    async def handle(self, scope: Any, receive: Any, send: Any) -> None:
        """Read the body, make the answer on one thread, send it."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        name = reserve_for(scope["path"], scope["method"])
        threads = self._reserved[name] if name else self._many
        try:
            response = await _on(threads, lambda: self._answer(scope, body))
            if not response.streaming:
                await self.send_response(response, send)
                return
            async with ThreadSensitiveContext():
                await self._stream(response, receive, send)
        finally:
            body.close()

    def _answer(self, scope: Any, body: Any) -> HttpResponseBase:
        """Everything Django does with a request; connections go back to the pool before a byte is sent."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, error = self.create_request(scope, body)
        response = error if request is None else self._made(request)
        assert response is not None  # noqa: S101 (the one or the other is there)
        if not response.streaming:
            response.close()
        else:
            signals.request_finished.send(sender=type(self))
        return response

    def _made(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response._handler_class = type(self)  # type: ignore[attr-defined]  # as Django does
        return response

    async def _stream(self, response: HttpResponseBase, receive: Any, send: Any) -> None:
        """Send it piece by piece, for as long as somebody listens."""
        sending: asyncio.Task[None] = asyncio.create_task(self.send_response(response, send))
        leaving = asyncio.create_task(self.listen_for_disconnect(receive))
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
        finally:
            for task in (sending, leaving):
                task.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)
            await sync_to_async(response.close)()


async def _on(threads: ThreadPoolExecutor, act: Callable[[], _Result]) -> _Result:
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(threads, context.run, act)
