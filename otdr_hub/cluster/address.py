"""How to reach the database: computed from the environment alone, nothing is started or asked."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg.conninfo import make_conninfo

from otdr_hub.cluster import home
from otdr_hub.cluster.errors import ClusterError

EMBEDDED_NAME = "otdr"
EMBEDDED_ADMIN = "postgres"


@dataclass(frozen=True)
class Address:
    """One database of one server. `host` is a socket folder where `embedded`.

    The administrator is empty where DATABASE_URL names none: such a process can use the database
    but not prepare it. The embedded administrator's password is in the secrets, not here.
    """

    host: str
    port: int
    name: str
    admin_user: str
    admin_password: str = field(repr=False)
    embedded: bool
    params: tuple[tuple[str, str], ...] = ()

    def conninfo(self, role: str, password: str, dbname: str | None = None) -> str:
        """A libpq connection string for the role; `dbname` defaults to the address's own."""
        return make_conninfo(
            host=self.host,
            port=self.port,
            dbname=dbname or self.name,
            user=role,
            password=password,
            **dict(self.params),
        )

    def django(self) -> dict[str, str]:
        """HOST, PORT and NAME for DATABASES; `params` (sslmode and the like) belong into OPTIONS."""
        return {"HOST": self.host, "PORT": str(self.port), "NAME": self.name}

    @property
    def where(self) -> str:
        """The server in a word, for messages."""
        return f"the embedded server at {self.host}" if self.embedded else f"{self.host}:{self.port}"


def from_environment() -> Address:
    """DATABASE_URL where it is set, else this checkout's embedded server.

    Raises ClusterError for a DATABASE_URL that is not postgres://[admin[:password]@]host[:port]/name.
    """
    url = os.environ.get("DATABASE_URL", "")
    if url:
        return _parse(url)
    return Address(
        host=str(home.locate().socket_dir),
        port=home.PORT,
        name=EMBEDDED_NAME,
        admin_user=EMBEDDED_ADMIN,
        admin_password="",
        embedded=True,
    )


def _parse(url: str) -> Address:
    shape = "postgres://admin:password@host:5432/name"
    try:
        parts = urlsplit(url)
        port = parts.port or 5432
    except ValueError:
        raise ClusterError(f"DATABASE_URL cannot be read: it should look like {shape}.") from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname or not name:
        raise ClusterError(f"DATABASE_URL is not a PostgreSQL address: it should look like {shape}.")
    return Address(
        host=unquote(parts.hostname),
        port=port,
        name=name,
        admin_user=unquote(parts.username or ""),
        admin_password=unquote(parts.password or ""),
        embedded=False,
        params=tuple(parse_qsl(parts.query)),
    )
