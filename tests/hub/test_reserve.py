"""C12: all of a web process's pool is taken, and the kill switch is answered all the same."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT

TAKEN = """
import json, threading, time
import django
django.setup()
from django.conf import settings
from django.db import connection, connections
from django.test import Client
from governance.models import Shutoff
from tests.builders import person, two_markets
two_markets()
settings.ALLOWED_HOSTS.append("testserver")
client = Client()
client.force_login(person("finance"))
person("auditor")
connections.close_all()
go, gone, held = threading.Event(), threading.Event(), []

def hold():
    connection.ensure_connection()
    held.append(1)
    gone.wait()
    connection.close()

whole = connection.settings_dict["OPTIONS"]["pool"]["max_size"]
threads = [threading.Thread(target=hold) for _ in range(whole)]
[one.start() for one in threads]
while len(held) < whole:
    time.sleep(0.01)
connection.pool.timeout = 0.2
answers = {}
for name, ask in {
    "hub": lambda: client.get("/api/v1/hub"),
    "look": lambda: client.get("/api/v1/shutoffs"),
    "off": lambda: client.post("/kill-switch/off/", {"market": "AA", "category": "security"}),
    "api": lambda: client.post("/api/v1/shutoffs", {"scope": {"market": "BB"}, "category": "other"}, "application/json"),
}.items():
    client.raise_request_exception = False
    try:
        answers[name] = ask().status_code
    except Exception as error:
        answers[name] = type(error).__name__
gone.set()
[one.join() for one in threads]
print(json.dumps([answers, Shutoff.objects.count()]))
"""


@pytest.mark.faults
def test_c12_with_the_whole_pool_taken_the_kill_switch_answers(own_database):
    done = subprocess.run(
        [sys.executable, "-c", TAKEN], cwd=PROJECT, env=own_database.environment | {"OTDR_DB_POOL": "1"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answers, shutoffs = json.loads(done.stdout.splitlines()[-1])
    assert (answers.pop("look"), answers.pop("off"), answers.pop("api"), shutoffs) == (200, 302, 201, 2)
    # What has no reserve is not answered with a number, and says so.
    assert answers["hub"] == 503
