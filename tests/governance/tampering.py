"""What a superuser of the database can do, for tests of what is found afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from governance.ledger.offline import GENESIS, Row, entry_hash
from tests.conftest import OwnDatabase

_ROWS = (
    "SELECT seq, governance_ledger_time(recorded_at), governance_ledger_time(claimed_at),"
    " actor, action, subject, payload, prev_hash, hash FROM governance_ledger ORDER BY seq"
)
_ALWAYS = (
    "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'A'"
)


@contextmanager
def unguarded(database: OwnDatabase, table: str) -> Iterator[psycopg.Connection]:
    """A superuser's connection with the table's triggers off; afterwards they are as they were."""
    with database.connect("postgres") as connection:
        names = [name for (name,) in connection.execute(_ALWAYS, [table])]
        connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield connection
        connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
        for name in names:
            connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")


def entries(database: OwnDatabase) -> int:
    """How many entries the ledger has."""
    with database.connect("otdr_app") as connection:
        (found,) = connection.execute("SELECT seq FROM governance_ledger_head").fetchone()
        return int(found)


def rewrite(database: OwnDatabase, change: Callable[[list], None], since: int = 1) -> None:
    """Write the chain anew from an entry on, every hash right: `change` edits [actor, ..., payload] of it."""
    with unguarded(database, "governance_ledger") as connection:
        previous = GENESIS
        for values in map(list, connection.execute(_ROWS).fetchall()):
            if values[0] >= since:
                if values[0] == since:
                    change(values)
                values[7] = previous
                values[8] = entry_hash(tuple(values))
                connection.execute(
                    "UPDATE governance_ledger SET actor = %s, action = %s, subject = %s, payload = %s,"
                    " prev_hash = %s, hash = %s WHERE seq = %s",
                    [*values[3:9], values[0]],
                )
            previous = values[8]
        connection.execute("UPDATE governance_ledger_head SET hash = %s", [previous])


def cut(database: OwnDatabase, last: int) -> None:
    """Remove what came after an entry, and rewind the head so that the chain is sound again."""
    with unguarded(database, "governance_ledger") as connection:
        connection.execute("DELETE FROM governance_ledger WHERE seq > %s", [last])
        connection.execute(
            "UPDATE governance_ledger_head SET seq = %s,"
            " hash = (SELECT hash FROM governance_ledger WHERE seq = %s)",
            [last, last],
        )


def row(seq: int, previous: str, actor: str, payload: str, action: str = "x") -> Row:
    """An entry as the database would chain it."""
    open_row = (seq, "2025-11-03T00:00:00.000000Z", None, actor, action, "x", payload, previous, "")
    return (*open_row[:8], entry_hash(open_row))
