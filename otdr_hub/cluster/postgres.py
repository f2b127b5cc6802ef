"""Starting, proving and stopping the embedded server.

Whether it runs is decided by one thing only: a connection with our password that answers with our
data directory. A process id is never believed, and never signalled before that proof.
"""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from otdr_hub.cluster import binaries, initialise
from otdr_hub.cluster.address import EMBEDDED_ADMIN, Address
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.cluster.home import PORT, Home, server_user

START_SECONDS = 60  # a crash recovery was seen to take six
ANSWER_SECONDS = 5
# above every kernel's largest process id: "stale" to PostgreSQL, and nobody
NO_SUCH_PROCESS = 2**31 - 2
PASSING = ("starting up", "shutting down", "recovery mode", "not yet accepting connections")


@dataclass(frozen=True)
class Server:
    """The server of one home with the administrator's password to prove it by."""

    home: Home
    address: Address
    password: str

    def is_running(self) -> bool:
        """True when our server answers, False when nothing listens.

        Raises ClusterError when something listens but is frozen, refuses the password or is another.
        """
        deadline = time.monotonic() + START_SECONDS
        while self._listens():
            try:
                return self._prove()
            except psycopg.OperationalError as error:
                message = str(error)
                if not any(words in message for words in PASSING) and self._listens():
                    raise ClusterError(self._explained(error)) from None
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"The database in {self.home.root} keeps starting or stopping: {self.home.log_hint}."
                )
            time.sleep(0.1)
        return False

    def start(self) -> bool:
        """Start it unless it runs; True when this call started it. Call under the start lock only."""
        self.home.create()
        if self.is_running():
            return False
        bin_folder = binaries.runnable_by(self.home, copy=server_user().switch)
        initialise.require_data(self.home, bin_folder, self.password)
        self._disown_foreign_process()
        initialise.write_settings(self.home)
        initialise.adopt_password(self.home, bin_folder, self.password)
        self._launch(bin_folder)
        if not self.is_running():
            raise ClusterError(
                f"PostgreSQL started but does not answer at {self.home.socket_dir}: {self.home.log_hint}."
            )
        return True

    def stop(self) -> bool:
        """Stop it after proof that it is ours; False when it was not running."""
        if not self.is_running():
            return False
        bin_folder = binaries.runnable_by(self.home, copy=server_user().switch)
        done = initialise.run(
            bin_folder,
            self.home,
            ["pg_ctl", "stop", "-D", "data", "-m", "fast", "-w", "-t", str(START_SECONDS)],
        )
        if done.returncode != 0:
            raise ClusterError(
                f"PostgreSQL in {self.home.root} did not stop within {START_SECONDS} s: {self.home.log_hint}."
            )
        return True

    def _listens(self) -> bool:
        path = str(self.home.socket_dir / f".s.PGSQL.{PORT}")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            # a frozen server whose queue is full would hold a blocking connect for ever
            probe.settimeout(ANSWER_SECONDS)
            try:
                probe.connect(path)
            except (FileNotFoundError, ConnectionRefusedError):
                return False
            except TimeoutError:
                return True
            except OSError as error:
                raise ClusterError(
                    f"Cannot reach {path} ({error.strerror}): run as the user who owns it."
                ) from None
        return True

    def _prove(self) -> bool:
        info = self.address.conninfo(EMBEDDED_ADMIN, self.password, "postgres")
        with psycopg.connect(info, connect_timeout=ANSWER_SECONDS, autocommit=True) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        found = row[0] if row else "nowhere"
        if os.path.realpath(found) != os.path.realpath(self.home.data):
            raise ClusterError(
                f"The server at {self.home.socket_dir} keeps its data in {found}, not {self.home.data}: "
                "stop it, or set OTDR_HOME elsewhere."
            )
        return True

    def _explained(self, error: psycopg.OperationalError) -> str:
        message = str(error).strip().splitlines()[-1] if str(error).strip() else "no reason given"
        if isinstance(error, psycopg.errors.ConnectionTimeout) or "timeout" in message:
            return (
                f"The database in {self.home.root} listens but did not answer within {ANSWER_SECONDS} s: "
                f"it is frozen or overloaded (process {self._recorded_pid() or 'unknown'}). "
                "End it and start again."
            )
        if "password authentication failed" in message:
            return (
                f"The running server in {self.home.root} refuses our password, as var/secrets.json or "
                "OTDR_POSTGRES_PASSWORD changed since it started: restore it, or stop that server first."
            )
        return f"The database in {self.home.root} cannot be used ({message}): {self.home.log_hint}."

    def _launch(self, bin_folder: Path) -> None:
        reason = ""
        for pause in (0.5, 2, 5, 0):
            (self.home.log / "start.log").unlink(missing_ok=True)
            arguments = ["start", "-D", "data", "-l", "log/start.log", "-w", "-t", str(START_SECONDS)]
            if initialise.run(bin_folder, self.home, ["pg_ctl", *arguments]).returncode == 0:
                return
            reason = self._reason()
            # processes of a killed postmaster need a moment to notice and let go of its memory
            if "shared memory block" not in reason:
                break
            time.sleep(pause)
        raise ClusterError(f"PostgreSQL did not start ({reason or 'no reason given'}): {self.home.log_hint}.")

    def _reason(self) -> str:
        logs = [self.home.log / "start.log", *sorted(self.home.log.glob("server-*.log"))[-1:]]
        for log in logs:
            text = log.read_text(errors="replace") if log.exists() else ""
            fatal = [line.partition("FATAL:")[2].strip() for line in text.splitlines() if "FATAL:" in line]
            if fatal:
                return fatal[-1]
        return ""

    def _recorded_pid(self) -> int:
        return _pid_in(self.home.data / "postmaster.pid")

    def _disown_foreign_process(self) -> None:
        """Nothing answers, yet a lock file may name a dying process, or an id somebody else has by now.

        PostgreSQL would refuse to start. In its data directory we change only the id: the rest of the
        file stays, so PostgreSQL still checks for itself that the old shared memory is unused.
        """
        if not Path("/proc/self").exists():
            return
        socket_lock = self.home.socket_dir / f".s.PGSQL.{PORT}.lock"
        pid = _pid_in(socket_lock)
        if pid and not _serves(pid, self.home.data):
            socket_lock.unlink()
        pid = self._recorded_pid()
        if pid and not _serves(pid, self.home.data):
            file = self.home.data / "postmaster.pid"
            rest = file.read_text().partition("\n")[2]
            initialise.put(file, f"{NO_SUCH_PROCESS}\n{rest}", server_user())


def _pid_in(lock_file: Path) -> int:
    try:
        return int(lock_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return 0


def _serves(pid: int, data: Path) -> bool:
    """Is this process alive and at work in the data directory? (A postmaster always stands in it.)"""
    process = Path("/proc", str(pid))
    try:
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" and os.path.realpath(process / "cwd", strict=True) == os.path.realpath(data)
    except PermissionError:
        return False  # another user's process: PostgreSQL takes the file for stale by itself
    except OSError:
        return False
