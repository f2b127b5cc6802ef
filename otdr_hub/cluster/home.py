"""Where the embedded server lives, and as which system user.

A plain user keeps it in `var/postgres` of the checkout. PostgreSQL refuses to run as root, so root
lends it to `nobody`, in a folder that `nobody` can reach without any parent folder being opened up.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from otdr_hub.cluster.errors import ClusterError

PROJECT = Path(__file__).resolve().parents[2]
PORT = 5432  # only the suffix of the socket's name: there is no TCP
SHARED_PARENT = Path("/var/lib/otdr-hub")
SOCKET_PATH_LIMIT = 103  # bytes; macOS' sun_path, Linux has four more


@dataclass(frozen=True)
class ServerUser:
    """The system user that runs PostgreSQL; `switch` says whether that is somebody else than us."""

    uid: int
    gid: int
    switch: bool

    def popen_arguments(self) -> dict[str, Any]:
        """Keyword arguments for subprocess: drop to this user where that is needed."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}


def server_user() -> ServerUser:
    """Ourselves, or `nobody` when we are root. Raises ClusterError where there is no `nobody`."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid(), switch=False)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise ClusterError(
            "PostgreSQL does not run as root and this system has no user 'nobody': run as a plain user, "
            "or set DATABASE_URL to a server of your own."
        ) from None
    return ServerUser(nobody.pw_uid, nobody.pw_gid, switch=True)


@dataclass(frozen=True)
class Home:
    """The folder of one embedded server. Computing paths touches nothing; `create` does."""

    root: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """The folder of the server's log files."""
        return self.root / "log"

    @property
    def log_hint(self) -> str:
        """The closing words of an error that the server's own log explains."""
        return f"see {self.log}"

    @cached_property
    def socket_dir(self) -> Path:
        """Inside the home where a socket's path may be that long, else a private temporary folder."""
        if _fits(self.root / "run"):
            return self.root / "run"
        name = "otdr-" + hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return _system_temp() / name

    def create(self) -> None:
        """Make home, log and socket folder, 0700 and the server user's; raises ClusterError."""
        user = server_user()
        if not self.root.exists():
            _make_parent(self.root.parent)
        for folder in (self.root, self.log, self.socket_dir):
            _private_folder(folder, user)
        if user.switch:
            _require_reachable(self.root, user)
            _require_reachable(self.socket_dir, user)


def locate() -> Home:
    """The home of this checkout's server: OTDR_HOME, else by who we are. Touches nothing."""
    named = os.environ.get("OTDR_HOME")
    if named:
        return Home(Path(named).expanduser().absolute())
    if os.geteuid() == 0:
        return Home(SHARED_PARENT / hashlib.sha256(os.fsencode(PROJECT)).hexdigest()[:12])
    return Home(PROJECT / "var" / "postgres")


def _fits(folder: Path) -> bool:
    # libpq reads a comma in a host as the end of one host and the start of the next
    path = os.fsencode(folder / f".s.PGSQL.{PORT}")
    return len(path) <= SOCKET_PATH_LIMIT and b"," not in path


def _system_temp() -> Path:
    # Not TMPDIR first: two shells of one user must agree where the socket is.
    fixed = Path("/tmp")  # noqa: S108 - the folder in it is private and verified
    return fixed if os.access(fixed, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def _make_parent(folder: Path) -> None:
    """Create missing parents. What exists keeps its mode; what we make can be passed through."""
    if folder.exists():
        return
    _make_parent(folder.parent)
    try:
        folder.mkdir()
        if os.geteuid() == 0:
            folder.chmod(0o711)  # root's umask may be 077, which would lock `nobody` out of its home
    except FileExistsError:
        return
    except OSError as error:
        raise ClusterError(f"Cannot create {folder} ({error.strerror}): set OTDR_HOME elsewhere.") from None


def _private_folder(folder: Path, user: ServerUser) -> None:
    """Create the folder 0700, or check that what stands there is a folder, the user's, and private."""
    try:
        folder.mkdir(mode=0o700)
        if user.switch:
            os.chown(folder, user.uid, user.gid, follow_symlinks=False)
    except FileExistsError:
        pass
    except OSError as error:
        raise ClusterError(f"Cannot create {folder} ({error.strerror}): set OTDR_HOME elsewhere.") from None
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise ClusterError(f"{folder} is not a folder (a link is not followed): remove it and start again.")
    if found.st_uid != user.uid:
        raise ClusterError(
            f"{folder} belongs to user id {found.st_uid}, not {user.uid}: remove it, "
            "or set OTDR_HOME elsewhere."
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise ClusterError(f"{folder} is open to other users: run 'chmod 700 {folder}' and start again.")


def _require_reachable(folder: Path, user: ServerUser) -> None:
    """Refuse a home that `nobody` cannot reach, because opening its parents is not ours to do."""
    tried = subprocess.run(  # noqa: S603 - fixed program, the path is an argument
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
        stderr=subprocess.DEVNULL,
        check=False,
        cwd="/",
        **user.popen_arguments(),
    )
    if tried.returncode != 0:
        raise ClusterError(
            f"User 'nobody', which runs PostgreSQL for root, cannot reach {folder}: set OTDR_HOME to a "
            "folder whose parents other users may pass through."
        )
