"""`manage.py versions`, as the people who define metrics use it."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from tests import builders

pytestmark = pytest.mark.django_db
DEFINITION = "name: otdr-2\ngrace_minutes: 30\ncompleteness_floor: '0.97'\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "otdr-2.yaml"
    path.write_text(DEFINITION)
    return path


def versions(*names, as_="data_engineer", code=0):
    """Run the command as somebody; returns its JSON answer."""
    builders.person(as_)
    out = io.StringIO()
    arguments = ["versions", *map(str, names), "--json", "--as", as_]
    if code:
        with pytest.raises(SystemExit) as ended:
            call_command(*arguments, stdout=out)
        assert ended.value.code == code
    else:
        call_command(*arguments, stdout=out)
    return json.loads(out.getvalue())


def test_a_definition_is_proposed_from_yaml(file):
    proposed = versions("propose", file)
    assert (proposed["name"], proposed["state"]) == ("otdr-2", "draft")
    assert "plus 30 minutes" in proposed["meaning"]
    assert [item["name"] for item in versions("list")["versions"]] == ["otdr-2"]
    assert "grace_minutes: 30" in versions("show", "otdr-2")["document"]


def test_a_proposal_does_not_come_twice(file):
    versions("propose", file)
    assert "was proposed before" in versions("propose", file, code=1)["error"]
    file.write_text(DEFINITION.replace("30", "15"))
    assert "the name otdr-2 is taken" in versions("propose", file, code=1)["error"].lower()


def test_a_wrong_file_is_refused_with_path_and_fix(file):
    file.write_text("name: otdr-2\ngrace: 5\n")
    assert versions("propose", file, code=1)["error"].startswith("otdr-2.yaml: grace: no such node")
    assert "cannot be read" in versions("propose", file.with_name("none.yaml"), code=1)["error"]


def test_an_executive_does_not_propose(file):
    assert "takes the role" in versions("propose", file, as_="executive", code=1)["error"]


def test_two_versions_are_compared_in_words(file):
    builders.version_draft()
    versions("propose", file)
    changes = versions("diff", builders.DEFINITION.name, "otdr-2")["changes"]
    assert "The grace after the promise, in minutes, was 0 and becomes 30." in changes
    assert versions("diff", "otdr-2", "otdr-2")["changes"] == []


def test_a_missing_name_is_said(file):
    assert "takes 2 names, not 1" in versions("diff", "otdr-2", code=1)["error"]
    assert "There is no metric version" in versions("show", "otdr-9", code=1)["error"]


def test_a_change_is_proposed_with_its_reason_and_submitted_with_its_effect(file, tmp_path, settings):
    settings.LAKE_ROOT = tmp_path / "lake"
    builders.run_done(tmp_path)
    versions("propose", file, "--reason", "Couriers round.")
    done = versions("submit", "otdr-2")
    assert done["state"] == "in_review"
    assert "the rate of otdr-test is 91.67 %" in done["effect"]
    assert "no longer draft" in versions("submit", "otdr-2", code=1)["error"]


def test_an_auditor_asks_since_when_versions_are_unchanged(file):
    versions("propose", file)
    (found,) = versions("unchanged", as_="auditor")["versions"]
    assert (found["name"], found["holds"], found["engine_runs"]) == ("otdr-2", True, True)
