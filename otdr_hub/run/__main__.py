"""`python -m otdr_hub.run [--no-demo] [--stop]`: everything of this checkout in one process.

Exit codes: 0 stopped on request or already running, 1 could not start, 2 wrong usage.
"""

from __future__ import annotations

import argparse
import os
import sys

from otdr_hub.cluster import lock
from otdr_hub.cluster.address import from_environment
from otdr_hub.cluster.errors import ClusterError
from otdr_hub.run.instance import ENDING, Instance
from otdr_hub.run.supervisor import Supervisor
from otdr_hub.run.terminal import complain, say


def start(*, demo: bool) -> int:
    """Run in the foreground until stopped; a second one in the same checkout only says where it is."""
    port = _port()
    instance = Instance()
    if not instance.take():
        found = instance.found()
        if found == ENDING:
            complain("This checkout is just stopping: try again in a few seconds.")
            return 1
        say(f"Already running at {found}." if found else "Already starting in another terminal.")
        return 0
    return Supervisor(instance, port, demo=demo).run()


def stop() -> int:
    """End the foreground process of this checkout, and a database left running by hand."""
    ended = Instance().ask_to_stop()
    if ended is False:
        complain("The foreground process did not end within 60 s: press Ctrl-C in its terminal.")
        return 1
    address = from_environment()
    stopped = address.embedded and lock.down(address)
    what = [name for name, done in (("web, worker and beat", ended), ("PostgreSQL", stopped)) if done]
    say(f"Stopped: {', '.join(what)}." if what else "Nothing was running.")
    return 0


def _port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise ClusterError(f"PORT={text} is not a port number: use one from 1 to 65535.")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Parse, run, and turn what people can act on into one line."""
    parser = argparse.ArgumentParser(
        prog="python -m otdr_hub.run", description="Run everything of this checkout."
    )
    parser.add_argument("--no-demo", action="store_true", help="start empty (also: DEMO=0)")
    parser.add_argument("--stop", action="store_true", help="stop the running one and its database")
    chosen = parser.parse_args(arguments)
    demo = not chosen.no_demo and os.environ.get("DEMO", "1").lower() not in ("0", "no", "false")
    try:
        return stop() if chosen.stop else start(demo=demo)
    except ClusterError as error:
        complain(str(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
