"""A wire that a test can freeze or cut, in front of a database or a web server, and a reader of streams."""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.conftest import OwnDatabase


class Wire:
    """Forwards TCP on the loopback to a target; `freeze` keeps it open and silent, `cut` ends it."""

    def __init__(self, target: tuple[str, int] | Path) -> None:
        self._target = target
        self._open: list[socket.socket] = []
        self._running = threading.Event()
        self._running.set()
        self.is_cut = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """Nothing goes through any more; nobody is told."""
        self._running.clear()

    def thaw(self) -> None:
        """What was held goes on."""
        self._running.set()

    def cut(self) -> None:
        """Every connection ends, and no new one is taken."""
        self.is_cut = True
        for one in self._open:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        """New connections are taken again."""
        self.is_cut = False

    def close(self) -> None:
        self._running.set()
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self.is_cut:
                    near.close()
                    continue
                if (far := self._reached()) is None:
                    near.close()
                    continue
                self._open += [near, far]
                threading.Thread(target=self._forward, args=(near, far), daemon=True).start()

    def _reached(self) -> socket.socket | None:
        with suppress(OSError):
            if isinstance(self._target, tuple):
                return socket.create_connection(self._target)
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self._target))
            return far
        return None

    def _forward(self, near: socket.socket, far: socket.socket) -> None:
        with near, far, suppress(OSError):
            # Not `select.select`, which ends at handle 1,024.
            waiting = select.poll()
            ends = {one.fileno(): one for one in (near, far)}
            for number in ends:
                waiting.register(number, select.POLLIN)
            while True:
                ready = [ends[number] for number, _ in waiting.poll()]
                self._running.wait()
                for one in ready:
                    data = one.recv(65536)
                    if not data:
                        return
                    (far if one is near else near).sendall(data)


@contextmanager
def wired(database: OwnDatabase) -> Iterator[tuple[Wire, dict[str, str]]]:
    """A wire to the database, and the environment of a web server that goes through it."""
    address = database.server.address
    at = Path(address.host) / f".s.PGSQL.{address.port}" if address.embedded else (address.host, address.port)
    wire = Wire(at)
    secret = database.server.secrets.password("otdr_app")
    through = f"postgres://otdr_app:{secret}@127.0.0.1:{wire.port}/{database.name}"
    try:
        yield wire, {**database.environment, "DATABASE_URL": through}
    finally:
        wire.close()


READER = """
from importlib import import_module
from django.conf import settings
from django.contrib.auth.models import Group
from governance.access.models import User
for name in {names!r}:
    user = User.objects.create_user(name, password="long enough for us")
    user.groups.add(Group.objects.get_or_create(name="executive")[0])
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store["_auth_user_id"], store["_auth_user_hash"] = str(user.pk), user.get_session_auth_hash()
    store["_auth_user_backend"] = "governance.access.backends.PasswordBackend"
    store.create()
    print("session", store.session_key)
"""


def sessions(database: OwnDatabase, *names: str) -> list[str]:
    """New executives, each signed in: the keys of their sessions."""
    done = database.manage("shell", "--no-imports", "-c", READER.format(names=names))
    return [line.split()[1] for line in done.stdout.splitlines() if line.startswith("session ")]


class Stream:
    """One open stream: its events as (name, body), as they come."""

    def __init__(self, url: str, session: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        self._connection = http.client.HTTPConnection(host, int(port), timeout=60)
        cookie = {"Cookie": f"sessionid={session}", "Accept": "text/event-stream"}
        self._connection.request("GET", "/api/v1/stream", headers=cookie)
        self.response = self._connection.getresponse()

    def event(self) -> tuple[str, Any]:
        """The next event; ("end", None) where the stream has ended."""
        name = ""
        while line := self.response.readline().decode():
            if line.startswith("event: "):
                name = line[7:].strip()
            elif line.startswith("data: "):
                return name, json.loads(line[6:])
        return "end", None

    def until(self, wanted: str, seconds: float = 60) -> Any:
        """The body of the first event of that name; fails when the stream ends first."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            name, body = self.event()
            if name == wanted:
                return body
            assert name != "end", f"the stream ended without {wanted}"
        raise AssertionError(f"no {wanted} in {seconds} s")

    def close(self) -> None:
        self._connection.close()


@contextmanager
def stream(url: str, session: str) -> Iterator[Stream]:
    """An open stream, closed afterwards."""
    with closing(Stream(url, session)) as opened:
        yield opened


def ask(url: str, path: str, session: str, seconds: float = 90) -> tuple[int, dict[str, str], str]:
    """Status, headers and body of one request of a signed-in reader."""
    host, port = url.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=seconds)
    with closing(connection):
        connection.request("GET", path, headers={"Cookie": f"sessionid={session}"})
        response = connection.getresponse()
        return response.status, {k.lower(): v for k, v in response.getheaders()}, response.read().decode()


SESSION = """
from importlib import import_module
from django.conf import settings
from governance.access.models import User
user = User.objects.get(username={name!r})
store = import_module(settings.SESSION_ENGINE).SessionStore()
store["_auth_user_id"], store["_auth_user_hash"] = str(user.pk), user.get_session_auth_hash()
store["_auth_user_backend"] = "governance.access.backends.PasswordBackend"
store.create()
print("session", store.session_key)
"""


def session_of(database: OwnDatabase, name: str) -> str:
    """The key of a new session of somebody who is there."""
    done = database.manage("shell", "--no-imports", "-c", SESSION.format(name=name))
    return next(line.split()[1] for line in done.stdout.splitlines() if line.startswith("session "))
