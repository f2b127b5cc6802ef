"""`python -m otdr_hub.cluster up|down|status|prepare|psql`: the database by hand.

Exit codes: 0 done (status: running), 1 refused or failed (status: not running), 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys
import time

from otdr_hub.cluster import binaries, lock
from otdr_hub.cluster import secrets as kept
from otdr_hub.cluster.address import Address, from_environment
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.roles import OWNER, ROLES, prepare


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _up(address: Address) -> int:
    begun = time.monotonic()
    if lock.up(address):
        say(f"PostgreSQL started in {time.monotonic() - begun:.1f} s, socket in {address.host}.")
    else:
        say(f"PostgreSQL is already running, socket in {address.host}.")
    return 0


def _down(address: Address) -> int:
    say("PostgreSQL stopped." if lock.down(address) else "PostgreSQL was not running.")
    return 0


def _status(address: Address) -> int:
    if not address.embedded:
        lock.check(address)
        say(f"PostgreSQL answers at {address.where} (DATABASE_URL).")
        return 0
    server = lock.embedded(address)
    up = server.home.root.exists() and server.is_running()
    say(f"PostgreSQL is {'running' if up else 'not running'}, home {server.home.root}.")
    return 0 if up else 1


def _prepare(address: Address) -> int:
    with lock.running():
        prepare(address, kept.load())
    say(f"Database {address.name} is prepared at {address.where}.")
    return 0


def _psql(address: Address, role: str) -> int:
    """Become psql; the password travels in the environment, never on the command line."""
    secrets = kept.load()
    psql = str(binaries.in_site_packages() / "psql")
    info = address.conninfo(role, "").replace("password=''", "").strip()
    os.execve(psql, [psql, info], os.environ | {"PGPASSWORD": secrets.password(role)})  # noqa: S606 - our own program


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m otdr_hub.cluster", description="The database by hand.")
    parser.add_argument("command", choices=("up", "down", "status", "prepare", "psql"))
    parser.add_argument("--role", choices=ROLES, default=OWNER, help="psql only: the role to be")
    chosen = parser.parse_args(arguments)
    plain = {"up": _up, "down": _down, "status": _status, "prepare": _prepare}
    try:
        address = from_environment()
        if chosen.command == "psql":
            return _psql(address, chosen.role)
        return plain[chosen.command](address)
    except ClusterError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
