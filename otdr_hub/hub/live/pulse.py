"""The pulse of one web process: one connection that listens for the epoch, one state that all streams share.

The connection is direct and belongs to nobody else. Once a second it asks for the epoch, so that a
database that is frozen (and gives no error) is noticed as surely as one that is gone. Only an answer
makes a heartbeat: whoever hears one knows that the epoch was true a moment ago.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, LiteralString, cast

import psycopg
from django.conf import settings

_log = logging.getLogger(__name__)
BEAT_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 2.0
_PAUSE: Final = 0.25
_ASK: Final = "SELECT value FROM governance_epoch WHERE id = 1"
LOST: Final = (psycopg.Error, OSError, TimeoutError)
Connection = psycopg.AsyncConnection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Beat:
    """What every stream says now: `kind` is hb, epoch or down. The last one ends it."""

    kind: str
    epoch: int | None

    @property
    def text(self) -> bytes:
        """As an event; with the server's time, so that a late one can be told from a fresh one."""
        body = {"epoch": self.epoch, "at": time.time_ns() // 1_000_000}
        return f"event: {self.kind}\ndata: {json.dumps(body)}\n\n".encode()


def _address() -> dict[str, Any]:
    """The application's own database, as Django reaches it, without its pool."""
    found = settings.DATABASES["default"]
    options = {key: value for key, value in found.get("OPTIONS", {}).items() if key != "pool"}
    named = {"host": found["HOST"], "port": found["PORT"], "dbname": found["NAME"], "user": found["USER"]}
    return {"password": found["PASSWORD"], "application_name": "otdr pulse", "connect_timeout": 2,
            **named, **options}  # fmt: skip


class Pulse:
    """Listens, and wakes everybody who waits. State, not replay: a late comer hears what is true now."""

    def __init__(self) -> None:
        self._said: tuple[int, bytes] = (0, b"")
        self._turn = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.epoch: int | None = None
        self.is_down = False
        self.is_over = False

    def start(self) -> None:
        """Begin to listen, once."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    def stop(self) -> None:
        """The process ends: all streams end."""
        self.is_over = True
        self._say(Beat("bye", self.epoch))
        if self._task is not None:
            self._task.cancel()

    @property
    def now(self) -> tuple[int, bytes, asyncio.Event]:
        """The number and the words of the present beat, and what is set when the next one is there."""
        return *self._said, self._turn

    def _say(self, beat: Beat) -> None:
        self._said = (self._said[0] + 1, beat.text)
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    def _heard(self, epoch: int) -> None:
        moved = self.epoch is not None and epoch != self.epoch
        self.epoch, self.is_down = epoch, False
        self._say(Beat("epoch" if moved else "hb", epoch))

    def _lost(self, error: BaseException) -> None:
        if not self.is_down:
            _log.error("The database does not answer (%s): no number is shown.", type(error).__name__)
        self.is_down = True
        self._say(Beat("down", None))

    async def _run(self) -> None:
        while True:
            try:
                await self._listen()
            except LOST as error:
                # One more try at once: a single connection that was cut says nothing of the database.
                if isinstance(error, TimeoutError) or self.is_down or not await self._answers():
                    self._lost(error)
                    await asyncio.sleep(_PAUSE)

    async def _answers(self) -> bool:
        with suppress(*LOST):
            connection = await _connected()
            try:
                return bool(await _asked(connection, _ASK))
            finally:
                connection.pgconn.finish()
        return False

    async def _listen(self) -> None:
        connection = await _connected()
        try:
            await _asked(connection, "LISTEN governance_epoch")
            is_woken = False
            while True:
                epoch = await _asked(connection, _ASK)
                # What has just been read is not said twice: a second beat would stand in for the first.
                if epoch != self.epoch or not is_woken:
                    self._heard(epoch)
                is_woken = False
                # What is told only wakes; what is true is asked.
                async for _ in connection.notifies(timeout=BEAT_SECONDS, stop_after=1):
                    is_woken = True
        finally:
            # Not `close()`: a frozen server says no farewell.
            connection.pgconn.finish()


async def _connected() -> Connection:
    async with asyncio.timeout(PATIENCE_SECONDS):
        return cast(Connection, await psycopg.AsyncConnection.connect(autocommit=True, **_address()))


async def _asked(connection: Connection, statement: LiteralString) -> int:
    """A statement's number, in time; psycopg alone would wait for a frozen server to take its regrets."""
    task = asyncio.ensure_future(_answer(connection, statement))
    await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    if not task.done():
        task.cancel()
        connection.pgconn.finish()
        raise TimeoutError
    return task.result()


async def _answer(connection: Connection, statement: LiteralString) -> int:
    cursor = await connection.execute(statement)
    row = await cursor.fetchone() if cursor.description else None
    return int(row[0]) if row else 0
