"""Writing to the ledger. Called by every other service exactly once per act."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from django.db import connection, transaction

from governance.ledger import checkpoints
from governance.ledger.actions import Action
from otdr_hub.lib import clock, digest

Facts = Mapping[str, Mapping[str, Any]]


class Named(Protocol):
    """Whoever acts: anything with an account name. Accounts live in a room above this one."""

    username: str


def record(
    *, action: Action, subject: str, payload: dict[str, Any], actor: Named, facts: Facts | None = None
) -> int:
    """Append one entry inside the caller's transaction; return its sequence number.

    Sequence, time, and both hashes are computed by the database. `payload` is stored as its
    canonical JSON text, which is what the hash covers. `facts` is what the act makes true, by kind and
    key: replaying them must give what the tables hold. Once committed, the entry is signed.
    """
    body = payload if facts is None else {**payload, "facts": facts}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_ledger (actor, action, subject, payload, claimed_at)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING seq",
            [actor.username, action.value, subject, digest.canonical(body), clock.claimed()],
        )
        seq = int(cursor.fetchone()[0])
    transaction.on_commit(checkpoints.keep_up, robust=True)
    return seq


def together(*parts: Facts) -> Facts:
    """Several rooms' facts as one."""
    found: dict[str, dict[str, Any]] = {}
    for part in parts:
        for kind, items in part.items():
            found.setdefault(kind, {}).update(items)
    return found


def order_visibility() -> None:
    """Hold the epoch's row to the end of this transaction: decisions about visibility happen one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_epoch_lock()")
