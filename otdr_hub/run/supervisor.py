"""The foreground process: steps first, then children, until somebody says stop."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from types import FrameType

from otdr_hub.cluster import lock
from otdr_hub.cluster import secrets as kept
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.roles import prepare
from otdr_hub.run import steps
from otdr_hub.run.children import Child, Guard, stop_all
from otdr_hub.run.instance import ENDING, VAR, Instance
from otdr_hub.run.terminal import complain, say, welcome

HOST = "127.0.0.1"
READY_SECONDS = 60.0
TICK_SECONDS = 0.2


class Supervisor:
    """Owns everything that `make run` starts, from the database to the last child."""

    def __init__(self, instance: Instance, port: int, *, demo: bool) -> None:
        self.instance, self.port, self.demo = instance, port, demo
        self.url = f"http://{HOST}:{port}"
        self.logs = VAR / "log"
        self.signalled = False
        self.children: list[Child] = []
        self.environment = os.environ | {"PYTHONUNBUFFERED": "1"}
        self.environment.setdefault("DJANGO_SETTINGS_MODULE", "otdr_hub.settings.dev")

    def run(self) -> int:
        """Start, serve, stop. Returns the exit code; raises ClusterError for trouble with the database."""
        require_free(self.port)
        self.logs.mkdir(mode=0o700, exist_ok=True)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        guard = Guard(self.instance.handle)
        try:
            begun = time.monotonic()
            with lock.running() as address:
                prepare(address, kept.load())
                say(f"PostgreSQL: ready in {time.monotonic() - begun:.1f} s")
                code = self._serve(guard)
            say("Stopped.")
            return code
        finally:
            guard.dismiss()

    def _serve(self, guard: Guard) -> int:
        """Steps and children; whatever happens, no child is left when this returns."""
        try:
            if not self._perform_steps():
                return 1
            self.children = [self._child(guard, *entry) for entry in self._commands()]
            for child in self.children:
                child.start()
            if not self._wait_until_ready():
                return 1
            self.instance.announce(self.url)
            welcome(self.url, demo=self.demo)
            while not self._stop_wanted():
                for child in self.children:
                    child.tend()
                time.sleep(TICK_SECONDS)
        except steps.Stopped:
            pass
        finally:
            self.instance.announce(ENDING)
            if any(child.process for child in self.children):
                say("Stopping ...")
            stop_all(self.children)
        return 0

    def _perform_steps(self) -> bool:
        wanted = [*steps.ALWAYS, *([steps.DEMONSTRATION] if self.demo else [])]
        return all(
            steps.perform(step, self.logs / "start.log", self.environment, self._stop_wanted)
            for step in wanted
        )

    def _commands(self) -> list[tuple[str, list[str], dict[str, str]]]:
        celery = ["-m", "celery", "-A", "otdr_hub"]
        web = ["-m", "uvicorn", "otdr_hub.asgi:application", "--workers", "2", "--log-level", "warning"]
        quiet = ["--loglevel", "warning"]
        schedule = [
            "--schedule",
            str(VAR / "beat-schedule"),
            "--pidfile=",
        ]  # our own lock replaces the pid file
        return [
            ("web", [*web, "--host", HOST, "--port", str(self.port)], {"OTDR_DB_POOL": "1"}),
            ("worker", [*celery, "worker", "--concurrency", "2", *quiet], {}),
            ("beat", [*celery, "beat", *schedule, *quiet], {}),
        ]

    def _child(self, guard: Guard, name: str, arguments: list[str], extra: dict[str, str]) -> Child:
        command = [sys.executable, *arguments]
        return Child(name, command, self.environment | extra, guard, self.logs / f"{name}.log")

    def _wait_until_ready(self) -> bool:
        """Until /healthz answers 200; False, with the log's end shown, when a child dies or time is up."""
        deadline = time.monotonic() + READY_SECONDS
        while not self._healthy():
            if self._stop_wanted():
                raise steps.Stopped
            for child in self.children:
                if not child.tend():
                    complain(child.last_lines())
                    return False
            if time.monotonic() > deadline:
                complain(f"{self.url}/healthz did not answer within {READY_SECONDS:.0f} s: see {self.logs}.")
                complain(self.children[0].last_lines())
                return False
            time.sleep(TICK_SECONDS)
        return True

    def _healthy(self) -> bool:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _stop_wanted(self) -> bool:
        return self.signalled or self.instance.stop_wanted()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.signalled = True


def require_free(port: int) -> None:
    """Raise ClusterError when the port is taken, before anything has been started."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ClusterError(
                f"Port {port} cannot be used ({error.strerror}): choose another with 'make run PORT=8001'."
            ) from None
