"""What happens once, in order, before the first page can be served."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from otdr_hub.cluster.home import PROJECT
from otdr_hub.run.children import describe, end_with
from otdr_hub.run.guard import end_groups
from otdr_hub.run.terminal import complain, say


class Stopped(Exception):  # noqa: N818 - no error, a wish
    """Ctrl-C or `make stop` came while a step was at work."""


@dataclass(frozen=True)
class Step:
    """One command of manage.py and what it does in words."""

    words: str
    arguments: Sequence[str]


ALWAYS = (
    Step("Database schema", ("migrate", "--database=owner", "--noinput", "-v", "0")),
    Step("Database privileges", ("database", "grants")),
    Step("Static files", ("collectstatic", "--noinput", "-v", "0")),
)
DEMONSTRATION = Step("ShopSwift demonstration", ("demo", "load", "--once"))


def perform(step: Step, log: Path, environment: dict[str, str], wanted_stop: Callable[[], bool]) -> bool:
    """Run one step with its output in the log; False, with the log's end shown, when it fails.

    Raises Stopped, having ended the step, when `wanted_stop` turns true meanwhile.
    """
    begun, parent = time.monotonic(), os.getpid()
    with log.open("ab") as out:
        start_of_output = out.tell()
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "manage.py", *step.arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=PROJECT,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: end_with(parent),  # noqa: PLW1509 - we have no threads
        )
        while process.poll() is None:
            if wanted_stop():
                process.terminate()
                end_groups({process.pid}, seconds=5)
                process.wait()
                raise Stopped
            time.sleep(0.05)
    if process.returncode == 0:
        say(f"{step.words}: ready in {time.monotonic() - begun:.1f} s")
        return True
    with log.open("rb") as file:
        file.seek(start_of_output)
        lines = file.read().decode("utf-8", "replace").splitlines()[-12:]
    complain(f"{step.words}: 'manage.py {' '.join(step.arguments)}' failed ({describe(process.returncode)}).")
    for line in lines:
        complain(f"  {line}")
    return False
