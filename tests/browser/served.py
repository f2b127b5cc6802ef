"""The product's own web server on one database, and what a browser test asks of a page."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import BrowserContext, Page

from tests.conftest import PROJECT

WEEK = "2026-W46"
READY_SECONDS = 60.0
EXECUTIVE = ("exec", "otdr-demo")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Web:
    """uvicorn as `make run` has it, with one process of its two, at an address that outlives it."""

    def __init__(self, environment: Mapping[str, str], workers: int = 1) -> None:
        self._workers = ["--workers", str(workers)] if workers > 1 else []
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {**environment, "OTDR_DB_POOL": "1"}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        web = ["-m", "uvicorn", "otdr_hub.asgi:application", "--log-level", "warning"]
        self._process = subprocess.Popen(
            [sys.executable, *web, *self._workers, "--host", "127.0.0.1", "--port", str(self.port)],
            cwd=PROJECT, env=self._environment,
        )  # fmt: skip
        deadline = time.monotonic() + READY_SECONDS
        while not _answers(self.port):
            assert self._process.poll() is None, "the web server ended while starting; its words are above"
            assert time.monotonic() < deadline, f"no answer from the web server in {READY_SECONDS:.0f} s"
            time.sleep(0.1)

    def kill(self) -> None:
        """End it outright, as a machine that fails does."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Ask it to finish."""
        assert self._process is not None
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()


@contextmanager
def serving(environment: Mapping[str, str]) -> Iterator[str]:
    """Run the web server; its address, until the block ends."""
    web = Web(environment)
    try:
        web.start()
        yield web.url
    finally:
        web.stop()


def sign_in(page: Page, url: str, name: str = EXECUTIVE[0], password: str = EXECUTIVE[1]) -> None:
    """Fill in the form and send it, as a person does."""
    page.goto(f"{url}/accounts/login/")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@dataclass
class Reader:
    """A signed-in browser window, and everything the browser complained about in it."""

    url: str
    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> Page:
        """Go to a page of the product."""
        self.page.goto(self.url + path)
        return self.page

    def api(self, path: str) -> Any:
        """A body of the API, with this reader's session."""
        return self.context.request.get(f"{self.url}/api/v1/{path}").json()

    def listen(self) -> None:
        """Keep what the console and the content policy say from here on."""
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None,
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)

    def _failed(self, request: Any) -> None:
        # A stream has no other end than being cut off, when its page goes.
        if not request.url.endswith("/api/v1/stream"):
            self.complaints.append(request.url)


def rows(page: Page) -> list[list[str]]:
    """The cells of the markets' table, open or not; the last shown row is the sum."""
    return page.locator(".hub-markets tbody").evaluate(
        "body => [...body.rows].map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )


def whole(text: str) -> int:
    """ "1,234" as a number."""
    return int(text.replace(",", ""))


def readable(html: str) -> str:
    """A page without the geometry of its pictures, whose positions are no figures of anybody."""
    return re.sub(r' (?:d|x|y|x1|x2|y1|y2|cx|cy|dx|dy|r|width|height|viewBox)="[^"]*"', "", html)
