"""Connections for preparing a database, and the privileges that need two parties to be given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from otdr_hub.cluster.address import Address
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.secrets import Secrets

OLDEST = 160000  # grants WITH INHERIT / SET
LOCK_KEY = 0x07D2  # one preparation of a server at a time
SECONDS = 10

Connection = psycopg.Connection[TupleRow]


@contextmanager
def explaining(address: Address) -> Iterator[None]:
    """Turn what PostgreSQL says into one line that names the place and the next step."""
    try:
        yield
    except psycopg.Error as error:
        reason = (error.diag.message_primary or str(error)).strip().splitlines()[-1]
        remedy = (
            "is it running ('make run' or 'python -m otdr_hub.cluster up')?"
            if address.embedded
            else "DATABASE_URL must name an administrator who may create roles and databases."
        )
        raise ClusterError(f"Preparing {address.where} failed ({reason}): {remedy}") from None


def as_role(address: Address, role: str, secrets: Secrets, dbname: str) -> Connection:
    """A connection of one of our own logins; each statement commits by itself."""
    info = address.conninfo(role, secrets.password(role), dbname)
    return psycopg.connect(info, connect_timeout=SECONDS, autocommit=True)


@contextmanager
def administrator(address: Address, secrets: Secrets) -> Iterator[Connection]:
    """A connection that may create roles, holding the server-wide lock of preparations.

    Raises ClusterError where the address names no administrator or the server is too old.
    """
    if not address.admin_user:
        raise ClusterError(
            "DATABASE_URL names no administrator, who is needed to prepare the database: add one."
        )
    with _to_maintenance(address, secrets) as admin:
        version = admin.info.server_version
        if version < OLDEST:
            raise ClusterError(f"{address.where} runs PostgreSQL {version // 10000}: it must be 16 or newer.")
        admin.execute("SELECT pg_advisory_lock(%s)", (LOCK_KEY,))
        yield admin


def _to_maintenance(address: Address, secrets: Secrets) -> Connection:
    """To database postgres, so that all preparations meet at one lock; else to the one named."""
    password = secrets.password("postgres") if address.embedded else address.admin_password
    user = address.admin_user
    try:
        return psycopg.connect(
            address.conninfo(user, password, "postgres"), connect_timeout=SECONDS, autocommit=True
        )
    except psycopg.OperationalError:
        return psycopg.connect(address.conninfo(user, password), connect_timeout=SECONDS, autocommit=True)


def is_super(admin: Connection) -> bool:
    """May this connection do everything?"""
    return bool(value(admin, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))


def value(connection: Connection, query: str, *values: Any) -> Any:
    """The first column of the first row, or None."""
    row = connection.execute(query.encode(), values).fetchone()
    return row[0] if row else None


@contextmanager
def able_to_be(admin: Connection, role: str) -> Iterator[None]:
    """Who is no superuser gives a database away only while being able to become its new owner."""
    if is_super(admin):
        yield
        return
    admin.execute(f"GRANT {role} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE".encode())
    try:
        yield
    finally:
        admin.execute(f"REVOKE {role} FROM CURRENT_USER GRANTED BY CURRENT_USER".encode())
