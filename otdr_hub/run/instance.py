"""One `make run` per checkout: a lock in var/, held for as long as anything of it is alive.

Stopping works through a file that the foreground process looks for, so no process id is trusted.
"""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from otdr_hub.cluster.home import PROJECT

VAR = PROJECT / "var"
ENDING = "stopping"


class Instance:
    """This checkout's place to run in; `take` it, then `announce` where it can be reached."""

    def __init__(self, var: Path = VAR) -> None:
        var.mkdir(mode=0o700, exist_ok=True)
        self.lock = var / "run.lock"
        self.stop_file = var / "run.stop"
        self.handle = -1

    def take(self) -> bool:
        """True when nobody else runs here; the place is ours until this process and its guard end."""
        handle = os.open(self.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        self.handle = handle
        self.announce("")
        self.stop_file.unlink(missing_ok=True)
        return True

    def announce(self, text: str) -> None:
        """Let a second `make run` read where we are: an address, or that we are ending."""
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, text.encode(), 0)

    def found(self) -> str:
        """What the holder announced; empty while it is still starting."""
        return self.lock.read_text("utf-8").strip() if self.lock.exists() else ""

    def stop_wanted(self) -> bool:
        """Did somebody call `make stop`?"""
        return self.stop_file.exists()

    def ask_to_stop(self, seconds: float = 60) -> bool | None:
        """Ask the holder to stop and wait: None when nobody ran, True when it ended, False when not."""
        if self.take():
            self.release()
            return None
        self.stop_file.touch(mode=0o600)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.take():
                self.release()
                return True
            time.sleep(0.2)
        return False

    def release(self) -> None:
        """Give the place back."""
        os.close(self.handle)
        self.handle = -1
