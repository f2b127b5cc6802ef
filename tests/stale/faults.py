"""What goes wrong while everybody reads: worker and beat are absent throughout, the rest comes in turns.

A jump of the clock is in the killer, a slow reader in the web readers.
"""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from contextlib import suppress
from threading import Event as Flag

import psycopg

from tests.stale.stage import Stage, Web, answers

CUT = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND usename = %s AND pid <> pg_backend_pid() AND random() < 0.5
"""


def _cut(stage: Stage, role: str) -> bool:
    with suppress(psycopg.Error), stage.connect() as admin:
        admin.execute(CUT, [role])
        return True
    return False


def _kill_worker(web: Web, chance: random.Random) -> bool:
    """One of two, and only once both are back: nobody is to be without an answer for long."""
    workers = web.workers()
    if len(workers) < 2 or not answers(web.port):
        return False
    os.kill(chance.choice(workers), signal.SIGKILL)
    return True


def trouble(
    *, stage: Stage, web: Web | None, stop: Flag, every: float, restarts: int, seed: int
) -> Counter[str]:
    """Make trouble until told to stop; what was done, counted. `restarts` is how often the whole database
    is stopped at once, where the server is our own."""
    chance, done = random.Random(seed), Counter({"worker and beat absent": 1})  # noqa: S311 (nothing secret)
    turn = 0
    while not stop.wait(chance.uniform(0.5 * every, 1.5 * every)):
        turn += 1
        if stage.is_own_server and restarts and turn % 8 == 4:
            stage.stop_at_once()
            restarts -= 1
            done["database stopped at once and recovered"] += 1
        elif web is not None and turn % 3 == 0:
            done["web worker killed (-9)"] += _kill_worker(web, chance)
        else:
            role = chance.choice(("otdr_hub", "otdr_app"))
            done[f"connections of {role} cut"] += _cut(stage, role)
    return done
