"""Writing to the ledger. Called by every other service exactly once per act."""

from __future__ import annotations

from typing import Any, Protocol

from django.db import connection

from governance.ledger.actions import Action
from otdr_hub.lib import clock, digest


class Named(Protocol):
    """Whoever acts: anything with an account name. Accounts live in a room above this one."""

    username: str


def record(*, action: Action, subject: str, payload: dict[str, Any], actor: Named) -> int:
    """Append one entry inside the caller's transaction; return its sequence number.

    Sequence, time, and both hashes are computed by the database. `payload` is stored as its
    canonical JSON text, which is what the hash covers.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_ledger (actor, action, subject, payload, claimed_at)"
            " VALUES (%s, %s, %s, %s, %s) RETURNING seq",
            [actor.username, action.value, subject, digest.canonical(payload), clock.claimed()],
        )
        return int(cursor.fetchone()[0])


def order_visibility() -> None:
    """Hold the epoch's row to the end of this transaction: decisions about visibility happen one by one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT governance_epoch_lock()")
