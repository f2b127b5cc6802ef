"""The message broker's schema: the SQL that the `pgmq` package ships, without an extension.

It is run as `otdr_broker`, so that role owns the schema and nothing else: the transport creates
queues by itself, and its own installer would need an extension or a mightier role.
"""

from __future__ import annotations

import psycopg
from pgmq.install import get_embedded_install_sql, get_embedded_sql_version
from psycopg import sql
from psycopg.rows import TupleRow

from otdr_hub.cluster.errors import ClusterError

SCHEMA = "pgmq"
MARK = "otdr-hub pgmq "  # in the schema's comment: written in the same transaction as everything else


def is_missing(connection: psycopg.Connection[TupleRow]) -> bool:
    """True when the schema has yet to be installed; False when this version's is there.

    Raises ClusterError when another version, or somebody else's schema of that name, stands there.
    """
    row = connection.execute(
        "SELECT coalesce(obj_description(oid, 'pg_namespace'), '') FROM pg_namespace WHERE nspname = %s",
        (SCHEMA,),
    ).fetchone()
    if row is None:
        return True
    found, wanted = str(row[0]), MARK + get_embedded_sql_version()
    if found == wanted:
        return False
    if not found.startswith(MARK):
        raise ClusterError(f"Schema {SCHEMA} was not made by this program: use a database without it.")
    raise ClusterError(
        f"The broker's schema is version {found.removeprefix(MARK)}, this is {wanted.removeprefix(MARK)}: "
        f"stop all workers, drop schema {SCHEMA} (what is due will be sent again) and run this again."
    )


def install(connection: psycopg.Connection[TupleRow]) -> None:
    """Create the schema with everything in it, in one transaction, as the role connected."""
    script = get_embedded_install_sql()
    comment = sql.SQL("COMMENT ON SCHEMA {} IS {}").format(
        sql.Identifier(SCHEMA), sql.Literal(MARK + get_embedded_sql_version())
    )
    with connection.transaction():
        connection.execute(script.encode())
        connection.execute(comment)
        connection.execute(
            sql.SQL("REVOKE ALL ON SCHEMA {} FROM PUBLIC, pg_monitor").format(sql.Identifier(SCHEMA))
        )
