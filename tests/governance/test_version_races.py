"""One takes a version back while another approves it: each ends one way, and the record knows which."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import PROJECT
from tests.scale import scaled

ROUNDS = scaled(8, 50)
PREPARE = f"""
from dataclasses import replace
from governance.versions.services import version_propose, version_submit
from metrics.otdr.engine import engine_digest
from tests import builders
builders.required("version", "finance")
for n in range({ROUNDS}):
    version = version_propose(
        definition=replace(builders.DEFINITION, name=f"otdr-{{n}}", grace_minutes=n), reason="Why.",
        engine_digest=engine_digest(), actor=builders.person("data_engineer"))
    version_submit(version=version, actor=builders.person("data_engineer"))
"""
LOOP = """
from governance.models import MetricVersion, SignoffRequest
from governance.versions.services import version_return
from otdr_hub.lib.outcome import DomainError
from tests import builders
won = []
for version in MetricVersion.objects.order_by("name"):
    try:
        {act}
        won.append(version.name)
    except DomainError:
        pass
import json; print(json.dumps(won))
"""
SIGN = 'builders.sign(SignoffRequest.objects.get(lines__digest=version.digest), "finance")'
TAKE_BACK = 'version_return(version=version, reason="x", actor=builders.person("data_engineer"))'
STATES = "from governance.models import MetricVersion; import json; print(json.dumps(dict(MetricVersion.objects.values_list('name', 'state'))))"


@pytest.mark.faults
def test_a_version_is_taken_back_or_approved_and_never_both(own_database):
    own_database.manage("shell", "--no-imports", "-c", PREPARE)
    racing = [
        subprocess.Popen(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", LOOP.format(act=act)],
            cwd=PROJECT, env=own_database.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for act in (SIGN, TAKE_BACK)
    ]  # fmt: skip
    said = [one.communicate(timeout=200) for one in racing]
    assert [one.returncode for one in racing] == [0, 0], said
    signed, returned = (set(json.loads(out)) for out, _ in said)
    states = json.loads(own_database.manage("shell", "--no-imports", "-c", STATES).stdout)
    assert signed | returned == set(states)
    assert signed & returned == set()
    assert {name for name, state in states.items() if state == "approved"} == signed
    assert {name for name, state in states.items() if state == "draft"} == returned
    print(f"{len(signed)} approved, {len(returned)} taken back")
    assert "The ledger holds" in own_database.manage("verify_ledger").stdout
