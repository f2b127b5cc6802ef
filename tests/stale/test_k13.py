"""K13 on the web: the clock of a web process jumps by an hour. What is off goes by the epoch, nobody is
thrown out, and nobody gains a proof of being there by it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT, OwnDatabase

JUMPED = """
import datetime as dt, json, re, sys, tempfile, time
from contextlib import contextmanager, ExitStack
from pathlib import Path
from unittest import mock
import django
django.setup()
from django.conf import settings
from django.test import Client
from django.utils import timezone
from governance.ledger.selectors import epoch
from otdr_hub.lib import clock
from tests import builders
from tests.builders import PASSWORD, person
settings.ALLOWED_HOSTS.append("testserver")
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
hours = int(sys.argv[1])
real, zone = time.time, timezone.now

@contextmanager
def jumped():
    shift = dt.timedelta(hours=hours)
    with ExitStack() as stack:
        stack.enter_context(mock.patch("time.time", lambda: real() + shift.total_seconds()))
        stack.enter_context(mock.patch("django.utils.timezone.now", lambda: zone() + shift))
        stack.enter_context(clock.at(dt.datetime.now(dt.UTC) + shift))
        yield

settings.LAKE_ROOT = Path(tempfile.mkdtemp())
builders.published(settings.LAKE_ROOT)
reader, killer, dpm = Client(), Client(), Client()
for client, name in ((reader, "executive"), (killer, "admin"), (dpm, "dpm")):
    person(name)
    assert client.post("/accounts/login/", {"login": name, "password": PASSWORD}).status_code == 302

def shown():
    answer = reader.get("/api/v1/hub")
    return [answer.status_code, [one["code"] for one in answer.json().get("markets", [])], answer.json().get("epoch")]

def act():
    return killer.post("/kill-switch/off/", {"market": "AA", "category": "security"}).status_code

found = {"before": shown(), "proof before": dpm.post("/scope/publish/", {}).status_code}
with jumped():
    found["jumped"] = shown()
    found["proof"] = dpm.post("/scope/publish/", {})["Location"]
    found["killed"] = act()
    found["after, jumped"] = shown()
found["after"] = shown()
found["epoch"] = epoch()
print(json.dumps(found))
"""


@pytest.mark.faults
@pytest.mark.parametrize("hours", [1, -1])
def test_k13_a_web_process_whose_clock_jumps_shows_and_allows_nothing_more(
    own_database: OwnDatabase, hours: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", JUMPED, str(hours)], cwd=PROJECT, env=own_database.environment,
        capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    (status, markets, epoch), jumped = found["before"], found["jumped"]
    assert (status, markets, jumped) == (200, ["AA"], [200, ["AA"], epoch])
    # Whoever proved to be there an hour ago, or in an hour, proves it again.
    assert found["proof before"] != 302
    assert found["proof"].startswith("/accounts/reauthenticate/")
    assert found["killed"] == 302
    for when in ("after, jumped", "after"):
        status, markets, now = found[when]
        assert (status, markets) == (200, []), when
        assert now > epoch
    assert found["after"][2] == found["epoch"]
