"""A second pair of eyes: ends what is left when the foreground process is killed outright.

It reads "+ group" and "- group" lines from its parent. When the pipe closes, the parent is gone,
and every group still noted is ended; then the database is stopped unless somebody else uses it.
It imports almost nothing, so that it costs little memory.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress

TERM_SECONDS = 20.0


def alive(group: int) -> bool:
    """Does any process of the group still live?"""
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def signal_group(group: int, number: int) -> None:
    """Send a signal to a whole process group that we created; one that is gone is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def end_groups(groups: set[int], seconds: float = TERM_SECONDS) -> None:
    """Ask each leader to finish, wait, then end whatever is left of the groups."""
    for group in groups:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(group, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(0.1)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def watch() -> set[int]:
    """Follow the parent's notes until its end of the pipe closes; returns the groups still noted."""
    groups: set[int] = set()
    for line in sys.stdin:
        sign, _, number = line.partition(" ")
        (groups.add if sign == "+" else groups.discard)(int(number))
    return groups


def main(lock_handle: int) -> int:
    """Watch, and clean up if there is anything left. `lock_handle` keeps the checkout's place taken."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # our end is the parent's end, nothing else
    groups = watch()
    if not groups:
        return 0
    os.ftruncate(lock_handle, 0)
    os.pwrite(lock_handle, b"stopping", 0)
    end_groups(groups)
    return _leave_database()


def _leave_database() -> int:
    from otdr_hub.cluster import lock  # noqa: PLC0415 - only when really needed
    from otdr_hub.cluster.address import from_environment  # noqa: PLC0415
    from otdr_hub.cluster.errors import ClusterError  # noqa: PLC0415

    try:
        address = from_environment()
        if address.embedded:
            lock.leave_behind(address)
    except ClusterError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
