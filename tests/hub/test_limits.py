"""A request that is too large is answered before it is stored, by its length or by what really comes."""

from __future__ import annotations

import asyncio
import json

import pytest

from otdr_hub.limits import SMALL, Limited


def ask(path, pieces, headers=(), app=None):
    """(status, body, pieces the application saw, pieces that were taken from the wire)."""
    seen, taken, sent = [], [], []
    coming = iter(pieces)

    async def receive():
        body = next(coming, b"")
        taken.append(len(body))
        return {"type": "http.request", "body": body, "more_body": len(taken) < len(pieces)}

    async def send(message):
        sent.append(message)

    async def reader(scope, receive, send):
        while (message := await receive())["more_body"]:
            seen.append(len(message["body"]))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"{}"})

    scope = {
        "type": "http",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(Limited(app or reader)(scope, receive, send))
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], json.loads(body), seen, taken


@pytest.fixture(autouse=True)
def small(settings, tmp_path):
    settings.UPLOAD_LIMIT, settings.UPLOAD_SPOOL = 5_000_000, tmp_path
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "coming"


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/api/v1/batches/events", 5_900_000, 200),
        ("/api/v1/batches/events", 6_000_001, 413),
        ("/batches/", 5_900_000, 200),
        ("/api/v1/hub", SMALL, 200),
        ("/api/v1/hub", SMALL + 1, 413),
        ("/accounts/login/", 5_900_000, 413),
    ],
)
def test_the_announced_length_decides(path, length, status):
    answer, body, seen, _ = ask(path, [b"x", b"x"], [("content-length", str(length))])
    assert answer == status
    if status == 413:
        assert (body["status"], seen) == (413, [])
        most = "5,000,000 bytes" if "batches" in path else "3,000,000 bytes"
        assert body["detail"].startswith(f"The request is larger than {most}, the most that is taken here")


def test_a_body_without_a_length_is_cut_off_where_it_is_too_long():
    pieces = [b"x" * 1_000_000] * 20
    status, body, seen, taken = ask("/api/v1/batches/events", pieces)
    assert (status, body["type"]) == (413, "/api/problems/too-large")
    assert len(seen) == 6, "no more than the limit reached the application"
    assert len(taken) == 20, "the rest was read and dropped, so that the sender sees the answer"


def test_who_waits_for_leave_is_answered_without_sending():
    headers = [("content-length", "900000000"), ("expect", "100-continue")]
    assert ask("/api/v1/batches/events", [b"x"], headers)[3] == []


def test_a_disk_that_is_full_while_the_body_comes_is_said():
    async def full(scope, receive, send):
        raise OSError(28, "No space left on device")

    status, body, _, _ = ask("/api/v1/batches/events", [b"x"], app=full)
    assert (status, body["type"]) == (507, "/api/problems/no-room")
