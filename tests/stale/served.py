"""What the tests of single K cases share: the product's web server on a copy of the demonstration, and its readers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.conftest import OwnDatabase
from tests.stale.client import Client, Reply
from tests.stale.stage import Stage, Web, serving


@contextmanager
def served(database: OwnDatabase, folder: Path, more: Mapping[str, str] | None = None) -> Iterator[Web]:
    """The web server on a database, with one process; nothing beside it. `more` is set in its environment."""
    environment = {**database.environment, **(more or {})}
    with serving(Stage(folder, database.name, environment, is_own_server=False), workers=1) as web:
        yield web


def signed_in(web: Web, name: str) -> Client:
    """Somebody of the demonstration at a browser of their own."""
    client = Client(web.port)
    client.sign_in(name)
    return client


def shown(client: Client) -> list[str]:
    """The markets that the API shows."""
    reply = client.get("/api/v1/hub")
    assert reply.status == 200, reply.text
    return [market["code"] for market in json.loads(reply.body)["markets"]]


def kill(client: Client, **scope: str) -> Reply:
    """Switch a scope key off by the API."""
    return client.send_json("/api/v1/shutoffs", {"scope": scope, "category": "data_quality"})


def one(database: OwnDatabase, query: str) -> Any:
    """One value, as the superuser reads it."""
    with database.connect("postgres") as admin:
        row = admin.execute(query).fetchone()  # type: ignore[call-overload]
    return row[0]
