"""K9: broker, worker and beat are gone; switching off works, in time, and every open tab is told."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.conftest import OwnDatabase
from tests.hub.wire import stream
from tests.stale.report import percentile
from tests.stale.served import kill, served, shown, signed_in

FULL = os.environ.get("OTDR_EXAMPLES") == "full"
KILLS = 200 if FULL else 5
GOAL = 0.050  # s, at the 99th percentile; on a machine that does nothing else
NOBODY = "amqp://127.0.0.1:1//"

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


def test_k9_without_broker_worker_and_beat_a_kill_works_and_open_tabs_are_told(
    demo: OwnDatabase, tmp_path: Path
) -> None:
    with served(demo, tmp_path, {"CELERY_BROKER_URL": NOBODY}) as web:
        admin, reader = signed_in(web, "admin"), signed_in(web, "exec")
        assert "US" in shown(reader)
        session = reader.cookies["sessionid"]
        took = []
        with stream(f"http://127.0.0.1:{web.port}", session) as tab:
            tab.until("hb")
            for number in range(KILLS):
                key = (
                    {"market": "US"}
                    if not number
                    else {"market": "CA", "breakout": "carrier", "value": f"x{number}"}
                )
                begun = time.perf_counter()
                reply = kill(admin, **key)
                took.append(time.perf_counter() - begun)
                assert reply.status == 201, reply.text
                assert tab.until("epoch")["epoch"] == json.loads(reply.body)["epoch"]
                if not number:
                    assert "US" not in shown(reader)
    if FULL:
        assert percentile(took, 0.99) <= GOAL, f"p99 {percentile(took, 0.99) * 1000:.1f} ms of {KILLS}"
