"""The demonstration on a server of its own, for commands that look at it without pytest.

`python -m tests.browser.stage` starts it, says where it is, and ends it with Ctrl-C.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event

from otdr_hub import cluster
from tests.bench.place import apart
from tests.browser.served import serving
from tests.conftest import PROJECT

NAME = "otdr_stage"
LOAD = ("demo", "load", "--today", "2026-11-20", "--scale", "0.25")


def _manage(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)}: {done.stdout}{done.stderr[-2000:]}")


@contextmanager
def staged() -> Iterator[str]:
    """The address of the loaded demonstration, until the block ends; nothing of the checkout is written."""
    with apart() as folder:
        environment = os.environ | {
            "OTDR_DATABASE_NAME": NAME,
            "OTDR_LAKE": str(folder / "lake"),
            "OTDR_SPOOL": str(folder / "spool"),
        }
        cluster.prepare(cluster.address(), cluster.load_secrets(), NAME)
        _manage(environment, "migrate", "--database=owner", "--noinput", "-v", "0")
        _manage(environment, "database", "grants")
        _manage(environment, "collectstatic", "--noinput", "-v", "0")
        _manage(environment, *LOAD)
        with serving(environment) as url:
            yield url


if __name__ == "__main__":
    with staged() as address, suppress(KeyboardInterrupt):
        print(address, flush=True)
        Event().wait()
