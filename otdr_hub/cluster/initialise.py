"""Making the data directory, and the settings it is started with."""

from __future__ import annotations

import hashlib
import os
import secrets as random
import shutil
import subprocess
from pathlib import Path

from otdr_hub.cluster import binaries
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.home import PORT, Home, ServerUser, server_user

SETTINGS_FILE = "otdr.conf"
KEPT_LOGS = 5
HALF_MADE = ".new-data"
PASSWORD_FILE = ".initial-password"  # noqa: S105 - the name of a file
FINGERPRINT = "password.sha256"


def run(
    bin_folder: Path, home: Home, arguments: list[str], stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """One of PostgreSQL's programs as the server user, inside the home, with a bare environment.

    `arguments[0]` is the program's name. Never raises for a failing program: look at returncode.
    """
    return subprocess.run(  # noqa: S603 - our own list of arguments, no shell
        [str(bin_folder / arguments[0]), *arguments[1:]],
        input=stdin,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=home.root,
        # nothing of the caller's PG* variables or locale may steer the server
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        **server_user().popen_arguments(),
    )


def require_data(home: Home, bin_folder: Path, password: str) -> None:
    """Leave a usable data directory of our major version behind, making it where there is none.

    Raises ClusterError for one of another major, or one that is no data directory.
    """
    for leftover in (home.root / HALF_MADE, home.root / PASSWORD_FILE):
        _remove(leftover)
    if not home.data.exists():
        _initialise(home, bin_folder, password)
        return
    try:
        found = (home.data / "PG_VERSION").read_text().strip()
    except OSError:
        raise ClusterError(
            f"{home.data} is not a PostgreSQL data directory (no readable PG_VERSION): move it away "
            "and start again."
        ) from None
    if found != binaries.major():
        raise ClusterError(
            f"{home.data} was made by PostgreSQL {found}, this is {binaries.major()}: move it away to start "
            "empty, or dump and restore it with both versions at hand."
        )


def _initialise(home: Home, bin_folder: Path, password: str) -> None:
    """initdb beside its final place, then one rename: an interruption leaves no half database."""
    user = server_user()
    put(home.root / PASSWORD_FILE, password + "\n", user)
    try:
        made = run(bin_folder, home, _initdb_arguments())
    finally:
        _remove(home.root / PASSWORD_FILE)
    if made.returncode != 0:
        raise ClusterError(f"initdb failed in {home.root}: {_last_line(made.stderr)}")
    half = home.root / HALF_MADE
    with (half / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write(f"\ninclude '{SETTINGS_FILE}'\n")
    half.rename(home.data)
    put(home.root / FINGERPRINT, _fingerprint(password), user)


def _initdb_arguments() -> list[str]:
    return [
        "initdb",
        f"--pgdata={HALF_MADE}",
        "--username=postgres",
        f"--pwfile={PASSWORD_FILE}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",  # sorts the same on every machine, so indexes survive a move
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
        "--no-instructions",
    ]


def adopt_password(home: Home, bin_folder: Path, password: str) -> None:
    """Give the administrator the current password while the server is down.

    A checkout removed and cloned anew has new secrets but, as root, an old data directory. Whoever
    can do this owns the files anyway. Raises ClusterError when PostgreSQL refuses.
    """
    file = home.root / FINGERPRINT
    if file.exists() and file.read_text() == _fingerprint(password):
        return
    quoted = password.replace("'", "''")
    done = run(
        bin_folder,
        home,
        ["postgres", "--single", "-D", "data", "-c", "log_statement=none", "-j", "postgres"],
        f"ALTER ROLE postgres PASSWORD '{quoted}'\n",
    )
    if done.returncode != 0 or "ERROR" in done.stderr:
        raise ClusterError(f"Cannot renew the password of {home.data}: {_last_line(done.stderr)}")
    put(file, _fingerprint(password), server_user())


def write_settings(home: Home) -> None:
    """Write the server's settings afresh, so a newer version of ours also reaches old data."""
    settings = {
        "listen_addresses": "",  # no TCP at all
        "port": str(PORT),
        "unix_socket_directories": '"' + str(home.socket_dir).replace('"', '""') + '"',
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "max_connections": "80",
        "shared_buffers": "64MB",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": str(home.log),
        "log_filename": "server-%Y%m%d-%H%M%S.log",
        "log_file_mode": "0600",
        "log_rotation_age": "0",
        "log_rotation_size": "10MB",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        "log_parameter_max_length_on_error": "0",
    }
    lines = [f"{name} = '{_escaped(value)}'\n" for name, value in settings.items()]
    put(home.data / SETTINGS_FILE, "# Written at every start; do not edit.\n" + "".join(lines), server_user())
    for old in sorted(home.log.glob("server-*.log"))[:-KEPT_LOGS]:
        old.unlink(missing_ok=True)


def put(file: Path, text: str, user: ServerUser) -> None:
    """Write a file of the server user's, 0600, complete or not at all, following no link."""
    half = file.with_name(f".{file.name}.{random.token_hex(4)}")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        if user.switch:
            os.fchown(handle, user.uid, user.gid)
        out.write(text)
    half.rename(file)


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _fingerprint(password: str) -> str:
    return hashlib.sha256(b"otdr-hub postgres " + password.encode()).hexdigest()


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    told = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (told or lines or ["no reason given"])[-1]


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
