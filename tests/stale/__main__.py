"""`python -m tests.stale [--reads N] [--http N] [--kills N] [--quick | --self-test] [--json]`.

Exit codes: 0 no answer was stale, 3 something is wrong with an answer, 1 the race did not come to its end.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.stale.race import Outcome, Race, Size, prepare
from tests.stale.report import as_object, as_text
from tests.stale.stage import own_server

FULL = Size()
QUICK = Size(reads=5_000, http=300, kills=100, every=4.0, restarts=1, readers=2)
WRONG = 3


def say(line: str) -> None:
    """Progress, beside the answer."""
    print(line, file=sys.stderr, flush=True)


def code_of(outcome: Outcome) -> int:
    """0, 1 or 3."""
    return 0 if outcome.is_clean else 1 if outcome.verdict.is_clean else WRONG


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.stale", description=__doc__)
    parser.add_argument("--reads", type=int, help=f"of the database (default {FULL.reads:,})")
    parser.add_argument("--http", type=int, help=f"answers over HTTP (default {FULL.http:,})")
    parser.add_argument("--kills", type=int, help=f"(default {FULL.kills:,})")
    parser.add_argument("--full-share", type=float, help="of the reads that read whole pages (default 0.1)")
    parser.add_argument("--scale", type=float, default=0.1, help="of the demonstration (default 0.1)")
    parser.add_argument("--minutes", type=float, default=120, help="give up after (default 120)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a two-hundredth of it: does it work?")
    parser.add_argument("--self-test", action="store_true", help="a reader that caches has to be found out")
    parser.add_argument("--json", action="store_true", help="print one object")
    return parser.parse_args()


def main() -> int:
    """Race, check, tell."""
    asked = arguments()
    given = {name: getattr(asked, name) for name in ("reads", "http", "kills", "full_share")}
    size = replace(QUICK if asked.quick or asked.self_test else FULL,
                   **{name: value for name, value in given.items() if value is not None})  # fmt: skip
    size = replace(size, seconds=60 * asked.minutes)
    if asked.self_test:
        size = replace(size, http=0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    say("Loading a demonstration of its own ...")
    with own_server(asked.scale) as stage, tempfile.TemporaryDirectory() as folder:
        world = prepare(stage)
        say(f"{len(world.visible)} of {len(world.markets)} markets may be seen; the race begins.")
        race = Race(stage, world, size, Path(folder), asked.seed)
        outcome = race.run(say, with_web=not asked.self_test, cached=True if asked.self_test else None)
    found = as_object(outcome)
    print(json.dumps(found, indent=1) if asked.json else as_text(found))
    if asked.self_test:
        caught = outcome.verdict.stale > 0
        print(
            "The reader that caches was found out." if caught else "The reader that caches was NOT found out."
        )
        return 0 if caught else WRONG
    return code_of(outcome)


if __name__ == "__main__":
    sys.exit(main())
