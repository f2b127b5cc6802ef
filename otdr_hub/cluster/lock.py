"""Who uses the embedded server: the first user starts it, the last one to leave stops it.

Users are counted by the kernel (shared locks on one file), so kill -9 of a user counts as leaving.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from otdr_hub.cluster import home as homes
from otdr_hub.cluster import secrets as kept
from otdr_hub.cluster.address import Address, from_environment
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.home import server_user
from otdr_hub.cluster.initialise import put
from otdr_hub.cluster.postgres import ANSWER_SECONDS, Server

PATIENCE_SECONDS = 150.0  # longer than initdb and a crash recovery together
KEEP = "keep"
_held: set[int] = set()


def _let_go_in_child() -> None:
    """A forked process must not keep our lock alive after us (after exec it is closed anyway)."""
    for handle in _held:
        os.close(handle)
    _held.clear()


os.register_at_fork(after_in_child=_let_go_in_child)


@contextmanager
def running() -> Iterator[Address]:
    """The database is up for as long as this holds; stopped at the end unless others use it.

    With DATABASE_URL nothing is started: it is only checked that the server answers. Raises ClusterError.
    """
    address = from_environment()
    if not address.embedded:
        check(address)
        yield address
        return
    use = join(address)
    try:
        yield address
    finally:
        use.leave()


def check(address: Address) -> None:
    """Connect once as the administrator, or as the owner where none is named; raises ClusterError."""
    role, password = address.admin_user, address.admin_password
    dbname: str | None = None
    if not role:
        role, password = "otdr_owner", kept.load().password("otdr_owner")
    else:
        dbname = "postgres"  # ours may not exist yet
    try:
        psycopg.connect(address.conninfo(role, password, dbname), connect_timeout=ANSWER_SECONDS).close()
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        raise ClusterError(f"DATABASE_URL: {address.where} cannot be used as {role} ({reason}).") from None


@dataclass
class Use:
    """One user's hold on the server. `started` tells whether joining had to start it."""

    server: Server
    handle: int
    started: bool

    def leave(self) -> bool:
        """Let go; stops the server when nobody else holds it, and says whether it did."""
        with starting(self.server.home.root):
            alone = _alone(self.handle)
            _held.discard(self.handle)
            os.close(self.handle)
            return alone and not _kept(self.server) and self.server.stop()


def join(address: Address) -> Use:
    """Hold the embedded server, starting it first where needed. Raises ClusterError."""
    server = embedded(address)
    server.home.create()
    with starting(server.home.root):
        handle = _open(server.home.root / "users.lock")
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            started = server.start()
        except BaseException:
            os.close(handle)
            raise
    _held.add(handle)
    return Use(server, handle, started)


def up(address: Address) -> bool:
    """Start it to stay until `down`; True when it had to be started."""
    server = embedded(address)
    server.home.create()
    with starting(server.home.root):
        started = server.start()
        put(server.home.root / KEEP, _identity(server), server_user())
    return started


def down(address: Address) -> bool:
    """Stop it unless somebody uses it (ClusterError); False when it was not running."""
    server = embedded(address)
    if not server.home.root.exists():
        return False
    with starting(server.home.root):
        handle = _open(server.home.root / "users.lock")
        try:
            if not _alone(handle):
                raise ClusterError(
                    f"The database in {server.home.root} is used by a running 'make run' or test session: "
                    "it stops by itself when the last of them ends."
                )
            (server.home.root / KEEP).unlink(missing_ok=True)
            return server.stop()
        finally:
            os.close(handle)


def leave_behind(address: Address) -> bool:
    """For a user that was killed: stop the server if nobody uses it and nobody asked it to stay."""
    server = embedded(address)
    with starting(server.home.root):
        handle = _open(server.home.root / "users.lock")
        try:
            return _alone(handle) and not _kept(server) and server.stop()
        finally:
            os.close(handle)


def embedded(address: Address) -> Server:
    """The server object of the embedded address. Raises ClusterError for DATABASE_URL."""
    if not address.embedded:
        raise ClusterError(
            f"DATABASE_URL names {address.where}: this command only minds the embedded server."
        )
    return Server(homes.locate(), address, kept.load().password("postgres"))


@contextmanager
def starting(root: Path) -> Iterator[None]:
    """The exclusive right to start or stop the server of this home; waits for it, with an end."""
    handle = _open(root / "start.lock")
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while not _alone(handle):
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"Another process has been starting or stopping the database in {root} for "
                    f"{PATIENCE_SECONDS:.0f} s: end it and try again."
                )
            time.sleep(0.05)
        yield
    finally:
        os.close(handle)


def _open(file: Path) -> int:
    try:
        return os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ClusterError(f"Cannot open {file} ({error.strerror}): run as the user who owns it.") from None


def _alone(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _identity(server: Server) -> str:
    """This very run of the server: process id and start time as the server itself wrote them."""
    lines = (server.home.data / "postmaster.pid").read_text().splitlines()
    return f"{lines[0]} {lines[2]}"


def _kept(server: Server) -> bool:
    """Was this run of the server asked to stay (`up`)? A mark from an earlier run does not count."""
    try:
        return (server.home.root / KEEP).read_text() == _identity(server)
    except (OSError, IndexError):
        return False
