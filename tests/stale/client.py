"""A small HTTP client: one kept connection, cookies, a sign-in as a person does it. Standard library only."""

from __future__ import annotations

import http.client
import json
import re
import time
from http.cookies import SimpleCookie
from typing import NamedTuple
from urllib.parse import urlencode

PASSWORD = "otdr-demo"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Reply(NamedTuple):
    """An answer, and when it was asked for and complete (monotonic nanoseconds)."""

    asked: int
    done: int
    status: int
    kind: str
    body: bytes
    location: str

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class Client:
    """One person at one browser."""

    def __init__(self, port: int, timeout: float = 30.0) -> None:
        self.port, self.timeout = port, timeout
        self.cookies: dict[str, str] = {}
        self._line: http.client.HTTPConnection | None = None

    def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        slow: float = 0,
    ) -> Reply:
        """One request. Raises OSError or HTTPException when there is no whole answer; `slow` seconds pass
        between two pieces that are read."""
        if self._line is None:
            self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        sent = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **(headers or {})}
        asked = time.monotonic_ns()
        try:
            self._line.request(method, path, body or None, sent)
            answer = self._line.getresponse()
            data = self._slowly(answer, slow) if slow else answer.read()
        except (OSError, http.client.HTTPException):
            self.hang_up()
            raise
        done = time.monotonic_ns()
        for header in answer.headers.get_all("Set-Cookie") or ():
            for name, morsel in SimpleCookie(header).items():
                self.cookies[name] = morsel.value
        kind, location = answer.headers.get("Content-Type", ""), answer.headers.get("Location", "")
        return Reply(asked, done, answer.status, kind, data, location)

    @staticmethod
    def _slowly(answer: http.client.HTTPResponse, pause: float) -> bytes:
        data = b""
        while piece := answer.read(4096):
            data += piece
            time.sleep(pause)
        return data

    def hang_up(self) -> None:
        """The next request makes a connection of its own."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def get(self, path: str, slow: float = 0) -> Reply:
        """Read an address."""
        return self.ask("GET", path, slow=slow)

    def send_form(self, path: str, fields: dict[str, str], page: str = "") -> Reply:
        """Fill in the form at `page` (the path itself, if not said) and send it."""
        form = self.get(page or path)
        if form.status >= 500:  # no form came, so there is nothing to send
            return form
        token = TOKEN.search(form.text)
        given = {**fields, "csrfmiddlewaretoken": token.group(1) if token else ""}
        return self.ask(
            "POST", path, urlencode(given).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def send_json(self, path: str, value: object, **headers: str) -> Reply:
        """Post to the API with this session."""
        said = {
            "Content-Type": "application/json",
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
            **headers,
        }
        return self.ask("POST", path, json.dumps(value).encode(), said)

    def sign_in(self, name: str, patience: float = 120.0) -> None:
        """Come in; tries again while the server is away. Raises RuntimeError when refused."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            try:
                self.cookies.clear()
                reply = self.send_form("/accounts/login/", {"login": name, "password": PASSWORD})
            except (OSError, http.client.HTTPException):
                time.sleep(0.2)
                continue
            if reply.status == 302 and "sessionid" in self.cookies:
                return
            if reply.status < 500:
                raise RuntimeError(f"{name} cannot sign in: {reply.status}")
            time.sleep(0.2)
        raise RuntimeError(f"{name} cannot sign in: no answer within {patience:.0f} s")
