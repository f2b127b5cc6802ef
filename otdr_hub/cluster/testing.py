"""Databases and the login for tests; nothing outside the tests calls this."""

from __future__ import annotations

from psycopg import sql

from otdr_hub.cluster.address import Address
from otdr_hub.cluster.connect import able_to_be, administrator, as_role, explaining, value
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.roles import APP, HUB, OPS, OWNER, login_role, set_doors
from otdr_hub.cluster.secrets import Secrets

TEST = "otdr_test"
PREFIX = "test_"


def prepare_test(address: Address, secrets: Secrets, dbname: str | None = None) -> None:
    """The login `otdr_test`: it may create databases and SET ROLE to ours, and inherits nothing.

    A database given here (made by `prepare`) may be entered by it and copied with `clone`.
    """
    with explaining(address), administrator(address, secrets) as admin:
        login_role(admin, TEST, secrets.password(TEST))
        admin.execute(f"ALTER ROLE {TEST} CREATEDB".encode())
        for role in (OWNER, APP, HUB, OPS):
            admin.execute(f"GRANT {role} TO {TEST} WITH INHERIT FALSE, SET TRUE, ADMIN FALSE".encode())
        if address.embedded:  # where Django says CREATE DATABASE from
            admin.execute(f"GRANT CONNECT ON DATABASE postgres TO {TEST}".encode())
        if dbname:
            _admit(address, secrets, dbname)


def clone(address: Address, secrets: Secrets, template: str, name: str) -> None:
    """Copy a database, doors included; nobody may be connected to the template meanwhile.

    PostgreSQL does not copy the privileges of the database itself, so they are said again.
    """
    _require_test_name(name)
    made = sql.SQL(f"CREATE DATABASE {{}} TEMPLATE {{}} OWNER {OWNER}")
    with explaining(address), administrator(address, secrets) as admin, able_to_be(admin, OWNER):
        admin.execute(made.format(sql.Identifier(name), sql.Identifier(template)))
        with as_role(address, OWNER, secrets, name) as owner:
            set_doors(owner, name)
        _admit(address, secrets, name)


def drop(address: Address, secrets: Secrets, name: str) -> None:
    """Drop a test database, whoever is connected to it; nothing happens when there is none.

    Raises ClusterError for a name that does not begin with "test_".
    """
    _require_test_name(name)
    with explaining(address), administrator(address, secrets) as admin, able_to_be(admin, OWNER):
        if value(admin, "SELECT 1 FROM pg_database WHERE datname = %s", name):
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _admit(address: Address, secrets: Secrets, name: str) -> None:
    with as_role(address, OWNER, secrets, name) as owner:
        doors = sql.SQL(f"GRANT CONNECT, TEMPORARY ON DATABASE {{}} TO {TEST}")
        owner.execute(doors.format(sql.Identifier(name)))


def _require_test_name(name: str) -> None:
    if not name.startswith(PREFIX):
        raise ClusterError(f"{name} is not a test database: its name must begin with {PREFIX}.")
