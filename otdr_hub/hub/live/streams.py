"""Streams held open in front of Django, and no page while the database cannot be asked.

A stream costs a coroutine, never a thread. Django decides who may open one, by the same middleware and
permissions as any address of the API; from then on its holder is asked about again every few seconds.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from otdr_hub.errors import UNAVAILABLE, unavailable
from otdr_hub.hub.live.api import VISITOR
from otdr_hub.hub.live.pulse import Pulse
from otdr_hub.hub.live.visitors import Visitor, still_welcome
from otdr_hub.limits import App, Message, Receive, Scope, Send, send_answer

PATH: Final = "/api/v1/stream"
ASK_AGAIN_SECONDS: Final = 2.0
# Who has not taken a few hundred bytes in this time is not reading.
_SLOW_SECONDS: Final = 5.0
_OUT: Final = b"event: out\ndata: {}\n\n"
_WITHOUT_NUMBERS: Final = ("/static/",)
_log = logging.getLogger(__name__)


class Live:
    """The application behind the pulse."""

    def __init__(self, app: App, pulse: Callable[[], Pulse] = Pulse) -> None:
        self._app, self._make = app, pulse
        self._pulse: Pulse | None = None
        self._here: dict[object, Visitor] = {}
        self._watch: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, one stream, or the life of the process."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] != "http" or scope["path"].startswith(_WITHOUT_NUMBERS):
            await self._app(scope, receive, send)
        elif scope["path"] == PATH and scope["method"] == "GET":
            await self._stream(scope, receive, send)
        else:
            await self._while_up(scope, receive, send)

    def _started(self) -> Pulse:
        if self._pulse is None:
            self._pulse = self._make()
            self._pulse.start()
            self._watch = asyncio.get_running_loop().create_task(self._ask_again())
        return self._pulse

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                _at_the_end(self._started().stop)
                await send({"type": "lifespan.startup.complete"})
            else:
                self._started().stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _while_up(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Django's answer; where the database is lost first, the words for that, at once."""
        pulse, begun = self._pulse, False
        if pulse is None:
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        if not pulse.is_down:
            task: asyncio.Future[Any] = asyncio.ensure_future(self._app(scope, receive, told))
            try:
                while not task.done() and (begun or not pulse.is_down):
                    await _first(task, pulse.now[2])
                if task.done():
                    task.result()
                    return
            finally:
                task.cancel()
        await send_answer(unavailable(scope["path"]), send)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        pulse, gate = self._started(), _Gate()
        await self._while_up(scope, _nothing_sent(), gate)
        visitor = scope.pop(VISITOR, None)
        if gate.status != 200 or visitor is None:
            for message in gate.messages:
                await send(message)
            return
        await send({"type": "http.response.start", "status": 200, "headers": gate.headers})
        ticket, leaving = object(), asyncio.ensure_future(_gone(receive))
        self._here[ticket] = visitor
        try:
            async with asyncio.timeout(None) as slow:
                await self._follow(pulse, ticket, leaving, send, slow)
        except TimeoutError:
            _log.info("A stream was dropped: its reader does not read.")
        finally:
            self._here.pop(ticket, None)
            leaving.cancel()

    async def _follow(
        self, pulse: Pulse, ticket: object, leaving: asyncio.Future[None], send: Send, slow: asyncio.Timeout
    ) -> None:
        loop, heard = asyncio.get_running_loop(), 0
        while not leaving.done():
            number, text, turn = pulse.now
            is_out = ticket not in self._here
            is_last = pulse.is_down or pulse.is_over or is_out
            if number > heard or is_last:
                slow.reschedule(loop.time() + _SLOW_SECONDS)
                body = _OUT if is_out else text
                await send({"type": "http.response.body", "body": body, "more_body": not is_last})
                slow.reschedule(None)
                heard = number
            if is_last:
                return
            await turn.wait()

    async def _ask_again(self) -> None:
        """Who lost a role or signed out is told so with the next beat, and the stream ends."""
        while True:
            await asyncio.sleep(ASK_AGAIN_SECONDS)
            asked = dict(self._here)
            if not asked or self._started().is_down:
                continue
            with suppress(*UNAVAILABLE):
                welcome = await sync_to_async(_welcome, thread_sensitive=False)(frozenset(asked.values()))
                for ticket, visitor in asked.items():
                    if visitor not in welcome:
                        self._here.pop(ticket, None)


def _welcome(visitors: frozenset[Visitor]) -> frozenset[Visitor]:
    close_old_connections()
    try:
        return still_welcome(visitors)
    finally:
        close_old_connections()


class _Gate:
    """Takes Django's answer to a stream's request: an admission, or what is said instead."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def __call__(self, message: Message) -> None:
        self.messages.append(message)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"]) if self.messages else 500

    @property
    def headers(self) -> list[Any]:
        """Django's own, without the length of its single beat."""
        return [pair for pair in self.messages[0]["headers"] if pair[0].lower() != b"content-length"]


async def _first(task: asyncio.Future[Any], turn: asyncio.Event) -> None:
    """Wait for the answer or for the next beat, whichever comes first."""
    beat: asyncio.Future[Any] = asyncio.ensure_future(turn.wait())
    try:
        await asyncio.wait({task, beat}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        beat.cancel()


def _nothing_sent() -> Receive:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": b"", "more_body": False}

    return receive


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _at_the_end(act: Callable[[], None]) -> None:
    """When the process is told to finish, streams end first: the server waits for what is still open."""
    if threading.current_thread() is not threading.main_thread():
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)
        if callable(before):

            def told(
                which: int, frame: FrameType | None, then: Callable[[int, FrameType | None], Any] = before
            ) -> None:
                loop.call_soon_threadsafe(act)
                then(which, frame)

            signal.signal(number, told)
