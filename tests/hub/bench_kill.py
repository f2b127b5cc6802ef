"""How long a kill takes, with broker and worker down: `python -m tests.hub.bench_kill [--count 300] [--json]`.

On a database of its own with twelve markets, without any worker, and with a broker's address where nobody
listens. Two measures, goal 50 ms at the 99th percentile for each:

- commit: the service, from its call to the commit that makes it true (what `manage.py shutoff` does);
- request: the page's form, from its arrival at the middleware to the answer, sign-in and CSRF included.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

GOAL_MS = 50.0
NOBODY = "amqp://127.0.0.1:1//"


def spread(found: list[float]) -> dict[str, float]:
    """Median, 99th percentile and the worst, in milliseconds."""
    order = sorted(found)
    at = lambda share: round(order[min(len(order) - 1, int(len(order) * share))] * 1000, 1)  # noqa: E731
    return {"p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1), "times": len(order)}


def timed(keys: list[tuple[str, str, str]], act: Callable[..., Any]) -> list[float]:
    found = []
    for key in keys:
        start = time.perf_counter()
        act(*key)
        found.append(time.perf_counter() - start)
    return found


def measure(count: int) -> dict[str, Any]:
    """Kills of as many scope keys: a market first, then one carrier after the other."""
    from django.conf import settings
    from django.test import Client

    from governance.access.services import system
    from governance.killswitch.services import shutoff_activate
    from governance.markets.services import MarketRow, markets_load
    from governance.models import Shutoff
    from tests.builders import person

    codes = [f"M{n}" for n in range(12)]
    markets_load(rows=[MarketRow(code, code, "UTC", n) for n, code in enumerate(codes)], actor=system())
    killer = person("finance")
    settings.ALLOWED_HOSTS.append("testserver")
    client = Client()
    client.force_login(killer)
    # The markets themselves last: within one that is off, a carrier's switch is still a kill of its own.
    keys = [(codes[n % 12], "carrier", f"c{n}") for n in range(2 * count)]

    def commit(market: str, breakout: str, value: str) -> None:
        shutoff_activate(market=market, breakout=breakout, value=value, category="other", actor=killer)

    def request(market: str, breakout: str, value: str) -> None:
        said = {"market": market, "breakout": breakout, "value": value, "category": "other"}
        answer = client.post("/kill-switch/off/", said)
        assert answer.status_code == 302, answer.status_code

    timed([("M0", "carrier", "warm"), ("M1", "carrier", "warm")], commit)
    request("M2", "carrier", "warm")
    found = {
        "commit": spread(timed(keys[:count], commit)),
        "request": spread(timed(keys[count:], request)),
    }
    assert Shutoff.objects.count() == 2 * count + 3
    return found


def main() -> int:
    """Measure and print."""
    from tests.governance.bench_ledger import database

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database():
        os.environ |= {"CELERY_BROKER_URL": NOBODY, "OTDR_CHECKPOINTS": folder, "OTDR_DB_POOL": "1"}
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", database="owner", verbosity=0)
        call_command("database", "grants", verbosity=0)
        found = measure(options.count)
        connections.close_all()
    found["goal_p99_ms"] = GOAL_MS
    if options.json:
        print(json.dumps(found))
    else:
        for name in ("commit", "request"):
            one = found[name]
            print(f"kill, {name}: p50 {one['p50_ms']} ms, p99 {one['p99_ms']} ms, worst {one['max_ms']} ms")
        print(f"goal: p99 {GOAL_MS} ms; broker and worker down")
    return 0 if all(found[name]["p99_ms"] <= GOAL_MS for name in ("commit", "request")) else 1


if __name__ == "__main__":
    sys.exit(main())
