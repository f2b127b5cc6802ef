"""Looking at an answer: who asked, what came, and whose figures are in it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.test import Client

from governance.access.models import User
from tests.stale.client import Reply
from tests.stale.web import text_of
from tests.stale.world import World

EVERYBODY = "everybody"
# What differs from one asking to the next without being anybody's figure.
PASSING = (
    (re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"'), "token"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+)?(Z|[+-]\d\d:?\d\d)?"), "moment"),
    (re.compile(r'(nonce|data-epoch|data-sent)="[^"]*"'), "passing"),
    (re.compile(r'"epoch": ?\d+'), "epoch"),
    (re.compile(r'"at": ?\d{13}'), "moment"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "time"),
    # Who looked: the crawl itself looks and takes files away, and is told of.
    (re.compile(r'<li><b>[\w-]+</b> [^<]*<span class="quiet">P-\d+[^<]*</span></li>\s*'), ""),
    (re.compile(r"\d+ persons? ha(s|ve) seen it\.|Nobody has seen it on the hub\."), "who looked"),
    (re.compile(r'"readers": ?\[[^\]]*\]'), "who looked"),
)
# What is said on purpose of all markets together, to a tenth of a percent: how much of what was due is covered.
COVERED = (
    # On paper the sentence is broken into lines.
    (re.compile(r"[\d.]+\s?%\s+of\s+shipments\s+due"), "a share of shipments due"),
    (re.compile(r'"share_of_due": ?"[\d.]+"'), "a share of shipments due"),
)


class Look(NamedTuple):
    """One answer to one person: `print` is the same for the same words."""

    status: int
    cache: str
    kept_by: str
    print: str
    seen: int
    totals: tuple[int, ...]
    text: str


def chunks_of(response: Any) -> bytes:
    """The body; of a stream that does not end, its beginning."""
    if not response.streaming:
        return bytes(response.content)
    if response.is_async:
        return b""
    taken = b""
    for number, chunk in enumerate(response.streaming_content):
        taken += chunk
        if number > 10_000:
            break
    return taken


def steady(text: str) -> str:
    """A text without what passes, and without what is said of all markets on purpose."""
    for pattern, word in (*PASSING, *COVERED):
        text = pattern.sub(word, text)
    return text


class Viewer:
    """Accounts of the demonstration, one for each role, and one that holds them all."""

    def __init__(self, world: World, accounts: dict[str, str]) -> None:
        self.world = world
        self.clients: dict[str, Client] = {}
        for role, name in accounts.items():
            self.clients[role] = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
            self.clients[role].force_login(User.objects.get(username=name))
        self.clients["anonymous"] = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")

    def ask(self, role: str, path: str, method: str = "GET") -> HttpResponse:
        """One request; being thrown out (a page that ends sessions) does not last."""
        return self.clients[role].generic(method, path)

    def look(self, role: str, path: str, method: str = "GET") -> Look:
        """One answer, judged."""
        response = self.ask(role, path, method)
        body = chunks_of(response)
        kind = response.headers.get("Content-Type", "")
        text = text_of(Reply(0, 0, response.status_code, kind, body, ""))
        found = self.world.read(text)
        text = steady(text)
        kept_by = response.headers.get("ETag", "") + response.headers.get("Last-Modified", "")
        return Look(
            response.status_code, response.headers.get("Cache-Control", ""), kept_by,
            hashlib.sha256(text.encode()).hexdigest(), found.seen, found.totals, text,
        )  # fmt: skip


def differing(one: Look, other: Look, around: int = 40) -> Iterator[str]:
    """Where two answers part, for a person to look at."""
    for place, (left, right) in enumerate(zip(one.text, other.text, strict=False)):
        if left != right:
            start = max(0, place - around)
            yield f"…{one.text[start : place + around]}… became …{other.text[start : place + around]}…"
            return
    yield f"{len(one.text)} characters became {len(other.text)}"
