"""Where the race takes place: a database of its own with planted figures, and the product's web server."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from otdr_hub import cluster
from otdr_hub.cluster import lock
from tests.bench.place import PROJECT, apart

NAME = "test_stale"
READY_SECONDS = 60.0
DAY = "2026-11-20"


@dataclass(frozen=True)
class Stage:
    """A loaded database that nobody else uses. `is_own_server`: the whole server may be stopped at will."""

    folder: Path
    name: str
    environment: Mapping[str, str]
    is_own_server: bool

    @property
    def web_log(self) -> Path:
        """Where the web server writes what went wrong."""
        return self.folder / f"web-{self.name}.log"

    def conninfo(self, role: str) -> str:
        """How a login role reaches this database."""
        return cluster.address().conninfo(role, cluster.load_secrets().password(role), self.name)

    def connect(self, role: str = "postgres") -> psycopg.Connection[Any]:
        """A connection of its own."""
        return psycopg.connect(self.conninfo(role), autocommit=True)

    def patiently(self, seconds: float = 90.0) -> psycopg.Connection[Any]:
        """The superuser's connection, as soon as the server takes one again."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                return self.connect()
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def manage(self, *arguments: str) -> str:
        """One command of the product, as a user would give it. Raises RuntimeError when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT, env=dict(self.environment), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr[-2000:]}")
        return done.stdout

    def stop_at_once(self) -> None:
        """PostgreSQL's immediate stop, then a start: as after a power cut, with recovery."""
        server = lock.embedded(cluster.address())
        postmaster = int((server.home.data / "postmaster.pid").read_text().split("\n", 1)[0])
        os.kill(postmaster, signal.SIGQUIT)
        with suppress(ProcessLookupError):
            while True:
                os.kill(postmaster, 0)
                time.sleep(0.02)
        server.start()


@contextmanager
def own_server(scale: float) -> Iterator[Stage]:
    """A server of its own with the demonstration; gone afterwards. Nothing of the checkout is touched."""
    with apart() as folder:
        os.environ.update(
            {
                "OTDR_DATABASE_NAME": NAME,
                "OTDR_LAKE": str(folder / "lake"),
                "OTDR_SPOOL": str(folder / "spool"),
            }
        )
        stage = Stage(folder, NAME, dict(os.environ), is_own_server=True)
        cluster.prepare(cluster.address(), cluster.load_secrets(), NAME)
        stage.manage("migrate", "--database=owner", "--noinput", "-v", "0")
        stage.manage("database", "grants")
        stage.manage("demo", "load", "--today", DAY, "--scale", str(scale))
        yield stage


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether the web server is there and sees its database."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


@dataclass(frozen=True)
class Web:
    """The running web server: its port, and the process above its workers."""

    port: int
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        """The processes that answer, without the one that tends them (Linux)."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                if parent == self.process.pid and b"spawn_main" in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
        return sorted(found)


@contextmanager
def serving(stage: Stage, workers: int = 2) -> Iterator[Web]:
    """The web server as `make run` starts it; there is no worker, no beat and no broker beside it."""
    environment = {**stage.environment, "OTDR_DB_POOL": "1", "PYTHONUNBUFFERED": "1"}
    environment.setdefault("OTDR_STATIC", str(stage.folder / "static"))
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"],
        cwd=PROJECT, env=environment, check=True,
    )  # fmt: skip
    port = _free_port()
    web = ["-m", "uvicorn", "otdr_hub.asgi:application", "--workers", str(workers), "--log-level", "warning"]
    log = stage.web_log
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *web, "--host", "127.0.0.1", "--port", str(port)],
            cwd=PROJECT, env=environment, stdout=out, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the web server did not start: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield Web(port, process)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
