"""The processes that stay: started in groups of their own, watched, restarted, ended."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from otdr_hub.cluster.home import PROJECT
from otdr_hub.run.guard import TERM_SECONDS, end_groups, signal_group
from otdr_hub.run.terminal import complain

PR_SET_PDEATHSIG = 1
LOG_LIMIT = 10 * 1024 * 1024  # bytes; one older file is kept
HEALTHY_SECONDS = 60.0
LONGEST_PAUSE = 30.0
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with(parent: int) -> None:
    """In a new child: be told to finish when the parent dies, also when it already has (Linux)."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        os._exit(1)


class Guard:
    """Our line to the guard process, which must know every group we start before it can do harm."""

    def __init__(self, lock_handle: int) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "otdr_hub.run.guard", str(lock_handle)],
            stdin=subprocess.PIPE,
            cwd=PROJECT,
            text=True,
            start_new_session=True,
            pass_fds=(lock_handle,),
        )

    def note(self, sign: str, group: int) -> None:
        """Tell it that a group began ("+") or is gone ("-")."""
        assert self.process.stdin is not None  # noqa: S101 - for the type checker
        try:
            self.process.stdin.write(f"{sign} {group}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            complain("The guard process is gone: after a kill -9 of this process, children may stay behind.")

    def dismiss(self) -> None:
        """Close the line: with nothing noted it just leaves."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        self.process.wait()


@dataclass
class Child:
    """One process that should always run; `failures` counts its short lives in a row."""

    name: str
    command: Sequence[str]
    environment: dict[str, str]
    guard: Guard
    log: Path
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started: float = 0.0
    due: float = field(default=0.0)

    def start(self) -> None:
        """Start it in a session of its own, so that Ctrl-C reaches only the foreground process."""
        _rotate(self.log)
        parent = os.getpid()
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                list(self.command),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                cwd=PROJECT,
                env=self.environment,
                start_new_session=True,
                preexec_fn=lambda: end_with(parent),  # noqa: PLW1509 - we have no threads
            )
        self.started = time.monotonic()
        self.guard.note("+", self.process.pid)

    def tend(self) -> bool:
        """Restart it when it died, after a pause that doubles; False when it has just been found dead."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return True
        code = self.process.poll()
        if code is None:
            return True
        self._bury()
        self.failures = 1 if now - self.started > HEALTHY_SECONDS else self.failures + 1
        pause = min(2.0 ** (self.failures - 1), LONGEST_PAUSE)
        self.due = now + pause
        complain(f"{self.name} ended ({describe(code)}), restarting in {pause:.0f} s; its log: {self.log}")
        return False

    def _bury(self) -> None:
        # its own workers may outlive it and would keep its port
        if self.process is not None:
            signal_group(self.process.pid, signal.SIGKILL)
            self.guard.note("-", self.process.pid)
        self.process = None

    def last_lines(self, count: int = 12) -> str:
        """The end of its log, for showing when it fails at start."""
        text = self.log.read_text("utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(f"  {self.name} | {line}" for line in text.splitlines()[-count:])


def stop_all(children: Sequence[Child]) -> None:
    """Ask all to finish at once, wait 20 s, end the rest with their helpers."""
    processes = [child.process for child in children if child.process is not None]
    for process in processes:
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + TERM_SECONDS
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            continue
    end_groups({process.pid for process in processes}, seconds=1)
    for child in children:
        if child.process is not None:
            child.process.wait()
            child.guard.note("-", child.process.pid)
            child.process = None


def describe(code: int) -> str:
    """An exit code for people."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
