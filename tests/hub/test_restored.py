"""K14: an old backup is restored. What was switched off after it is forgotten there, so no number is read."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT, OwnDatabase, copy_of

pytestmark = pytest.mark.faults
# Every executive surface, asked in a process of its own, which knew nothing of the database before.
ASK = """
import django, json; django.setup()
from django.test import Client
from governance.access.models import User
from django.test.utils import override_settings
# No page of this test needs the collected files' names.
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
override_settings(STORAGES={"default": plain, "staticfiles": plain}).enable()
client = Client(headers={"host": "localhost"}); client.force_login(User.objects.get(username="exec"))
paths = ["/", "/markets/US/", "/api/v1/hub", "/api/v1/markets/US"]
print(json.dumps({path: [answer.status_code, answer.content.decode()] for path in paths
                  if (answer := client.get(path))}))
"""


def python(database: OwnDatabase, names: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=PROJECT, env=database.environment | names, capture_output=True,
        text=True, check=False, timeout=120,
    )  # fmt: skip


def run(database: OwnDatabase, names: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(database, names, "manage.py", *arguments)


def asked(database: OwnDatabase, names: dict[str, str]) -> dict[str, list]:
    done = python(database, names, "-c", ASK)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_k14_an_old_backup_shows_no_number_until_it_is_accepted_with_all_switched_off(demo):
    with copy_of(demo) as backup:
        demo.manage("shutoff", "US", "--category", "data_quality", "--as", "admin")
        # The backup takes the database's place: the checkpoints are those of what really happened.
        restored = backup.names | {"OTDR_CHECKPOINTS": demo.names["OTDR_CHECKPOINTS"]}
        for path, (status, text) in asked(demo, restored).items():
            assert status == 503, path
            assert "not the one that was last signed" in text.replace("\n", " "), path
            assert "%" not in text, path
        file = demo.checkpoints / "checkpoints.jsonl"
        signed = file.read_text()
        accept = ("ledger", "accept", "--reason", "The disk is gone.", "--as")
        assert run(demo, restored, *accept, "dpm").returncode != 0
        assert run(demo, demo.names, *accept, "admin").returncode != 0, "nothing was restored there"
        done = run(demo, restored, *accept, "admin")
        assert done.returncode == 0, done.stderr
        answers = asked(demo, restored)
        assert answers["/"][0] == 200
        assert json.loads(answers["/api/v1/hub"][1])["markets"] == []
        kept = [one for one in demo.checkpoints.iterdir() if one.name.startswith("checkpoints-until-")]
        assert [one.read_text() for one in kept] == [signed], "the lost history stays as evidence"
        verified = run(demo, restored, "verify_ledger")
        assert verified.returncode == 0, verified.stdout + verified.stderr


def test_without_its_checkpoints_an_old_ledger_is_not_believed(demo):
    away = {"OTDR_CHECKPOINTS": str(demo.folder / "nowhere")}
    began = "UPDATE governance_ledger SET recorded_at = clock_timestamp() - interval '{}' WHERE seq = 1"
    with demo.connect("postgres") as connection:
        connection.execute("ALTER TABLE governance_ledger DISABLE TRIGGER ALL")
        connection.execute(began.format("0 s"))
        assert asked(demo, away)["/"][0] == 200, "younger than ten minutes"
        connection.execute(began.format("1 hour"))
        assert {status for status, _ in asked(demo, away).values()} == {503}
