"""The login roles, the database they meet in, and who may enter what.

Everything here can be run again at any time and by several processes at once. It works for a
superuser and for an administrator who may only create roles and databases (managed services).
"""

from __future__ import annotations

from psycopg import sql

from otdr_hub.cluster import broker
from otdr_hub.cluster.address import Address
from otdr_hub.cluster.connect import (
    Connection,
    able_to_be,
    administrator,
    as_role,
    explaining,
    is_super,
    value,
)
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.secrets import Secrets

OWNER, APP, HUB, OPS, BROKER = "otdr_owner", "otdr_app", "otdr_hub", "otdr_ops", "otdr_broker"
ROLES = (OWNER, APP, HUB, OPS, BROKER)
PLAIN = "LOGIN NOCREATEDB NOCREATEROLE NOINHERIT"
# said only by a superuser: others may not even name these, and have none to give away
WITHOUT_POWERS = "NOSUPERUSER NOBYPASSRLS NOREPLICATION"
SAFE_PATH = '"$user", public'
SETTINGS: dict[str, dict[str, str]] = {
    APP: {"statement_timeout": "30s"},
    HUB: {"statement_timeout": "5s", "default_transaction_read_only": "on"},
    OPS: {"statement_timeout": "30s"},
    BROKER: {"search_path": "pgmq"},
}


def prepare(address: Address, secrets: Secrets, dbname: str | None = None) -> None:
    """Roles, database (default: the address's), privileges and the broker's schema, all as they should be.

    Raises ClusterError when the server is older than 16, or the administrator may not do what is needed.
    """
    name = dbname or address.name
    with explaining(address), administrator(address, secrets) as admin:
        for role in ROLES:
            login_role(admin, role, secrets.password(role))
        _database(admin, name)
        if address.embedded:
            _close_other_databases(admin)
        with as_role(address, OWNER, secrets, name) as owner:
            set_doors(owner, name)
        with as_role(address, BROKER, secrets, name) as connection:
            missing = broker.is_missing(connection)
        if missing:
            _install_broker(address, secrets, name)


def login_role(admin: Connection, role: str, password: str) -> None:
    """Create or correct one login. The password leaves this process only as a scram verifier."""
    name = sql.Identifier(role)
    if not value(admin, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        admin.execute(sql.SQL(f"CREATE ROLE {{}} {PLAIN}").format(name))
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    powers = WITHOUT_POWERS if is_super(admin) else ""
    altered = sql.SQL(f"ALTER ROLE {{}} {PLAIN} {powers} PASSWORD {{}}")
    admin.execute(altered.format(name, sql.Literal(verifier)))
    for setting, wanted in ({"timezone": "UTC", "search_path": SAFE_PATH} | SETTINGS.get(role, {})).items():
        # search_path is a list: written out as one, not as a single quoted name
        written = sql.SQL(wanted) if setting == "search_path" else sql.Literal(wanted)
        admin.execute(sql.SQL("ALTER ROLE {} SET {} = {}").format(name, sql.Identifier(setting), written))


def set_doors(owner: Connection, name: str) -> None:
    """Who may enter the database and its schema public, said by its owner, all at once or not at all."""
    database = sql.Identifier(name)
    with owner.transaction():
        for statement in (
            f"REVOKE ALL ON DATABASE {{}} FROM PUBLIC, {APP}, {HUB}, {OPS}, {BROKER}",
            f"GRANT CONNECT ON DATABASE {{}} TO {', '.join(ROLES)}",
        ):
            owner.execute(sql.SQL(statement).format(database))
        for statement in (
            f"REVOKE ALL ON SCHEMA public FROM PUBLIC, {HUB}, {BROKER}",
            f"REVOKE CREATE ON SCHEMA public FROM {APP}, {OPS}",
            f"GRANT ALL ON SCHEMA public TO {OWNER}",
            f"GRANT USAGE ON SCHEMA public TO {APP}, {OPS}",
        ):
            owner.execute(statement.encode())


def _database(admin: Connection, name: str) -> None:
    """The database exists and belongs to the owner role; a stranger's is refused."""
    holder = value(admin, "SELECT pg_get_userbyid(datdba)::text FROM pg_database WHERE datname = %s", name)
    if holder == OWNER:
        return
    if holder not in (None, admin.info.user):
        raise ClusterError(f"Database {name} belongs to {holder}, not {OWNER}: name another in DATABASE_URL.")
    statement = (
        f"CREATE DATABASE {{}} OWNER {OWNER} ENCODING 'UTF8' TEMPLATE template0"
        if holder is None
        else f"ALTER DATABASE {{}} OWNER TO {OWNER}"
    )
    with able_to_be(admin, OWNER):
        admin.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _close_other_databases(admin: Connection) -> None:
    """On our own server nobody but the administrator enters the databases that come with it."""
    for other in ("postgres", "template1"):
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(other)))


def _install_broker(address: Address, secrets: Secrets, name: str) -> None:
    """Let the broker create its one schema, and take that right back whatever happens."""
    database = sql.Identifier(name)
    with as_role(address, OWNER, secrets, name) as owner:
        owner.execute(sql.SQL(f"GRANT CREATE ON DATABASE {{}} TO {BROKER}").format(database))
        try:
            with as_role(address, BROKER, secrets, name) as connection:
                broker.install(connection)
        finally:
            owner.execute(sql.SQL(f"REVOKE CREATE ON DATABASE {{}} FROM {BROKER}").format(database))
